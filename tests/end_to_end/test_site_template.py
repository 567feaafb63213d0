"""The sites a new owner starts from, built by the real Hugo and Jekyll and read with mf2py."""

import itertools
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import mf2py
import pytest
from PIL import Image
from programs import need

from endpoint.config import Config
from endpoint.domain.discovery import find_in_head
from endpoint.domain.discovery_links import discovery_links
from endpoint.services.templates import fill_template

TEMPLATES = Path(__file__).parents[2] / "site_template"
SITE = "https://site.example/"
SCRIPT = "<script>alert(1)</script>"
JAVASCRIPT = "javascript:alert(1)"
NEWEST = datetime(2024, 3, 20, 12, tzinfo=UTC)

Sample = tuple[str, dict[str, Any], str]
"""A post: its folder, its front matter in Hugo's spelling, its body."""

ADA = {"type": ["h-card"], "properties": {"name": ["Ada"], "url": ["https://ada.example/"]}}
ESSAY = {
    "type": ["h-cite"],
    "properties": {
        "url": ["https://ada.example/essay"],
        "name": ["An essay"],
        "author": [ADA],
        "content": ["Its first words."],
    },
}
CAFE = {
    "type": ["h-card"],
    "properties": {
        "name": ["Café Engine"],
        "url": ["https://cafe.example/"],
        "locality": ["Berlin"],
        "latitude": [52.5],
        "longitude": [13.4],
    },
}
PEN = {"type": ["h-product"], "properties": {"name": ["Pen"], "url": ["https://pen.example/"]}}
EVIL = {
    "type": ["h-cite"],
    "properties": {"name": [SCRIPT], "url": [JAVASCRIPT], "author": [SCRIPT], "content": [SCRIPT]},
}
HOSTILE = {
    "title": SCRIPT,
    "summary": SCRIPT,
    "tags": [SCRIPT, '" onclick="alert(1)', JAVASCRIPT],
    "category": [EVIL, SCRIPT],
    "photos": [{"url": JAVASCRIPT, "alt": "x"}, {"url": "/media/a.jpg", "alt": f'"{SCRIPT}'}],
    "videos": [JAVASCRIPT],
    "audios": ["data:text/html,<script>alert(1)</script>"],
    "inReplyTo": [
        JAVASCRIPT,
        EVIL,
        " JavaScript:alert(1)",
        'https://a.example/" onclick="alert(1)',
    ],
    "likeOf": [EVIL],
    "rsvp": SCRIPT,
    "start": [SCRIPT],
    "location": [JAVASCRIPT, EVIL, f"geo:1,{SCRIPT}"],
    "checkin": [JAVASCRIPT, EVIL],
    "item": [EVIL],
    "rating": [SCRIPT],
    "ate": [SCRIPT],
    "syndication": [JAVASCRIPT, "https://social.example/1", "https://social.example:x/2"],
    "syndicateTo": [JAVASCRIPT, EVIL, SCRIPT, 5, 'https://a.example/" onclick="alert(1)'],
    "mf2Type": 'h-entry" onclick="alert(1)',
    "unknownThing": [{"deep": [SCRIPT]}],
}
POSTS: dict[str, Sample] = {
    "note": (
        "notes",
        {
            "tags": ["IndieWeb", "C++"],
            "category": [ADA],
            "syndication": ["https://social.example/@ada/1"],
            "syndicateTo": ["https://news.indieweb.org/en"],
        },
        "Hello **world**, use --help: `{x}` is *short*.",
    ),
    "article": (
        "articles",
        {
            "title": "On engines",
            "summary": "What they weave.",
            "lastmod": "2024-03-21T09:00:00+00:00",
            "tags": ["IndieWeb"],
        },
        "The engine weaves.\n\n## Patterns\n\nAs the loom does.\n\n```python\nprint('leaves')\n```",
    ),
    "hostile": ("replies", HOSTILE, "Harmless."),
    "html": ("notes", {"markup": "html"}, "<p>It is <u>underlined</u> &amp; {&#123;x}}.</p>"),
    "photo": (
        "photos",
        {
            "photos": [
                {"url": "https://site.example/media/a.jpg", "alt": "A red fox"},
                {"url": "/media/b.jpg", "alt": ""},
            ]
        },
        "Two of them.",
    ),
    "video": ("videos", {"videos": ["/media/a.mp4"]}, "A film."),
    "audio": ("audio", {"audios": ["/media/a.ogg"]}, "A song."),
    "reply": ("replies", {"inReplyTo": [ESSAY]}, "I agree."),
    "like": ("likes", {"likeOf": ["https://ada.example/post"]}, ""),
    "repost": ("reposts", {"repostOf": ["https://ada.example/post"]}, ""),
    "bookmark": (
        "bookmarks",
        {"title": "Kept", "bookmarkOf": ["https://ada.example/post"]},
        "Worth it.",
    ),
    "rsvp": (
        "rsvps",
        {"rsvp": "yes", "inReplyTo": ["https://ada.example/party"]},
        "I am coming.",
    ),
    "event": (
        "events",
        {
            "title": "Tea",
            "mf2Type": "h-event",
            "start": ["2024-12-01T15:00:00+01:00"],
            "end": ["2024-12-01T17:00:00+01:00"],
            "location": [CAFE],
        },
        "With biscuits.",
    ),
    "checkin": ("checkins", {"checkin": [CAFE], "location": ["geo:52.5,13.4;u=20"]}, "Coffee."),
    "review": (
        "reviews",
        {
            "title": "A good pen",
            "mf2Type": "h-review",
            "item": [PEN],
            "rating": [4.5],
            "best": [5],
        },
        "It writes.",
    ),
    "read": ("reads", {"readOf": [ESSAY], "readStatus": ["finished"]}, ""),
    "listen": ("listens", {"listenOf": ["https://music.example/1"]}, ""),
    "watch": ("watches", {"watchOf": ["https://film.example/1"]}, ""),
    "eat": ("food", {"ate": ["Apple pie"]}, ""),
    "drink": (
        "drinks",
        {"drank": [{"type": ["h-food"], "properties": {"name": ["Tea"]}}]},
        "",
    ),
    "card": (
        "cards",
        {"title": "Charles", "mf2Type": "h-card", "org": ["Engines"], "email": ["c@site.example"]},
        "Builds.",
    ),
    "cite": ("cites", {"title": "Notes", "mf2Type": "h-cite", "author": [ADA]}, "A quotation."),
    "secret-draft": ("notes", {"draft": True}, "Not ready."),
    "secret-future": ("notes", {"date": "2999-01-01T00:00:00+00:00"}, "Not yet."),
    "secret-by-hand": ("notes", {"visibility": "unlisted", "tags": ["secret-tag"]}, "For few."),
    "secret-unlisted": (
        "notes",
        {"visibility": "unlisted", "build": {"list": "never"}, "tags": ["secret-tag"]},
        "Only for those who know.",
    ),
}
LISTED = [slug for slug in POSTS if not slug.startswith("secret")]
MENTIONS = [
    {
        "kind": "like",
        "url": "https://eve.example/1",
        "author": {"name": "Eve", "url": "https://eve.example/", "photo": "https://x.example/e"},
    },
    {
        "kind": "reply",
        "url": JAVASCRIPT,
        "author": {"name": SCRIPT, "url": JAVASCRIPT, "photo": "/media/a.jpg"},
        "content": f"Well said. {SCRIPT}",
        "published": "2024-03-21T10:00:00Z",
    },
]
GONE = {"url": "/notes/2024/01/gone/", "permalink": f"{SITE}notes/2024/01/gone/"}
RELS = [
    "micropub",
    "micropub_media",
    "indieauth-metadata",
    "authorization_endpoint",
    "token_endpoint",
]


