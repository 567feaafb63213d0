"""What a page says about another: kind, words, author and dates, and nothing that could harm."""

import time
from base64 import b64encode

import pytest

from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.domain.webmentions.reading.answers import read, read_author

SOURCE = "https://you.example/notes/1"
TARGET = "https://me.example/tea"
LINK = f'<a href="{TARGET}">tea</a>'
REPLY = f'<a class="u-in-reply-to" href="{TARGET}">tea</a>'


def ask(content, content_type="text/html; charset=utf-8", **more):
    content = content if isinstance(content, bytes) else content.encode()
    given = {"url": SOURCE, "targets": [TARGET], **more}
    return {"content": b64encode(content).decode(), "content_type": content_type, **given}


def said(html, **more):
    """The mention, and where to read more of its author."""
    answer = read(ask(html, **more))
    assert not answer["gone"]
    return answer["mention"] and Mention.of(answer["mention"]), answer["author_page"]


def mention(html, **more):
    return said(html, **more)[0]


def entry(inside):
    return f'<article class="h-entry">{inside}</article>'


# Kinds


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        pytest.param(f'<a class="u-in-reply-to" href="{TARGET}"></a>', "reply", id="reply"),
        pytest.param(f'<a class="u-like-of" href="{TARGET}"></a>', "like", id="like"),
        pytest.param(f'<a class="u-repost-of" href="{TARGET}"></a>', "repost", id="repost"),
        pytest.param(f'<a class="u-bookmark-of" href="{TARGET}"></a>', "bookmark", id="bookmark"),
        pytest.param(f'<p class="e-content">{LINK}</p>', "mention", id="mention"),
        pytest.param(
            f'<a class="u-in-reply-to" href="/x"></a>{LINK}', "mention", id="reply to another"
        ),
        pytest.param(
            f'<a class="u-in-reply-to" href="/x"></a><a class="u-in-reply-to" href="{TARGET}"></a>',
            "reply",
            id="reply to two",
        ),
        pytest.param(
            f'<div class="u-in-reply-to h-cite"><a class="u-url" href="{TARGET}">tea</a></div>',
            "reply",
            id="h-cite",
        ),
        pytest.param(
            f'<div class="p-repost-of h-cite"><a class="p-name u-url" href="{TARGET}">t</a></div>',
            "repost",
            id="p-h-cite",
        ),
        pytest.param(
            '<a class="u-like-of" href="HTTPS://me.example:443/tea"></a>', "like", id="spelling"
        ),
        pytest.param(f'{REPLY}<data class="p-rsvp" value="YES">', "rsvp", id="rsvp"),
        pytest.param(f'{REPLY}<data class="p-rsvp" value="perhaps">', "reply", id="odd rsvp"),
        pytest.param(f'{LINK}<data class="p-rsvp" value="yes">', "mention", id="rsvp elsewhere"),
    ],
)
def test_the_property_that_holds_the_link_is_the_kind(html, kind):
    assert mention(entry(html)).kind == kind


def test_an_rsvp_says_what():
    assert mention(entry(f'{REPLY}<b class="p-rsvp"> Maybe </b>')).rsvp == "maybe"
    assert mention(entry(f'{REPLY}<b class="p-rsvp">no way</b>')).rsvp == ""


# Which post


def test_of_a_feed_the_entry_that_holds_the_link_is_read():
    other = entry('<p class="p-author h-card">Bo</p><p class="e-content">No</p>')
    own = entry(f'<p class="p-author h-card">Cy</p><p class="e-content">Yes</p>{REPLY}')

    found = mention(f'<main class="h-feed">{other}{own}{other}</main>')

    assert (found.author.name, found.text, found.kind) == ("Cy", "Yes", "reply")


def test_the_post_that_the_page_is_about_goes_before_others():
    other = entry(f'<a class="u-url" href="/2"></a><p class="e-content">other</p>{REPLY}')
    own = entry(f'<a class="u-url" href="/notes/1"></a><p class="e-content">own {LINK}</p>')

    assert mention(other + own).text == "own tea"


def test_of_two_posts_the_one_that_answers_is_read():
    first = entry(f'<p class="e-content">first {LINK}</p>')
    second = entry(f'<p class="e-content">second</p>{REPLY}')

    assert mention(first + second).text == "second"


def test_a_link_in_a_comment_belongs_to_the_post_below_which_it_stands():
    comment = f'<div class="u-comment h-cite h-entry"><p class="e-content">{LINK}</p></div>'

    found = mention(entry(f'<p class="e-content">The post</p>{comment}'))

    assert (found.kind, found.text) == ("mention", "The post")


def test_a_link_outside_the_only_post_belongs_to_it_too():
    assert mention(LINK + entry('<p class="e-content">Words</p>')).text == "Words"
    assert mention(LINK + 2 * entry('<p class="e-content">Words</p>')).text == ""


