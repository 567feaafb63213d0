"""Content and the body of its file: exact both ways, and shown by the real generators as typed."""

import os
import subprocess
import time
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from programs import need

from endpoint.domain.markup import sanitize
from endpoint.generators.body import HUGO, JEKYLL, Body, read_body, write_body

GENERATORS = [pytest.param(HUGO, id="hugo"), pytest.param(JEKYLL, id="jekyll")]
PIECES = [
    *(
        "<b>",
        "</b>",
        "<script>alert(1)</script>",
        "<",
        "<!--more-->",
        "<?x ?>",
        "<https://e.example/>",
    ),
    *("`", "``", "```\n", "\n```\n", "\n```{", "~~~\n", "    ", "\t", "\n---\n", "> ", "- ", "1. "),
    *(
        "{{< x >}}",
        "{{% y %}}",
        "{{<",
        "{{%",
        ">}}",
        "%}}",
        "{{</* x */>}}",
        "/*",
        "*/",
        "{{ .Site }}",
    ),
    *("{%", "%}", "{% raw %}", "{% endraw %}", "{", "{{", "}", "}}", "{: .x}", "{:/nomarkdown}"),
    *(
        "{::nomarkdown}\n",
        "\n\n[>}}]: #",
        "&lt;",
        "&lt;b",
        "&amp;",
        "&#123;",
        "&#10;",
        "<p>",
        "</p>",
    ),
    *(
        "\r\n",
        "\r",
        "\n",
        "\n\n",
        "[x](",
        "](<",
        ">)",
        "[x]: <y>\n",
        "|",
        "\n|-|-|\n",
        "\\",
        "\\<b>",
    ),
    *("*", "_", "é", "\u2028", "\x0b", "\x85", "a", "word ", " "),
]
TEXT = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.lists(st.sampled_from(PIECES), max_size=15).map("".join),
)
WRITTEN_CODE = "`<b>` and `{{< x >}}`\n\n```\n{{% y %}} {{ .Site }} <script>alert(1)</script>\n```"

SHOWN = {
    "shortcode": ("a {{< x >}} b", ["a {{< x >}} b"]),
    "markdown shortcode": ("a {{% y %}} b", ["a {{% y %}} b"]),
    "escaped shortcode": ("a {{</* x */>}} b", ["a {{</* x */>}} b"]),
    "shortcode in a shortcode": ("{{< a {{% b %}} >}}", ["{{< a {{% b %}} >}}"]),
    "unclosed shortcode": ("a {{< b", ["a {{< b"]),
    "unclosed markdown shortcode": ("- a {{% b", ["a {{% b"]),
    "unclosed in code": ("`{{<` opens `{{%`", ["{{< opens {{%"]),
    "unclosed in a fence": ("```\na {{< b\n```", ["a {{< b"]),
    "unclosed in an unclosed fence": ("```\na {{< b", ["a {{< b"]),
    "attributes of a fence": ("```{{% y\na\n```\nb", ["a b"]),
    "template": ("a {{ .Site }} {{ page.title }} b", ["a {{ .Site }} {{ page.title }} b"]),
    "liquid tag": (
        "{% include x %} {% raw %} {% endraw %}",
        ["{% include x %} {% raw %} {% endraw %}"],
    ),
    "unclosed liquid": ("a {{ b {% c }}} {%}", ["a {{ b {% c }}} {%}"]),
    "script": ("a <script>alert(1)</script> b", ["a <script>alert(1)</script> b"]),
    "bold": ("<b>a</b> *b* < c <3", ["<b>a</b> b < c <3"]),
    "HTML block": ("<div>\na\n</div>", ["<div> a </div>"]),
    "comment": ("a <!--more--> b <? c ?>", ["a <!--more--> b <? c ?>"]),
    "code": (
        WRITTEN_CODE,
        ["<b> and {{< x >}}", "{{% y %}} {{ .Site }} <script>alert(1)</script>"],
    ),
    "summary end in code": ("`a <!--more--> b`", ["a <!--more--> b"]),
    "code in a list": ("- `` <script>a</script> ``\n-     <b>", ["<script>a</script>", "<b>"]),
    "unclosed fence": ("```\n<script>alert(1)</script>", ["<script>alert(1)</script>"]),
    "blank backticks": ("a ` <b> ` c", ["a <b> c"]),
    "attribute list": (
        'a\n{: onclick="x"}\n\n{:/nomarkdown}',
        ['a {: onclick="x"}', "{:/nomarkdown}"],
    ),
    "autolink": ("<https://other.example/a> b", ["https://other.example/a b"]),
    "raw HTML in Markdown": (
        {"markdown": "a <sub>b</sub> {{< c >}} <script>d</script>"},
        ["a b {{< c >}}"],
    ),
    "shortcode in Markdown": ({"markdown": "**a** `{{< b >}}` {{% c"}, ["a {{< b >}} {{% c"]),
    "shortcode in HTML": ({"html": "<p>a {{&lt; b &gt;}} {{% c</p>"}, ["a {{< b >}} {{% c"]),
    "kept HTML": (
        {
            "html": '<div class="h-card">{{{&lt; b {{ page }}{% c %}\n\n'
            "<pre>{:/}\n\n{: .x}</pre></div>"
        },
        ["{{{< b {{ page }}{% c %} {:/} {: .x}"],
    ),
}