ALBUM = "photos/2024/03/album/"
FOX, FILM, PAINTING, DOT, LOOP, CUT, LOST = (
    f"{digit * 32}{ending}"
    for digit, ending in zip(
        "1234567", [".jpg", ".gif", ".avif", ".png", ".webp", ".jpg", ".jpg"], strict=True
    )
)
MOVIE, SONG = f"{'8' * 32}.mp4", f"{'9' * 32}.mp3"


@dataclass(frozen=True)
class Site:
    """A finished build: where it lies, and the addresses of the sample posts in it."""

    generator: str
    output: Path

    def url(self, slug: str) -> str:
        """Return the path of a sample post below the site's root."""
        folder, front_matter, _ = POSTS[slug]
        day = str(front_matter.get("date", NEWEST.isoformat()))[:10].split("-")
        if self.generator == "jekyll" and folder == "articles":
            return f"{'/'.join(day)}/{slug}/"
        return f"{folder}/{day[0]}/{day[1]}/{slug}/"

    def text(self, path: str) -> str:
        """Return a file of the site; a path with a slash at its end is a page."""
        path += "index.html" if path == "" or path.endswith("/") else ""
        return (self.output / path).read_text(encoding="utf-8")

    def mf2(self, path: str) -> dict[str, Any]:
        """Return the microformats of a page."""
        return dict(mf2py.parse(doc=self.text(path), url=SITE + path))

    def post(self, slug: str) -> dict[str, Any]:
        """Return the only microformat at the root of a sample post's page."""
        [item] = self.mf2(self.url(slug))["items"]
        return dict(item)


class Elements(HTMLParser):
    """The start tags of a document, each with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture(scope="module")
def hugo_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One build of the Hugo template, with the sample posts and every switch on."""
    return _make_site(tmp_path_factory.mktemp("hugo") / "site", "hugo")


