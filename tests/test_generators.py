"""Posts as files of Hugo and Jekyll: written, read back, and edited by the line."""

import difflib
import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoint.domain.post_types import discover
from endpoint.domain.posts import Post
from endpoint.generators.hugo import Hugo
from endpoint.generators.jekyll import Jekyll
from endpoint.generators.places import Place

SITE = "https://site.example/"
BERLIN = ZoneInfo("Europe/Berlin")
HUGO = Hugo(site_url=SITE, zone=BERLIN)
JEKYLL = Jekyll(site_url=SITE, zone=BERLIN)
BOTH = pytest.mark.parametrize("generator", [HUGO, JEKYLL], ids=["hugo", "jekyll"])
EVERY_SITE = pytest.mark.parametrize(
    "generator",
    [
        pytest.param(HUGO, id="hugo-yaml"),
        pytest.param(replace(HUGO, format="toml", spelling="snake_case"), id="hugo-toml"),
        pytest.param(replace(HUGO, format="json", spelling="mf2"), id="hugo-json"),
        pytest.param(replace(HUGO, keys={"in-reply-to": "replyTo"}), id="hugo-keys"),
        pytest.param(replace(HUGO, literal=True), id="hugo-literal"),
        pytest.param(JEKYLL, id="jekyll-yaml"),
    ],
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
WORDS = TEXT | st.sampled_from(
    ["yes", "007", "2021-01-01", "a: b", "#x", "- y", "~", "", "{{< x >}}", "{% raw %}", "<b>x</b>"]
)
SCALARS = (
    WORDS
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
KEYS = TEXT | st.sampled_from(["type", "value", "<<", "y", "k" * 2000])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            TEXT | st.sampled_from(["type", "value", "<<", "k" * 2000]), inner, max_size=3
        )
        | st.fixed_dictionaries(
            {"type": st.just(["h-card"]), "properties": st.dictionaries(TEXT, st.lists(inner))}
        )
    ),
    max_leaves=8,
)
FIXED = ("url", "content", "published", "updated", "post-status", "visibility")
NAMES = st.sampled_from(
    "name summary category photo video audio rsvp in-reply-to like-of repost-of bookmark-of "
    "location checkin syndication start end item rating title tags photos date draft weight "
    "aliases slug layout type permalink markup build params content-format mf2 mf2-type channels "
    "lastmod excerpt categories inReplyTo in_reply_to inreplyto mf-foo foo-bar foobar fooBar "
    "Foo.bar x-y-z a1-2b - -a a- id next 日本 nickname".split()
) | TEXT.filter(lambda name: name and not name.startswith("mp-") and name not in FIXED)
TIMES = st.datetimes(
    datetime.fromisoformat("1000-01-02"),
    datetime.fromisoformat("9998-12-30"),
    timezones=st.timezones(),
).map(datetime.isoformat)
MEDIA = st.lists(
    WORDS | st.fixed_dictionaries({"value": WORDS, "alt": WORDS}) | VALUES, min_size=1, max_size=3
)
CONTENT = (
    TEXT
    | st.sampled_from(["", "\n", " x ", "<b>", "# a\n\n- b\n", "---\na: 1\n---", "a\r\nb", "{{< x"])
    | st.fixed_dictionaries({"markdown": TEXT})
    | st.sampled_from([{"html": "<p>Hi <b>there</b></p>"}, {"html": '<p class="x">{{ x }}</p>'}])
)


@st.composite
def properties(draw, *, dated=True):
    found = draw(st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3), max_size=5))
    choices = {
        "category": st.lists(WORDS, min_size=1, max_size=4),
        "name": st.lists(WORDS, min_size=1, max_size=2),
        "photo": MEDIA,
        "video": MEDIA,
        "rsvp": st.lists(WORDS | st.booleans(), min_size=1, max_size=2),
        "content": CONTENT.map(lambda value: [value]),
        "updated": TIMES.map(lambda value: [value]),
        "post-status": st.just(["draft"]),
        "visibility": st.sampled_from([["unlisted"], ["public"]]),
    }
    for name, strategy in choices.items():
        if draw(st.booleans()):
            found[name] = draw(strategy)
    if dated:
        found["published"] = [draw(TIMES)]
    return found


