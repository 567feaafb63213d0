"""What a post does with a page it links to, by the property that holds the link."""

from collections.abc import Collection
from typing import Any

from endpoint.domain.webmentions.reading.links import spelling
from endpoint.domain.webmentions.reading.pages import Properties
from endpoint.domain.webmentions.reading.values import line, urls

_RSVPS = ("yes", "no", "maybe", "interested")
_KINDS = {
    "in-reply-to": "reply",
    "like-of": "like",
    "repost-of": "repost",
    "bookmark-of": "bookmark",
}


def kind_of(properties: Properties, wanted: Collection[str]) -> str:
    """Return the kind of a post with these mf2 ``properties``, one of ``mention.KINDS``.

    ``wanted`` are the target's spellings. The order is that of Post Type
    Discovery; what holds the link in no such property mentions the page.
    """
    kinds = [kind for name, kind in _KINDS.items() if _leads(properties.get(name, []), wanted)]
    kind = next(iter(kinds), "mention")
    return "rsvp" if kind == "reply" and rsvp_of(properties) else kind


def rsvp_of(properties: Properties) -> str:
    """Return yes, no, maybe or interested; empty if the post says none of these."""
    said = (line(value).lower() for value in properties.get("rsvp", []))
    return next((word for word in said if word in _RSVPS), "")


def _leads(values: list[Any], wanted: Collection[str]) -> bool:
    return any(spelling(url) in wanted for url in urls(values))