@pytest.fixture(scope="module")
def jekyll_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same with Jekyll."""
    return _make_site(tmp_path_factory.mktemp("jekyll") / "site", "jekyll")


@pytest.fixture(scope="module", params=["hugo", "jekyll"])
def site(request: pytest.FixtureRequest) -> Site:
    """Each of the two."""
    built: Site = request.getfixturevalue(f"{request.param}_site")
    return built


def _make_site(root: Path, generator: str) -> Site:
    shutil.copytree(TEMPLATES / generator, root)
    _switch_on(root / ("hugo.toml" if generator == "hugo" else "_config.yml"))
    for age, (slug, sample) in enumerate(POSTS.items()):
        _write_post(root, generator, slug, sample, NEWEST - timedelta(minutes=age))
    gone = root / ("data" if generator == "hugo" else "_data") / "gone"
    gone.mkdir(parents=True)
    (gone / "0123456789abcdef.json").write_text(json.dumps(GONE))
    (gone / "1123456789abcdef.json").write_text(json.dumps({"url": "/c++/*/%C3%BC/"}))
    return Site(generator, _build(root, generator))


@pytest.mark.parametrize(
    ("slug", "kind", "expected"),
    [
        pytest.param(
            "note", "h-entry", {"category": ["IndieWeb", "C++", "https://ada.example/"]}, id="note"
        ),
        pytest.param(
            "article",
            "h-entry",
            {"name": ["On engines"], "summary": ["What they weave."]},
            id="article",
        ),
        pytest.param(
            "photo",
            "h-entry",
            {
                "photo": [
                    {"value": f"{SITE}media/a.jpg", "alt": "A red fox"},
                    {"value": f"{SITE}media/b.jpg", "alt": ""},
                ]
            },
            id="photo",
        ),
        pytest.param("video", "h-entry", {"video": [f"{SITE}media/a.mp4"]}, id="video"),
        pytest.param("audio", "h-entry", {"audio": [f"{SITE}media/a.ogg"]}, id="audio"),
        pytest.param(
            "reply", "h-entry", {"in-reply-to": ["https://ada.example/essay"]}, id="reply"
        ),
        pytest.param("like", "h-entry", {"like-of": ["https://ada.example/post"]}, id="like"),
        pytest.param("repost", "h-entry", {"repost-of": ["https://ada.example/post"]}, id="repost"),
        pytest.param(
            "bookmark",
            "h-entry",
            {"bookmark-of": ["https://ada.example/post"], "name": ["Kept"]},
            id="bookmark",
        ),
        pytest.param(
            "rsvp",
            "h-entry",
            {"rsvp": ["yes"], "in-reply-to": ["https://ada.example/party"]},
            id="rsvp",
        ),
        pytest.param(
            "event",
            "h-event",
            {
                "name": ["Tea"],
                "start": ["2024-12-01T15:00:00+0100"],
                "end": ["2024-12-01T17:00:00+0100"],
                "location": ["Café Engine"],
            },
            id="event",
        ),
        pytest.param("checkin", "h-entry", {"checkin": ["https://cafe.example/"]}, id="checkin"),
        pytest.param(
            "review",
            "h-review",
            {
                "name": ["A good pen"],
                "item": ["https://pen.example/"],
                "rating": ["4.5"],
                "best": ["5"],
            },
            id="review",
        ),
        pytest.param(
            "read",
            "h-entry",
            {"read-of": ["https://ada.example/essay"], "read-status": ["finished"]},
            id="read",
        ),
        pytest.param("listen", "h-entry", {"listen-of": ["https://music.example/1"]}, id="listen"),
        pytest.param("watch", "h-entry", {"watch-of": ["https://film.example/1"]}, id="watch"),
        pytest.param("eat", "h-entry", {"ate": ["Apple pie"]}, id="eat"),
        pytest.param("drink", "h-entry", {"drank": ["Tea"]}, id="drink"),
        pytest.param(
            "card",
            "h-card",
            {"name": ["Charles"], "org": ["Engines"], "note": ["Builds."]},
            id="card",
        ),
        pytest.param("cite", "h-cite", {"name": ["Notes"], "author": ["Ada"]}, id="cite"),
    ],
)
def test_each_kind_of_post_has_its_microformats(
    site: Site, slug: str, kind: str, expected: dict[str, list[Any]]
) -> None:
    item = site.post(slug)

    found = item["properties"]
    assert item["type"] == [kind]
    assert {name: [_plain(value) for value in found[name]] for name in expected} == expected
    assert found["url"] == found["uid"] == [SITE + site.url(slug)]
    assert ("name" in found) == ("title" in POSTS[slug][1])


def test_post_has_author_dates_content_and_copies(site: Site) -> None:
    note = site.post("note")["properties"]
    article = site.post("article")["properties"]

    assert note["author"][0]["type"] == ["h-card"]
    assert note["author"][0]["properties"]["url"] == [SITE]
    assert datetime.fromisoformat(note["published"][0]) == NEWEST
    assert "updated" not in note
    assert datetime.fromisoformat(article["updated"][0]) == datetime(2024, 3, 21, 9, tzinfo=UTC)
    assert note["content"][0]["value"] == "Hello world, use --help: {x} is short."
    assert "<strong>world</strong>" in note["content"][0]["html"]
    # IndieNews looks at the last of its own links.
    assert note["syndication"] == ["https://social.example/@ada/1", "https://news.indieweb.org/en"]
    assert note["category"][2]["type"] == ["h-card"]


def test_html_body_stays_html(site: Site) -> None:
    [content] = site.post("html")["properties"]["content"]

    assert "It is <u>underlined</u> &amp; {{x}}." in content["html"]


def test_context_of_a_reply_names_author_and_words(site: Site) -> None:
    [context] = site.post("reply")["properties"]["in-reply-to"]

    assert context["type"] == ["h-cite"]
    assert context["properties"]["name"] == ["An essay"]
    assert context["properties"]["content"] == ["Its first words."]
    assert context["properties"]["author"][0]["properties"]["url"] == ["https://ada.example/"]


def test_places_have_address_and_coordinates(site: Site) -> None:
    checkin = site.post("checkin")["properties"]

    assert checkin["checkin"][0]["properties"]["locality"] == ["Berlin"]
    assert checkin["checkin"][0]["properties"]["latitude"] == ["52.5"]
    assert checkin["location"][0]["properties"]["latitude"] == ["52.5"]
    assert checkin["location"][0]["properties"]["longitude"] == ["13.4"]


def test_note_is_called_by_its_first_words(site: Site) -> None:
    page = site.text(site.url("note"))

    assert "<title>Hello world, use --help: {x} is short. · Site title</title>" in page
    assert "<h1" in page


def test_home_page_is_a_feed_below_the_owners_card(site: Site) -> None:
    page = site.mf2("")

    card, feed = page["items"]
    assert card["type"] == ["h-card"]
    assert card["properties"]["uid"] == [SITE]
    assert SITE in card["properties"]["url"]
    assert card["properties"]["name"] == ["Author name"]
    assert SITE in page["rels"]["me"]
    assert "https://social.example/@ada" in page["rels"]["me"]
    assert feed["type"] == ["h-feed"]
    assert [post["properties"]["url"][0] for post in feed["children"]] == [
        SITE + site.url(slug) for slug in LISTED[:20]
    ]
    assert "hello" in feed["children"][0]["properties"]["content"][0]["value"].lower()


def test_pages_link_each_endpoint_once(site: Site) -> None:
    rels = site.mf2(site.url("note"))["rels"]

    assert rels["micropub"] == [f"{SITE}micropub"]
    assert rels["micropub_media"] == [f"{SITE}media"]
    assert rels["webmention"] == [f"{SITE}webmention"]
    assert rels["indieauth-metadata"] == [f"{SITE}.well-known/oauth-authorization-server"]
    assert rels["authorization_endpoint"] == [f"{SITE}auth"]
    assert rels["token_endpoint"] == [f"{SITE}token"]
    assert rels["canonical"] == [SITE + site.url("note")]
    assert rels["alternate"].count(f"{SITE}feed.json") == 1


@pytest.mark.parametrize("path", ["", "note"])
def test_links_are_written_as_simple_apps_need_them(site: Site, path: str) -> None:
    page = site.text(site.url(path) if path else "")

    for link in discovery_links("https://site.example", signs_in=True):
        if link.rel != "alternate":
            assert find_in_head(link.rel, page) == [link.url]
            assert page.count(link.element) == page.count(f'rel="{link.rel}"') == 1


@pytest.mark.parametrize("generator", ["hugo", "jekyll"])
@pytest.mark.parametrize(
    ("base_url", "mode"),
    [
        pytest.param("http://127.0.0.1:8000", "builtin", id="plain http"),
        pytest.param("https://site.example/api", "external", id="external sign-in"),
        pytest.param("https://müller.example/a,b", "builtin", id="strange address"),
    ],
)
def test_new_site_has_the_links_of_its_settings(
    generator: str, base_url: str, mode: str, tmp_path: Path
) -> None:
    settings = {
        "me": SITE,
        "public_url": base_url,
        "site": {"generator": generator},
        "auth": {"mode": mode},
    }
    for name, content in fill_template(Config.model_validate(settings)).items():
        file = tmp_path / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    output = _build(tmp_path / "site", generator)

    links = discovery_links(base_url, signs_in=mode == "builtin")
    wanted = {link.rel: [link.url] for link in links}
    for page in ("index.html", "about/index.html"):
        html = (output / page).read_text(encoding="utf-8")
        found = {rel: find_in_head(rel, html) for rel in RELS}
        assert found == {rel: wanted.get(rel, []) for rel in RELS}
        assert wanted["alternate"][0] in find_in_head("alternate", html)


@pytest.mark.parametrize("generator", ["hugo", "jekyll"])
def test_new_site_knows_the_folder_of_the_configuration(generator: str) -> None:
    settings = {
        "me": SITE,
        "site": {"generator": generator},
        "media": {"folder": "static/uploads"},
    }

    files = fill_template(Config.model_validate(settings))

    line = {"hugo": 'mediaFolder = "{}"', "jekyll": 'media_folder: "{}"'}[generator]
    [name] = files.keys() & {"hugo.toml", "_config.yml"}
    assert f"\n{line.format('static/uploads')}\n" in files[name].decode()


def test_hostile_front_matter_runs_nowhere(site: Site) -> None:
    pages = list(site.output.rglob("*.html"))

    for page in pages:
        for tag, attributes in Elements(page.read_text(encoding="utf-8")).found:
            assert tag not in {"script", "iframe", "object", "embed", "base"}, page
            assert not [name for name in attributes if name.startswith("on")], page
            assert "zgotmplz" not in str(attributes).lower(), page
            addresses = [
                attributes[name] for name in ("href", "src", "action") if name in attributes
            ]
            assert {urlsplit(url).scheme for url in addresses} <= {"", "http", "https", "mailto"}


def test_hostile_front_matter_is_shown_as_words(site: Site) -> None:
    entry = site.post("hostile")["properties"]

    assert entry["name"] == [SCRIPT]
    assert entry["summary"] == [SCRIPT]
    assert entry["category"][:3] == HOSTILE["tags"]
    assert entry["photo"] == [{"value": f"{SITE}media/a.jpg", "alt": f'"{SCRIPT}'}]
    assert entry["rating"] == [SCRIPT]
    assert entry["syndication"][:2] == HOSTILE["syndication"][1:]
    assert "video" not in entry
    assert "audio" not in entry
    assert "rsvp" not in entry


def test_nothing_is_loaded_from_elsewhere(site: Site) -> None:
    loaded = [
        attributes.get("src") or attributes["href"]
        for page in site.output.rglob("*.html")
        for tag, attributes in Elements(page.read_text(encoding="utf-8")).found
        if "src" in attributes or attributes.get("rel") in {"stylesheet", "icon", "preload"}
    ]
    [style] = site.output.rglob("style.css")

    assert len(loaded) > 2 * len(LISTED)
    assert {urlsplit(url).netloc for url in loaded} <= {"", "site.example"}
    assert not re.search(r"url\(|@import", style.read_text(encoding="utf-8"))


def test_json_feed_is_strict_and_complete(site: Site) -> None:
    feed = json.loads(site.text("feed.json"), parse_constant=_refuse)

    items = {item["url"].rstrip("/").rsplit("/", 1)[1]: item for item in feed["items"]}
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "Site title"
    assert feed["home_page_url"] == SITE
    assert feed["feed_url"] == f"{SITE}feed.json"
    assert feed["authors"] == [{"name": "Author name", "url": SITE}]
    assert feed["language"] == "en"
    assert [item["id"] for item in feed["items"]] == [SITE + site.url(s) for s in LISTED[:20]]
    assert all(item["content_html"] for item in feed["items"])
    assert "title" not in items["note"]
    assert items["note"]["tags"] == ["IndieWeb", "C++"]
    assert datetime.fromisoformat(items["note"]["date_published"]) == NEWEST
    assert items["article"]["title"] == "On engines"
    assert items["article"]["summary"] == "What they weave."
    assert items["article"]["date_modified"].startswith("2024-03-21T09:00:00")
    assert items["photo"]["image"] == f"{SITE}media/a.jpg"
    assert items["photo"]["attachments"] == [
        {"url": f"{SITE}media/a.jpg", "mime_type": "image/jpeg", "title": "A red fox"},
        {"url": f"{SITE}media/b.jpg", "mime_type": "image/jpeg"},
    ]
    assert items["audio"]["attachments"] == [
        {"url": f"{SITE}media/a.ogg", "mime_type": "audio/ogg"}
    ]
    assert "https://ada.example/post" in items["like"]["content_html"]


def test_rss_feed_holds_the_same_posts(site: Site) -> None:
    channel = ElementTree.fromstring(site.text("feed.xml").encode())[0]

    links = [item.findtext("link") for item in channel.iter("item")]
    assert links == [SITE + site.url(slug) for slug in LISTED[:20]]
    first = channel.find("item")
    assert first is not None
    assert first.find("title") is None
    assert "<strong>world</strong>" in (first.findtext("description") or "")


@pytest.mark.parametrize("slug", ["secret-unlisted", "secret-by-hand"])
def test_unlisted_post_is_built_and_mentioned_nowhere(site: Site, slug: str) -> None:
    own = site.output / site.url(slug) / "index.html"

    others = [path for path in site.output.rglob("*") if path.is_file() and path != own]
    assert '<meta name="robots" content="noindex">' in own.read_text(encoding="utf-8")
    assert POSTS[slug][2] in own.read_text(encoding="utf-8")
    assert [path for path in others if slug.encode() in path.read_bytes()] == []
    assert "secret-tag" not in site.text("tags/")
    assert "noindex" not in site.text(site.url("note"))


def test_drafts_and_scheduled_posts_are_nowhere(site: Site) -> None:
    files = [path for path in site.output.rglob("*") if path.is_file()]

    for secret in (b"secret-draft", b"secret-future"):
        assert [path for path in files if secret in path.read_bytes()] == []
        assert not [path for path in files if secret.decode() in str(path)]


def test_deleted_posts_are_told_to_the_web_server(site: Site) -> None:
    redirects = site.text("_redirects").splitlines()[1:]
    gone = site.text("gone.map").splitlines()[1:]

    assert sorted(redirects) == [
        "/c++/%2A/%C3%BC/ /c++/%2A/%C3%BC/ 410",
        "/notes/2024/01/gone/ /notes/2024/01/gone/ 410",
    ]
    assert sorted(gone) == ['"/c++/*/ü/" 1;', '"/notes/2024/01/gone/" 1;']


def test_each_page_has_landmarks_and_one_first_heading(site: Site) -> None:
    for page in site.output.rglob("*.html"):
        elements = Elements(page.read_text(encoding="utf-8")).found
        tags = [tag for tag, _ in elements]
        links = [attributes.get("href") for tag, attributes in elements if tag == "a"]
        assert [tags.count(tag) for tag in ("main", "h1", "title")] == [1, 1, 1], page
        assert {"header", "nav", "footer"} <= set(tags), page
        assert links[0] == "#main", page
        assert all("alt" in attributes for tag, attributes in elements if tag == "img"), page


@pytest.mark.parametrize("generator", ["hugo", "jekyll"])
def test_untouched_template_builds_without_a_warning(generator: str, tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES / generator, tmp_path / "site")

    output = _build(tmp_path / "site", generator)

    rels = mf2py.parse(doc=(output / "index.html").read_text(encoding="utf-8"), url=SITE)["rels"]
    assert rels["micropub"] == [f"{SITE}micropub"]
    assert rels["token_endpoint"] == [f"{SITE}token"]
    assert rels["micropub_media"] == [f"{SITE}media"]
    assert rels["webmention"] == [f"{SITE}webmention"]
    assert [line[:1] for line in (output / "_redirects").read_text().splitlines()] == ["#"]
    assert (output / "404.html").exists()


def test_hugo_sections_and_tags_are_feeds(hugo_site: Site) -> None:
    site = hugo_site

    for path, slugs in {"notes/": ["note", "html"], "tags/indieweb/": ["note", "article"]}.items():
        [feed] = site.mf2(path)["items"]
        listed = json.loads(site.text(f"{path}feed.json"))["items"]
        urls = [SITE + site.url(slug) for slug in slugs]
        assert [post["properties"]["url"][0] for post in feed["children"]] == urls
        assert [item["url"] for item in listed] == urls


def test_hugo_home_page_goes_on_in_pages(hugo_site: Site) -> None:
    site = hugo_site

    [feed] = site.mf2("page/2/")["items"]

    assert [post["properties"]["url"][0] for post in feed["children"]] == [
        SITE + site.url(slug) for slug in LISTED[20:]
    ]
    assert site.mf2("page/2/")["rels"]["canonical"] == [f"{SITE}page/2/"]


def test_hugo_shows_mentions_kept_beside_a_post(hugo_site: Site) -> None:
    entry = hugo_site.post("article")["properties"]

    [like], [reply] = entry["like"], entry["comment"]
    assert like["properties"]["url"] == ["https://eve.example/1"]
    assert like["properties"]["author"][0]["properties"]["name"] == ["Eve"]
    assert "photo" not in like["properties"]["author"][0]["properties"]
    assert reply["properties"]["content"] == [f"Well said. {SCRIPT}"]
    assert reply["properties"]["author"][0]["properties"]["name"] == [SCRIPT]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A Hugo site with an album of uploads beside its post, and posts that use some elsewhere."""
    root = tmp_path_factory.mktemp("album") / "site"
    shutil.copytree(TEMPLATES / "hugo", root)
    # As it is after public_url has changed: older posts keep the addresses they were given.
    elsewhere = "https://api.example/micro/media"
    photos = [FOX, FILM, PAINTING, DOT, LOOP, CUT, LOST]
    _write_album(root / "content" / ALBUM, [f"{elsewhere}/{name}" for name in photos])
    inside = f'![A *red* fox]({SITE}media/{FOX} "In snow")\n\n![](../b.jpg)'
    _write_page(root / "content/notes/2024/03/inside", {}, inside)
    _draw(root / "content/notes/2024/03/inside" / FOX, (1600, 1200))
    _write_page(root / "content/notes/2024/03/hand", {"photos": [{"url": "fox.png"}]}, "By hand.")
    _draw(root / "content/notes/2024/03/hand/fox.png", (330, 220))
    _write_page(root / "content/notes/2024/03/kept", {"photos": [{"url": f"/media/{DOT}"}]}, "x")
    _draw(root / "static/media" / DOT, (500, 400))
    tag = f'<img alt="A &quot;red&quot; fox" src="{SITE}media/{FOX}" title="In snow">'
    text = f'<p>{tag}<img src="https://x.example/a.jpg" alt="Elsewhere"></p>'
    _write_page(root / "content/articles/2024/03/html", {"title": "H", "markup": "html"}, text)
    _draw(root / "content/articles/2024/03/html" / FOX, (1600, 1200))
    stands = {
        "title": "Hills",
        "featured": [{"url": f"{SITE}media/{FOX}", "alt": "Hills"}],
        "photos": [f"{SITE}media/{DOT}"],
    }
    _write_page(root / "content/articles/2024/03/stands", stands, "They roll.")
    _draw(root / "content/articles/2024/03/stands" / FOX, (1600, 1200))
    both = {"photos": [f"{SITE}media/{FOX}"], "audios": [f"{SITE}media/{SONG}"]}
    _write_page(root / "content/audio/2024/03/both", both, "A song.")
    (root / "content/audio/2024/03/both" / SONG).write_bytes(b"ID3" + bytes(997))
    return Site("hugo", _build(root, "hugo"))