def test_classic_microformats_are_read_as_well():
    html = f"""<div class="hentry"><h1 class="entry-title">Old</h1>
        <a class="author vcard" href="/me"><span class="fn">Ada</span></a>
        <div class="entry-content"><p>{LINK}</p></div></div>"""

    found = mention(html)

    assert (found.name, found.author.name, found.text) == ("Old", "Ada", "tea")


# Words


def test_all_that_a_post_says():
    found = mention(
        entry(f"""<h1 class="p-name">On tea</h1>{REPLY}
        <a class="u-author h-card" href="/"><img class="u-photo" src="/ada.jpg" alt="">Ada</a>
        <div class="e-content"><p>I like <a href="more">tea</a>.</p><p>Much.</p></div>
        <a class="u-url" href="/notes/one"><time class="dt-published"
        datetime="2025-01-02 03:04:05+0100">then</time></a>
        <a class="u-syndication" href="https://fedi.example/1"></a>""")
    )

    assert found == Mention(
        kind="reply",
        url="https://you.example/notes/one",
        author=Author("Ada", "https://you.example/", "https://you.example/ada.jpg"),
        published="2025-01-02T03:04:05+01:00",
        name="On tea",
        html='<p>I like <a href="https://you.example/notes/more" rel="nofollow ugc noopener">tea'
        "</a>.</p><p>Much.</p>",
        text="I like tea.\n\nMuch.",
        in_reply_to=(TARGET,),
        syndication=("https://fedi.example/1",),
    )


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("2025-01-02", "2025-01-02"),
        ("2025-01-02T03:04Z", "2025-01-02T03:04:00+00:00"),
        ("2025-01-02T03:04:05", "2025-01-02T03:04:05+00:00"),
        ("yesterday", ""),
        ("2025-13-02", ""),
        ("9" * 100_000, ""),
    ],
)
def test_dates(written, published):
    html = entry(f'<time class="dt-published" datetime="{written}"></time>{LINK}')

    assert mention(html).published == published


def test_the_name_of_a_note_is_its_beginning_and_not_shown_twice():
    html = entry(f'<p class="p-name e-content">Just words, {LINK}</p>')

    found = mention(html)

    assert (found.name, found.text) == ("", "Just words, tea")


def test_plain_content_is_escaped():
    html = entry(f'<p class="p-content">1 &lt; 2 &amp; <b>3</b></p>{LINK}')

    found = mention(html)

    assert (found.html, found.text) == ("<p>1 &lt; 2 &amp; 3</p>", "1 < 2 & 3")


def test_a_summary_stands_in_for_the_content():
    assert mention(entry(f'<p class="p-summary">Short</p>{LINK}')).text == "Short"


def test_a_link_that_is_taken_for_the_posts_own_url_is_not():
    assert mention(entry(LINK)).url == SOURCE


def test_nothing_in_a_url_ends_an_attribute():
    html = entry(f"""{LINK}<a class="u-url" href='/a b"><script>{{{{ x }}}}'>x</a>""")

    assert mention(html).url == "https://you.example/a%20b%22%3E%3Cscript%3E%7B%7B%20x%20%7D%7D"


def test_a_base_settles_relative_urls():
    html = f'<base href="/deep/er/">{entry(f"""{LINK}<a class="u-url" href="x">x</a>""")}'

    assert mention(html).url == "https://you.example/deep/er/x"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        pytest.param("é".encode("latin-1"), "text/html; charset=iso-8859-1", id="header"),
        pytest.param(b"<meta charset=cp1252>\xe9", "text/html", id="meta"),
        pytest.param("é".encode(), "text/html;charset=nonsense", id="unknown charset"),
        pytest.param(b"\xe9", "text/html; charset=idna", id="no charset of the web"),
        pytest.param("é".encode(), "Application/XHTML+XML ; charset=UTF-8", id="XHTML"),
    ],
)
def test_charsets(content, content_type):
    html = entry(f'<p class="e-content">@</p>{LINK}').encode().replace(b"@", content)

    answer = read(ask(html, content_type))

    assert answer["mention"]["text"] == "é"


def test_a_charset_that_lies_costs_letters_only():
    answer = read(ask("é" + LINK, "text/html; charset=shift_jis"))

    assert answer["mention"]["kind"] == "mention"


# Authors