@st.composite
def posts(draw):
    """Posts without a place; ``settle`` gives them one."""
    type_ = draw(st.sampled_from(["h-entry", "h-event", "h-card", "h-x"]))
    channels = tuple(draw(st.lists(TEXT, max_size=2)))
    return Post(type_, "", draw(properties()), "", "", channels)


def settle(generator, post):
    """Return ``post`` with its kind and its place on the site."""
    kind = discover(post.type, post.properties)
    path, permalink = generator.place(kind, "a-slug", post.published)
    return replace(post, kind=kind, path=path, permalink=permalink)


def same(one, other):
    """Return whether two posts are equal, and their values of equal types."""
    return one == other and json.dumps(one.properties, sort_keys=True) == json.dumps(
        other.properties, sort_keys=True
    )


@EVERY_SITE
@settings(max_examples=20)
@given(post=posts())
def test_any_post_survives(generator, post):
    post = settle(generator, post)

    read = generator.read(post.path, generator.write(post))

    assert same(read, post)


@EVERY_SITE
@settings(max_examples=20)
@given(post=posts(), changed=properties())
def test_any_rewrite_gives_the_new_post(generator, post, changed):
    post = settle(generator, post)
    after = replace(post, properties=changed, kind=discover(post.type, changed))

    rewritten = generator.rewrite(generator.write(post), after)

    assert same(generator.read(post.path, rewritten), after)


@EVERY_SITE
@settings(max_examples=20)
@given(post=posts())
def test_rewrite_without_a_change_keeps_every_byte(generator, post):
    post = settle(generator, post)
    data = generator.write(post).replace(b"\n", b"\r\n")

    assert generator.rewrite(data, post) == data


@pytest.mark.parametrize(
    "generator", [HUGO, replace(HUGO, format="toml"), JEKYLL], ids=["hugo", "toml", "jekyll"]
)
@settings(max_examples=20)
@given(post=posts(), words=st.lists(WORDS, min_size=1, max_size=3))
def test_rewrite_of_one_property_leaves_the_others_lines(generator, post, words):
    post = settle(generator, replace(post, type="h-event"))
    before = generator.write(post)
    wanted = replace(post, properties={**post.properties, "nickname": [*words, "x"]})

    after = generator.rewrite(before, wanted)

    assert others(after) == others(before)
    assert same(generator.read(post.path, after), wanted)


def others(data):
    """Return the lines of a file without those a nickname may have."""
    lines = data.decode().split("\n")
    return [line for line in lines if not line.startswith(("nickname", "mf2"))]


def difference(before, after):
    """Return the lines taken away and added, without their marks."""
    lines = difflib.unified_diff(
        before.decode().split("\n"), after.decode().split("\n"), n=0, lineterm=""
    )
    return [line[1:] for line in lines if not line.startswith(("--- ", "+++ ", "@@"))]


def test_a_note_as_hugo_has_it():
    post = Post(
        type="h-entry",
        kind="note",
        properties={
            "content": ["Hello *world*"],
            "category": ["tea", "yes"],
            "photo": [f"{SITE}1.jpg", {"value": f"{SITE}2.jpg", "alt": "A cup"}],
            "published": ["2026-11-22T08:00:00+01:00"],
            "in-reply-to": ["https://other.example/1"],
            "rsvp": ["no"],
            "post-status": ["draft"],
            "visibility": ["unlisted"],
            "weight": [7],
        },
        permalink=f"{SITE}notes/2026/11/hello/",
        path="content/notes/2026/11/hello/index.md",
        channels=("blog",),
    )

    written = HUGO.write(post).decode()

    assert written == (
        "---\n"
        "date: 2026-11-22T08:00:00+01:00\n"
        "draft: true\n"
        'visibility: "unlisted"\n'
        'tags: ["tea", "yes"]\n'
        'photos: [{url: "https://site.example/1.jpg"}, '
        '{url: "https://site.example/2.jpg", alt: "A cup"}]\n'
        'inReplyTo: ["https://other.example/1"]\n'
        'rsvp: "no"\n'
        "mf2: {weight: [7]}\n"
        'build: {list: "never"}\n'
        'channels: ["blog"]\n'
        "---\n"
        "\n"
        "Hello *world*\n"
    )