def _write_album(folder: Path, photos: list[str]) -> None:
    alts = ["A red fox", "Jumps", "Painted", "", "Loops", "Cut off", "Lost"]
    values = [{"url": url, "alt": alt} for url, alt in zip(photos, alts, strict=True)]
    _write_page(folder, {"photos": values, "videos": [f"{SITE}media/{MOVIE}"]}, "Seven.")
    for name, size in {FOX: (1600, 1200), PAINTING: (400, 300), DOT: (300, 200)}.items():
        _draw(folder / name, size)
    frames = [Image.new("RGB", (700, 500), (shade, 0, 0)) for shade in (0, 90, 180)]
    frames[0].save(folder / FILM, save_all=True, append_images=frames[1:])
    frames[0].save(folder / LOOP)
    (folder / CUT).write_bytes((folder / FOX).read_bytes()[:700])
    (folder / MOVIE).write_bytes(bytes(2000))


def _write_page(folder: Path, front_matter: dict[str, Any], body: str) -> None:
    folder.mkdir(parents=True)
    lines = [f"{name}: {json.dumps(value)}\n" for name, value in front_matter.items()]
    header = f"date: {NEWEST.isoformat()}\n{''.join(lines)}"
    (folder / "index.md").write_text(f"---\n{header}---\n\n{body}\n", encoding="utf-8")