@pytest.mark.parametrize(
    ("html", "author", "page"),
    [
        pytest.param(
            entry(f'<a class="p-author h-card" href="/ada">Ada</a>{LINK}'),
            Author("Ada", "https://you.example/ada"),
            "",
            id="h-card",
        ),
        pytest.param(entry(f'<b class="p-author">Ada</b>{LINK}'), Author("Ada"), "", id="name"),
        pytest.param(
            entry(f'<a class="u-author" href="/ada"></a>{LINK}'),
            Author("", "https://you.example/ada"),
            "https://you.example/ada",
            id="URL",
        ),
        pytest.param(
            entry(f'<a class="u-author" href="/ada"></a>{LINK}')
            + '<a class="h-card" href="/bo">Bo</a><a class="h-card" href="/ada">Ada</a>',
            Author("Ada", "https://you.example/ada"),
            "https://you.example/ada",
            id="URL, known here",
        ),
        pytest.param(
            f'<main class="h-feed"><a class="u-author h-card" href="/ada">Ada</a>{entry(LINK)}',
            Author("Ada", "https://you.example/ada"),
            "",
            id="feed",
        ),
        pytest.param(
            f'<div class="h-feed">{entry(LINK)}'
            f'{entry("""<a class="p-author h-card" href="/bo">Bo</a>""")}</div>',
            Author(),
            "",
            id="another entry of the feed",
        ),
        pytest.param(
            f'<link rel="x AUTHOR" href="/ada">{entry(LINK)}',
            Author("", "https://you.example/ada"),
            "https://you.example/ada",
            id="rel=author",
        ),
        pytest.param(
            f'<a rel="author" href="mailto:ada@you.example"></a>{entry(LINK)}',
            Author(),
            "",
            id="rel=author that is no page",
        ),
        pytest.param(
            f'<meta name="author" content="Ada">{entry(LINK)}', Author("Ada"), "", id="meta"
        ),
        pytest.param(entry(LINK), Author(), "", id="nobody"),
    ],
)
def test_who_wrote_it(html, author, page):
    found, author_page = said(html)

    assert (found.author, author_page) == (author, page)


ADA = "https://ada.example/"


@pytest.mark.parametrize(
    ("html", "name"),
    [
        pytest.param(
            '<a class="h-card" href="/">Wrong</a>'
            '<div class="h-card"><a class="u-url u-uid p-name" href="/">Ada</a></div>',
            "Ada",
            id="URL and uid",
        ),
        pytest.param(
            '<a class="h-card" href="/bo">Bo</a><a class="h-card" rel="me" href="/ada">Ada</a>',
            "Ada",
            id="rel=me",
        ),
        pytest.param(
            '<a class="h-card" href="/bo">Bo</a><a class="h-card" href="/">Ada</a>',
            "Ada",
            id="the only one with the URL",
        ),
        pytest.param('<a class="h-card" href="/bo">Bo</a>', None, id="somebody else"),
        pytest.param("", None, id="an empty page"),
    ],
)
def test_whose_page_it_is(html, name):
    answer = read_author(ask(html, url=ADA, author_page=ADA))

    assert (answer and answer["name"]) == name
    assert answer is None or answer["url"] == ADA


def test_an_authors_page_may_have_moved():
    html = '<a class="h-card" href="https://ada.example/new">Ada</a>'

    answer = read_author(ask(html, url="https://ada.example/new", author_page=ADA))

    assert answer == {"name": "Ada", "url": ADA, "photo": ""}


# Pages without microformats


def test_open_graph_and_title_stand_in():
    html = f"""<title>Ignored</title><meta property="og:title" content="On &amp;amp; tea">
        <meta name="description" content="Second"><meta property="og:description"
        content="A page &lt;b&gt;">
        <meta property="article:published_time" content="2025-01-02T03:04:05Z">{LINK}"""

    found = mention(html)

    assert found.name == "On &amp; tea"
    assert (found.html, found.text) == ("<p>A page &lt;b&gt;</p>", "A page <b>")
    assert (found.published, found.url) == ("2025-01-02T03:04:05+00:00", SOURCE)


def test_a_title_is_better_than_nothing():
    assert mention(f"<svg><title> </title></svg><title>\n Tea \n time</title>{LINK}").name == (
        "Tea time"
    )


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(f'{{"a": "{TARGET}"}}', "application/json; charset=utf-8"), (f"See {TARGET}", "text/plain")],
)
def test_other_sources_mention_and_say_no_more(content, content_type):
    assert read(ask(content, content_type))["mention"]["kind"] == "mention"
    assert read(ask(content, "application/pdf"))["mention"] is None


def test_a_page_can_say_that_it_is_gone():
    """webmention.rocks delete test 2: the link is still there."""
    html = f'<META http-equiv=" Status " content="410 Gone">{entry(REPLY)}'

    assert read(ask(html)) == {"gone": True, "mention": None, "author_page": ""}


def test_other_statuses_in_a_page_mean_nothing():
    assert mention(f'<meta http-equiv="status" content="4100">{LINK}')
    assert mention(f'<meta http-equiv="refresh" content="410">{LINK}')


# What would harm

EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='data:text/html,x'>x</a>",
    "<iframe src=//evil.example></iframe>",
    "<svg onload=alert(1)></svg>",
    "<style>*{display:none}</style>",
    "<b style='position:fixed' class='h-card' id='top' onclick=x>b</b>",
    "<form action=//evil.example><input></form>",
    "<template><script>x</script></template>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
]