def test_an_event_as_jekyll_has_it():
    post = Post(
        type="h-event",
        kind="event",
        properties={
            "name": ["Tea"],
            "summary": ["At five"],
            "start": ["2026-12-01T17:00:00+01:00"],
            "published": ["2026-11-22T08:00:00+01:00"],
            "updated": ["2026-11-23T08:00:00+01:00"],
            "post-status": ["draft"],
        },
        permalink=f"{SITE}events/2026/11/tea/",
        path="_events/2026-11-22-tea.md",
    )

    written = JEKYLL.write(post).decode()

    assert written == (
        "---\n"
        'title: "Tea"\n'
        'excerpt: "At five"\n'
        "date: 2026-11-22T08:00:00+01:00\n"
        "last_modified_at: 2026-11-23T08:00:00+01:00\n"
        "published: false\n"
        'start: ["2026-12-01T17:00:00+01:00"]\n'
        'mf2_type: "h-event"\n'
        "---\n"
    )


@pytest.mark.parametrize("kept", ["yaml", "toml", "json"])
def test_published_is_the_default_status_and_leaves_no_line(kept):
    generator = replace(HUGO, format=kept)
    post = settle(
        generator,
        Post(
            "h-entry",
            "",
            {"published": ["2026-11-22T08:00:00+01:00"], "post-status": ["published"]},
            "",
            "",
        ),
    )

    read = generator.read(post.path, generator.write(post))

    assert "post-status" not in read.properties
    assert read.status == "published"


HUGO_PATH = "content/notes/2026/11/x/index.md"
JEKYLL_PATH = "_notes/2026-11-22-x.md"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param(
            "inReplyTo: https://a.example/", {"in-reply-to": ["https://a.example/"]}, id="camelCase"
        ),
        pytest.param("in_reply_to: [a]", {"in-reply-to": ["a"]}, id="snake_case"),
        pytest.param("in-reply-to: [a]", {"in-reply-to": ["a"]}, id="mf2"),
        pytest.param("mf-in-reply-to: [a]", {"in-reply-to": ["a"]}, id="mf prefix"),
        pytest.param("mf_in_reply_to: [a]", {"in-reply-to": ["a"]}, id="mf prefix in snake_case"),
        pytest.param("inreplyto: [a]", {"in-reply-to": ["a"]}, id="lower case"),
        pytest.param("title: 2026", {"name": ["2026"]}, id="a number for a title"),
        pytest.param("title: ''", {}, id="no title"),
        pytest.param("title:", {}, id="empty title"),
        pytest.param(
            "tags: [yes, 7, 2021-01-01]",
            {"category": ["yes", "7", "2021-01-01"]},
            id="tags are text",
        ),
        pytest.param("tags: []", {}, id="no tags"),
        pytest.param("rsvp: yes", {"rsvp": ["yes"]}, id="rsvp unquoted"),
        pytest.param("rsvp: false", {"rsvp": ["no"]}, id="rsvp by a YAML 1.1 writer"),
        pytest.param("photo: /1.jpg", {"photo": ["/1.jpg"]}, id="one photo"),
        pytest.param(
            "photos:\n- /1.jpg\n- url: /2.jpg\n  alt: Two",
            {"photo": ["/1.jpg", {"value": "/2.jpg", "alt": "Two"}]},
            id="photos",
        ),
        pytest.param("photos: [{url: ''}]", {}, id="an empty photo"),
        pytest.param("location: {type: [h-geo]}", {"location": [{"type": ["h-geo"]}]}, id="object"),
        pytest.param(
            "start: 2026-12-01T17:00:00Z", {"start": ["2026-12-01T17:00:00+00:00"]}, id="time"
        ),
        pytest.param("series: [a, b]", {"series": ["a", "b"]}, id="an unknown list"),
        pytest.param("showToc: true", {}, id="an unknown scalar is the site's own"),
        pytest.param("cover: {image: x.jpg}", {}, id="an unknown map is the site's own"),
        pytest.param("aliases: [/old/]", {}, id="reserved"),
        pytest.param("weight: [1]", {}, id="reserved list"),
        pytest.param(
            "mf2: {weight: [1], name: [a, b]}", {"weight": [1], "name": ["a", "b"]}, id="mf2 map"
        ),
        pytest.param(
            "foo: [.nan, 99999999999999999999, null, {1: ~}]",
            {"foo": ["nan", "99999999999999999999", {}]},
            id="what JSON cannot hold",
        ),
    ],
)
@BOTH
def test_hand_written_keys_are_read(generator, line, found):
    path = HUGO_PATH if generator is HUGO else JEKYLL_PATH
    data = f"---\ndate: 2026-11-22T08:00:00+01:00\n{line}\n---\n".encode()

    post = generator.read(path, data)

    assert post.properties == {"published": ["2026-11-22T08:00:00+01:00"], **found}


