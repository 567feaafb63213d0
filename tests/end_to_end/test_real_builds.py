"""What was posted, sentence by sentence, on the pages that the real generators build of it."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import lxml.html
import mf2py
import pytest
from conftest import Clock, Installation, make_bearer
from programs import need

from endpoint.app import make_app
from endpoint.assembly import assemble
from endpoint.domain.markup import render
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout

SITE = "https://site.example/"
SCRIPT = "<script>alert(1)</script>"
TEXTS = (
    *("yes", "null", "0123", "2020-01-01", "a: b", "#x", "~", "12:30", "1e3", '"', "'it''s'"),
    *("C++ & 100% sure", "&amp; &lt;b&gt; &#123;", "tab\tand  blanks", "é 日本語 😀 שלום"),
    *("two\n\nparagraphs", "CR\r\nLF\rlines", "    code\n    more", "* a\n* b\n\n1. c"),
    *("---\ndraft: true\n---", "+++\ndraft = true\n+++", '{"draft": true}', "- y", "= x"),
    *("{{< x >}}", "{{% x %}}", "{{ .Site }}", "{{<", "{{% x", "{{</* x */>}}", "a {{{{ b }}}}"),
    *("{% include x %}", "{{ site.title }}", "{% raw %}", "{% endraw %}", "{%", "{% if x"),
    *(SCRIPT, "<b>bold?</b>", "a <!--more--> b", "<!-- c", "<?php", "<![CDATA[", "1 < 2 > 0"),
    *("<svg onload=alert(1)>", "<https://a.example/>", "`<b>` and ``{{< x >}}``", "\\{{< x >}}"),
    *("[a](https://a.example/ 'b')", "```\n<b>{{< x >}}\n```", "~~gone~~", "[x] *y* __z__"),
    *('a\n{: onclick="alert(1)"}', '{::options auto_ids="true" /}\n\nb', "a {:.c #d} b"),
    *('b\n\n{::nomarkdown}<i onclick="x">{:/}', "Tea | Coffee", "|a|b|\n|-|-|\n|c|d|"),
)
"""What YAML, TOML, Hugo, Liquid and kramdown would each like to have a word about."""

KRAMDOWN = "HTML and[^1] $$x$$\n\n*[HTML]: \" onclick=\"alert(1)\n\n[^1]: <b onclick='x'>"
CITED = {"type": ["h-cite"], "properties": {"name": [SCRIPT], "url": ["javascript:alert(1)"]}}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "article": (
        "entry",
        {"name": [f"Fish & {SCRIPT}"], "content": [{"html": "<p>A <u>b</u></p>"}]},
    ),
    "photo": ("entry", {"photo": [{"value": f"{SITE}a.jpg", "alt": f'"{SCRIPT}'}]}),
    "reply": ("entry", {"in-reply-to": ["https://b.example/?a=1&b=2", CITED], "content": ["Yes"]}),
    "like": ("entry", {"like-of": ["https://b.example/"]}),
    "rsvp": ("entry", {"in-reply-to": ["https://b.example/"], "rsvp": ["yes"]}),
    "checkin": ("entry", {"checkin": [{"type": ["h-card"], "properties": {"name": [SCRIPT]}}]}),
    "read": ("entry", {"read-of": [CITED], "read-status": ["to-read"]}),
    "eat": ("entry", {"ate": [{"type": ["h-food"], "properties": {"name": ["Soup & bread"]}}]}),
    "drink": ("entry", {"drank": [SCRIPT]}),
    "event": ("event", {"name": ["Meet"], "start": ["2025-12-01T18:00:00+01:00"]}),
    "review": ("review", {"item": [CITED], "rating": [4], "best": ["5"]}),
    "card": ("card", {"name": ["Grace"], "org": [SCRIPT], "url": ["https://grace.example/"]}),
    "cite": ("cite", {"name": ["Paper"], "author": [SCRIPT], "url": ["https://p.example/?a=1&b"]}),
}
SETTINGS: dict[str, dict[str, Any]] = {
    "hugo": {},
    "hugo-toml": {"front_matter": {"format": "toml", "spelling": "mf2"}},
    "hugo-literal": {
        "front_matter": {"format": "json", "spelling": "snake_case"},
        "micropub": {"plain_text": "literal"},
    },
    "jekyll": {},
}


@dataclass(frozen=True)
class Built:
    """An installation after a build: its pages, and what it was asked to post."""

    name: str
    client: Any
    headers: dict[str, str]
    output: Path
    texts: dict[str, tuple[str, list[str]]]
    kinds: dict[str, str]
    moved: str
    strange: str

    def page(self, url: str) -> str:
        return (self.output / url.removeprefix(SITE) / "index.html").read_text(encoding="utf-8")

    def post(self, url: str) -> dict[str, Any]:
        [item] = mf2py.parse(doc=self.page(url), url=url)["items"]
        return dict(item)

    def source(self, url: str) -> dict[str, Any]:
        query = {"q": "source", "url": url}
        answer = self.client.get("/micropub", query_string=query, headers=self.headers)
        properties: dict[str, Any] = answer.json["properties"]
        return properties


@pytest.fixture(scope="module", params=list(SETTINGS))
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One build for each of the settings, shared by the tests of this module."""
    name = str(request.param)
    generator = name.partition("-")[0]
    need(generator)
    folder = tmp_path_factory.mktemp("built") / name
    seed = request.getfixturevalue(f"{generator}_seed")
    shutil.copytree(seed, folder, ignore=shutil.ignore_patterns("site"))
    installation = Installation(folder)
    installation.configure(**SETTINGS[name])
    with _build(name, installation) as site:
        yield site


