"""Posts as JSON Feed items: what a reader is shown of each kind (JSON Feed 1.1)."""

import json

import pytest

from endpoint.domain.feed import FeedSettings, make_item, write_feed, write_item
from endpoint.domain.posts import Post

PERMALINK = "https://site.example/notes/2026/11/tea/"
LINK = "https://b.example/?a=1&b=2"


def make_post(kind="note", **properties):
    values = {name.replace("_", "-"): value for name, value in properties.items()}
    dated = {"published": ["2026-11-22T08:00:00+01:00"], **values}
    return Post("h-entry", kind, dated, PERMALINK, "content/tea.md")


def test_note():
    post = make_post(content=["Tea & *cake*"], category=["a", "b", "a", " ", {"type": ["h-card"]}])

    item = make_item(post)

    assert item == {
        "id": PERMALINK,
        "url": PERMALINK,
        "content_html": "<p>Tea &amp; <em>cake</em></p>\n",
        "content_text": "Tea & *cake*",
        "date_published": "2026-11-22T08:00:00+01:00",
        "tags": ["a", "b"],
        "_indieweb": {"kind": "note"},
    }


def test_article():
    post = make_post(
        "article",
        name=["Fish & chips\n"],
        summary=["Short <b>"],
        content=[{"html": "<p>Long</p>"}],
        updated=["2026-11-23T08:00:00Z"],
    )

    item = make_item(post)

    assert item["title"] == "Fish & chips"
    assert item["summary"] == "Short <b>"
    assert item["content_html"] == "<p>Long</p>"
    assert item["date_modified"] == "2026-11-23T08:00:00+00:00"
    assert "content_text" not in item