@pytest.mark.parametrize(
    ("generator", "lines", "found"),
    [
        pytest.param(HUGO, "draft: true", {"post-status": ["draft"]}, id="hugo draft"),
        pytest.param(HUGO, "draft: false", {}, id="hugo no draft"),
        pytest.param(
            HUGO, "date: 2026-11-22", {"published": ["2026-11-22T00:00:00+01:00"]}, id="day"
        ),
        pytest.param(
            HUGO,
            "date: 2026-11-22T08:00:00",
            {"published": ["2026-11-22T08:00:00+01:00"]},
            id="hugo local time",
        ),
        pytest.param(
            HUGO,
            "date: '2026-11-22 08:00:00 +0200'",
            {"published": ["2026-11-22T08:00:00+02:00"]},
            id="blank before the offset",
        ),
        pytest.param(
            HUGO,
            "Date: 2026-11-22T08:00:00Z",
            {"published": ["2026-11-22T08:00:00+00:00"]},
            id="hugo keys in any case",
        ),
        pytest.param(
            HUGO,
            "publishDate: 2026-11-22",
            {"published": ["2026-11-22T00:00:00+01:00"]},
            id="publishDate",
        ),
        pytest.param(
            HUGO,
            "publishDate: 2026-11-23\ndate: 2026-11-22",
            {"published": ["2026-11-22T00:00:00+01:00"]},
            id="date before publishDate",
        ),
        pytest.param(HUGO, "date: 0001-01-01T00:00:00Z", {}, id="hugo zero date"),
        pytest.param(
            HUGO, "lastmod: 2026-11-22", {"updated": ["2026-11-22T00:00:00+01:00"]}, id="lastmod"
        ),
        pytest.param(
            HUGO, "category: tea\ntags: [a]", {"category": ["a"]}, id="tags before category"
        ),
        pytest.param(
            HUGO, "build: {list: never}", {"visibility": ["unlisted"]}, id="hugo in no list"
        ),
        pytest.param(HUGO, "summary: Short", {"summary": ["Short"]}, id="hugo summary"),
        pytest.param(JEKYLL, "published: false", {"post-status": ["draft"]}, id="jekyll draft"),
        pytest.param(
            JEKYLL,
            "date: 2026-11-22 08:00:00",
            {"published": ["2026-11-22T08:00:00+00:00"]},
            id="jekyll local time is UTC",
        ),
        pytest.param(
            JEKYLL,
            "date: 2026-11-22 08:00",
            {"published": ["2026-11-22T08:00:00+01:00"]},
            id="jekyll text is local",
        ),
        pytest.param(
            JEKYLL,
            "date: 2026-11-22 08:00:00 +0200",
            {"published": ["2026-11-22T08:00:00+02:00"]},
            id="jekyll offset",
        ),
        pytest.param(JEKYLL, "category: news", {}, id="jekyll category is jekyll's"),
        pytest.param(
            JEKYLL, "tags: tea milk", {"category": ["tea", "milk"]}, id="jekyll tags in a row"
        ),
        pytest.param(JEKYLL, "excerpt: Short", {"summary": ["Short"]}, id="jekyll excerpt"),
    ],
)
def test_each_generators_own_keys_are_read(generator, lines, found):
    path = "content/about.md" if generator is HUGO else "_notes/about.md"

    post = generator.read(path, f"---\n{lines}\n---\n".encode())

    assert post.properties == found


def test_toml_local_dates_are_in_the_sites_zone():
    post = HUGO.read(
        "content/a.md", b"+++\ndate = 2026-11-22\nlastmod = 2026-11-22T08:00:00\n+++\n"
    )

    assert post.properties == {
        "published": ["2026-11-22T00:00:00+01:00"],
        "updated": ["2026-11-22T08:00:00+01:00"],
    }


def test_jekyll_takes_the_day_from_the_files_name():
    post = JEKYLL.read("_posts/2026-11-22-x.md", b"Hello\n")

    assert post.properties == {"published": ["2026-11-22T00:00:00+01:00"], "content": ["Hello"]}
    assert post.permalink == f"{SITE}2026/11/22/x/"