def _draw(path: Path, size: tuple[int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.linear_gradient("L").resize(size).convert("RGB").save(path)


def _find_pictures(site: Site, path: str) -> dict[str, dict[str, str]]:
    """Return the attributes of the pictures on a page, by their alternative text."""
    found = Elements(site.text(path)).found
    return {attributes["alt"]: attributes for tag, attributes in found if tag == "img"}


def test_hugo_shows_uploads_from_the_posts_own_folder(album: Site) -> None:
    [post] = album.mf2(ALBUM)["items"]

    shown = post["properties"]["photo"]
    own = [SITE + ALBUM + name for name in (FOX, FILM, PAINTING, DOT, LOOP, CUT)]
    lost = f"https://api.example/micro/media/{LOST}"
    assert [photo["value"] for photo in shown] == [*own, lost]
    assert [photo["alt"] for photo in shown][:4] == ["A red fox", "Jumps", "Painted", ""]
    assert post["properties"]["video"] == [SITE + ALBUM + MOVIE]
    assert post["properties"]["content"][0]["value"] == "Seven."


def test_hugo_offers_smaller_copies_that_exist(album: Site) -> None:
    picture = _find_pictures(album, ALBUM)["A red fox"]

    listed = [copy.split(" ") for copy in picture["srcset"].split(", ")]
    copies = {width: url for url, width in listed}
    assert list(copies) == ["320w", "640w", "1280w", "1600w"]
    assert copies["1600w"] == picture["src"] == SITE + ALBUM + FOX
    for width, url in copies.items():
        with Image.open(album.output / url.removeprefix(SITE)) as image:
            assert image.size == (int(width[:-1]), int(width[:-1]) * 3 // 4)
    assert picture["sizes"].endswith("vw - 26px)")


@pytest.mark.parametrize(
    ("alt", "size", "widths"),
    [
        pytest.param("Jumps", ("700", "500"), [], id="GIF keeps its motion"),
        pytest.param("Painted", (None, None), [], id="AVIF"),
        pytest.param("", ("300", "200"), [], id="small PNG"),
        pytest.param("Loops", ("700", "500"), ["320w", "640w", "700w"], id="WebP"),
        pytest.param("Cut off", (None, None), [], id="broken"),
        pytest.param("Lost", (None, None), [], id="missing"),
    ],
)
def test_hugo_tells_the_size_it_can_read(
    album: Site, alt: str, size: tuple[str | None, str | None], widths: list[str]
) -> None:
    picture = _find_pictures(album, ALBUM)[alt]

    assert (picture.get("width"), picture.get("height")) == size
    assert re.findall(r" (\d+w)", picture.get("srcset", "")) == widths
    assert (picture["loading"], picture["decoding"]) == ("lazy", "async")


@pytest.mark.parametrize("path", [ALBUM, "photos/"])
def test_hugo_loads_the_first_picture_at_once(album: Site, path: str) -> None:
    first, *others = _find_pictures(album, path).values()

    assert first["fetchpriority"] == "high"
    assert "loading" not in first
    assert {picture["loading"] for picture in others} == {"lazy"}
    assert not [picture for picture in others if "fetchpriority" in picture]


def test_hugo_links_photos_to_the_full_picture(album: Site) -> None:
    elements = Elements(album.text(ALBUM)).found

    around = {
        after[1]["src"]: before[1]
        for before, after in itertools.pairwise(elements)
        if after[0] == "img" and before[0] == "a"
    }
    assert [link["href"] for link in around.values()] == list(around)
    assert around[SITE + ALBUM + DOT]["aria-label"]
    assert "aria-label" not in around[SITE + ALBUM + FOX]
    assert len(around) == 6


def test_hugo_shows_uploads_inside_the_text(album: Site) -> None:
    path = "notes/2024/03/inside/"
    picture = _find_pictures(album, path)["A red fox"]
    text = album.text(path)

    assert picture["src"] == f"{SITE}{path}{FOX}"
    assert picture["title"] == "In snow"
    assert (picture["width"], picture["height"]) == ("1600", "1200")
    assert "1280w" in picture["srcset"]
    assert f'src="{SITE}{path}../b.jpg"' in text


def test_hugo_shows_uploads_inside_html(album: Site) -> None:
    path = "articles/2024/03/html/"
    pictures = _find_pictures(album, path)
    text = json.loads(album.text("articles/feed.json"))["items"]

    in_markdown = _find_pictures(album, "notes/2024/03/inside/")["A red fox"]
    shown = pictures['A "red" fox']
    assert shown["src"] == f"{SITE}{path}{FOX}"
    assert shown["title"] == "In snow"
    assert {"srcset", "sizes"} <= shown.keys()
    assert (shown["width"], shown["height"]) == (in_markdown["width"], in_markdown["height"])
    assert pictures["Elsewhere"] == {"src": "https://x.example/a.jpg", "alt": "Elsewhere"}
    assert sum(f'src="{SITE}{path}{FOX}"' in item["content_html"] for item in text) == 1


def test_hugo_shows_files_named_by_hand_and_those_of_the_static_folder(album: Site) -> None:
    by_hand = _find_pictures(album, "notes/2024/03/hand/")[""]
    static = _find_pictures(album, "notes/2024/03/kept/")[""]

    assert by_hand["src"] == f"{SITE}notes/2024/03/hand/fox.png"
    assert by_hand["width"] == "330"
    assert static["src"] == f"{SITE}media/{DOT}"
    assert (static["width"], static["height"]) == ("500", "400")
    assert "srcset" not in static


def test_hugo_shows_the_picture_that_stands_for_an_article(album: Site) -> None:
    path = "articles/2024/03/stands/"
    [post] = album.mf2(path)["items"]
    picture, photo = _find_pictures(album, path).values()
    items = json.loads(album.text("articles/feed.json"))["items"]

    [featured] = post["properties"]["featured"]
    assert (featured["value"], featured["alt"]) == (f"{SITE}{path}{FOX}", "Hills")
    assert (picture["fetchpriority"], photo["loading"]) == ("high", "lazy")
    assert "fetchpriority" not in photo
    assert (picture["width"], picture["height"]) == ("1600", "1200")
    assert f"{SITE}{path}{FOX}" in [item.get("image") for item in items]


def test_hugo_lists_and_feeds_show_uploads(album: Site) -> None:
    listed = _find_pictures(album, "photos/")["A red fox"]
    feed = json.loads(album.text("photos/feed.json"))["items"][0]

    assert listed == _find_pictures(album, ALBUM)["A red fox"]
    assert feed["image"] == SITE + ALBUM + FOX
    assert "1280w" in feed["content_html"]
    assert feed["attachments"][0] == {
        "url": SITE + ALBUM + FOX,
        "mime_type": "image/jpeg",
        "title": "A red fox",
        "size_in_bytes": (album.output / ALBUM / FOX).stat().st_size,
    }
    assert feed["attachments"][-1] == {
        "url": SITE + ALBUM + MOVIE,
        "mime_type": "video/mp4",
        "size_in_bytes": 2000,
    }


def test_rss_item_encloses_what_is_listened_to_first(album: Site) -> None:
    channel = ElementTree.fromstring(album.text("feed.xml").encode())[0]

    enclosed = {
        item.findtext("link", "").removeprefix(SITE): [
            enclosure.attrib for enclosure in item.iter("enclosure")
        ]
        for item in channel.iter("item")
    }
    song = {"url": f"{SITE}audio/2024/03/both/{SONG}", "length": "1000", "type": "audio/mpeg"}
    assert enclosed["audio/2024/03/both/"] == [song]
    assert enclosed[ALBUM][0]["url"] == SITE + ALBUM + MOVIE
    assert enclosed["notes/2024/03/inside/"] == []


def test_jekyll_shows_and_publishes_uploads(tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(TEMPLATES / "jekyll", root)
    config = root / "_config.yml"
    given = f"{SITE}api/media"
    config.write_text(re.sub("(?m)^endpoint: .*", f"endpoint: {SITE}api", config.read_text()))
    photos = [{"url": f"{given}/{FOX}", "alt": "A red fox"}, {"url": f"{given}/{LOST}"}]
    _write_post(root, "jekyll", "fox", ("photos", {"photos": photos}, "Snow."), NEWEST)
    _draw(root / "media" / FOX, (640, 480))

    site = Site("jekyll", _build(root, "jekyll"))

    [post] = site.mf2("photos/2024/03/fox/")["items"]
    assert post["properties"]["photo"] == [
        {"value": f"{SITE}media/{FOX}", "alt": "A red fox"},
        {"value": f"{given}/{LOST}", "alt": ""},
    ]
    assert _find_pictures(site, "photos/2024/03/fox/")["A red fox"]["decoding"] == "async"
    assert (site.output / "media" / FOX).read_bytes() == (root / "media" / FOX).read_bytes()
    channel = ElementTree.fromstring(site.text("feed.xml").encode())[0]
    assert f"{SITE}media/{FOX}" in (channel.findtext("item/description") or "")


@pytest.mark.parametrize(
    ("generator", "beginning", "is_beside"),
    [
        pytest.param("hugo", "{{ partial", True, id="Hugo, copied"),
        pytest.param("hugo", "{{ range", True, id="Hugo, the least"),
        pytest.param("jekyll", "{% for", False, id="Jekyll"),
    ],
)
def test_documented_lines_show_media_in_a_theme_of_ones_own(
    tmp_path: Path, generator: str, beginning: str, is_beside: bool
) -> None:
    guide = (TEMPLATES.parent / "docs/templates.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:go-html-template|liquid)\n(.*?)^```", guide, re.M | re.S)
    [lines] = [block for block in blocks if block.startswith(beginning)]
    folder = _make_theme(tmp_path, generator, f"<main class=h-entry>{lines}</main>")
    if "partial" in lines:
        _copy_partials(guide, tmp_path)
    photos = [{"url": f"{SITE}media/{FOX}", "alt": 'A "red" fox'}, f"{SITE}media/{DOT}"]
    film, song = f"{SITE}media/{MOVIE}", f"{SITE}media/{SONG}"
    front_matter = {"photos": photos, "videos": [{"url": film, "alt": "x"}], "audios": [song]}
    _write_post(tmp_path, generator, "fox", ("notes", front_matter, "Snow."), NEWEST)
    _draw(tmp_path / folder / FOX, (40, 30))

    site = Site(generator, _build(tmp_path, generator))

    [post] = site.mf2("notes/2024/03/fox/")["items"]
    own = f"{SITE}notes/2024/03/fox/{FOX}" if is_beside else f"{SITE}media/{FOX}"
    shown = [(photo["value"], photo["alt"]) for photo in post["properties"]["photo"]]
    assert shown == [(own, 'A "red" fox'), (f"{SITE}media/{DOT}", "")]
    assert (post["properties"]["video"], post["properties"]["audio"]) == ([film], [song])


def _make_theme(root: Path, generator: str, page: str) -> str:
    """Make a site with one template; return the folder of the note's files."""
    if generator == "hugo":
        (root / "hugo.toml").write_text(f'baseURL = "{SITE}"\ndisableKinds = ["rss"]\n')
        (root / "layouts").mkdir()
        for name in ("page", "home", "section", "taxonomy", "term"):
            (root / f"layouts/{name}.html").write_text(page if name == "page" else "")
        return "content/notes/2024/03/fox"
    (root / "_config.yml").write_text(
        f"url: {SITE[:-1]}\n"
        "collections: {notes: {output: true, permalink: '/:collection/:year/:month/:title/'}}\n"
        "defaults: [{scope: {path: ''}, values: {layout: post}}]\n"
    )
    (root / "_layouts").mkdir()
    (root / "_layouts/post.html").write_text(page)
    return "media"


def _copy_partials(guide: str, root: Path) -> None:
    for folder, names in re.findall(r"`_partials/(\w+)/\{([\w,]+)\}\.html`", guide):
        (root / "layouts/_partials" / folder).mkdir(parents=True)
        for name in names.split(","):
            path = f"layouts/_partials/{folder}/{name}.html"
            shutil.copy(TEMPLATES / "hugo" / path, root / path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(scheme: str) -> None:
    style = (TEMPLATES / "hugo/static/style.css").read_text(encoding="utf-8")

    roots = re.findall(r":root \{([^}]*)\}", style)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", roots[0 if scheme == "light" else 1]))
    for ink in ("text", "muted", "accent"):
        assert _contrast(colours[ink], colours["page"]) >= 4.5, ink
        assert _contrast(colours[ink], colours["raised"]) >= 4.5, ink


def test_both_templates_share_one_style_sheet() -> None:
    hugo, jekyll = TEMPLATES / "hugo/static", TEMPLATES / "jekyll/assets"

    for name in ("style.css", "favicon.svg"):
        assert (hugo / name).read_bytes() == (jekyll / name).read_bytes()


def _switch_on(config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    for key in ("relMe = ", "rel_me: "):
        text = text.replace(f"\n{key}[]", f'\n{key}["https://social.example/@ada"]')
    config.write_text(text, encoding="utf-8")


def _write_post(root: Path, generator: str, slug: str, sample: Sample, date: datetime) -> None:
    folder, front_matter, body = sample
    front_matter = {"date": date.isoformat(), **front_matter}
    path = root / f"content/{folder}/2024/03/{slug}/index.md"
    if generator == "jekyll":
        front_matter = {_snake_case(key): value for key, value in front_matter.items()}
        folder = "posts" if folder == "articles" else folder
        path = root / f"_{folder}" / f"{front_matter['date'][:10]}-{slug}.md"
        front_matter |= {"published": False} if front_matter.pop("draft", False) else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key}: {_yaml(key, value)}\n" for key, value in front_matter.items()]
    path.write_text(f"---\n{''.join(lines)}---\n\n{body}\n", encoding="utf-8")
    if slug == "article" and generator == "hugo":
        path.with_name("webmentions.json").write_text(json.dumps(MENTIONS))


def _snake_case(key: str) -> str:
    special = {"summary": "excerpt", "lastmod": "last_modified_at"}
    return special.get(key) or re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", key)


def _yaml(key: str, value: Any) -> str:
    if key in {"date", "lastmod", "last_modified_at"}:
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _build(root: Path, generator: str) -> Path:
    """Build the site under ``root`` and return its output; any warning fails the test."""
    arguments = {
        "hugo": ["build", "--minify", "--panicOnWarning", "--printPathWarnings"],
        "jekyll": ["build", "--quiet", "--disable-disk-cache", "-d", "public"],
    }[generator]
    command = [need(generator), *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search(r"\bwarn|\berror|deprecat", done.stdout + done.stderr, re.I), done.stderr
    return root / "public"


def _plain(value: Any) -> Any:
    """Return an embedded microformat as the value it stands for."""
    if isinstance(value, dict) and ("properties" in value or "html" in value):
        return value["value"].strip()
    return value


def _refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is not JSON")


def _contrast(ink: str, paper: str) -> float:
    """Return the contrast ratio of two colours like #26231f (WCAG 2.2)."""
    light, dark = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
