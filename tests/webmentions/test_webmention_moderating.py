"""``/admin/mentions``: the owner approves, rejects, blocks and trusts, and takes it back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from mention_sources import entry
from oauth_apps import csrf_token, sign_in
from received_mentions import PAGE, receive, said, states

from endpoint.app import make_app
from endpoint.domain.webmentions.deciding.rules import block, trust
from endpoint.services.webmentions.receiving.sources import Finding

HOSTILE = "\"><script>alert('1')</script>"
EVE = {"name": "Eve", "url": "https://eve.example/"}
ACTIONS = ["decide", "block", "trust", "undo", "rules/remove"]


@pytest.fixture
def owner(client):
    """A browser whose owner has signed in."""
    return sign_in(client)


class Page:
    """A page of mentions as its reader sees it."""

    def __init__(self, browser, path="/admin/mentions"):
        response = browser.get(path)
        assert response.status_code == 200, response.text
        self.browser, self.html = browser, BeautifulSoup(response.text, "lxml")

    @property
    def headlines(self):
        return [text(entry.h2) for entry in self.html.select(".mention")]

    @property
    def notice(self):
        notice = self.html.select_one(".notice p")
        return notice and text(notice)

    def press(self, label, number=0):
        """Press a button that begins with ``label``, and return the page it leads to."""
        found = [button for button in self.html.main("button") if text(button).startswith(label)]
        form = found[number].find_parent("form")
        fields = [(field["name"], field["value"]) for field in form.select("input[type=hidden]")]
        if found[number].get("name"):
            fields.append((found[number]["name"], found[number]["value"]))
        data = {name: [value for key, value in fields if key == name] for name, _ in fields}
        response = self.browser.post(form["action"], data=data)
        assert response.status_code == 303, response.text
        self.led_to = response.headers["Location"]
        return Page(self.browser, self.led_to.partition("#")[0])


def text(tag):
    return " ".join(tag.get_text().split())


def counts(page):
    found = [text(link).rsplit(" ", 1) for link in page.html.select(".trays a") if link.span]
    return {name: int(count) for name, count in found}


# Who gets in


@pytest.mark.parametrize("path", ["", "?show=spam", "/rules"])
def test_303_not_signed_in(client, path):
    response = client.get(f"/admin/mentions{path}")

    assert response.status_code == 303
    assert "/admin/sign-in?next=%2Fadmin%2Fmentions" in response.headers["Location"]


@pytest.mark.parametrize("action", ACTIONS)
def test_303_not_signed_in_does_nothing(client, parts, action):
    waiting = receive(parts)
    form = {"id": waiting, "decision": "approve", "subject": "host", "pattern": "grace.example"}

    response = client.post(f"/admin/mentions/{action}", data=form)

    assert response.status_code == 303
    assert "/admin/sign-in" in response.headers["Location"]
    assert states(parts, waiting) == [""]


@pytest.mark.parametrize("action", ACTIONS)
def test_400_csrf_token(owner, parts, action):
    """RFC 6749 §10.12."""
    waiting = receive(parts)
    form = {"id": waiting, "decision": "approve", "subject": "host", "pattern": "grace.example"}

    response = owner.post(f"/admin/mentions/{action}", data={**form, "csrf_token": "x"})

    assert response.status_code == 400
    assert states(parts, waiting) == [""]


# What it shows


def test_200_nothing_waits(owner):
    page = Page(owner)

    assert "No mention waits for you." in text(page.html.main)
    assert set(counts(page).values()) == {0}


def test_200_who_did_what_newest_first(owner, parts, clock):
    for number, (kind, rsvp) in enumerate(
        [("reply", ""), ("like", ""), ("repost", ""), ("bookmark", ""), ("rsvp", "maybe")]
    ):
        mention = said(kind, rsvp=rsvp)
        receive(parts, f"https://grace.example/{number}", mention)
    receive(parts, "https://ada.example/1", said("mention", name="", text=""))

    page = Page(owner)

    assert page.headlines == [
        f"ada.example mentioned {PAGE}",
        f"Grace answered maybe to {PAGE}",
        f"Grace bookmarked {PAGE}",
        f"Grace reposted {PAGE}",
        f"Grace liked {PAGE}",
        f"Grace replied to {PAGE}",
    ]
    first = page.html.select(".mention")[-1]
    assert text(first.blockquote) == "Well said"
    assert first.find("a", href="https://grace.example/0")
    assert "22 Nov 2025, 09:30" in text(first)


def test_200_each_lies_in_one_tray(owner, parts):
    trays = {
        "waiting": receive(parts, "https://a.example/"),
        "shown": receive(parts, "https://b.example/"),
        "rejected": receive(parts, "https://c.example/"),
        "spam": receive(parts, "https://d.example/"),
        "unseen": receive(parts, "https://e.example/", finding=Finding("failed", "It is no page")),
    }
    moderating = parts.webmentions.moderation.moderating
    for tray, word in (("shown", "approve"), ("rejected", "reject"), ("spam", "spam")):
        moderating.decide((trays[tray],), word)

    pages = {tray: Page(owner, f"/admin/mentions?show={tray}") for tray in trays}

    found = {
        tray: [entry["id"] for entry in page.html.select(".mention")]
        for tray, page in pages.items()
    }
    assert found == {tray: [f"m-{mention_id}"] for tray, mention_id in trays.items()}
    assert set(counts(pages["spam"]).values()) == {1}
    assert "It is no page" in text(pages["unseen"].html.select_one(".mention"))


def test_200_every_page_tells_how_many_wait(owner, parts):
    receive(parts, "https://a.example/")
    receive(parts, "https://b.example/")

    assert [
        text(Page(owner, path).html.select_one(".bar .tag")) for path in ("/admin/", "/admin/posts")
    ] == ["2", "2"]


def test_200_what_others_wrote_is_text(owner, parts):
    url = "https://eve.example/" + HOSTILE.replace(" ", "")
    mention = said(name=HOSTILE, url=url, text=f"{HOSTILE}\n\u202eturned")
    receive(parts, "https://eve.example/?" + HOSTILE.replace("'", "%27"), mention)

    page = Page(owner)

    [script] = page.html("script")
    assert "alert" not in script.get_text()
    assert page.headlines == [f"{HOSTILE} replied to {PAGE}"]
    assert text(page.html.blockquote) == f"{HOSTILE} turned"
    assert {"http", "https", ""} >= {urlsplit(link["href"]).scheme for link in page.html("a")}


def test_200_a_long_text_is_cut(owner, parts):
    receive(parts, mention=said(text="word " * 10_000))

    assert len(text(Page(owner).html.blockquote)) == 1500


def test_200_pages_lead_to_every_mention(owner, parts):
    for number in range(31):
        receive(parts, f"https://grace.example/{number}")

    first = Page(owner)
    older = Page(owner, first.html.find("a", string="Older")["href"])

    assert [len(page.headlines) for page in (first, older)] == [30, 1]
    assert older.html.find("a", string="Newest")
    assert older.html.select_one(".mention").find("a", href="https://grace.example/0")
    assert not older.html.find("a", string="Older")


@pytest.mark.parametrize(
    "query", ["show=all", "below=x", "below=-1", "below=" + "9" * 40, "show=%00"]
)
def test_400_query(owner, query):
    response = owner.get(f"/admin/mentions?{query}")

    assert response.status_code == 400
    assert response.mimetype == "text/html"


def test_200_only_the_script_of_the_page_runs(owner):
    policy = owner.get("/admin/mentions").headers["Content-Security-Policy"]

    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert "script-src" not in owner.get("/admin/posts").headers["Content-Security-Policy"]


# Decisions


def test_303_from_the_page_of_another_to_the_list(elsewhere, start, client_of, bearer_of):
    parts = start()
    client = sign_in(client_of(parts))
    note = client.post("/micropub", data={"content": "Hello"}, headers=bearer_of(parts))
    target = note.headers["Location"]
    source = elsewhere.put("/reply", entry(target, f"Well said.{HOSTILE}"))
    status = client.post("/webmention", data={"source": source, "target": target})
    parts.following.work("mentions")

    Page(client).press("Approve")

    told = client.get(status.headers["Location"], headers={"Accept": "application/json"}).json
    listed = client.get(f"/webmention/mentions.jf2?target={target}").json["children"]
    assert told["state"] == "approved"
    assert [mention["wm-source"] for mention in listed] == [source]
    assert "<script" not in str(listed)


@pytest.mark.parametrize(
    ("label", "state"),
    [("Approve", "approved owner"), ("Reject", "rejected owner"), ("Spam", "spam owner")],
)
def test_303_decided_and_taken_back(owner, parts, clock, label, state):
    others = [receive(parts, f"https://{name}.example/") for name in "abc"]
    clock.forward(minutes=1)
    page = Page(owner)

    after = page.press(label, number=1)

    assert states(parts, *others) == ["", state, ""]
    assert page.led_to.endswith(f"#m-{others[0]}")
    assert len(after.headlines) == 2
    back = after.press("Undo")
    assert states(parts, *others) == ["", "", ""]
    assert parts.webmentions.moderation.moderating.find(others[1]).decided_at is None
    assert back.notice == "It is as it was before."
    assert len(back.headlines) == 3


def test_303_a_decision_moves_what_readers_see(owner, parts, clock):
    waiting = receive(parts)
    before = parts.webmentions.moderation.moderating.find(waiting)
    clock.forward(minutes=1)

    Page(owner).press("Approve")

    after = parts.webmentions.moderation.moderating.find(waiting)
    assert (before.is_shown, after.is_shown) == (False, True)
    assert after.changed_at == after.decided_at == clock()
    assert parts.bell.depth() == 1


def test_303_the_last_one_leads_to_the_one_before(owner, parts):
    first, second = (receive(parts, f"https://{name}.example/") for name in "ab")
    page = Page(owner)

    page.press("Approve", number=1)

    assert page.led_to == f"/admin/mentions?show=waiting&done=approve#m-{second}"
    assert states(parts, first, second) == ["approved owner", ""]


def test_303_all_of_a_page_at_once(owner, parts):
    some = [receive(parts, f"https://grace.example/{number}") for number in range(31)]

    after = Page(owner).press("All are spam")

    assert states(parts, *some) == ["", *["spam owner"] * 30]
    after.press("Undo")
    assert states(parts, *some) == [""] * 31


def test_303_a_decision_can_be_changed(owner, parts):
    waiting = receive(parts)
    Page(owner).press("Spam")

    Page(owner, "/admin/mentions?show=spam").press("Approve")
    approved = states(parts, waiting)
    Page(owner, "/admin/mentions?show=shown").press("Reject")

    assert [*approved, *states(parts, waiting)] == ["approved owner", "rejected owner"]


def test_303_undo_brings_back_who_decided(owner, start, installation, client_of):
    installation.configure(webmention={"approve": ["likes"]})
    parts = start()
    browser = sign_in(client_of(parts))
    liked = receive(parts, mention=said("like"))

    after = Page(browser, "/admin/mentions?show=shown").press("Reject")
    rejected = states(parts, liked)
    after.press("Undo")

    assert [*rejected, *states(parts, liked)] == ["rejected owner", "approved policy"]


def test_400_nothing_to_undo(owner, parts):
    receive(parts)
    Page(owner).press("Approve").press("Undo")
    form = {"csrf_token": csrf_token(owner, "/admin/mentions")}

    response = owner.post("/admin/mentions/undo", data=form)

    assert response.status_code == 400
    assert "nothing to undo" in response.text


def test_200_a_link_of_others_offers_no_undo(owner, parts):
    receive(parts)
    Page(owner).press("Approve")

    assert not Page(owner, "/admin/mentions?done=spam").html.select(".notice button")
    assert not Page(owner, "/admin/mentions?done=<b>").html.select(".notice")


@pytest.mark.parametrize(
    "form",
    [
        {"decision": "approve"},
        {"decision": "publish", "id": "x"},
        {"id": "x"},
        {"decision": "approve", "id": ["x"] * 31},
    ],
    ids=["no id", "another decision", "no decision", "too many"],
)
def test_400_decision(owner, parts, form):
    waiting = receive(parts)
    token = csrf_token(owner, "/admin/mentions")

    response = owner.post("/admin/mentions/decide", data={**form, "csrf_token": token})

    assert response.status_code == 400
    assert states(parts, waiting) == [""]


def test_303_a_mention_sent_again_keeps_the_decision(owner, parts):
    """The old content shows until the new one is verified."""
    waiting = receive(parts)
    Page(owner).press("Approve")

    again = receive(parts, mention=said("like", name="Somebody else"))

    assert again == waiting
    assert states(parts, waiting) == ["approved owner"]
    assert not Page(owner).headlines


def test_a_stricter_setting_hides_nothing_that_was_shown(start, installation):
    """Unless the page says something else by now: a like must not become a reply in silence."""
    installation.configure(webmention={"approve": ["likes"]})
    liked = receive(start(), mention=said("like"))
    installation.configure(webmention={"approve": []})
    parts = start()

    receive(parts, mention=said("like", text="Other words"))
    again = states(parts, liked)
    receive(parts, mention=said("reply"))

    assert [*again, *states(parts, liked)] == ["approved policy", ""]


# Rules


def test_303_block_an_author(owner, parts):
    eve = receive(parts, "https://eve.example/1", said(**EVE))
    bridged = receive(parts, "https://brid.gy/1", said(**EVE))
    grace = receive(parts, "https://brid.gy/2")

    after = Page(owner).press("Block https://eve.example/")
    later = receive(parts, "https://brid.gy/3", said(**EVE))

    blocked = states(parts, eve, bridged, grace, later)
    after.press("Undo")
    assert blocked == ["rejected policy", "rejected policy", "", "rejected policy"]
    assert states(parts, eve, bridged, grace, later) == [""] * 4
    assert parts.webmentions.moderation.moderating.rules() == ()


def test_303_block_a_host_and_what_was_approved_there(owner, parts):
    approved = receive(parts, "https://eve.example/1", said(**EVE))
    Page(owner).press("Approve")
    waiting = receive(parts, "https://eve.example/2", said(**EVE))
    grace = receive(parts)

    after = Page(owner).press("Block all of eve.example")

    assert states(parts, approved, waiting, grace) == ["rejected block", "rejected policy", ""]
    after.press("Undo")
    assert states(parts, approved, waiting, grace) == ["approved owner", "", ""]


def test_303_the_rules_are_listed_and_removed(owner, parts):
    waiting = receive(parts)
    Page(owner).press("Trust")
    shown = states(parts, waiting)
    Page(owner, "/admin/mentions?show=shown").press("Block all of grace.example")

    page = Page(owner, "/admin/mentions/rules")

    lines = [text(line.p) for line in page.html.select(".list li")]
    assert sorted(lines) == ["Blocked host grace.example", "Trusted author https://grace.example/"]
    blocked = states(parts, waiting)
    number = lines.index("Blocked host grace.example")
    after = page.press("Remove", number=number)
    assert after.notice == "The rule is removed, and what it did is undone."
    assert [*shown, *blocked, *states(parts, waiting)] == [
        "approved policy",
        "rejected policy",
        "approved policy",
    ]


def test_303_a_rule_by_hand(owner, parts):
    waiting = receive(parts, "https://x.example/~eve/1")
    token = csrf_token(owner, "/admin/mentions/rules")
    form = {"subject": "source", "pattern": "x.example/~eve/*", "page": "rules"}

    response = owner.post("/admin/mentions/block", data={**form, "csrf_token": token})

    assert response.headers["Location"] == "/admin/mentions/rules?done=block"
    assert states(parts, waiting) == ["rejected policy"]
    assert Page(owner, response.headers["Location"]).press("Undo").notice
    assert states(parts, waiting) == [""]


def test_400_a_rule_that_would_fit_nothing(owner, parts):
    token = csrf_token(owner, "/admin/mentions/rules")
    form = {"subject": "author", "pattern": "Eve", "csrf_token": token}

    response = owner.post("/admin/mentions/block", data=form)

    assert response.status_code == 400
    assert parts.webmentions.moderation.moderating.rules() == ()


def test_303_trust_an_author_and_not_the_bridge(owner, parts):
    """Approving one bridged mention must not approve every bridged stranger."""
    social = {"name": "Grace", "url": "https://social.example/@grace"}
    grace = [receive(parts, f"https://brid.gy/{number}", said(**social)) for number in (1, 2)]
    stranger = receive(parts, "https://brid.gy/3", said(url="https://social.example/@eve"))
    impostor = receive(parts, "https://eve.example/", said(**social))

    after = Page(owner).press("Trust https://social.example/@grace", number=-1)

    later = receive(parts, "https://brid.gy/4", said(**social))
    found = states(parts, *grace, stranger, impostor, later)
    assert found == ["approved policy"] * 2 + ["", "", "approved policy"]
    assert after.press("Undo").notice
    assert states(parts, *grace, stranger, impostor, later) == [""] * 5


def test_200_trust_is_offered_where_it_does_something(owner, parts, start, installation, client_of):
    receive(parts, "https://a.example/1", said(url=""))
    receive(parts, "https://b.example/1", said(url="https://b.example/"))
    offered = [button for button in Page(owner).html("button") if text(button).startswith("Trust")]
    installation.configure(webmention={"approve": []})

    never = Page(sign_in(client_of(start()))).html("button")

    assert [text(button) for button in offered] == ["Trust https://b.example/"]
    assert not [button for button in never if text(button).startswith("Trust")]


def test_400_trust_nobody(owner, parts):
    waiting = receive(parts, mention=said(url=""))
    token = csrf_token(owner, "/admin/mentions")

    response = owner.post("/admin/mentions/trust", data={"id": waiting, "csrf_token": token})

    assert response.status_code == 400
    assert "URL of their page" in response.text


def test_400_approving_what_a_rule_blocks(owner, parts):
    parts.webmentions.moderation.moderating.add_rule(block("host", "grace.example"))
    blocked = receive(parts)
    token = csrf_token(owner, "/admin/mentions")
    form = {"id": blocked, "decision": "approve", "csrf_token": token}

    response = owner.post("/admin/mentions/decide", data=form)

    assert response.status_code == 400
    assert "remove the rule first" in response.text
    page = Page(owner, "/admin/mentions?show=rejected")
    assert "rule of yours blocks it" in text(page.html.select_one(".mention"))
    assert not page.html.select(".mention button")


def test_rules_touch_only_what_they_are_about(start, installation):
    """The setting may have become stricter: what was shown before stays."""
    installation.configure(webmention={"approve": ["all"]})
    shown = receive(start())
    installation.configure(webmention={"approve": ["trusted"]})
    parts = start()
    moderating = parts.webmentions.moderation.moderating

    moderating.add_rule(block("host", "eve.example"))
    moderating.add_rule(trust("https://ada.example/"))
    moderating.remove_rule(trust("https://ada.example/"))

    assert states(parts, shown) == ["approved policy"]


def test_200_below_a_path(installation, start):
    installation.configure(public_url="https://site.example/api")
    parts = start()
    receive(parts)
    browser = make_app(parts).test_client()
    sign_in(browser, "/api")

    page = Page(browser, "/api/admin/mentions")
    page.press("Approve")

    assert urlsplit(page.led_to).path == "/api/admin/mentions"
    assert parse_qs(urlsplit(page.led_to).query)["done"] == ["approve"]
    assert all(link["href"].startswith("/api/") for link in page.html.select(".trays a"))


def test_a_shown_mention_whose_source_is_busy_has_its_next_look(owner, parts):
    waiting = receive(parts)
    parts.webmentions.moderation.moderating.decide((waiting,), "approve")
    receive(parts, finding=Finding("", "The source answers 503."))

    [mention] = Page(owner, "/admin/mentions?show=shown").html.select(".mention")

    assert "The source answers 503." in text(mention)
    assert "Next look 22 Nov 2025, " in text(mention)