HAND_WRITTEN = """\
---
# A walk
title: Old   # the title
mf-in-reply-to: https://other.example/1
tags:
  - walk   # first
  - "sea"
showToc: true
draft: false
date: 2026-11-22 08:00:00+01:00
---
Old text"""


@pytest.mark.parametrize(
    ("changes", "diff"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(
            {"name": ["New"]}, ["title: Old   # the title", "title: New   # the title"], id="name"
        ),
        pytest.param({"category": ["walk", "sea", "sun"]}, ["  - sun"], id="a category more"),
        pytest.param({"category": ["sea"]}, ["  - walk   # first"], id="a category less"),
        pytest.param(
            {"in-reply-to": ["https://other.example/2"]},
            [
                "mf-in-reply-to: https://other.example/1",
                'mf-in-reply-to: "https://other.example/2"',
            ],
            id="the spelling stays",
        ),
        pytest.param({"post-status": ["draft"]}, ["draft: false", "draft: true"], id="draft"),
        pytest.param({"post-status": ["published"]}, [], id="published already"),
        pytest.param({"content": ["New text"]}, ["Old text", "New text"], id="content"),
        pytest.param(
            {"content": [{"markdown": "New"}]},
            ['contentFormat: "markdown"', "Old text", "New"],
            id="markdown content",
        ),
        pytest.param(
            {"visibility": ["unlisted"]},
            ['visibility: "unlisted"', 'build: {list: "never"}'],
            id="unlisted",
        ),
        pytest.param(
            {"syndication": ["https://s.example/1"]},
            ['syndication: ["https://s.example/1"]'],
            id="a new property",
        ),
        pytest.param(
            {"show-toc": ["x"]}, ['mf2: {show-toc: ["x"]}'], id="the site's own key is left"
        ),
        pytest.param(
            {"published": ["2026-11-23T08:00:00+01:00"]},
            ["date: 2026-11-22 08:00:00+01:00", "date: 2026-11-23T08:00:00+01:00"],
            id="published",
        ),
        pytest.param(
            {"published": ["2027-01-01T08:00:00+01:00"]},
            [
                "date: 2026-11-22 08:00:00+01:00",
                "date: 2027-01-01T08:00:00+01:00",
                'url: "/notes/2026/11/x/"',
            ],
            id="published in another month keeps the permalink",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_rewrite_of_a_hand_written_file(changes, diff, newline):
    data = HAND_WRITTEN.replace("\n", newline).encode()
    post = HUGO.read(HUGO_PATH, data)
    after = replace(post, properties={**post.properties, **changes})

    rewritten = HUGO.rewrite(data, after)

    assert sorted(difference(data, rewritten)) == sorted(
        line if line in ("Old text", "New text", "New") else line + newline[:-1] for line in diff
    )
    read = HUGO.read(HUGO_PATH, rewritten)
    expected = {k: v for k, v in after.properties.items() if v != ["published"]}
    assert read.properties == expected
    assert read.permalink == post.permalink


def test_rewrite_drops_every_key_of_a_property():
    data = b"---\ntags: [a]\ncategory: b\nname: c\nbuild: {list: never, render: always}\n---\n"
    post = HUGO.read("content/a.md", data)

    rewritten = HUGO.rewrite(data, replace(post, properties={"category": ["x"]}))

    assert rewritten == b'---\ntags: [x]\nbuild: {render: "always"}\n---\n'


def test_exact_text_of_a_date_yields_to_the_owners_later_edit():
    published = ["1850-01-01T00:00:00+00:53:28"]
    post = settle(HUGO, Post("h-entry", "", {"published": published}, "", ""))
    data = HUGO.write(post)
    edited = data.replace(b"date: 1849-12-31T23:06:32", b"date: 1849-12-30T23:06:32")

    assert HUGO.read(post.path, data).properties == {"published": published}
    assert HUGO.read(post.path, edited).properties == {"published": ["1849-12-30T23:06:32+00:00"]}


@pytest.mark.parametrize(
    "generator", [replace(HUGO, keys={"bookmark-of": "link", "category": "topics"})]
)
def test_the_owners_keys_are_written_and_read(generator):
    post = settle(
        generator,
        Post(
            "h-entry",
            "",
            {
                "published": ["2026-11-22T08:00:00+01:00"],
                "bookmark-of": ["https://other.example/"],
                "category": ["a"],
            },
            "",
            "",
        ),
    )

    data = generator.write(post)

    assert b'topics: ["a"]\nlink: ["https://other.example/"]\n' in data
    assert generator.read(post.path, data) == post


@BOTH
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"---\ntitle: [\n---\n", "not valid YAML", id="broken YAML"),
        pytest.param(b"---\ndate: yesterday\n---\n", "date of published", id="broken date"),
        pytest.param(b"---\nmf2: '{'\n---\n", "mf2 map", id="broken mf2 map"),
        pytest.param(b"---\nfoo: &a [*a]\n---\n", "nested too deeply", id="an anchor in itself"),
    ],
)
def test_broken_front_matter_is_refused(generator, data, problem):
    path = HUGO_PATH if generator is HUGO else JEKYLL_PATH

    with pytest.raises(ValueError, match=problem) as caught:
        generator.read(path, data)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("generator", "path", "is_post", "is_listed", "owned"),
    [
        pytest.param(HUGO, HUGO_PATH, True, True, "content/notes/2026/11/x", id="bundle"),
        pytest.param(HUGO, "content/notes/x.md", True, True, "content/notes/x.md", id="hugo file"),
        pytest.param(HUGO, "content/about.md", True, False, "content/about.md", id="hugo page"),
        pytest.param(HUGO, "content/a/index.html", True, False, "content/a", id="html bundle"),
        pytest.param(HUGO, "content/index.md", True, False, "content/index.md", id="hugo home"),
        pytest.param(
            HUGO, "content/notes/_index.md", False, True, "content/notes/_index.md", id="section"
        ),
        pytest.param(
            HUGO,
            "content/notes/_index.de.md",
            False,
            True,
            "content/notes/_index.de.md",
            id="German section",
        ),
        pytest.param(HUGO, "content/notes/x.jpg", False, True, "content/notes/x.jpg", id="picture"),
        pytest.param(HUGO, "layouts/x.html", False, False, "layouts/x.html", id="layout"),
        pytest.param(JEKYLL, JEKYLL_PATH, True, True, JEKYLL_PATH, id="collection"),
        pytest.param(
            JEKYLL,
            "_posts/a/2026-11-22-x.markdown",
            True,
            True,
            "_posts/a/2026-11-22-x.markdown",
            id="post",
        ),
        pytest.param(
            JEKYLL, "_layouts/x.html", False, False, "_layouts/x.html", id="jekyll layout"
        ),
        pytest.param(JEKYLL, "about.md", False, False, "about.md", id="jekyll page"),
    ],
)
def test_what_a_file_is(generator, path, is_post, is_listed, owned):
    assert generator.is_post(path) == is_post
    assert generator.is_listed(path) == is_listed
    assert generator.owned(path) == owned
    assert (generator.read(path, b"Hello") is not None) == is_post


