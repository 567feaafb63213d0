"""The owner's pages at ``/admin/``: who may act for them, and their posts."""

import itertools
import re
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from oauth_apps import App, csrf_token, give, grant_code, is_good, sign_in

from endpoint.app import make_app

QUILL = App("https://quill.example/", "create")
SHPUB = App("https://shpub.example/", "create")
HOSTILE = "\"><script>alert('1')</script>"
PAGES = ["/admin/", "/admin/posts", "/admin/mentions", "/admin/status"]


@pytest.fixture
def owner(client):
    """A browser whose owner has signed in."""
    return sign_in(client)


def read(response):
    return BeautifulSoup(response.text, "lxml")


def text(tag):
    return " ".join(tag.get_text().split())


def button(page, label):
    """Return the button that a screen reader calls ``label``."""
    [found] = [b for b in page.find_all("button") if label == (b.get("aria-label") or text(b))]
    return found


def press(client, page, label):
    form = button(page, label).find_parent("form")
    fields = {field["name"]: field["value"] for field in form.find_all("input")}
    assert form["method"] == "post"
    return client.post(form["action"], data=fields)


def entries(page):
    """Return the heading of each app or token with its facts, as the page tells them."""
    return {
        text(entry.find(["h2", "h3"])): {
            text(name): text(name.find_next_sibling("dd")) for name in entry.find_all("dt")
        }
        for entry in page.find_all("li", "entry")
    }


# Who gets in


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        pytest.param("/admin/", "/admin/", id="apps"),
        pytest.param("/admin", "/admin", id="without the slash"),
        pytest.param("/admin/posts", "/admin/posts", id="posts"),
        pytest.param("/admin/posts?after=abc", "/admin/posts?after=abc", id="with a query"),
    ],
)
def test_303_not_signed_in(client, path, wanted):
    response = client.get(path)

    assert response.status_code == 303
    assert response.headers["Location"] == f"/admin/sign-in?{urlencode({'next': wanted})}"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "action", ["/admin/apps/revoke", "/admin/tokens/revoke", "/admin/apps/revoke?client_id=x"]
)
def test_303_not_signed_in_does_nothing(client, parts, action):
    answer = give(client, QUILL)
    _, token = parts.tokens.create("", ["create"])

    response = client.post(action, data={"client_id": QUILL.client_id, "id": token.id})

    assert response.status_code == 303
    assert response.headers["Location"] == "/admin/sign-in?next=%2Fadmin%2F"
    assert is_good(client, answer)
    assert not parts.tokens.list()[0].revoked_at


def test_303_session_is_over(owner, clock):
    token = csrf_token(owner, "/admin/")
    clock.forward(days=15)

    responses = [
        owner.get("/admin/posts"),
        owner.post("/admin/apps/revoke", data={"csrf_token": token, "client_id": QUILL.client_id}),
    ]

    assert [response.status_code for response in responses] == [303, 303]
    assert all("/admin/sign-in?" in response.headers["Location"] for response in responses)


@pytest.mark.parametrize("action", ["/admin/apps/revoke", "/admin/tokens/revoke"])
@pytest.mark.parametrize("token", [None, "", "x"], ids=["no", "an empty", "a wrong"])
def test_400_csrf_token(owner, parts, action, token):
    """RFC 6749 §10.12."""
    answer = give(owner, QUILL)
    _, by_hand = parts.tokens.create("", ["create"])
    fields = {"client_id": QUILL.client_id, "id": by_hand.id}

    response = owner.post(action, data=fields if token is None else {**fields, "csrf_token": token})

    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert is_good(owner, answer)
    assert not any(token.revoked_at for token in parts.tokens.list())


def test_303_signing_out_with_the_button(owner):
    response = press(owner, read(owner.get("/admin/posts")), "Sign out")

    assert response.status_code == 303
    assert owner.get("/admin/").status_code == 303


@pytest.mark.parametrize("path", PAGES)
def test_200_pages_are_kept_by_nobody_and_run_nothing_of_others(owner, path):
    response = owner.get(path)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "form-action 'self';" in response.headers["Content-Security-Policy"]
    assert not read(response).find_all(["img", "iframe"])
    assert len(read(response)("script")) == (path == "/admin/mentions")
    assert [tag["href"] for tag in read(response).find_all("link")] == ["data:,"]


