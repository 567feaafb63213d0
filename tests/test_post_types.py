"""Post Type Discovery: https://indieweb.org/post-type-discovery."""

import pytest

from endpoint.domain.post_types import discover

URL = "https://other.example/1"
CITE = {"type": ["h-cite"], "properties": {"url": [URL], "name": ["A post"]}}


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        pytest.param({"content": ["Hello"]}, "note", id="content alone"),
        pytest.param({}, "note", id="nothing"),
        pytest.param(
            {"name": ["Tea"], "content": ["It is hot"]}, "article", id="a name of its own"
        ),
        pytest.param(
            {"name": ["Tea"], "content": ["Tea is hot"]}, "note", id="name begins content"
        ),
        pytest.param({"name": ["Tea"], "summary": ["Leaves"]}, "article", id="name and summary"),
        pytest.param(
            {"name": ["Tea"], "summary": ["Tea leaves"]}, "note", id="name begins summary"
        ),
        pytest.param({"name": ["Tea"]}, "note", id="name without content"),
        pytest.param({"name": [" "], "content": ["Tea"]}, "note", id="blank name"),
        pytest.param(
            {"name": ["Tea  is\nhot"], "content": [" Tea is hot today"]},
            "note",
            id="blanks collapse",
        ),
        pytest.param(
            {"name": ["Tea & milk"], "content": [{"html": "<p>Tea &amp; <b>milk</b>, hot</p>"}]},
            "note",
            id="html is compared as text",
        ),
        pytest.param(
            {"name": ["Tea"], "content": [{"html": "<p>Milk</p>"}]}, "article", id="html article"
        ),
        pytest.param(
            {"name": ["Tea"], "content": [{"markdown": "Milk"}]}, "article", id="markdown article"
        ),
        pytest.param({"in-reply-to": [URL], "content": ["Yes"]}, "reply", id="reply"),
        pytest.param({"in-reply-to": [CITE]}, "reply", id="reply to an h-cite"),
        pytest.param({"in-reply-to": [{"value": URL}]}, "reply", id="reply to a value"),
        pytest.param(
            {"in-reply-to": ["not a url"], "content": ["x"]}, "note", id="reply to no URL"
        ),
        pytest.param({"in-reply-to": ["http://[", ""]}, "note", id="reply to a broken URL"),
        pytest.param({"in-reply-to": [{"type": ["h-cite"]}, 7]}, "note", id="reply to no thing"),
        pytest.param({"like-of": [URL]}, "like", id="like"),
        pytest.param({"like-of": ["", URL]}, "like", id="any value counts"),
        pytest.param({"repost-of": [URL]}, "repost", id="repost"),
        pytest.param(
            {"bookmark-of": [URL], "name": ["A"], "content": ["B"]}, "bookmark", id="bookmark"
        ),
        pytest.param({"rsvp": ["yes"], "in-reply-to": [URL]}, "rsvp", id="rsvp before reply"),
        pytest.param({"rsvp": ["Maybe"], "in-reply-to": [URL]}, "rsvp", id="rsvp in any case"),
        pytest.param({"rsvp": ["perhaps"], "in-reply-to": [URL]}, "reply", id="no such rsvp"),
        pytest.param({"rsvp": [True], "in-reply-to": [URL]}, "reply", id="rsvp of another type"),
        pytest.param({"repost-of": [URL], "like-of": [URL]}, "repost", id="repost before like"),
        pytest.param({"like-of": [URL], "in-reply-to": [URL]}, "like", id="like before reply"),
        pytest.param({"in-reply-to": [URL], "photo": [URL]}, "reply", id="reply before photo"),
        pytest.param({"photo": [URL], "content": ["x"]}, "photo", id="photo"),
        pytest.param({"photo": [{"value": URL, "alt": "x"}]}, "photo", id="photo with alt"),
        pytest.param({"photo": ["/img/1.jpg"]}, "photo", id="photo on the same site"),
        pytest.param({"photo": [{"alt": "x"}], "content": ["x"]}, "note", id="photo without a URL"),
        pytest.param({"photo": [""], "content": ["x"]}, "note", id="empty photo"),
        pytest.param({"video": [URL], "photo": [URL]}, "video", id="video before photo"),
        pytest.param({"audio": [URL], "photo": [URL]}, "audio", id="audio before photo"),
        pytest.param({"checkin": [{"type": ["h-card"]}], "photo": [URL]}, "checkin", id="checkin"),
        pytest.param({"checkin": [""], "photo": [URL]}, "photo", id="empty checkin"),
        pytest.param({"item": [CITE], "rating": [5]}, "review", id="review in an entry"),
        pytest.param({"rating": [5], "content": ["x"]}, "review", id="rating alone"),
        pytest.param({"read-of": [CITE]}, "read", id="read"),
        pytest.param({"listen-of": [URL]}, "listen", id="listen"),
        pytest.param({"watch-of": ["A film"]}, "watch", id="watch"),
        pytest.param({"ate": ["Bread"]}, "eat", id="eat"),
        pytest.param({"drank": [{"properties": {"name": ["Tea"]}}]}, "drink", id="drink"),
    ],
)
def test_kind_of_an_entry(properties, kind):
    assert discover("h-entry", properties) == kind


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("h-event", "event"), ("h-card", "card"), ("h-cite", "cite"), ("h-review", "review")],
)
def test_type_decides_before_properties(type_, kind):
    assert discover(type_, {"like-of": [URL], "name": ["A"], "content": ["B"]}) == kind
