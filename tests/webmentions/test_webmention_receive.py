"""``/webmention``: what is taken, what is refused at once, and what it tells (Webmention §3.2)."""

from urllib.parse import urlencode

import pytest
from mention_sources import entry

from endpoint.app import make_app
from endpoint.domain.webmentions.deciding.rules import block
from endpoint.stores.mentions.rules import MentionRules

JSON = {"Accept": "application/json"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def send(elsewhere, client):
    def send(source, target, headers=None):
        data = {"source": source, "target": target}
        return client.post("/webmention", data=data, headers=headers or {})

    return send


@pytest.fixture
def nobody_is_asked(elsewhere, parts):
    """After the test: nothing was kept, and no source was fetched."""
    yield
    parts.following.work("mentions")
    assert elsewhere.asked == []
    assert parts.webmentions.looking.queue().waiting == 0


def test_201_the_mention_is_kept_and_looked_at_later(send, elsewhere, client, parts, post):
    """Receiver test #1 of webmention.rocks: 201 and a Location."""
    target = post("Hello")
    source = elsewhere.put("/reply", entry(target))

    answer = send(source, target)
    waiting = client.get(answer.headers["Location"], headers=JSON)
    asked = list(elsewhere.asked)
    parts.following.work("mentions")
    seen = client.get(answer.headers["Location"], headers=JSON)

    assert answer.status_code == 201
    assert answer.headers["Location"].startswith("https://site.example/webmention/")
    assert asked == []
    assert waiting.json["state"] == "pending"
    assert seen.json["state"] == "verified"
    assert (seen.json["source"], seen.json["target"]) == (source, target)
    assert seen.json["received"] == "2025-11-22T08:30:15+00:00"
    assert elsewhere.asked == ["/reply"]


def test_201_is_a_promise_that_a_new_process_keeps(send, elsewhere, start, post, client_of):
    target = post("Hello")
    source = elsewhere.put("/reply", entry(target))

    answer = send(source, target)

    after = start()
    after.following.work("mentions")
    seen = client_of(after).get(answer.headers["Location"], headers=JSON)
    assert seen.json["state"] == "verified"


def test_201_a_person_who_used_the_form_sees_a_page(send, elsewhere, client, post):
    target = post("Hello")
    source = elsewhere.put("/<b>reply", entry(target))

    answer = send(source, target, PAGE)
    status = client.get(answer.headers["Location"], headers=PAGE)

    assert (answer.status_code, status.status_code) == (201, 200)
    for page in (answer, status):
        assert page.mimetype == "text/html"
        assert "It will be looked at" in page.text
        assert "<b>reply" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
    assert status.headers["Refresh"] == f"5; url={answer.headers['Location']}"


@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(lambda url: url.replace("https://", "http://"), id="http"),
        pytest.param(lambda url: url.replace("site.example", "www.SITE.example"), id="www"),
        pytest.param(lambda url: url.rstrip("/"), id="slash"),
        pytest.param(lambda url: url + "#c1", id="fragment"),
        pytest.param(lambda url: url + "?utm_source=feed", id="tracking"),
    ],
)
def test_201_however_the_target_is_spelled_it_is_one_mention(
    spell, send, elsewhere, client, parts, post
):
    target = post("Hello")
    spelled = spell(target)
    source = elsewhere.put("/reply", entry(spelled))

    first, second = send(source, spelled), send(source, target)
    third = send(source, spelled)
    parts.following.work("mentions")

    assert first.headers["Location"] == second.headers["Location"] == third.headers["Location"]
    seen = client.get(first.headers["Location"], headers=JSON).json
    assert (seen["state"], seen["target"]) == ("verified", spelled)


def test_a_fragment_must_be_on_the_page_that_mentions(send, elsewhere, client, parts, post):
    """The post is found without it, but the source is to have the target as it was sent."""
    target = post("Hello")
    source = elsewhere.put("/reply", entry(target))

    answer = send(source, f"{target}#comment")
    parts.following.work("mentions")

    assert client.get(answer.headers["Location"], headers=JSON).json["state"] == "failed"


