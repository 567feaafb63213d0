"""The tables of posts: where each kind goes, and how its front matter is written."""

from typing import Literal

from pydantic import Field

from endpoint.config.checks import Pattern
from endpoint.config.tables import Table


class FrontMatterConfig(Table):
    """How the front matter of new posts is written."""

    format: Literal["yaml", "toml", "json"] = "yaml"
    spelling: Literal["", "camelCase", "snake_case", "mf2"] = ""
    keys: dict[str, str] = Field(default_factory=dict)


Kind = Literal[
    "note",
    "article",
    "photo",
    "video",
    "audio",
    "reply",
    "like",
    "repost",
    "bookmark",
    "rsvp",
    "event",
    "checkin",
    "review",
    "read",
    "listen",
    "watch",
    "eat",
    "drink",
    "card",
    "cite",
]
"""The kinds of posts that can have a place of their own."""


class PlaceConfig(Table):
    """Where the posts of a kind go, as patterns of path and URL."""

    path: Pattern
    url: Pattern