# Apps


def test_200_apps_and_what_they_may_do(owner, clock):
    answer = give(owner, App("https://quill.example/id.json", "profile create channels mute"))
    clock.forward(days=1)
    assert is_good(owner, answer)

    page = read(owner.get("/admin/"))

    assert "https://site.example/" in text(page)
    assert entries(page) == {
        "quill.example": {
            "App": "https://quill.example/id.json",
            "Since": "22 Nov 2025, 09:30",
            "Last use": "23 Nov 2025, 09:30",
            "Until": "22 Nov 2026, 09:30, or longer if it goes on being used",
        }
    }
    assert [text(line) for line in page.find("ul", "lines").find_all("li")] == [
        "Know your name, your photo and the address of your site profile",
        "Write new posts and publish them, with photos and other files create",
        "Nothing this server knows; the app asks for it by name channels mute",
    ]
    assert page.find("time")["datetime"] == "2025-11-22T09:30:15+01:00"
    assert "Europe/Berlin" in text(page)


def test_200_no_apps(owner):
    page = read(owner.get("/admin/"))

    assert "No app may act for you" in text(page)
    assert entries(page) == {}
    assert "by hand" not in text(page)


def test_200_an_app_that_can_renew_is_there(owner, clock):
    give(owner, QUILL)
    clock.forward(days=91)

    found = entries(read(sign_in(owner).get("/admin/")))

    assert found["quill.example"]["Until"].startswith("22 Nov 2026")


def test_303_revoking_an_app(owner):
    answer, other = give(owner, QUILL), give(owner, SHPUB)
    code = grant_code(owner, QUILL)

    response = press(owner, read(owner.get("/admin/")), f"Revoke {QUILL.client_id}")

    assert response.status_code == 303
    assert response.headers["Location"] == "/admin/?done=app"
    page = read(owner.get(response.headers["Location"]))
    assert text(page.find(role="status")).startswith("The app was revoked")
    assert list(entries(page)) == ["shpub.example"]
    assert not is_good(owner, answer)
    for form in (QUILL.renewal(answer), QUILL.redemption(code)):
        assert owner.post("/token", data=form).json["error"] == "invalid_grant"
    assert is_good(owner, other)


def test_200_a_revoked_app_is_back_after_the_next_sign_in(owner):
    give(owner, QUILL)
    press(owner, read(owner.get("/admin/")), f"Revoke {QUILL.client_id}")

    answer = give(owner, QUILL)

    assert list(entries(read(owner.get("/admin/")))) == ["quill.example"]
    assert is_good(owner, answer)


def test_200_tokens_made_by_hand(owner, parts, clock):
    secret, token = parts.tokens.create(QUILL.client_id, ["create"])
    clock.forward(hours=2)
    parts.tokens.create("", [])
    is_good(owner, {"access_token": secret})

    page = read(owner.get("/admin/"))

    found = entries(page)
    assert list(found) == ["For no app", "quill.example"]
    assert found["quill.example"] == {
        "Id": token.id,
        "App": QUILL.client_id,
        "Since": "22 Nov 2025, 09:30",
        "Last use": "22 Nov 2025, 11:30",
        "Until": "You revoke it",
    }
    assert found["For no app"]["Last use"] == "Never"
    assert "App" not in found["For no app"]
    assert "It may do nothing" in text(page)
    assert "No app may act for you" in text(page)


def test_303_revoking_a_token(owner, parts):
    secret, token = parts.tokens.create("", ["create"])
    other, _ = parts.tokens.create("", ["create"])

    response = press(owner, read(owner.get("/admin/")), f"Revoke token {token.id}")

    page = read(owner.get(response.headers["Location"]))
    assert response.status_code == 303
    assert text(page.find(role="status")).startswith("The token was revoked")
    assert len(entries(page)) == 1
    assert not is_good(owner, {"access_token": secret})
    assert is_good(owner, {"access_token": other})


