"""Text in its three dresses: Markdown rendered, HTML cleaned, and plain text of both."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.domain.markup import (
    absolute,
    from_paragraphs,
    looks_like_html,
    paragraphs,
    render,
    sanitize,
    to_text,
)

HOSTILE = 100_000

TEXT = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]))
TAGS = [
    "<p>",
    "</p>",
    "<b>",
    "<pre>\n",
    "\n",
    "</pre>",
    "<ul><li>",
    "<table><td>",
    "<script>",
    "&lt;",
]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("Hello *you*", "<p>Hello <em>you</em></p>\n", id="emphasis"),
        pytest.param("~~old~~ new", "<p><s>old</s> new</p>\n", id="strikethrough"),
        pytest.param(
            "|a|\n|-|\n|b|",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n"
            "<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>\n",
            id="table",
        ),
        pytest.param(
            "see https://other.example/", "<p>see https://other.example/</p>\n", id="no linkify"
        ),
        pytest.param(
            "<script>x</script> <b>", "<p>&lt;script&gt;x&lt;/script&gt; &lt;b&gt;</p>\n", id="HTML"
        ),
        pytest.param("[x](javascript:y)", "<p>[x](javascript:y)</p>\n", id="script in a link"),
        pytest.param(">" * 200 + "deep", f"<p>{'&gt;' * 200}deep</p>", id="too deep"),
    ],
)
def test_markdown_is_commonmark_with_tables_and_html_as_text(markdown, html):
    rendered = render(markdown)

    assert rendered == html


def test_html_in_markdown_passes_only_when_asked():
    rendered = render("a <b>c</b>", html=True)

    assert rendered == "<p>a <b>c</b></p>\n"


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        pytest.param("a<script>alert(1)</script>b", "ab", id="script"),
        pytest.param("a<style>p{}</style><iframe src=/x>i</iframe>b", "ab", id="style and iframe"),
        pytest.param("a<object>o</object><embed src=/x>b", "ab", id="object and embed"),
        pytest.param(
            "a<svg onload=x><a href=/y>s</a></svg><math><mi>m</mi></math>b", "ab", id="svg"
        ),
        pytest.param('<p onclick="x" style="color:red" id="y">a</p>', "<p>a</p>", id="handlers"),
        pytest.param('<a href="javascript:x">a</a>', "<a>a</a>", id="javascript"),
        pytest.param(
            '<a href=" &#106;ava\tscript:x">a</a>', "<a>a</a>", id="javascript in disguise"
        ),
        pytest.param('<a href="data:text/html,x">a</a>', "<a>a</a>", id="data URL in a link"),
        pytest.param('<img src="data:text/html,x">', "<img>", id="data URL of no picture"),
        pytest.param(
            '<img src="data:image/png;base64,AA">',
            '<img src="data:image/png;base64,AA">',
            id="data URL of a picture",
        ),
        pytest.param('<video poster="data:image/png,A"></video>', "<video></video>", id="poster"),
        pytest.param('<q cite="javascript:x">a</q>', "<q>a</q>", id="script in cite"),
        pytest.param(
            '<img src="a.png" srcset="javascript:x 2x">', '<img src="a.png">', id="script in srcset"
        ),
        pytest.param(
            '<a class="u-url menu h-card" href="/x">a</a>',
            '<a class="u-url h-card" href="/x">a</a>',
            id="classes of microformats",
        ),
        pytest.param(
            '<pre><code class="language-c++ big">a</code></pre>',
            '<pre><code class="language-c++">a</code></pre>',
            id="class of a language",
        ),
        pytest.param('<b class="big">a</b>', "<b>a</b>", id="no class left"),
        pytest.param(
            '<a rel="Me nofollow webmention micropub stylesheet" href="/">a</a>',
            '<a rel="me nofollow" href="/">a</a>',
            id="rel words that discover nothing",
        ),
        pytest.param("<pre>\n\na</pre>", "<pre>\n\na</pre>", id="newlines in pre"),
        pytest.param("<p>a<p>b", "<p>a</p><p>b</p>", id="unclosed"),
        pytest.param("a<!-- b -->c", "ac", id="comment"),
        pytest.param(
            '<table><tr><td style="text-align:right;color:red">1</td></tr></table>',
            '<table><tbody><tr><td style="text-align:right">1</td></tr></tbody></table>',
            id="alignment in a table",
        ),
    ],
)
def test_sanitized_html_cannot_run_or_dress_as_the_page(html, clean):
    cleaned = sanitize(html)

    assert cleaned == clean


@pytest.mark.parametrize("scheme", ["http", "https", "mailto", "tel", "geo", "xmpp"])
def test_links_keep_their_scheme(scheme):
    html = f'<a href="{scheme}:1,2">a</a>'

    assert sanitize(html) == html


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<img src="a.png" alt="A cat" width="3" height="2">', id="img"),
        pytest.param(
            '<figure><picture><source srcset="a.avif 1x, b.avif 2x"><img src="a.png"></picture>'
            "<figcaption>A</figcaption></figure>",
            id="figure",
        ),
        pytest.param('<video src="a.mp4" controls="" poster="p.jpg"></video>', id="video"),
        pytest.param("<details><summary>S</summary>d</details>", id="details"),
        pytest.param('<time datetime="2026-11-22">now</time> <abbr title="b">a</abbr>', id="time"),
    ],
)
def test_what_a_post_is_made_of_stays(html):
    assert sanitize(html) == html


@given(st.one_of(TEXT, st.lists(st.one_of(st.sampled_from(TAGS), TEXT)).map("".join)))
def test_sanitizing_twice_changes_nothing(html):
    once = sanitize(html)

    twice = sanitize(once)

    assert twice == once
    assert "<script" not in once


def test_urls_become_absolute():
    html = (
        '<a href="../x">a</a><img src="b.png" srcset="c.png 2x, https://cdn.example/d 3x">'
        '<q cite="#e">f</q><a href="javascript:g">h</a>'
    )

    whole = absolute(html, "https://site.example/notes/1/")

    assert whole == (
        '<a href="https://site.example/notes/x">a</a>'
        '<img src="https://site.example/notes/1/b.png" '
        'srcset="https://site.example/notes/1/c.png 2x, https://cdn.example/d 3x">'
        '<q cite="https://site.example/notes/1/#e">f</q><a>h</a>'
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>a <b>b</b>\n c</p><p>d</p>", "a b c\n\nd", id="paragraphs"),
        pytest.param("a<br>b<br><br>c", "a\nb\n\nc", id="line breaks"),
        pytest.param("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc", id="list"),
        pytest.param(
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc", id="table"
        ),
        pytest.param("<pre>\n  a\n   b\n</pre>", "  a\n   b", id="preformatted"),
        pytest.param("&lt;b&gt; &amp;amp; &hearts;", "<b> &amp; ♥", id="character references"),
        pytest.param("a<script>b</script><!-- c -->", "a", id="what is not shown"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_text_of_html(html, text):
    plain = to_text(html)

    assert plain == text


@given(TEXT)
def test_paragraphs_show_text_as_typed(text):
    html = paragraphs(text)

    assert from_paragraphs(html) == text
    assert to_text(html).split() == text.split()


def test_other_html_is_no_paragraphs_of_ours():
    assert from_paragraphs("<p>a <b>b</b></p>") is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("<p>Hello</p>", True, id="paragraph"),
        pytest.param('\n <H2 class="x">Hello</h2>\nmore', True, id="heading after blanks"),
        pytest.param("<figure><img src=x></figure>", True, id="figure"),
        pytest.param("<p> is how a paragraph begins", False, id="no close"),
        pytest.param("Hello <p>you</p>", False, id="text first"),
        pytest.param("<b>Hello</b>", False, id="inline"),
        pytest.param("<script>alert(1)</script>", False, id="script"),
        pytest.param("<https://other.example/>", False, id="autolink"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_html_of_a_rich_editor_is_told_from_a_note(text, answer):
    assert looks_like_html(text) is answer


@pytest.mark.parametrize("piece", ["&", "& ", "&amp;", "<b>&</b>"])
@pytest.mark.parametrize("work", [sanitize, to_text])
def test_ampersands_do_not_hang(piece, work):
    """A parser's time grows with the square of them: minutes for so many."""
    text = piece * (2_000_000 // len(piece))
    start = time.process_time()

    work(text)

    assert time.process_time() - start < 5


def test_many_references_stay_what_they_are():
    html = "<p>" + "&lt;é&gt; &amp; " * 20_000 + "</p>"

    assert sanitize(html) == html


@pytest.mark.parametrize(
    "piece",
    ["<", "[", "*", "`", ">", "![", "<div>", "<b>", "- <b>\n", "<div></b>", "&#", "</p>", "& "],
)
@pytest.mark.parametrize("work", [render, sanitize, to_text, looks_like_html])
def test_hostile_text_does_not_hang(piece, work):
    text = piece * (HOSTILE // len(piece))
    start = time.process_time()

    work(text)

    assert time.process_time() - start < 5