@pytest.mark.parametrize(
    ("generator", "key", "old"),
    [
        pytest.param("hugo", "aliases", "/2019/first/", id="hugo"),
        pytest.param("hugo", "aliases", "first", id="hugo, beside the page"),
        pytest.param("jekyll", "redirect_from", "/2019/first/", id="jekyll"),
    ],
)
def test_201_an_address_that_the_post_had_before(
    generator, key, old, installation, jekyll_installation, start, client_of, tmp_path
):
    chosen = installation if generator == "hugo" else jekyll_installation
    parts = start(chosen)
    folder = "content/notes/2025/10" if generator == "hugo" else "_notes"
    name = "hi/index.md" if generator == "hugo" else "2025-10-01-hi.md"
    text = f"---\ndate: 2025-10-01T10:00:00Z\n{key}: [{old}]\n---\nHello\n"
    with parts.repository.writing() as writer:
        writer.commit({f"{folder}/{name}": text.encode()}, "by hand", parts.clock())
    where = "2019/first" if old.startswith("/") else "notes/2025/10/first"

    data = {"source": "https://other.example/", "target": f"https://site.example/{where}"}
    answer = client_of(parts).post("/webmention", data=data)
    told = client_of(parts).get(answer.headers["Location"], headers=JSON)
    elsewhere = {**data, "target": f"https://site.example/other/{where}"}

    assert answer.status_code == 201
    assert told.json["permalink"] == "https://site.example/notes/2025/10/hi/"
    assert client_of(parts).post("/webmention", data=elsewhere).status_code == 400


def test_201_an_alias_of_the_site(installation, start, client_of, bearer_of):
    installation.configure(webmention={"aliases": ["https://old.example/blog/"]})
    parts = start()
    client = client_of(parts)
    post = client.post("/micropub", data={"content": "Hello"}, headers=bearer_of(parts))
    path = post.headers["Location"].removeprefix("https://site.example/")
    data = {"source": "https://other.example/", "target": f"http://old.example/blog/{path}"}

    assert client.post("/webmention", data=data).status_code == 201


def test_201_any_page_where_the_setting_says_so(installation, start, client_of):
    installation.configure(webmention={"any_page": True})
    client = client_of(start())
    pages = {"/": 201, "/about/?utm_source=x": 201}

    for page, status in pages.items():
        data = {"source": "https://other.example/", "target": f"https://site.example{page}"}
        assert client.post("/webmention", data=data).status_code == status


@pytest.mark.usefixtures("nobody_is_asked")
@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param("", "{post}", id="empty source"),
        pytest.param("{other}", "", id="empty target"),
        pytest.param("mailto:a@b.example", "{post}", id="another scheme"),
        pytest.param("{post}", "{post}", id="the same"),
        pytest.param("http://u:p@localhost/reply", "{post}", id="password"),
        pytest.param("{other}", "https://kim.example/notes/1", id="another site"),
        pytest.param("{other}", "https://site.example.evil.example/", id="a longer host"),
        pytest.param("{other}", "https://site.example@evil.example/", id="a user name"),
        pytest.param("{other}", "{post}more", id="no post"),
        pytest.param("{other}", "https://site.example/", id="the home page"),
        pytest.param("{other}", "https://site.example/webmention", id="ourselves"),
    ],
)
def test_400_at_once_and_the_source_is_not_fetched(source, target, send, elsewhere, post):
    """Webmention §3.2.1."""
    places = {"post": post("Hello"), "other": elsewhere.put("/reply", "")}

    answer = send(source.format(**places), target.format(**places))

    assert answer.status_code == 400
    assert answer.json["error"] == "invalid_request"
    assert any(name in answer.json["error_description"] for name in ("source", "target"))


@pytest.mark.usefixtures("nobody_is_asked")
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"post-status": "draft"}, id="draft"),
        pytest.param({"visibility": "unlisted"}, id="unlisted"),
        pytest.param({"published": "2025-11-23T10:00:00Z"}, id="not out yet"),
    ],
)
def test_400_what_is_not_public_cannot_be_mentioned(fields, send, post):
    target = post("Hello", **fields)

    answer = send("https://other.example/", target)

    assert answer.status_code == 400
    assert "target" in answer.json["error_description"]


@pytest.mark.parametrize("any_page", [False, True])
def test_400_a_post_that_was_deleted(any_page, installation, start, client_of, bearer_of):
    installation.configure(webmention={"any_page": any_page})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    made = client.post("/micropub", data={"content": "Hello"}, headers=headers)
    target = made.headers["Location"]
    client.post("/micropub", data={"action": "delete", "url": target}, headers=headers)

    data = {"source": "https://other.example/", "target": target}

    assert client.post("/webmention", data=data).status_code == 400