@given(TEXT, st.booleans(), st.sampled_from([HUGO, JEKYLL]))
def test_text_comes_back_exactly(text, literal, escape):
    body = write_body(text, literal=literal, escape=escape)

    assert read_body(body, escape) == text
    assert "\r" not in body.text
    assert body.format == "text"


@given(TEXT, st.sampled_from([HUGO, JEKYLL]))
def test_markdown_comes_back_exactly(text, escape):
    body = write_body({"markdown": text}, literal=False, escape=escape)

    assert read_body(body, escape) == {"markdown": text}
    assert body.format == "markdown"


@given(TEXT, st.sampled_from([HUGO, JEKYLL]))
def test_html_comes_back_exactly(text, escape):
    html = sanitize(text)

    body = write_body({"html": html}, literal=False, escape=escape)

    assert read_body(body, escape) == {"html": html}
    assert body.format == "html"


@pytest.mark.parametrize(
    ("piece", "escape"),
    [
        pytest.param("word word\n", HUGO, id="words"),
        pytest.param("word <b>\n", HUGO, id="HTML"),
        pytest.param("{{< x >}} & {% y\n", HUGO, id="shortcodes"),
        pytest.param("{{< x >}} & {% y\n", JEKYLL, id="Liquid"),
        pytest.param("\r\n", JEKYLL, id="line ends"),
    ],
)
def test_a_megabyte_comes_back_exactly(piece, escape):
    text = piece * (1_000_000 // len(piece))
    start = time.process_time()

    body = write_body(text, literal=False, escape=escape)

    assert read_body(body, escape) == text
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    ("piece", "escape"),
    [
        pytest.param("<", HUGO, id="angles"),
        pytest.param("[<b>", HUGO, id="brackets"),
        pytest.param("`<b>`` ", JEKYLL, id="backticks"),
        pytest.param(">", HUGO, id="quotes"),
        pytest.param("{{<", HUGO, id="shortcodes"),
        pytest.param("{%", JEKYLL, id="Liquid"),
        pytest.param("<!--", HUGO, id="comments"),
        pytest.param("- <b>\n", HUGO, id="lists"),
    ],
)
def test_hostile_text_does_not_hang(piece, escape):
    text = piece * (100_000 // len(piece))
    start = time.process_time()

    body = write_body(text, literal=False, escape=escape)

    assert read_body(body, escape) == text
    assert time.process_time() - start < 20


@pytest.mark.parametrize("escape", GENERATORS)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Hello *world*, 1 < 2 & 3 > 2 :)", id="note"),
        pytest.param("# A\n\n- b\n- c `d`\n\n> e\n\n<https://other.example/>", id="Markdown"),
        pytest.param("\n\n a\tb\n---\n\n", id="blank lines at the edges"),
        pytest.param("Try `<b>`:\n\n```\n<p>a</p>\n```", id="HTML in code"),
    ],
)
def test_ordinary_text_is_written_as_it_is(text, escape):
    body = write_body(text, literal=False, escape=escape)

    assert body == Body(text, "markdown", "text", None)