def test_q_source_gives_back_what_was_sent(built: Built) -> None:
    given = {url: built.source(url) for url in built.texts}

    for url, (text, tags) in built.texts.items():
        assert given[url]["content"] == [text]
        assert given[url]["category"] == tags


def test_pages_show_what_was_typed(built: Built) -> None:
    for url, (text, tags) in built.texts.items():
        post = built.post(url)["properties"]
        body = lxml.html.fromstring(f"<div>{post['content'][0]['html']}</div>")

        expected = text if built.name == "hugo-literal" else _shown(text)
        assert _squash(body.text_content()) == _squash(expected), text
        assert post["category"] == [" ".join(tag.split()) for tag in tags]


def test_nothing_posted_runs(built: Built) -> None:
    for page in built.output.rglob("*.html"):
        for element in lxml.html.fromstring(page.read_text(encoding="utf-8")).iter():
            assert element.tag not in ("script", "iframe", "svg", "object", "embed"), page
            assert not [name for name in element.attrib if name.startswith("on")], page
            address = f"{element.get('href', '')}{element.get('src', '')}"
            assert not address.lower().startswith(("javascript:", "data:")), page


def test_kramdown_and_goldmark_set_no_attributes(built: Built) -> None:
    page = lxml.html.fromstring(built.page(built.strange))

    names = {name for element in page.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on")]
    assert "style" not in names
    assert "HTML and" in page.text_content()


def test_each_kind_is_shown_with_its_microformats(built: Built) -> None:
    shown = {kind: built.post(url) for kind, url in built.kinds.items()}

    found = {kind: post["properties"] for kind, post in shown.items()}
    assert {kind: post["type"][0] for kind, post in shown.items()} == {
        kind: f"h-{type_}" for kind, (type_, _) in KINDS.items()
    }
    assert found["article"]["name"] == [f"Fish & {SCRIPT}"]
    assert found["photo"]["photo"] == [{"value": f"{SITE}a.jpg", "alt": f'"{SCRIPT}'}]
    for kind, name in (("reply", "in-reply-to"), ("like", "like-of"), ("read", "read-of")):
        assert name in found[kind], kind
    assert found["rsvp"]["rsvp"] == ["yes"]
    assert "https://grace.example/" in found["card"]["url"]
    assert "https://p.example/?a=1&b" in found["cite"]["url"]
    assert found["event"]["start"] == ["2025-12-01T18:00:00+0100"]


def test_permalink_stays_when_published_moves(built: Built) -> None:
    post = built.post(built.moved)["properties"]

    assert post["url"] == post["uid"] == [built.moved]
    assert datetime.fromisoformat(post["published"][0]).year == 2019


def test_scheduled_posts_are_not_built(built: Built) -> None:
    files = [path for path in built.output.rglob("*") if path.is_file()]

    assert [path for path in files if b"Not before its time" in path.read_bytes()] == []


def test_feeds_of_the_site_are_strict(built: Built) -> None:
    feed = json.loads((built.output / "feed.json").read_bytes(), parse_constant=_refuse)
    rss = ElementTree.parse(built.output / "feed.xml")

    assert {"version", "title", "home_page_url", "feed_url", "items"} <= feed.keys()
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"]) == 20
    assert set(built.kinds.values()) <= {item["id"] for item in feed["items"]}
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"]
        assert SCRIPT not in item["content_html"]
        assert "javascript:" not in item["content_html"].replace(">javascript:", ">")
        assert datetime.fromisoformat(item["date_published"]).tzinfo
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
    links = [item.findtext("link") for item in rss.iter("item")]
    assert links == [item["url"] for item in feed["items"]]


@contextlib.contextmanager
def _build(name: str, installation: Installation) -> Iterator[Built]:
    clock = Clock()
    parts = assemble(installation.config, clock)
    client, headers = make_app(parts).test_client(), make_bearer(parts)

    def send(**body: Any) -> Any:
        clock.forward(seconds=1)
        response = client.post("/micropub", json=body, headers=headers)
        assert response.status_code in (201, 204), (body, response.json)
        return response.headers.get("Location")

    def post(properties: dict[str, Any], kind: str = "entry") -> str:
        return str(send(type=[f"h-{kind}"], properties=properties))

    texts = {}
    for number, text in enumerate(TEXTS):
        tags = [f"t{number}", *([text] if "\n" not in text and text != "\t" else [])]
        url = post({"content": [text], "category": tags, "mp-slug": [f"p{number}"]})
        texts[url] = (text, tags)
    strange = post({"content": [KRAMDOWN]})
    moved = post({"content": ["On the move"], "name": ["Moved & <renamed>"]})
    send(action="update", url=moved, replace={"published": ["2019-03-04T05:06:07+01:00"]})
    post({"content": ["Not before its time"], "published": ["2999-01-01T00:00:00Z"]})
    kinds = {kind: post(properties, type_) for kind, (type_, properties) in KINDS.items()}
    config = installation.config
    repository = config.repository
    Checkout(repository.checkout, repository.path, repository.branch).update()
    Builder(config.site.build, repository.checkout, config.site.output, 120).build()
    yield Built(name, client, headers, config.site.output, texts, kinds, moved, strange)
    parts.close()


def _shown(text: str) -> str:
    html = render(text.replace("\r\n", "\n").replace("\r", "\n"))
    return str(lxml.html.fromstring(f"<div>{html}</div>").text_content())


def _squash(text: str) -> str:
    # Rules and underlines of headings are no text, and kramdown knows fewer of them.
    return "".join(text.replace("-", "").split())


def _refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is not JSON")
