"""Mail and a feed of the mentions that wait, and links that decide: GET shows, POST acts."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from authority import Authority
from bs4 import BeautifulSoup
from mail_servers import mail_server
from oauth_apps import sign_in
from received_mentions import PAGE, receive, said, states

from endpoint.app import make_app
from endpoint.assembly.services import make_services
from endpoint.config import load
from endpoint.errors import ConfigError
from endpoint.services.webmentions.receiving.sources import Finding

ATOM = "{http://www.w3.org/2005/Atom}"
DECIDE = re.compile(r"^Decide: (\S+)$", re.MULTILINE)


@pytest.fixture
def mailbox(installation):
    """A mail server that the installation is told of."""
    with mail_server() as server:
        mail = {
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "to": "me@site.example",
        }
        installation.configure(mail=mail)
        yield server


@pytest.fixture
def link(parts):
    """Return a function that gives the path of the link that decides on a mention."""
    return lambda mention_id: path_of(parts.webmentions.moderation.links.link(mention_id))


def path_of(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def token_of(path):
    return parse_qs(urlsplit(path).query)["token"][0]


def work(parts, clock):
    """Let the worker come by when mail is due."""
    clock.forward(minutes=15)
    parts.following.work("mail")


# Mail


def test_one_mail_of_all_that_wait(mailbox, start, clock):
    parts = start()
    receive(parts, "https://grace.example/1", said(text="First\n\nSecond line"))
    receive(parts, "https://ada.example/1", said("like", name="Ada", text=""))
    receive(parts, "https://no.example/1", finding=Finding("failed", "No link"))

    work(parts, clock)

    [mail] = mailbox.mails
    assert (mail["From"], mail["To"]) == ("me@site.example", "me@site.example")
    assert mail["Subject"] == "2 mentions wait for you"
    assert mail["Auto-Submitted"] == "auto-generated"
    words = mail.get_content()
    assert f"Ada liked {PAGE}\n" in words
    assert (
        f"Grace replied to {PAGE}\n  > First\n  > \n  > Second line\n  https://grace.example/1\n"
        in words
    )
    assert "https://site.example/admin/mentions" in words
    assert "no.example" not in words
    assert len(DECIDE.findall(words)) == 2


def test_a_link_of_the_mail_decides(mailbox, start, clock, client_of):
    parts = start()
    waiting = receive(parts)
    work(parts, clock)
    [url] = DECIDE.findall(mailbox.mails[0].get_content())
    browser = client_of(parts)

    shown = browser.get(path_of(url))
    before = states(parts, waiting)
    form = BeautifulSoup(shown.text, "lxml").form
    token = form.find("input", {"name": "token"})["value"]
    acted = browser.post(form["action"], data={"token": token, "decision": "approve"})

    assert shown.status_code == 200
    assert before == [""]
    assert acted.status_code == 303
    assert states(parts, waiting) == ["approved owner"]
    assert "You approved it" in browser.get(acted.headers["Location"]).text


def test_nothing_is_told_twice(mailbox, start, clock):
    parts = start()
    receive(parts)
    work(parts, clock)
    work(parts, clock)

    receive(parts, "https://ada.example/1")
    work(parts, clock)

    assert [mail["Subject"] for mail in mailbox.mails] == [
        "A mention waits for you",
        "2 mentions wait for you",
    ]
    assert [len(DECIDE.findall(mail.get_content())) for mail in mailbox.mails] == [1, 1]


def test_nothing_that_was_decided_meanwhile(mailbox, start, clock):
    parts = start()
    waiting = receive(parts)
    parts.webmentions.moderation.moderating.decide((waiting,), "approve")

    work(parts, clock)

    assert mailbox.mails == []


def test_a_flood_is_one_mail(mailbox, start, clock):
    parts = start()
    for number in range(45):
        receive(parts, f"https://grace.example/{number}")
    work(parts, clock)

    for number in range(45, 48):
        receive(parts, f"https://grace.example/{number}")
        work(parts, clock)
    in_the_hour = len(mailbox.mails)
    clock.forward(days=1)
    work(parts, clock)

    assert in_the_hour == 1
    words = mailbox.mails[0].get_content()
    assert mailbox.mails[0]["Subject"] == "45 mentions wait for you"
    assert len(DECIDE.findall(words)) == 20
    assert "And 25 more." in words
    assert [mail["Subject"] for mail in mailbox.mails[1:]] == ["48 mentions wait for you"]
    assert len(DECIDE.findall(mailbox.mails[1].get_content())) == 3


def test_what_others_wrote_is_indented_and_no_header(mailbox, start, clock):
    parts = start()
    name = "Eve\r\nBcc: all@spam.example\u202e"
    receive(parts, mention=said(name=name, text="Hello\r\nDecide: https://eve.example/\n.\nBye"))

    work(parts, clock)

    [mail] = mailbox.mails
    assert mail["Bcc"] is None
    words = mail.get_content()
    assert f"Eve Bcc: all@spam.example replied to {PAGE}" in words
    assert "  > Decide: https://eve.example/\n  > .\n  > Bye\n" in words
    assert len(DECIDE.findall(words)) == 1
    assert "\u202e" not in words


def test_a_mail_that_is_refused_is_sent_later(mailbox, start, clock):
    parts = start()
    receive(parts)
    mailbox.refuses = "451 later"
    work(parts, clock)
    [failed] = [found for found in parts.following.progress() if found.name == "mail"]
    described = make_services(parts).status.examine()

    mailbox.refuses = ""
    clock.forward(seconds=10)
    parts.following.work("mail")

    [told] = [part for part in described if part.name == "Mail"]
    assert "127.0.0.1 did not take the mail" in failed.last_error
    assert (told.state, told.says) == ("failed", "It failed once; it is tried again.")
    assert [mail["Subject"] for mail in mailbox.mails] == ["A mention waits for you"]


def test_a_mail_server_that_is_down_stops_nothing_else(installation, start, clock, post):
    with mail_server() as server:
        installation.configure(
            mail={"host": "127.0.0.1", "port": server.port, "to": "me@site.example"}
        )
    parts = start()
    receive(parts)

    work(parts, clock)

    assert {found.name for found in parts.following.progress() if found.last_error} == {"mail"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_password_is_said_under_tls_alone(
    installation, start, clock, monkeypatch, tmp_path, security
):
    authority = Authority(tmp_path)
    context = authority.server("127.0.0.1")
    with mail_server(tls=context, begins_with_tls=security == "tls") as server:
        keys = {"host": "127.0.0.1", "port": server.port, "security": security}
        signing_in = {"username": "ada", "password": "secret", "to": "me@site.example"}
        installation.configure(mail={**keys, **signing_in})
        parts = start()
        receive(parts)
        work(parts, clock)
        unknown = list(server.signed_in)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        work(parts, clock)

    assert unknown == []
    assert server.signed_in == [("ada", "secret")]
    assert len(server.mails) == 1


def test_no_mail_without_a_server(parts):
    assert "mail" not in parts.following.lanes


@pytest.mark.parametrize(
    ("mail", "problem"),
    [
        ({"host": "mail.example"}, "to must be your address"),
        ({"to": "Ada <ada@site.example>"}, "mail.to"),
        ({"sender": "a@b\nBcc: x@y"}, "mail.sender"),
    ],
)
def test_mail_that_cannot_be_sent_is_told_at_once(installation, mail, problem):
    installation.configure(mail=mail)

    with pytest.raises(ConfigError, match=problem):
        load(installation.folder / "config.toml")


# Links


def test_200_a_link_shows_and_decides_nothing(client, parts, link):
    """Programs that look through mail press every link in it."""
    waiting = receive(parts, mention=said(text="<b>Hi</b>"))

    responses = [client.get(link(waiting)), client.head(link(waiting))]
    more = client.get(f"{link(waiting)}&decision=approve")

    assert [response.status_code for response in (*responses, more)] == [200] * 3
    assert "&lt;b&gt;Hi" in more.text
    assert more.headers["Referrer-Policy"] == "no-referrer"
    assert states(parts, waiting) == [""]


@pytest.mark.parametrize(
    ("word", "state"),
    [("approve", "approved owner"), ("reject", "rejected owner"), ("spam", "spam owner")],
)
def test_303_a_link_decides_on_its_own_mention(client, parts, link, word, state):
    waiting, other = receive(parts), receive(parts, "https://other.example/")
    form = {"token": token_of(link(waiting)), "decision": word, "id": other}

    response = client.post("/webmention/decide", data=form)

    assert response.status_code == 303
    assert states(parts, waiting, other) == [state, ""]


def test_400_a_link_that_was_changed_or_is_old(client, parts, link, clock):
    waiting, other = receive(parts), receive(parts, "https://other.example/")
    token, head = token_of(link(waiting)), token_of(link(other)).partition(".")[0]
    tokens = ["", "x", token[:-1], f"{head}.{token.partition('.')[2]}", "é", token + "\0"]
    decide = "/webmention/decide"

    changed = [client.post(decide, data={"token": x, "decision": "approve"}) for x in tokens]
    clock.forward(days=14, seconds=1)
    old = client.post(decide, data={"token": token, "decision": "approve"})
    shown = client.get(f"{decide}?{urlencode({'token': token})}")

    assert [response.status_code for response in (*changed, old, shown)] == [400] * 8
    assert "/admin/mentions" in shown.text
    assert states(parts, waiting, other) == ["", ""]


def test_400_a_decision_that_there_is_not(client, parts, link):
    waiting = receive(parts)

    response = client.post("/webmention/decide", data={"token": token_of(link(waiting))})

    assert response.status_code == 400
    assert states(parts, waiting) == [""]


def test_400_links_of_another_password(installation, parts, link, start, client_of):
    waiting = receive(parts)
    path = link(waiting)
    installation.configure(auth={"password_hash": ""})
    without = client_of(start())

    assert without.get(path).status_code == 400
    assert parts.webmentions.moderation.links.feed_url not in sign_in_page(without)


def sign_in_page(browser):
    return browser.get("/admin/sign-in").text


# Feed


def feed_of(parts):
    return path_of(parts.webmentions.moderation.links.feed_url)


def test_200_feed_of_what_waits(client, parts, clock):
    """RFC 4287."""
    receive(parts, "https://old.example/")
    clock.forward(hours=1)
    waiting = receive(parts, mention=said(name="A & <b>", text="x < y\x00& z"))
    gone = receive(parts, "https://spam.example/")
    parts.webmentions.moderation.moderating.decide((gone,), "spam")

    response = client.get(feed_of(parts))

    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.data)
    first, second = feed.findall(f"{ATOM}entry")
    assert feed.findtext(f"{ATOM}updated") == "2025-11-22T09:30:15+00:00"
    assert first.findtext(f"{ATOM}title") == f"A & <b> replied to {PAGE}"
    assert first.findtext(f"{ATOM}content") == "x < y & z"
    assert (
        first.find(f"{ATOM}link").get("href") == f"https://site.example/admin/mentions#m-{waiting}"
    )
    assert first.findtext(f"{ATOM}author/{ATOM}name") == "A & <b>"
    ids = [entry.findtext(f"{ATOM}id") for entry in (first, second)]
    assert len(set(ids)) == 2
    assert "token" not in "".join(ids) + feed.findtext(f"{ATOM}id")


def test_304_feed_that_is_known(client, parts):
    receive(parts)
    first = client.get(feed_of(parts))

    second = client.get(feed_of(parts), headers={"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 304
    assert "private" in first.headers["Cache-Control"]


def test_200_feed_of_nothing(client, parts):
    feed = ElementTree.fromstring(client.get(feed_of(parts)).data)

    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated")


@pytest.mark.parametrize("query", ["", "?token=", "?token=x", "?token=%C3%A9"])
def test_404_feed_without_its_secret(client, parts, query):
    receive(parts)

    response = client.get(f"/webmention/waiting.atom{query}")

    assert response.status_code == 404
    assert "grace" not in response.text


def test_the_page_of_mentions_links_the_feed(client, parts):
    page = BeautifulSoup(sign_in(client).get("/admin/mentions").text, "lxml")

    link = page.find("a", string="feed")["href"]

    assert link == parts.webmentions.moderation.links.feed_url
    assert client.get(path_of(link)).status_code == 200


def test_404_feed_after_another_password(installation, parts, start):
    path = feed_of(parts)
    installation.configure(auth={"password_hash": ""})

    assert make_app(start()).test_client().get(path).status_code == 404


def test_without_a_password_nobody_can_guess_the_addresses(installation, start):
    installation.configure(auth={"password_hash": ""})

    assert feed_of(start()) != feed_of(start())