@pytest.mark.parametrize(
    ("content", "escape", "body"),
    [
        pytest.param(
            "a <b>c</b> {{< d >}}",
            HUGO,
            Body("a &lt;b>c&lt;/b> {{</* d */>}}", "markdown", "text", None),
            id="text for Hugo",
        ),
        pytest.param(
            "a <b> {{ d }} {%",
            JEKYLL,
            Body(
                "a &lt;b> {% raw %}{{ d }}{% endraw %} {% raw %}{%{% endraw %}",
                "markdown",
                "text",
                None,
            ),
            id="text for Jekyll",
        ),
        pytest.param(
            "a &lt;b", HUGO, Body("a &lt;b", "markdown", "text", "a &lt;b"), id="ambiguous text"
        ),
        pytest.param("a\r\nb", HUGO, Body("a\nb", "markdown", "text", "a\r\nb"), id="CRLF"),
        pytest.param(
            {"html": "<p>a <em>b</em></p>"},
            HUGO,
            Body("a *b*", "markdown", "html", None),
            id="HTML that is Markdown",
        ),
        pytest.param(
            {"html": "<p>a <b>b</b></p><p>c<br>d</p>"},
            HUGO,
            Body("a **b**\n\nc\\\nd", "markdown", "html", "<p>a <b>b</b></p><p>c<br>d</p>"),
            id="HTML that is nearly Markdown",
        ),
        pytest.param(
            {"html": '<p class="p-x">{{&lt; b</p>'},
            HUGO,
            Body('<p class="p-x">&#123;{&lt; b</p>', "html", "html", None),
            id="HTML for Hugo",
        ),
        pytest.param(
            {"html": "<div>{{ a }}\n\nb</div>"},
            JEKYLL,
            Body(
                "{::nomarkdown}\n<div>&#123;{ a }}\n&#10;b</div>\n{:/nomarkdown}",
                "html",
                "html",
                None,
            ),
            id="HTML for Jekyll",
        ),
        pytest.param(
            {"html": "<p>a | b</p>"},
            JEKYLL,
            Body("{::nomarkdown}\n<p>a | b</p>\n{:/nomarkdown}", "html", "html", None),
            id="what kramdown reads differently",
        ),
    ],
)
def test_bodies_as_they_are_written(content, escape, body):
    written = write_body(content, literal=False, escape=escape)

    assert written == body


def test_literal_text_is_shown_as_typed():
    body = write_body("# a\n*b*\n\n<c>", literal=True, escape=HUGO)

    assert body == Body("<p># a<br>\n*b*</p>\n<p>&lt;c&gt;</p>", "html", "text", None)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        pytest.param("Tea | Coffee", "html", id="no table"),
        pytest.param("a | b\n---", "html", id="heading"),
        pytest.param("| a | b |\n|---|--:|\n| c | d |", "markdown", id="table"),
        pytest.param("> a | b\n> -|-", "markdown", id="table in a quotation"),
    ],
)
def test_kramdown_makes_tables_of_tables_alone(text, markup):
    body = write_body(text, literal=False, escape=JEKYLL)

    assert body.markup == markup
    assert read_body(body, JEKYLL) == text


@pytest.mark.parametrize(
    "text", ["[a](javascript:b)", "[a]: java&#115;cript:b\n[a]", "[a]( data:b)"]
)
def test_no_link_runs_a_script_in_jekyll(text):
    body = write_body(text, literal=False, escape=JEKYLL)

    assert body.markup == "html"
    assert "href" not in body.text
    assert read_body(body, JEKYLL) == text