@BOTH
def test_bytes_that_are_no_text_are_no_post(generator):
    path = HUGO_PATH if generator is HUGO else JEKYLL_PATH

    assert generator.read(path, b"---\ntitle: \xff\n---\n") is None


@pytest.mark.parametrize(
    ("generator", "kind", "path", "url"),
    [
        pytest.param(
            HUGO, "note", "content/notes/2027/01/x/index.md", "notes/2027/01/x/", id="note"
        ),
        pytest.param(HUGO, "eat", "content/food/2027/01/x/index.md", "food/2027/01/x/", id="eat"),
        pytest.param(
            HUGO, "jam", "content/notes/2027/01/x/index.md", "notes/2027/01/x/", id="unknown"
        ),
        pytest.param(
            JEKYLL, "note", "_notes/2027-01-01-x.md", "notes/2027/01/x/", id="jekyll note"
        ),
        pytest.param(
            JEKYLL, "article", "_posts/2027-01-01-x.md", "2027/01/01/x/", id="jekyll article"
        ),
        pytest.param(
            replace(
                HUGO,
                places={
                    "note": Place(
                        "content/{type}/{hour}{minute}{second}-{slug}.md", "n/{day}/{slug}"
                    )
                },
            ),
            "note",
            "content/note/003000-x.md",
            "n/01/x",
            id="own pattern",
        ),
    ],
)
def test_place_of_a_new_post_in_the_sites_zone(generator, kind, path, url):
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert generator.place(kind, "x", late) == (path, SITE + url)