@pytest.mark.parametrize(
    ("content", "literal", "expected"),
    [
        pytest.param("*a* <b>", False, "<p><em>a</em> &lt;b&gt;</p>\n", id="plain text"),
        pytest.param("*a* <b>\nc", True, "<p>*a* &lt;b&gt;<br>\nc</p>\n", id="literal text"),
        pytest.param({"html": "<p>a<script>b</script></p>"}, False, "<p>a</p>", id="script"),
        pytest.param({"html": '<p onclick="b">a</p>'}, False, "<p>a</p>", id="handler"),
        pytest.param({"html": '<a href="javascript:b">a</a>'}, False, "<a>a</a>", id="scheme"),
        pytest.param({"markdown": "a <b>b</b>"}, False, "<p>a <b>b</b></p>\n", id="markdown"),
        pytest.param({"markdown": "<script>a</script>b"}, False, "b", id="script in markdown"),
        pytest.param(
            "[a](../b) ![c](d.jpg)",
            False,
            '<p><a href="https://site.example/notes/2026/11/b">a</a>'
            ' <img src="https://site.example/notes/2026/11/tea/d.jpg" alt="c"></p>\n',
            id="relative URLs",
        ),
    ],
)
def test_content_is_clean_and_absolute(content, literal, expected):
    post = make_post(content=[content])

    item = make_item(post, literal=literal)

    assert item["content_html"].strip() == expected.strip()


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        pytest.param(
            {"like_of": [LINK]},
            '<p>Liked <a class="u-like-of" href="https://b.example/?a=1&amp;b=2">'
            "https://b.example/?a=1&amp;b=2</a></p>",
            id="like",
        ),
        pytest.param(
            {"repost_of": ["https://b.example/", "https://c.example/"]},
            '<p>Reposted <a class="u-repost-of" href="https://b.example/">https://b.example/</a>, '
            '<a class="u-repost-of" href="https://c.example/">https://c.example/</a></p>',
            id="reposts",
        ),
        pytest.param(
            {
                "bookmark_of": [
                    {
                        "type": ["h-cite"],
                        "properties": {"url": ["https://b.example/"], "name": ["<B>"]},
                    }
                ]
            },
            '<p>Bookmarked <a class="u-bookmark-of" href="https://b.example/">&lt;B&gt;</a></p>',
            id="bookmark with a name",
        ),
        pytest.param(
            {"rsvp": ["yes"], "in_reply_to": ["https://b.example/"]},
            '<p>RSVP <data class="p-rsvp" value="yes">yes</data> to '
            '<a class="u-in-reply-to" href="https://b.example/">https://b.example/</a></p>',
            id="rsvp",
        ),
        pytest.param(
            {"checkin": [{"type": ["h-card"], "properties": {"name": ["Café"]}}]},
            '<p>At <span class="p-checkin">Café</span></p>',
            id="checkin without a URL",
        ),
        pytest.param(
            {
                "name": ["Party"],
                "start": ["2026-12-24"],
                "end": ["2026-12-25"],
                "location": ["Hut"],
            },
            '<p><time class="dt-start" datetime="2026-12-24">2026-12-24</time> – '
            '<time class="dt-end" datetime="2026-12-25">2026-12-25</time>, '
            '<span class="p-location">Hut</span></p>',
            id="event",
        ),
        pytest.param(
            {"read_of": [{"properties": {"name": ["<B>"]}}], "read_status": ["to-read"]},
            '<p>Wants to read <span class="p-read-of">&lt;B&gt;</span></p>',
            id="read",
        ),
        pytest.param(
            {"ate": ["Soup"], "drank": [{"properties": {"name": ["Tea"], "url": [LINK]}}]},
            '<p>Ate <span class="p-ate">Soup</span></p>\n'
            '<p>Drank <a class="u-drank" href="https://b.example/?a=1&amp;b=2">Tea</a></p>',
            id="eat and drink",
        ),
        pytest.param(
            {"item": ["https://pot.example/"], "rating": [4.5], "best": ["5"]},
            '<p>About <a class="u-item" href="https://pot.example/">https://pot.example/</a></p>\n'
            '<p>Rating: <span class="p-rating">4.5</span> of <span class="p-best">5</span></p>',
            id="review",
        ),
        pytest.param(
            {"name": ["Paper"], "author": ["Ada <ada>"]},
            '<p>By <span class="p-author">Ada &lt;ada&gt;</span></p>',
            id="cite",
        ),
        pytest.param(
            {"name": ["Grace"], "org": ["Navy"], "tel": ["+1 2"]},
            '<p><span class="p-org">Navy</span>, <span class="p-tel">+1 2</span></p>',
            id="card",
        ),
        pytest.param(
            {"name": ["Grace <g>"], "url": ["https://g.example/"]},
            '<p><a class="u-url" href="https://g.example/">Grace &lt;g&gt;</a></p>',
            id="card with a URL",
        ),
        pytest.param({"name": ["A&B"]}, '<p><span class="p-name">A&amp;B</span></p>', id="name"),
        pytest.param(
            {"name": ["A"], "summary": ["<s>"]},
            '<p><span class="p-summary">&lt;s&gt;</span></p>',
            id="summary",
        ),
        pytest.param(
            {"like_of": ["javascript:alert(1)"]},
            '<p>Liked <span class="p-like-of">javascript:alert(1)</span></p>',
            id="link that is none",
        ),
        pytest.param({"like_of": [LINK], "content": ["Yes"]}, "<p>Yes</p>\n", id="own words"),
        pytest.param({"like_of": [None, 5, {}, [], ""]}, "", id="odd values"),
        pytest.param({}, "", id="nothing at all"),
    ],
)
def test_without_content_there_is_a_line(properties, expected):
    post = make_post("any", **properties)

    item = make_item(post)

    assert item["content_html"] == expected