@pytest.mark.parametrize("evil", EVIL)
def test_content_cannot_run_load_or_dress_up(evil):
    found = mention(entry(f'<div class="e-content">Hi {LINK} {evil}</div>'))

    assert found.text.startswith("Hi")
    for unwanted in ("script", "onerror", "on", "iframe", "<svg", "<img", "style", "class", "id="):
        assert f"<{unwanted}" not in found.html
        assert f" {unwanted}" not in found.html.replace(' rel="nofollow ugc noopener"', "")
    assert "javascript" not in found.html
    assert "data:" not in found.html


@pytest.mark.parametrize("evil", EVIL)
def test_every_other_field_is_plain(evil):
    escaped = evil.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    html = entry(
        f"""<h1 class="p-name">{escaped}\u202e\x07 x</h1>
        <div class="p-author h-card"><b class="p-name">{escaped}</b>
        <a class="u-url" href="javascript:alert(1)"></a>
        <img class="u-photo" src="data:image/svg+xml,x"></div>
        <a class="u-url" href="javascript:alert(1)"></a>
        <a class="u-syndication" href="vbscript:x"></a>
        <time class="dt-published" datetime="{escaped}"></time>{REPLY}"""
    )

    found = mention(html)

    assert found.name == " ".join(f"{evil} x".split())
    assert (found.author.url, found.author.photo, found.syndication) == ("", "", ())
    assert (found.url, found.published) == (SOURCE, "")


def test_everything_is_capped():
    word = "<p>word &amp; word</p>"
    html = entry(
        f"""<h1 class="p-name">{"x" * 9_000}</h1><div class="e-content">{word * 6_000}</div>
        <a class="u-url" href="https://you.example/{"x" * 3_000}"></a>{REPLY}"""
        + "".join(f'<a class="u-syndication" href="/{number}"></a>' for number in range(50))
    )

    found = mention(html)

    assert (len(found.name), len(found.syndication)) == (300, 10)
    assert 4_990 < len(found.text) <= 5_000
    assert found.html.startswith("<p>word &amp; word</p>\n<p>")
    assert found.html.endswith("…</p>")
    assert found.url == SOURCE


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<div class="h-entry">' * 3_000, id="nested entries"),
        pytest.param(f'<div class="h-entry">{LINK}' * 1_900, id="nested entries with links"),
        pytest.param(f'<div class="u-comment h-entry">{LINK}' * 1_900, id="nested comments"),
        pytest.param(f'<div class="hentry">{LINK}' * 140, id="classic ones nested"),
        pytest.param(
            f'<div class="hentry">{LINK}{"<p class=entry-content><b>x</b></p>" * 5_000}',
            id="classic ones at length",
        ),
        pytest.param(f'<div class="h-entry">{LINK}{"<div>" * 44_000}', id="nested elements"),
        pytest.param(
            f'<div class="p-a e-content u-x h-entry">{LINK}{"word " * 300}' * 100,
            id="content in content",
        ),
        pytest.param(entry(LINK + "<b class='p-a'></b>" * 40_000), id="thousands of properties"),
        pytest.param(entry(LINK + "<b class='h-card'></b>" * 8_000), id="thousands of h-cards"),
        pytest.param(entry(LINK + "&" * 200_000), id="ampersands"),
        pytest.param("<a href=/x>y</a>" * 10_000, id="10,000 links"),
        pytest.param(LINK * 10_000, id="10,000 links to the target"),
    ],
)
def test_a_page_made_to_keep_a_parser_busy_is_still_read(html):
    began = time.process_time()

    found = mention(f"<title>Busy</title>{LINK}{html}")

    assert found.kind == "mention"
    assert found.name in ("Busy", "tea", "")
    assert time.process_time() - began < 1.5


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "<p>word</p>" * 40_000, id="longer than what is read of one"),
        pytest.param("<div>" * 450, "", id="deep in the page"),
        pytest.param("", "<div>" * 400 + "x" + "</div>" * 400, id="deep in itself"),
        pytest.param("<div>" * 2_500 + "</div>" * 2_500, "", id="after elements that were closed"),
        pytest.param("</body></html>", "", id="after the end"),
    ],
)
def test_an_entry_far_down_or_at_length_says_what_it_is(before, after):
    assert mention(before + entry(REPLY + after)).kind == "reply"


def test_a_link_deep_down_counts():
    assert mention(entry("<span>" * 3_000 + REPLY)).kind == "reply"


def test_half_a_url_is_nobodys():
    url = "https://you.example/" + "x" * 1_900
    html = entry(REPLY + f'<a class="u-syndication" href="{url}">y</a>' * 120)

    assert mention(html).syndication == (url,)