@pytest.mark.parametrize(
    ("action", "fields", "status"),
    [
        pytest.param("apps", {}, 400, id="no client_id"),
        pytest.param("apps", {"client_id": ""}, 400, id="an empty client_id"),
        pytest.param(
            "apps", {"client_id": [QUILL.client_id, SHPUB.client_id]}, 400, id="two client_ids"
        ),
        pytest.param("apps", {"client_id": "https://else.example/"}, 404, id="another app"),
        pytest.param("apps", {"client_id": f"{QUILL.client_id}\0"}, 404, id="a NUL"),
        pytest.param("apps", {"client_id": HOSTILE}, 404, id="a hostile client_id"),
        pytest.param("tokens", {}, 400, id="no id"),
        pytest.param("tokens", {"id": ""}, 400, id="an empty id"),
        pytest.param("tokens", {"id": HOSTILE}, 404, id="another id"),
    ],
)
def test_4xx_nothing_to_revoke(owner, parts, action, fields, status):
    answer = give(owner, QUILL)
    secret, _ = parts.tokens.create("", ["create"])
    fields = {**fields, "csrf_token": csrf_token(owner, "/admin/")}

    response = owner.post(f"/admin/{action}/revoke", data=fields)

    assert response.status_code == status
    assert text(read(response).h1) in ("That did not work", "There is nothing here")
    assert "<script" not in response.text
    assert is_good(owner, answer)
    assert is_good(owner, {"access_token": secret})


@pytest.mark.parametrize("action", ["apps", "tokens"])
def test_404_a_link_revokes_nothing(owner, parts, action):
    answer = give(owner, QUILL)
    token_id = parts.tokens.list()[0].id

    response = owner.get(f"/admin/{action}/revoke?client_id={QUILL.client_id}&id={token_id}")

    assert response.status_code == 404
    assert is_good(owner, answer)


@pytest.mark.parametrize("done", ["", "revoked", "<b>x</b>", "app2", "__class__"])
def test_200_no_words_from_the_url(owner, done):
    response = owner.get(f"/admin/?{urlencode({'done': done})}")

    assert response.status_code == 200
    assert read(response).find(role="status") is None
    assert "<b>" not in response.text


