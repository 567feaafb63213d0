"""Endpoints declared by a page: Link headers (RFC 8288), then HTML (Webmention §3.1.2)."""

import time

import pytest

from endpoint.domain.charsets import decode
from endpoint.domain.discovery import find_rel, find_rels
from endpoint.domain.link_header import parse_link_header

URL = "https://site.example/blog/ada"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("</e>; rel=webmention", "https://site.example/e", id="unquoted"),
        pytest.param('</e>; rel="webmention"', "https://site.example/e", id="quoted"),
        pytest.param('<e>;rel="webmention"', "https://site.example/blog/e", id="page-relative"),
        pytest.param('<>; rel="webmention"', URL, id="the page itself"),
        pytest.param('</e>; rel="a WebMention b"', "https://site.example/e", id="several words"),
        pytest.param("</e>; REL = webmention", "https://site.example/e", id="case and blanks"),
        pytest.param(
            '</x>; rel="other", </e>; rel="webmention"', "https://site.example/e", id="second value"
        ),
        pytest.param(
            '</e>; title="a, b; c \\" d"; rel="webmention"; type=x',
            "https://site.example/e",
            id="commas, semicolons and quotes in a quoted string",
        ),
        pytest.param(
            '</x>; title="</bad>; rel=webmention, <b>", </e>; rel=webmention',
            "https://site.example/e",
            id="rel inside a quoted string",
        ),
        pytest.param(
            "<https://e.example/?a=b,c;d>; rel=webmention",
            "https://e.example/?a=b,c;d",
            id="commas in the target",
        ),
        pytest.param(
            "</1>; rel=webmention, </2>; rel=webmention", "https://site.example/1", id="the first"
        ),
        pytest.param("</e>; rel=x; rel=webmention", None, id="only the first rel counts"),
        pytest.param("</e>; rel=not-webmention", None, id="part of a word"),
        pytest.param('</e>; anchor="/x"; rel=webmention', None, id="about another page"),
        pytest.param(
            '</e>; anchor="ada"; rel=webmention', "https://site.example/e", id="about this page"
        ),
        pytest.param("garbage, </e>; rel=webmention", "https://site.example/e", id="after garbage"),
        pytest.param("</e; rel=webmention", None, id="bracket missing"),
        pytest.param('</e>; rel="webmention', "https://site.example/e", id="quote missing"),
        pytest.param("<http://[>; rel=webmention", None, id="no URL"),
        pytest.param("", None, id="empty"),
    ],
)
def test_find_in_link_header(value, expected):
    assert find_rel("webmention", {"link": value}, "", URL) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param('<link rel="webmention" href="/e">', "https://site.example/e", id="link"),
        pytest.param("<a rel=webmention href=e>x</a>", "https://site.example/blog/e", id="a"),
        pytest.param(
            '<LINK REL="WebMention" HREF="/e">', "https://site.example/e", id="upper case"
        ),
        pytest.param(
            "<body><a rel=webmention href=/a>x</a><link rel=webmention href=/l>",
            "https://site.example/a",
            id="document order",
        ),
        pytest.param(
            '<link rel="x webmention\ny" href="/e">', "https://site.example/e", id="words"
        ),
        pytest.param('<link rel="not-webmention" href="/e">', None, id="part of a word"),
        pytest.param("<!-- <link rel=webmention href=/e> -->", None, id="comment"),
        pytest.param("<p>&lt;link rel=webmention href=/e&gt;</p>", None, id="escaped"),
        pytest.param("<script>'<link rel=webmention href=/e>'</script>", None, id="script"),
        pytest.param("<area rel=webmention href=/e>", None, id="another element"),
        pytest.param('<link rel="webmention" href="">', URL, id="empty href"),
        pytest.param(
            "<link rel=webmention><a rel=webmention href=/e>x</a>",
            "https://site.example/e",
            id="no href",
        ),
        pytest.param(
            '<link rel=webmention href="/e?a=1&amp;b=%20">',
            "https://site.example/e?a=1&b=%20",
            id="character reference",
        ),
        pytest.param(
            '<base href="https://base.example/x/"><link rel=webmention href="e">',
            "https://base.example/x/e",
            id="base",
        ),
        pytest.param(
            '<base href="/x/"><link rel=webmention href="e">',
            "https://site.example/x/e",
            id="relative base",
        ),
        pytest.param(
            '<base href="/x/"><base href="/y/"><link rel=webmention href="e">',
            "https://site.example/x/e",
            id="the first base",
        ),
        pytest.param(
            '<base href="/x/"><link rel=webmention href="">', URL, id="empty href with a base"
        ),
        pytest.param(
            '<?xml version="1.0" encoding="latin-1"?><link rel=webmention href=/ü>',
            "https://site.example/ü",
            id="xml declaration",
        ),
        pytest.param("\0<p>\0<link rel=webmention href=/e>", "https://site.example/e", id="NUL"),
        pytest.param("", None, id="empty"),
        pytest.param("<!-- -->", None, id="only a comment"),
    ],
)
def test_find_in_html(html, expected):
    assert find_rel("webmention", {}, html, URL) == expected


