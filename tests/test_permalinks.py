"""The permalinks we answer are those that the real generators build."""

from pathlib import Path

import lxml.html
import pytest
from programs import need

from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout

PHOTO = "https://x.example/a.jpg"
THERE = "https://b.example/1"
POSTS = {
    "note": {"content": ["A note: 100% of `<b>` & {{< x >}} {% y %}"]},
    "article": {"name": ["On “tea” & <b>"], "content": [{"html": "<p>Long <b>words</b></p>"}]},
    "photo": {"photo": [{"value": PHOTO, "alt": "A cat"}], "content": ["Look"]},
    "video": {"video": ["https://x.example/a.mp4"], "content": ["Watch this"]},
    "audio": {"audio": ["https://x.example/a.mp3"], "content": ["Listen to this"]},
    "reply": {"in-reply-to": [THERE], "content": ["I agree"]},
    "like": {"like-of": [THERE]},
    "repost": {"repost-of": [THERE]},
    "bookmark": {"bookmark-of": [THERE], "name": ["A page"]},
    "rsvp": {"in-reply-to": [THERE], "rsvp": ["yes"]},
    "checkin": {"checkin": [{"type": ["h-card"], "properties": {"name": ["Café"]}}]},
    "read": {"read-of": [{"type": ["h-cite"], "properties": {"name": ["A book"]}}]},
    "listen": {"listen-of": [THERE]},
    "watch": {"watch-of": [THERE]},
    "eat": {"ate": [{"type": ["h-food"], "properties": {"name": ["Soup"]}}]},
    "drink": {"drank": [{"type": ["h-food"], "properties": {"name": ["Tea"]}}]},
    "dated": {"content": ["From before"], "published": ["2019-12-31T23:30:00+00:00"]},
    "unicode": {"content": ["Ünïcödé 日本語 slug"]},
    "slugged": {"content": ["x"], "mp-slug": ["A Slug, With 100% odd.things"]},
    "unlisted": {"content": ["Only for those with the link"], "visibility": ["unlisted"]},
    "traps": {"content": ["---\ndraft: true\n---"], "category": ["yes", "no", "1.0", "a: b"]},
}
OTHER_TYPES = {
    "event": {"name": ["Meetup"], "start": ["2026-12-01T18:00:00+01:00"], "location": ["Here"]},
    "review": {"item": [{"type": ["h-product"], "properties": {"name": ["Pot"]}}], "rating": [4]},
    "card": {"name": ["Grace"], "url": ["https://grace.example/"]},
    "cite": {"name": ["A paper"], "url": ["https://paper.example/"]},
}
HIDDEN = {
    "draft": {"content": ["Not yet"], "post-status": ["draft"]},
    "scheduled": {"content": ["Next year"], "published": ["2031-01-01T00:00:00Z"]},
}


@pytest.fixture(params=["hugo", "jekyll"])
def chosen(request):
    need(request.param)
    if request.param == "jekyll":
        return request.getfixturevalue("jekyll_installation")
    return request.getfixturevalue("installation")


@pytest.fixture
def post(chosen, start, client_of, bearer_of):
    parts = start(chosen)
    client, headers = client_of(parts), bearer_of(parts)

    def post(properties, kind="entry"):
        body = {"type": [f"h-{kind}"], "properties": properties}
        response = client.post("/micropub", json=body, headers=headers)
        assert response.status_code == 201, response.json
        return response.headers["Location"]

    return post


@pytest.fixture
def build(chosen):
    def build() -> Path:
        config = chosen.config
        repository = config.repository
        Checkout(repository.checkout, repository.path, repository.branch).update()
        Builder(config.site.build, repository.checkout, config.site.output, 120).build()
        return config.site.output

    return build


def page_of(output: Path, permalink: str) -> Path:
    return output / permalink.removeprefix("https://site.example/") / "index.html"


def test_every_permalink_is_a_page_of_the_real_build(post, build):
    shown = {name: post(properties) for name, properties in POSTS.items()}
    shown |= {kind: post(properties, kind) for kind, properties in OTHER_TYPES.items()}
    hidden = {name: post(properties) for name, properties in HIDDEN.items()}

    output = build()

    assert {name for name, url in shown.items() if not page_of(output, url).is_file()} == set()
    assert {name for name, url in hidden.items() if page_of(output, url).is_file()} == set()


def test_readers_see_what_was_typed(post, build):
    typed = "Use {{< figure >}} or {{% note %}}, {{ .Site }} and {% raw %}, <b>not bold</b>"
    url = post({"content": [typed]})

    page = page_of(build(), url).read_text()

    assert typed in " ".join(lxml.html.fromstring(page).text_content().split())