@pytest.mark.parametrize(
    "client_id",
    [
        pytest.param(HOSTILE, id="markup"),
        pytest.param("https://[x", id="no URL"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("https://long.example/" + "x" * 3000, id="a long one"),
        pytest.param("https://a.example/\u202etxt.exe", id="a text that runs backwards"),
    ],
)
def test_200_hostile_client_id(owner, parts, client_id):
    _, token = parts.tokens.create(client_id, ["create", HOSTILE])

    response = owner.get("/admin/")

    page = read(response)
    [facts] = entries(page).values()
    assert response.status_code == 200
    assert facts["App"] == client_id
    assert not page.find_all(["script", "b"])
    assert not [a for a in page.find_all("a") if not a["href"].startswith("/admin/")]
    assert page.find("li", "entry").find("dd", string=client_id)["dir"] == "ltr"
    assert button(page, f"Revoke token {token.id}")


def test_200_external_mode_has_no_apps_of_ours(start, installation, client_of):
    parts = start()
    give(client_of(parts), QUILL)
    parts.tokens.create("", ["create"])
    installation.configure(auth={"mode": "external"})

    client = sign_in(client_of(start()))

    page = read(client.get("/admin/"))
    assert "Apps sign in with another server" in text(page)
    assert entries(page) == {}
    assert "by hand" not in text(page)
    assert client.get("/admin/posts").status_code == 200


def test_303_revoked_in_one_process_and_gone_in_all(owner, start, parts):
    answer = give(owner, QUILL)
    other = make_app(start()).test_client()
    sign_in(other)

    press(other, read(other.get("/admin/")), f"Revoke {QUILL.client_id}")

    assert not is_good(owner, answer)
    assert entries(read(owner.get("/admin/"))) == {}


# For everybody who reads the pages


def test_200_the_pages_make_sense_to_a_screen_reader(owner, parts):
    for app in (QUILL, App("https://quill.example/2"), SHPUB):
        give(owner, app)
    parts.tokens.create("", ["create"])
    parts.tokens.create("", ["create"])

    for path, title in zip(PAGES, ("Apps", "Posts", "Mentions", "Status"), strict=True):
        page = read(owner.get(path))

        navigation = page.find("nav", {"aria-label": "Your pages"})
        assert {a["href"]: a.get("aria-current") for a in navigation.find_all("a")} == {
            other: "page" if other == path else None for other in PAGES
        }
        levels = [int(tag.name[1]) for tag in page.find_all(re.compile("h[1-6]"))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
        labels = [b.get("aria-label") or text(b) for b in page.find_all("button")]
        assert len(set(labels)) == len(labels)
        assert set(map(text, page.find_all("button"))) <= {"Revoke", "Sign out"}
        assert all(label.startswith(("Revoke ", "Sign out")) for label in labels)
        assert text(page.title) == text(page.h1) == title
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(set(ids)) == len(ids)


def test_200_below_a_path(start, installation, client_of):
    installation.configure(public_url="https://site.example/api")
    parts = start()
    _, token = parts.tokens.create("", ["create"])
    client = sign_in(client_of(parts), root="/api")

    page = read(client.get("/api/admin/"))
    revoked = press(client, page, f"Revoke token {token.id}")

    links = [a["href"] for a in page.find_all("a")] + [f["action"] for f in page.find_all("form")]
    assert all(link.startswith("/api/admin/") for link in links)
    assert revoked.headers["Location"] == "/api/admin/?done=token"


# Posts


class Site:
    """Posts that the owner wrote, in one commit, and what the page says of them."""

    def __init__(self, owner, parts):
        self._owner = owner
        self._parts = parts

    def write(self, *posts):
        files = {
            f"content/notes/{number:03}.md": f"---\n{front}\n---\n{content}\n".encode()
            for number, (front, content) in enumerate(posts)
        }
        self._commit(files)

    def remove(self, number):
        self._commit({f"content/notes/{number:03}.md": None})

    def page(self, path="/admin/posts"):
        response = self._owner.get(path)
        assert response.status_code == 200
        return read(response)

    def summaries(self):
        return [text(line.a) for line in self.page().find_all("li")]

    def _commit(self, changes):
        with self._parts.repository.writing() as writer:
            writer.commit(changes, "posts", self._parts.clock())


@pytest.fixture
def site(owner, parts):
    return Site(owner, parts)


def dated(number, content, front=""):
    return f"date: 2025-11-{1 + number // 24:02}T{number % 24:02}:00:00Z\n{front}", content


def link(page, label):
    found = page.find("a", string=label)
    return found["href"] if found else None


def test_200_no_posts_yet(site):
    page = site.page()

    assert "No posts yet" in text(page)
    assert "https://site.example/" in text(page)
    assert page.find("nav", {"aria-label": "Pages"}) is None


def test_200_posts_newest_first_with_those_nobody_else_sees(owner, client, bearer, clock, site):
    headers = bearer("create")
    permalinks = []
    for properties in (
        {"content": ["A note"]},
        {"name": ["A name"], "content": ["Other words"]},
        {"content": ["A draft"], "post-status": ["draft"], "visibility": ["unlisted"]},
        {"content": ["Unlisted"], "visibility": ["unlisted"]},
        {"like-of": ["https://other.example/"]},
        {"content": ["Scheduled"], "published": ["2025-12-31T23:30:00-01:00"]},
        {
            "content": ["A draft for later"],
            "published": ["2026-02-01T00:00:00+01:00"],
            "post-status": ["draft"],
        },
    ):
        clock.forward(hours=1)
        post = {"type": ["h-entry"], "properties": properties}
        permalinks.append(client.post("/micropub", json=post, headers=headers).headers["Location"])

    lines = site.page().find_all("li")

    assert [line.a["href"] for line in lines] == permalinks[::-1]
    assert [[text(line.a), text(line.p)] for line in lines] == [
        ["A draft for later", "note, 1 Feb 2026, 00:00 draft"],
        ["Scheduled", "note, 1 Jan 2026, 01:30 scheduled"],
        ["https://other.example/", "like, 22 Nov 2025, 14:30"],
        ["Unlisted", "note, 22 Nov 2025, 13:30 unlisted"],
        ["A draft", "note, 22 Nov 2025, 12:30 draft unlisted"],
        ["A name", "article, 22 Nov 2025, 11:30"],
        ["A note", "note, 22 Nov 2025, 10:30"],
    ]
    assert lines[1].time["datetime"] == "2026-01-01T01:30:00+01:00"


def test_200_pushed_posts_are_there_at_once(site):
    site.write(dated(1, "First"))
    assert site.summaries() == ["First"]

    site.write(dated(1, "First"), dated(2, "Pushed"))

    assert site.summaries() == ["Pushed", "First"]


@pytest.mark.parametrize(
    ("front", "content", "summary"),
    [
        pytest.param(f"title: '{HOSTILE.replace(chr(39), chr(34))}'", "x", None, id="markup"),
        pytest.param("", "<script>x()</script><b>bold</b>", None, id="markup without a name"),
        pytest.param("title: " + "word " * 50, "x", ("word " * 32)[:-1] + "…", id="long"),
        pytest.param("title: " + "W" * 200, "x", "W" * 159 + "…", id="one long word"),
        pytest.param("title: שלום עולם", "x", "שלום עולם", id="right to left"),
        pytest.param('title: "a\\u202eb"', "x", "a b", id="turned around"),
        pytest.param("", "Two\n\nlines", "Two lines", id="lines"),
        pytest.param("", "See <https://a.example/>", "See https://a.example/", id="link"),
        pytest.param("", "", "https://site.example/notes/000/", id="nothing"),
    ],
)
def test_200_what_a_post_is_called(site, front, content, summary):
    site.write((f"date: 2025-11-20T08:00:00Z\n{front}", content))

    page = site.page()

    [line] = page.find_all("li")
    assert not line.find_all(["script", "b"])
    assert text(line.a.bdi) == summary or (summary is None and "script" in text(line.a))


def test_200_a_post_without_a_date(site):
    site.write(("draft: true", "Undated"), dated(1, "Dated"))

    assert site.summaries() == ["Dated", "Undated"]
    assert text(site.page().find_all("li")[1].p) == "note, without a date draft"


@pytest.mark.parametrize("year", [1000, 9998])
def test_200_dates_at_the_ends_of_time(site, year):
    site.write((f"date: {year}-01-01T00:00:00Z", "Odd"))

    assert f"1 Jan {year}" in text(site.page())


def test_200_pages_lead_to_every_post_and_back(site):
    site.write(*(dated(number, f"Note {number}") for number in range(120)))

    pages, way = [site.page()], "Older posts"
    while path := link(pages[-1], way):
        pages.append(site.page(path))
        if not link(pages[-1], "Older posts"):
            way = "Newer posts"

    found = [[text(line.a) for line in page.find_all("li")] for page in pages]
    assert list(itertools.chain(*found[:3])) == [f"Note {number}" for number in range(119, -1, -1)]
    assert list(map(len, found)) == [50, 50, 20, 50, 50]
    assert found[3:] == [found[1], found[0]]
    assert link(pages[0], "Newer posts") is None
    assert link(pages[4], "Newer posts") is None
    assert link(pages[1], "Newer posts") == link(pages[3], "Newer posts")


def test_200_the_older_posts_are_gone_by_now(site):
    site.write(*(dated(number, f"Note {number}") for number in range(51)))
    path = link(site.page(), "Older posts")
    site.remove(0)

    page = site.page(path)

    assert "There are no more posts" in text(page)
    assert link(page, "Newest posts") == "/admin/posts"
    assert link(page, "Older posts") is None


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("after=x", id="no cursor"),
        pytest.param("before=%00", id="NUL"),
        pytest.param("after=%ff%fe", id="no UTF-8"),
        pytest.param("after=" + "A" * 5000, id="a long one"),
        pytest.param("after=MTUg&before=MTUg", id="both"),
        pytest.param(f"after={HOSTILE}", id="markup"),
    ],
)
def test_400_cursor(owner, query):
    response = owner.get(f"/admin/posts?{query}")

    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert "after" in text(read(response)) or "before" in text(read(response))
    assert "<script" not in response.text