def test_find_header_before_html():
    html = "<link rel=webmention href=/html>"

    found = list(find_rels("webmention", {"Link": "</header>; rel=webmention"}, html, URL))

    assert found == ["https://site.example/header", "https://site.example/html"]


def test_header_with_other_rels_does_not_end_the_search():
    html = "<link rel=webmention href=/html>"

    found = find_rel("webmention", {"Link": "</header>; rel=micropub"}, html, URL)

    assert found == "https://site.example/html"


def test_links_keep_their_parameters():
    [link] = parse_link_header('</e>; rel="A b"; title="x\\"y"; flag')

    assert link.target == "/e"
    assert link.rels == {"a", "b"}
    assert link.parameters == {"rel": "A b", "title": 'x"y', "flag": ""}


ATTRIBUTES = " ".join(f"a{number}" for number in range(140_000))


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 50_000 + "<link rel=webmention href=/e>", id="deep"),
        pytest.param("<!--" * 100_000, id="comments"),
        pytest.param("<a rel=x href=y>" * 30_000, id="many links"),
        pytest.param("<![" * 100_000, id="declarations"),
        pytest.param("<p>" * 333_000, id="many elements"),
        pytest.param("<b>" * 80_000 + "</x>" * 180_000, id="ends of nothing, deep down"),
        pytest.param(f"<p {ATTRIBUTES}>", id="many attributes"),
        pytest.param(f"<p a='>' b=\"'>\" {ATTRIBUTES}>", id="many attributes behind quotes"),
        pytest.param(f"<!--><script>'<!--</script><p {ATTRIBUTES}>", id="and behind a script"),
        pytest.param(f"<p {ATTRIBUTES[:5_000]}>" * 200, id="some attributes in many elements"),
        pytest.param(f"<html><html {ATTRIBUTES}>", id="attributes of a second root"),
    ],
)
def test_hostile_html_ends_quickly(html):
    began = time.process_time()

    assert find_rel("other", {}, html, URL) is None
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 2_500 + "<link rel=webmention href=/e>", id="deep"),
        pytest.param("</body></html><a rel=webmention href=/e>", id="after the end"),
        pytest.param("<a rel=webmention href=/e></html><p>x</html><p>", id="before the end"),
        pytest.param(
            '<p @click=x \'"<=1 &#1;><a"b><a {{x}} rel=webmention href=/e>', id="odd names"
        ),
        pytest.param("<a title='\1&#2;' rel=webmention href=/e>\3", id="control characters"),
        pytest.param("<a\frel=webmention\fhref=/e>", id="form feeds"),
        pytest.param("\ud800<a rel=webmention href=/e title='\ud800'>", id="half a letter"),
        pytest.param(f"<p {'a ' * 9_000}><a rel=webmention href=/e>", id="after many attributes"),
    ],
)
def test_odd_html_is_read(html):
    assert find_rel("webmention", {}, html, URL) == "https://site.example/e"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("<" * 60_000, id="brackets"),
        pytest.param("</e>" + "; " * 30_000, id="semicolons"),
        pytest.param('</e>; a="' + "\\" * 60_000, id="escapes"),
        pytest.param("</e>;" + " " * 60_000 + "x", id="blanks"),
        pytest.param("," * 60_000 + "<>", id="commas"),
        pytest.param("<," * 30_000, id="brackets and commas"),
        pytest.param("</e>" + ", " * 30_000 + ">", id="a late bracket"),
    ],
)
def test_hostile_header_ends_quickly(value):
    assert find_rel("other", {"Link": value}, "", URL) is None


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        pytest.param("ü€".encode(), "text/html", "ü€", id="utf-8 by default"),
        pytest.param("ü€".encode("cp1252"), "text/html", "ü€", id="windows-1252 if it must"),
        pytest.param("ü€".encode()[:-1], "text/html", "ü", id="utf-8 that was cut off"),
        pytest.param(b"caf\xe9", "text/html", "café", id="windows-1252 to the end"),
        pytest.param(b"\xfc\x80", "text/html; charset=ISO-8859-1", "ü€", id="latin-1 is not"),
        pytest.param(b"\xa4", 'text/html; charset="iso-8859-15"', "€", id="header"),
        pytest.param(
            b"<meta charset=iso-8859-15>\xa4", "", "<meta charset=iso-8859-15>€", id="meta"
        ),
        pytest.param("\ufeffü".encode(), "text/html; charset=latin-1", "ü", id="utf-8 mark"),
        pytest.param("\ufeffü".encode("utf-16-le"), "text/html", "ü", id="utf-16 mark"),
        pytest.param("ü".encode(), "text/html; charset=klingon", "ü", id="unknown charset"),
        pytest.param(b"x", "text/html; charset=rot13", "x", id="a codec that is no charset"),
        pytest.param(b"\xff", "text/html; charset=utf-8", "\ufffd", id="broken"),
        pytest.param(b"", "", "", id="empty"),
    ],
)
def test_text_of_a_page(content, content_type, expected):
    assert decode(content, content_type) == expected
