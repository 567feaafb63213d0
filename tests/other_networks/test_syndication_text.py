"""What copies say: HTML as plain text, counted as servers count, cut at words, with its link."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from endpoint.domain.bluesky.facets import find_links
from endpoint.domain.copies.counting import count_graphemes, mastodon_count
from endpoint.domain.copies.cutting import cut
from endpoint.domain.copies.fitting import Wording, fit
from endpoint.domain.copies.hashtags import hashtag, missing_hashtags
from endpoint.domain.copies.plain import to_plain

HERE = "https://site.example/notes/1/"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("<p>One</p>\n<p>Two</p>", "One\n\nTwo", id="paragraphs"),
        pytest.param("<p>One<br>\nTwo<br><br><br>Three</p>", "One\nTwo\n\nThree", id="lines"),
        pytest.param("<p> much \n\t space </p>", "much space", id="blanks"),
        pytest.param("<h2>Title</h2><p>Text", "Title\n\nText", id="heading"),
        pytest.param("<ul><li>One<li><p>Two</p></ul>", "• One\n• Two", id="list"),
        pytest.param('<ol start="3"><li>a<li>b</ol>', "3. a\n4. b", id="numbered list"),
        pytest.param('<ol start="x"><li>a</ol>', "1. a", id="list with a bad number"),
        pytest.param(
            "<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n>\n> b\n\nc", id="quotation"
        ),
        pytest.param("<pre><code>a\n  b\n\nc\n</code></pre>", "a\n  b\n\nc", id="code"),
        pytest.param("<q>a</q> b", "“a” b", id="quoted words"),
        pytest.param(
            '<p>See <a href="https://a.example/x">this </a>.</p>',
            "See this (https://a.example/x).",
            id="link",
        ),
        pytest.param(
            '<a href="https://a.example/x">https://a.example/x</a>',
            "https://a.example/x",
            id="link that is spelled out",
        ),
        pytest.param(
            '<a href="https://a.example/">a.example</a>', "https://a.example/", id="link by host"
        ),
        pytest.param(
            '<a href="https://a.example/a/b/c">a.example/a/…</a>',
            "https://a.example/a/b/c",
            id="link that is shortened",
        ),
        pytest.param('<a href="https://a.example/x"></a>', "https://a.example/x", id="bare link"),
        pytest.param(
            '<a href="https://a.example/x"><img src="y" alt="z"></a>',
            "https://a.example/x",
            id="link around a picture",
        ),
        pytest.param('<a href="/tags/t">#t</a> b', "#t b", id="relative link"),
        pytest.param('<a href="https://a.example/t">#t</a>', "#t", id="hashtag"),
        pytest.param(
            '<a href="https://a.example/@b">@b@a.example</a>', "@b@a.example", id="somebody"
        ),
        pytest.param(f'<a href="{HERE}#more">More</a>', "More", id="link to itself"),
        pytest.param('<a href="mailto:a@a.example">mail</a>', "mail", id="mail"),
        pytest.param('a <img src="x" alt="y"> b', "a b", id="picture"),
        pytest.param("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3", id="table"),
        pytest.param("a<script>b</script><!-- c --> d", "a d", id="not for readers"),
        pytest.param("a &amp; b &lt;c&gt;", "a & b <c>", id="entities"),
        pytest.param("<p>a</p><hr><p>b</p>", "a\n\nb", id="rule"),
        pytest.param("a <b>b</b><i>c</i> d", "a bc d", id="words in several elements"),
    ],
)
def test_plain_text(html, text):
    assert to_plain(html, HERE) == text


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(f"<p>{'word ' * 100_000}</p>", id="words"),
        pytest.param(f"<p>{'漢' * 100_000}</p>", id="one word"),
        pytest.param(f"<ol>{'<li>a</li>' * 10_000}</ol>", id="list"),
        pytest.param("<a href='https://e.example/'>x</a> " * 10_000, id="links"),
        pytest.param(f"<p>https://{'a.' * 100_000}</p>", id="host"),
        pytest.param(f"<p>https://e.example/{'()' * 50_000}{')' * 50_000}</p>", id="brackets"),
        pytest.param(f"<p>https://e.example/{'.,' * 50_000}!</p>", id="punctuation"),
    ],
)
def test_a_long_post_takes_no_long_time(html):
    began = time.process_time()

    text = to_plain(html, "https://site.example/")
    short = fit(Wording("https://site.example/", text), 500, mastodon_count(23))
    list(find_links(text))

    assert len(short) < 1_000
    assert time.process_time() - began < 3


def test_html_that_nests_deeply_is_read():
    deep = "<div>" * 20_000 + "x"

    assert to_plain(deep, HERE) == "x"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("Hello", 5, id="ASCII"),
        pytest.param("a\r\nb", 3, id="end of a line"),
        pytest.param("Zoë", 3, id="letter"),
        pytest.param("Zoe\u0308", 3, id="letter with a mark"),
        pytest.param("👩‍👩‍👧👍🏽", 2, id="joined emoji"),
        pytest.param("https://a.example/" + "x" * 100, 23, id="long link"),
        pytest.param("http://a.de", 23, id="short link"),
        pytest.param("(https://a.example/x).", 26, id="link in brackets"),
        pytest.param("https://a.example/?q=1&b=2#c d", 25, id="link with a query"),
        pytest.param("https://a.example/x https://b.example/y", 47, id="two links"),
        pytest.param("https://localhost/xxx", 21, id="no link for a server"),
        pytest.param("https://a.example/ü", 24, id="link that ends for some"),
        pytest.param("xhttps://a.example/", 19, id="link within a word"),
        pytest.param("@ada@social.example", 4, id="somebody elsewhere"),
        pytest.param("@ada", 4, id="somebody there"),
        pytest.param("mail ada@social.example", 23, id="mail address"),
        pytest.param("https://social.example/@ada@b.example", 23, id="name within a link"),
    ],
)
def test_length_as_servers_count(text, count):
    assert mastodon_count(23)(text) == count


def test_links_count_in_full_where_none_are_reserved():
    assert mastodon_count(0)("https://a.example/xx") == 20


@pytest.mark.parametrize(
    ("text", "most", "cut_text"),
    [
        pytest.param("One two", 7, "One two", id="fits"),
        pytest.param("One two three", 8, "One two…", id="between words"),
        pytest.param("One two three", 7, "One…", id="ellipsis counts"),
        pytest.param("One, two", 6, "One…", id="no comma before it"),
        pytest.param("Unbelievable", 6, "Unbel…", id="within a word"),
        pytest.param("👍🏽👍🏽👍🏽", 2, "👍🏽…", id="never within a letter"),
        pytest.param("https://a.example/long here", 10, "", id="never within a link"),
        pytest.param("(https://a.example/long)", 10, "", id="nor one in brackets"),
        pytest.param("word", 0, "", id="no room"),
    ],
)
def test_cut(text, most, cut_text):
    assert cut(text, most) == cut_text


@pytest.mark.parametrize(
    ("category", "tag"),
    [
        ("indieweb", "#indieweb"),
        ("static site", "#StaticSite"),
        ("McDonald farm", "#McDonaldFarm"),
        ("C++", "#C"),
        ("hello-world", "#HelloWorld"),
        ("größe", "#größe"),
        ("हिन्दी", "#हिन्दी"),
        ("2026", ""),
        ("…", ""),
    ],
)
def test_hashtag(category, tag):
    assert hashtag(category) == tag


def test_hashtags_are_not_doubled():
    categories = ["Hugo", "hugo", "static site", "https://bob.example/", {"type": ["h-card"]}, "x"]

    assert missing_hashtags("On #HUGO and /#x", categories) == ("#StaticSite", "#x")


LINK = "https://site.example/n/"


@pytest.mark.parametrize(
    ("wording", "most", "text"),
    [
        pytest.param(Wording(LINK, "Short"), 50, "Short", id="short note"),
        pytest.param(
            Wording(LINK, "Short", link="always"), 50, f"Short\n\n{LINK}", id="always linked"
        ),
        pytest.param(
            Wording(LINK, "word " * 20), 50, f"word word word word word…\n\n{LINK}", id="long note"
        ),
        pytest.param(
            Wording(LINK, "word " * 20, link="never"), 20, "word word word word…", id="never linked"
        ),
        pytest.param(
            Wording(LINK, "Body", "Title", link="always"), 50, f"Title\n\n{LINK}", id="article"
        ),
        pytest.param(
            Wording(LINK, "Body", "Title", link="never"), 50, "Title\n\nBody", id="unlinked article"
        ),
        pytest.param(
            Wording(LINK, "Body", "Title", link="if-truncated"), 50, "Title\n\nBody", id="whole"
        ),
        pytest.param(
            Wording(LINK, "Body " * 20, "Title", link="if-truncated"),
            50,
            f"Title\n\n{LINK}",
            id="not whole",
        ),
        pytest.param(
            Wording(LINK, "Short", is_incomplete=True), 50, f"Short\n\n{LINK}", id="lacks a photo"
        ),
        pytest.param(Wording(LINK, "", is_incomplete=True), 50, LINK, id="all photos lacking"),
        pytest.param(Wording(LINK, ""), 50, LINK, id="nothing to say"),
        pytest.param(
            Wording(LINK, "Good", about="https://a.example/"),
            50,
            "Good\n\nhttps://a.example/",
            id="about something",
        ),
        pytest.param(
            Wording(LINK, "See https://a.example/", about="https://a.example/"),
            50,
            "See https://a.example/",
            id="about something that it names",
        ),
        pytest.param(
            Wording(LINK, "Hi", hashtags=("#a", "#b")), 50, "Hi\n\n#a #b", id="with hashtags"
        ),
        pytest.param(
            Wording(LINK, "word " * 20, link="never", hashtags=("#aaaaaaaa", "#bbbbbbbb")),
            24,
            "word word…\n\n#aaaaaaaa",
            id="hashtags leave room for words",
        ),
        pytest.param(Wording(LINK, "word word"), 8, "word…", id="no room for a link"),
    ],
)
def test_compose(wording, most, text):
    assert fit(wording, most) == text


texts = st.text(st.characters(codec="utf-8"), max_size=200) | st.text(
    "aé 👍🏽\u200d\u0301\r\n#@", max_size=80
)
links = st.sampled_from(
    ["https://a.example/" + "x" * 30, "http://b.example", "@ada@a.example", " "]
)
wild = st.lists(texts | links, max_size=6).map(" ".join)
wordings = st.builds(
    Wording,
    permalink=st.just(LINK),
    text=wild,
    title=st.just("") | wild,
    about=st.just("") | links,
    link=st.sampled_from(["", "always", "if-truncated", "never"]),
    hashtags=st.lists(st.from_regex(r"#\w{1,20}", fullmatch=True), max_size=4).map(tuple),
    is_incomplete=st.booleans(),
)


@given(wordings, st.integers(1, 300), st.sampled_from([0, 23]))
@example(Wording(LINK, "a" * 500), 10, 23)
@example(Wording(LINK, "\u0301" * 500, "\u0301"), 10, 23)
def test_copy_is_never_too_long(wording, most, per_link):
    count = mastodon_count(per_link)

    assert count(fit(wording, most, count)) <= most


@given(wild, st.integers(0, 100))
def test_cut_text_begins_as_the_text_does(text, most):
    result = cut(text, most)

    assert count_graphemes(result) <= most
    assert result == text or text.startswith(result.removesuffix("…"))


@given(st.text(max_size=300), st.text("<>/abpuli=\"'& \nhref:", max_size=200))
def test_any_html_is_read(text, html):
    assert to_plain(html + text, HERE).strip() == to_plain(html + text, HERE)
