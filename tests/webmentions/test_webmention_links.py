"""Whether a page links to another, as the Recommendation says for each media type."""

import pytest

from endpoint.domain.webmentions.reading.links import find_link

TARGET = "https://me.example/tea?x=1&y=2#top"
SOURCE = "https://you.example/notes/1"


def links(text, media_type="text/html", target=TARGET):
    return find_link(media_type, text, SOURCE, [target])


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<a href="https://me.example/tea?x=1&y=2#top">', id="a"),
        pytest.param('<map><area href="https://me.example/tea?x=1&y=2#top"></map>', id="area"),
        pytest.param('<img src="https://me.example/tea?x=1&y=2#top">', id="img"),
        pytest.param('<video src="https://me.example/tea?x=1&y=2#top"></video>', id="video"),
        pytest.param('<audio src="https://me.example/tea?x=1&y=2#top"></audio>', id="audio"),
        pytest.param(
            '<video><source src="https://me.example/tea?x=1&y=2#top"></video>', id="source"
        ),
        pytest.param(
            '<link rel="in-reply-to" href="https://me.example/tea?x=1&y=2#top">', id="link rel"
        ),
        pytest.param('<a href="https://me.example/tea?x=1&amp;y=2#top">', id="named reference"),
        pytest.param('<a href="&#104;ttps://me.example/tea?x=1&#x26;y=2#top">', id="numbers"),
        pytest.param("<A HREF = 'https://me.example/tea?x=1&y=2#top'>", id="case and quotes"),
        pytest.param("<a href=https://me.example/tea?x=1&y=2#top>", id="no quotes"),
        pytest.param('<a href="\n https://me.exa\tmple/tea?x=1&y=2#top ">', id="blanks around"),
        pytest.param('<a href="HTTPS://ME.example:443/tea?x=1&y=2#top">', id="canonical"),
        pytest.param('<p><b><a href="https://me.example/tea?x=1&y=2#top"</p></i>', id="broken"),
        pytest.param(
            '<base href="https://me.example/x/"><a href="../tea?x=1&y=2#top">', id="relative"
        ),
        pytest.param("<div>" * 1000 + '<a href="https://me.example/tea?x=1&y=2#top">', id="deep"),
        pytest.param('\x00<a href="https://me.example/tea?x=1&y=2#top">', id="after NUL"),
    ],
)
def test_an_exact_link_counts(html):
    assert links(html)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("https://me.example/tea?x=1&y=2#top", id="mere text"),
        pytest.param('<!-- <a href="https://me.example/tea?x=1&y=2#top"> -->', id="comment"),
        pytest.param('&lt;a href="https://me.example/tea?x=1&y=2#top"&gt;', id="escaped"),
        pytest.param(
            "<script>\"<a href='https://me.example/tea?x=1&y=2#top'>\"</script>", id="script"
        ),
        pytest.param(
            '<textarea><a href="https://me.example/tea?x=1&y=2#top"></textarea>', id="textarea"
        ),
        pytest.param(
            '<template><a href="https://me.example/tea?x=1&y=2#top"></template>', id="template"
        ),
        pytest.param('<title><a href="https://me.example/tea?x=1&y=2#top"></title>', id="title"),
        pytest.param('<a title="https://me.example/tea?x=1&y=2#top">', id="another attribute"),
        pytest.param('<div href="https://me.example/tea?x=1&y=2#top">', id="another element"),
        pytest.param('<link href="https://me.example/tea?x=1&y=2#top">', id="link without rel"),
        pytest.param('<base href="https://me.example/tea?x=1&y=2#top">', id="base"),
        pytest.param('<form action="https://me.example/tea?x=1&y=2#top"></form>', id="form"),
        pytest.param('<a href="https://me.example/tea?x=1&y=2#top2">', id="longer"),
        pytest.param('<a href="https://me.example/tea?x=1&y=2">', id="no fragment"),
        pytest.param('<a href="https://me.example/tea?y=2&x=1#top">', id="another query"),
        pytest.param('<a href="https://me.example/Tea?x=1&y=2#top">', id="another path"),
        pytest.param('<a href="https://me.example/tea/?x=1&y=2#top">', id="another slash"),
        pytest.param(
            '<a href="https://you.example/?https://me.example/tea?x=1&y=2#top">', id="in a query"
        ),
        pytest.param('<a href="https://me.example.evil.example/tea?x=1&y=2#top">', id="prefix"),
        pytest.param('<a href="https://me.example@evil.example/tea?x=1&y=2#top">', id="user"),
        pytest.param('<a href="javascript:https://me.example/tea?x=1&y=2#top">', id="script URL"),
        pytest.param('<a href="http://[">', id="no URL"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_only_looks_like_a_link_does_not(html):
    assert not links(html)


@pytest.mark.parametrize(
    ("target", "href"),
    [
        ("https://me.example/", "https://me.example"),
        ("https://me.example/%C3%BC%2f", "https://me.example/\u00fc%2F"),
        ("https://\u00fc.example/", "https://xn--tda.example/"),
        ("https://me.example/a%20b", "https://me.example/a b"),
    ],
)
def test_urls_are_compared_as_a_browser_asks_for_them(target, href):
    assert links(f'<a href="{href}">', target=target)
    assert links(f'<a href="{target}">', target=href)


def test_any_of_several_spellings_of_the_target_counts():
    targets = ["https://me.example/old", "javascript:alert(1)", "https://me.example/new"]

    assert find_link("text/html", '<a href="https://me.example/new">', SOURCE, targets)
    assert not find_link("text/html", '<a href="javascript:alert(1)">', SOURCE, targets)
    assert not find_link("text/html", '<a href="https://me.example/new">', SOURCE, [])


@pytest.mark.parametrize("media_type", ["application/json", "application/activity+json"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"https://me.example/a"', True, id="the document"),
        pytest.param('{"a": [{"b": ["https:\\/\\/me.example/a", 1]}]}', True, id="at any depth"),
        pytest.param("[" * 500 + '"https://me.example/a"' + "]" * 500, True, id="at great depth"),
        pytest.param('{"https://me.example/a": 1}', False, id="a key"),
        pytest.param('["see https://me.example/a"]', False, id="part of a string"),
        pytest.param('["https://me.example/ab"]', False, id="longer"),
        pytest.param('["https://me.example/a"', False, id="broken"),
        pytest.param('["https://me.example/a", NaN]', False, id="not strict"),
        pytest.param("[" * 100_000 + '"https://me.example/a"', False, id="nested without end"),
        pytest.param('["https://me.example/a", ' + "9" * 9000 + "]", False, id="a huge number"),
        pytest.param('<a href="https://me.example/a">', False, id="HTML"),
    ],
)
def test_json(media_type, text, expected):
    assert links(text, media_type, "https://me.example/a") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("https://me.example/a", True, id="alone"),
        pytest.param("read (https://me.example/a), please", True, id="in a sentence"),
        pytest.param("[a](https://me.example/a)...", True, id="Markdown"),
        pytest.param("https://me.example/ab", False, id="longer"),
        pytest.param("https://me.example/a?b", False, id="another query"),
        pytest.param("https://you.example/?https://me.example/a", False, id="in a query"),
        pytest.param("me.example/a", False, id="no URL"),
    ],
)
def test_plain_text(text, expected):
    assert links(text, "text/plain", "https://me.example/a") is expected


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/css", "application/pdf", "x"])
def test_other_media_types_have_no_links(media_type):
    text = '<a href="https://me.example/a">https://me.example/a</a>'

    assert not links(text, media_type, "https://me.example/a")