@pytest.mark.usefixtures("nobody_is_asked")
@pytest.mark.parametrize(
    ("source", "target", "named"),
    [
        pytest.param("not a URL", "{post}", "source", id="the source"),
        pytest.param("{other}", "not a URL", "target", id="the target"),
        pytest.param("not a URL", "neither", "source", id="both"),
    ],
)
def test_receiver_2_an_invalid_source_target_or_both(source, target, named, send, elsewhere, post):
    """Receiver test #2 of webmention.rocks: 400 each."""
    places = {"post": post("Hello"), "other": elsewhere.put("/reply", "")}

    answer = send(source.format(**places), target.format(**places))

    assert answer.status_code == 400
    assert answer.json["error"] == "invalid_request"
    assert answer.json["error_description"].startswith(named)


def test_400_a_person_is_told_in_a_page(send):
    answer = send("", "", PAGE)

    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "source is missing" in answer.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param('{"source": "https://a.example/"}', "application/json", id="JSON"),
        pytest.param("source=x", "text/plain", id="text"),
        pytest.param("", "", id="nothing"),
        pytest.param("--x--", "multipart/form-data; boundary=x", id="multipart"),
    ],
)
def test_415_anything_but_a_form(body, content_type, client):
    answer = client.post("/webmention", data=body, content_type=content_type)

    assert answer.status_code == 415
    assert "application/x-www-form-urlencoded" in answer.json["error_description"]


def test_201_a_form_that_names_its_charset(elsewhere, client, post):
    target, source = post("Hello"), elsewhere.put("/reply", "")
    kind = "application/x-www-form-urlencoded; charset=utf-8"

    body = urlencode({"source": source, "target": target})
    answer = client.post("/webmention", data=body, content_type=kind)

    assert answer.status_code == 201


def test_413_a_form_of_a_megabyte(client):
    answer = client.post("/webmention", data={"source": "x" * 1_000_000})

    assert answer.status_code == 413


@pytest.mark.usefixtures("nobody_is_asked")
def test_200_get_says_what_this_is_and_does_nothing(client, elsewhere):
    source = elsewhere.put("/reply", "")
    query = {"source": source, "target": '"><script>alert(1)</script>'}

    answer = client.get("/webmention", query_string=query)

    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert 'name="source"' in answer.text
    assert "<script>" not in answer.text


def test_404_status_of_no_mention(client):
    assert client.get("/webmention/0123", headers=JSON).status_code == 404
    assert client.get("/webmention/0123", headers=PAGE).mimetype == "text/html"


def test_404_where_mentions_are_not_wanted(installation, start, client_of):
    installation.configure(webmention={"receive": False})
    client = client_of(start())
    data = {"source": "https://other.example/", "target": "https://site.example/"}

    assert client.post("/webmention", data=data).status_code in (404, 405)


def test_202_a_blocked_source_is_not_told_so(client, send, parts, clock, post):
    MentionRules(parts.engine).add(block("host", "spam.example"), clock())

    answer = send("https://www.spam.example/x", post("Hello"))

    assert (answer.status_code, answer.data) == (202, b"")
    assert "Location" not in answer.headers
    assert parts.webmentions.looking.queue().waiting == 0


def test_429_the_same_pair_again_and_again(send, post):
    target = post("Hello")

    answers = [send("https://other.example/", target) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert send("https://other.example/2", target).status_code == 201


def test_400_what_is_no_mention_counts_for_no_pair(send, post):
    target = post("Hello")

    answers = [send(source, target) for source in ["", "garbage", "mailto:a@b.example"] * 5]

    assert {answer.status_code for answer in answers} == {400}


def test_429_one_host_and_one_visitor(client, post):
    target = post("Hello")

    def send(number, host, visitor):
        data = {"source": f"https://{host}/{number}", "target": target}
        return client.post("/webmention", data=data, environ_base={"REMOTE_ADDR": visitor})

    for number in range(120):
        assert send(number, "a.example", f"192.0.2.{number}").status_code == 201
    of_one_host = send(120, "A.example:443", "192.0.2.200")
    for number in range(120):
        assert send(number, f"host-{number}.example", "198.51.100.1").status_code == 201
    by_one_visitor = send(1, "b.example", "198.51.100.1")

    for refused in (of_one_host, by_one_visitor):
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
    assert send(1, "b.example", "192.0.2.201").status_code == 201


def test_pages_of_any_origin_may_send(client):
    answer = client.post("/webmention", data={}, headers={"Origin": "https://site.example"})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]


def test_the_site_names_the_receiver(installation, start):
    """Webmention §3.1.2: in the header of every page that is shown here."""
    installation.configure(site={"serve": True})
    answer = make_app(start()).test_client().get("/")

    links = answer.headers.getlist("Link")

    assert '<https://site.example/webmention>; rel="webmention"' in links