def test_media():
    post = make_post(
        "photo",
        photo=[
            {"value": "https://m.example/a.png", "alt": 'A "cat"'},
            "b.JPG",
            "javascript:alert(1)",
            "https://m.example/a.png?again",
            "http://[broken",
        ],
        video=["https://m.example/c.mov"],
        audio=["https://m.example/d"],
        content=["![](https://m.example/a.png?again)"],
    )

    item = make_item(post)

    assert item["image"] == "https://m.example/a.png"
    assert item["attachments"] == [
        {"url": "https://m.example/a.png", "mime_type": "image/png", "title": 'A "cat"'},
        {"url": PERMALINK + "b.JPG", "mime_type": "image/jpeg"},
        {"url": "https://m.example/a.png?again", "mime_type": "image/png"},
        {"url": "https://m.example/c.mov", "mime_type": "video/quicktime"},
        {"url": "https://m.example/d", "mime_type": "audio/mpeg"},
    ]
    html = item["content_html"]
    assert 'alt="A &quot;cat&quot;"' in html
    assert f'<img class="u-photo" src="{PERMALINK}b.JPG" alt="">' in html
    assert html.count("a.png?again") == 1
    assert '<video class="u-video" src="https://m.example/c.mov" controls="">' in html
    assert '<audio class="u-audio" src="https://m.example/d" controls="">' in html
    assert "javascript" not in json.dumps(item)


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        pytest.param("2026-11-22T08:00:00Z", "2026-11-22T08:00:00+00:00", id="UTC"),
        pytest.param("2026-11-22T08:00:00-05:30", "2026-11-22T08:00:00-05:30", id="offset"),
        pytest.param("1890-01-01T00:53:28+00:53:28", "1890-01-01T00:00:00+00:00", id="local mean"),
        pytest.param("2026-11-22T08:00:00.5Z", "2026-11-22T08:00:00.500000+00:00", id="fraction"),
    ],
)
def test_dates_are_rfc_3339(published, expected):
    post = make_post(published=[published], updated=[published])

    item = make_item(post)

    assert item["date_published"] == expected
    assert item["date_modified"] == expected


@pytest.mark.parametrize(
    "updated",
    [
        pytest.param(["yesterday"], id="word"),
        pytest.param([5], id="number"),
        pytest.param([], id="nothing"),
    ],
)
def test_odd_updated_is_left_out(updated):
    item = make_item(make_post(content=["a"], updated=updated))

    assert "date_modified" not in item


def test_links_are_kept_for_programs():
    post = make_post("reply", content=["Yes"], in_reply_to=[LINK, "javascript:a", {"value": LINK}])

    item = make_item(post)

    assert item["_indieweb"] == {"kind": "reply", "in-reply-to": [LINK, LINK]}


def test_feed_says_what_is_set():
    settings = FeedSettings(
        title='A "feed"',
        home_page_url="https://site.example/",
        feed_url="https://site.example/feed.json",
        language="de",
        authors=({"name": "Ada", "url": "https://site.example/", "avatar": ""}, {}),
    )
    item = write_item(make_item(make_post(content=["Täa \u2028 👍"])))

    body = write_feed(settings, [item, item], feed_url=settings.feed_url, next_url="https://n/")

    feed = json.loads(body)
    assert [each["content_text"] for each in feed.pop("items")] == ["Täa \u2028 👍"] * 2
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": 'A "feed"',
        "home_page_url": "https://site.example/",
        "feed_url": "https://site.example/feed.json",
        "next_url": "https://n/",
        "language": "de",
        "authors": [{"name": "Ada", "url": "https://site.example/"}],
    }


def test_empty_feed_has_items_and_a_title():
    settings = FeedSettings("", "https://site.example/", "https://site.example/feed.json")

    feed = json.loads(write_feed(settings, [], feed_url=settings.feed_url, next_url=""))

    assert feed["items"] == []
    assert feed["title"] == "https://site.example/"
    assert "next_url" not in feed


@pytest.mark.parametrize(
    "value",
    [pytest.param("\ud800", id="half a surrogate pair"), pytest.param(float("nan"), id="NaN")],
)
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011
        write_item({"title": value})


def test_published_that_is_no_date_is_refused():
    post = make_post(published=["yesterday"])

    with pytest.raises(ValueError):  # noqa: PT011
        make_item(post)
