"""Which pages a post tells, and when two versions of it are the same (Webmention §3.1.1)."""

import time

import pytest

from endpoint.domain.posts import Post
from endpoint.domain.webmentions.outgoing import find_targets, is_local, version_of

PERMALINK = "https://site.example/notes/a/"


def post(**properties):
    named = {name.replace("_", "-"): values for name, values in properties.items()}
    return Post("h-entry", "note", named, PERMALINK, "content/notes/a.md")


def html(text):
    return post(content=[{"html": text}])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(post(content=["See https://a.example/x."]), ["https://a.example/x"], id="URL"),
        pytest.param(
            post(content=["(https://a.example/A_(b)), https://b.example/?c=d&e!"]),
            ["https://a.example/A_(b)", "https://b.example/?c=d&e"],
            id="what ends a sentence is no part of a URL",
        ),
        pytest.param(
            post(content=["[a](https://a.example/ \"t\") <https://b.example/>"]),
            ["https://a.example/", "https://b.example/"],
            id="Markdown",
        ),
        pytest.param(
            post(content=["`https://a.example/`\n\n    https://b.example/\n"]), [], id="code"
        ),
        pytest.param(
            post(content=[{"markdown": "<a href='https://a.example/'>x</a>"}]),
            ["https://a.example/"],
            id="HTML in Markdown",
        ),
        pytest.param(
            html('<A HREF="https://a.example/?x=1&amp;y=%20#z">https://other.example/</A>'),
            ["https://a.example/?x=1&y=%20#z"],
            id="as it stands",
        ),
        pytest.param(
            html("<a href='  https://a.example/\n'>x</a><a href=HTTPS://B.example>y</a>"),
            ["https://a.example/", "HTTPS://B.example"],
            id="blanks around it, and any case",
        ),
        pytest.param(
            html("<p><a href='//a.example/x'>a</a> <a href='../b/'>b</a> <a href='?c'>c</a></p>"),
            ["https://a.example/x", "https://site.example/notes/b/", f"{PERMALINK}?c"],
            id="relative",
        ),
        pytest.param(
            html(
                "<a href='javascript:x'>a</a><a href='mailto:a@b.example'>b</a><a>c</a>"
                "<a href='http://['>d</a><a href='https://u:p@a.example/'>e</a>"
                "<a href='https://a.example/x y'>f</a><a href='tel:1'>g</a><a href=''>h</a>"
            ),
            [PERMALINK],
            id="what is no page",
        ),
        pytest.param(
            html("<!-- https://a.example/ --><img src='https://b.example/'>x"), [], id="no links"
        ),
        pytest.param(
            html("<a href='https://a.example'>1</a> https://a.example/ <a href=HTTPS://A.example>"),
            ["https://a.example"],
            id="once",
        ),
        pytest.param(
            post(
                in_reply_to=["https://a.example/1", "https://b.example/2"],
                like_of=["https://c.example/"],
                repost_of=[{"type": ["h-cite"], "properties": {"url": ["https://d.example/"]}}],
                bookmark_of=["https://e.example/"],
                rsvp=["yes"],
            ),
            [f"https://{x}" for x in ("a.example/1", "b.example/2", "c.example/", "d.example/",
                                      "e.example/")],
            id="what it answers, likes, reposts and bookmarks",
        ),
        pytest.param(
            post(syndication=["https://a.example/"], photo=["https://b.example/p.jpg"]),
            [],
            id="neither its copies nor its pictures",
        ),
        pytest.param(post(content=[{"html": 1}], like_of=[7, {}, None]), [], id="garbage"),
    ],
)  # fmt: skip
def test_targets(said, expected):
    assert list(find_targets(said, literal=False)) == expected


def test_text_that_is_shown_as_typed_has_no_marked_links():
    said = post(content=["[x](https://a.example/y) *z*"])

    assert find_targets(said, literal=True) == ("https://a.example/y",)
    assert find_targets(post(content=["[x](//a.example/y)"]), literal=True) == ()


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param(post(name=["A"], content=["B"], syndication=["C"]), True, id="a copy"),
        pytest.param(post(name=["A"], content=["B"], updated=["2025"]), True, id="its time"),
        pytest.param(post(content=["B"], name=["A"]), True, id="another order"),
        pytest.param(post(name=["A"], content=["C"]), False, id="words"),
        pytest.param(post(name=["A"], content=["B"], category=["c"]), False, id="a tag"),
        pytest.param(post(name=["A"]), False, id="less"),
    ],
)
def test_versions(other, is_same):
    assert (version_of(post(name=["A"], content=["B"])) == version_of(other)) is is_same


def test_replies_make_another_version():
    versions = {version_of(post()), version_of(post(), b"a"), version_of(post(), b"a", b"b")}

    assert len(versions) == 3


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:8000/", True),
        ("http://a.localhost./", True),
        ("http://127.8.0.1/", True),
        ("http://[::1]:80/", True),
        ("http://192.168.0.1/", False),
        ("https://localhost.example/", False),
    ],
)
def test_local(url, expected):
    assert is_local(url) is expected


def test_ten_thousand_links_are_found_quickly():
    said = html("".join(f"<a href='https://a.example/{n}'>x</a>" for n in range(10_000)))

    assert len(find_targets(said, literal=False)) == 10_000


@pytest.mark.parametrize("end", [")" * 50_000, "." * 50_000 + "x", ")." * 25_000])
def test_a_url_with_an_endless_end_is_read_quickly(end):
    said = html(f"<p>See https://a.example/x{end} there")
    began = time.process_time()

    [target] = find_targets(said, literal=False)

    assert target == f"https://a.example/x{end.rstrip(').')}"
    assert time.process_time() - began < 2