def test_a_pattern_with_an_unknown_field_is_refused():
    generator = replace(HUGO, places={"note": Place("content/{slug}.md", "{week}/{slug}/")})

    with pytest.raises(ValueError, match="field that does not exist"):
        generator.place("note", "x", datetime(2026, 12, 31, tzinfo=UTC))


OWN = replace(HUGO, places={"note": Place("content/n/{year}-{slug}.md", "{year}/{month}/{slug}/")})


@pytest.mark.parametrize(
    ("generator", "path", "lines", "url"),
    [
        pytest.param(HUGO, "content/a.md", "", "a/", id="page"),
        pytest.param(HUGO, "content/a/B c.md", "", "a/b-c/", id="blanks and capitals"),
        pytest.param(HUGO, "content/Café & Co!.md", "", "caf%C3%A9--co/", id="beyond ASCII"),
        pytest.param(HUGO, "content/a_b+c~d@e#f(g)[h].md", "", "a_b+c~d@e%23fgh/", id="marks"),
        pytest.param(HUGO, "content/a/b/index.md", "", "a/b/", id="leaf bundle"),
        pytest.param(HUGO, "content/index.md", "", "", id="home"),
        pytest.param(HUGO, "content/a/b.md", "slug: My Slug", "a/my-slug/", id="slug"),
        pytest.param(HUGO, "content/a/b/index.md", "slug: c", "a/c/", id="slug of a bundle"),
        pytest.param(HUGO, "content/a.md", "url: /u/v", "u/v/", id="url"),
        pytest.param(HUGO, "content/a.md", "url: u/Foo.html", "u/Foo.html", id="url of a file"),
        pytest.param(HUGO, "content/a.md", "url: /ü n/", "%C3%BC%20n/", id="url beyond ASCII"),
        pytest.param(HUGO, HUGO_PATH, "date: 2020-01-01", "notes/2026/11/x/", id="hugo by path"),
        pytest.param(
            OWN, "content/n/2026-x.md", "date: 2026-11-22", "2026/11/x/", id="place, by date"
        ),
        pytest.param(
            OWN,
            "content/n/2026-x.md",
            "slug: y\ndate: 2026-11-22",
            "2026/11/y/",
            id="place and slug",
        ),
        pytest.param(OWN, "content/n/2026-x.md", "", "n/2026-x/", id="place without a date"),
        pytest.param(
            JEKYLL, JEKYLL_PATH, "date: 2020-01-01", "notes/2020/01/x/", id="jekyll by date"
        ),
        pytest.param(JEKYLL, JEKYLL_PATH, "permalink: /a/b", "a/b", id="permalink"),
        pytest.param(JEKYLL, "_notes/About.md", "", "notes/About.html", id="collection"),
        pytest.param(
            JEKYLL,
            "_posts/sub/2026-11-22-x.md",
            "categories: A b",
            "a/b/2026/11/22/x.html",
            id="jekyll default",
        ),
        pytest.param(JEKYLL, "_posts/sub/2026-13-45-x.md", "", "x.html", id="no such day"),
    ],
)
def test_permalink_of_a_hand_made_file(generator, path, lines, url):
    post = generator.read(path, f"---\n{lines}\n---\nHello\n".encode())

    assert post.permalink == SITE + url


@BOTH
def test_write_pins_a_permalink_that_the_file_would_not_get(generator):
    post = settle(
        generator, Post("h-entry", "", {"published": ["2026-11-22T08:00:00+01:00"]}, "", "")
    )
    post = replace(post, permalink=f"{SITE}elsewhere/é/".replace("é", "%C3%A9"))

    data = generator.write(post).decode()

    key = "url" if generator is HUGO else "permalink"
    assert f'{key}: "/elsewhere/é/"\n' in data
    assert generator.read(post.path, data.encode()) == post


def test_write_pins_a_permalink_that_hangs_on_the_sites_settings():
    place = Place(path="content/posts/{slug}.md", url="{year}/{slug}/")
    generator = replace(HUGO, places={"note": place})
    published = datetime(2026, 11, 22, 8, tzinfo=UTC)
    path, permalink = generator.place("note", "x", published)
    post = Post("h-entry", "note", {"published": [published.isoformat()]}, permalink, path)

    data = generator.write(post)

    assert b'url: "/2026/x/"' in data
    assert b"url:" not in HUGO.write(
        replace(post, path=HUGO_PATH, permalink=f"{SITE}notes/2026/11/x/")
    )
    assert generator.read(path, data).permalink == permalink
