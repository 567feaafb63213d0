"""The post types an app may offer, as ``q=post-types`` lists them."""

from typing import Any


def _type(kind: str, name: str, *required: str, h: str = "entry", also: str = "") -> dict[str, Any]:
    common = ["category", "published", "post-status", "visibility", "mp-slug", "mp-syndicate-to"]
    return {
        "type": kind,
        "name": name,
        "h": h,
        "properties": list(dict.fromkeys([*required, *also.split(), *common])),
        "required-properties": list(required),
    }


POST_TYPES: tuple[dict[str, Any], ...] = (
    _type("note", "Note", "content", also="photo location"),
    _type("article", "Article", "name", "content", also="summary photo"),
    _type("photo", "Photo", "photo", also="content"),
    _type("video", "Video", "video", also="content"),
    _type("audio", "Audio", "audio", also="content"),
    _type("reply", "Reply", "in-reply-to", "content", also="photo"),
    _type("like", "Like", "like-of", also="content"),
    _type("repost", "Repost", "repost-of", also="content"),
    _type("bookmark", "Bookmark", "bookmark-of", also="name content"),
    _type("rsvp", "RSVP", "in-reply-to", "rsvp", also="content"),
    _type("event", "Event", "name", "start", h="event", also="end location content"),
    _type("checkin", "Check-in", "checkin", also="content photo"),
    _type("review", "Review", "item", "rating", h="review", also="name content summary"),
    _type("read", "Read", "read-of", also="read-status summary content"),
    _type("listen", "Listen", "listen-of", also="content"),
    _type("watch", "Watch", "watch-of", also="content"),
    _type("eat", "Ate", "ate", also="content"),
    _type("drink", "Drank", "drank", also="content"),
)
"""Each type with its name, mf2 class, properties and those an app must ask for."""