@pytest.mark.parametrize("escape", GENERATORS)
@pytest.mark.parametrize(
    ("content", "edited", "read"),
    [
        pytest.param("a &lt;b\r\n", "c", "c", id="text"),
        pytest.param({"markdown": "a\r\n"}, "c *d*", {"markdown": "c *d*"}, id="Markdown"),
        pytest.param(
            {"html": "<p>a</p><p>b</p>"}, "c *d*", {"html": "<p>c <em>d</em></p>"}, id="HTML"
        ),
    ],
)
def test_what_the_owner_edits_wins_over_the_source(content, edited, read, escape):
    body = write_body(content, literal=False, escape=escape)
    assert body.source is not None

    later = read_body(replace(body, text=edited), escape)

    assert later == read


def test_html_of_the_owner_is_html_content():
    content = read_body(Body("<p>a <b>b</b></p>", "html", "text", None), HUGO)

    assert content == {"html": "<p>a <b>b</b></p>"}


def test_a_body_of_html_is_known_by_its_mark_in_jekyll():
    body = write_body({"html": "<div>a</div>"}, literal=False, escape=JEKYLL)

    content = read_body(replace(body, markup="markdown"), JEKYLL)

    assert content == {"html": "<div>a</div>"}


@pytest.fixture(scope="module")
def hugo_pages(tmp_path_factory):
    """Each case of SHOWN as the real Hugo builds it, written as it is and literally."""
    site = tmp_path_factory.mktemp("hugo")
    (site / "layouts").mkdir()
    (site / "layouts/page.html").write_text("<body>{{ .Content }}</body>")
    (site / "hugo.toml").write_text(
        'baseURL = "https://site.example/"\nsecurity.allowContent = ["! ^text/org$"]\n'
        "markup.goldmark.extensions.typographer.disable = true\n"
    )
    return _build(site, "content", HUGO, [need("hugo"), "build"])


@pytest.fixture(scope="module")
def jekyll_pages(tmp_path_factory):
    """Each case of SHOWN as Jekyll builds it, written as it is and literally."""
    site = tmp_path_factory.mktemp("jekyll")
    (site / "_layouts").mkdir()
    (site / "_layouts/page.html").write_text("<body>{{ content }}</body>")
    (site / "_config.yml").write_text(
        "future: true\ncollections: {notes: {output: true, permalink: /:name/}}\n"
        "kramdown: {smart_quotes: [apos, apos, quot, quot], typographic_symbols: {ndash: '--'}}\n"
    )
    return _build(site, "_notes", JEKYLL, [need("jekyll"), "build", "--destination", "public"])


def _build(site, folder, escape, command):
    (site / folder).mkdir()
    for number, (content, _) in enumerate(SHOWN.values()):
        for literal in (False, True):
            body = write_body(content, literal=literal, escape=escape)
            head = f"---\ntitle: a\nlayout: page\nmarkup: {body.markup}\n---\n\n"
            (site / folder / f"{number}-{literal}.md").write_text(f"{head}{body.text}\n")
    environment = os.environ | {"LANG": "C.UTF-8"}
    subprocess.run(command, cwd=site, env=environment, check=True, capture_output=True)
    return site / "public"


def _visible(pages, name, literal):
    number = list(SHOWN).index(name)
    html = (pages / f"{number}-{literal}".lower() / "index.html").read_text()
    page = BeautifulSoup(html, "lxml")
    assert not page.find_all(["script", "b"])
    assert not page.find_all(onclick=True)
    return " ".join(page.body.get_text().split())


@pytest.mark.parametrize("generator", ["hugo_pages", "jekyll_pages"])
@pytest.mark.parametrize("name", SHOWN)
def test_readers_see_what_was_typed(name, generator, request):
    pages = request.getfixturevalue(generator)

    text = _visible(pages, name, literal=False)

    for seen in SHOWN[name][1]:
        assert seen in text


@pytest.mark.parametrize("generator", ["hugo_pages", "jekyll_pages"])
@pytest.mark.parametrize("name", [name for name in SHOWN if isinstance(SHOWN[name][0], str)])
def test_readers_see_literal_text_to_the_letter(name, generator, request):
    pages = request.getfixturevalue(generator)

    text = _visible(pages, name, literal=True)

    assert text == " ".join(SHOWN[name][0].split())
