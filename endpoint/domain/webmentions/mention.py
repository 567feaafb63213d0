"""What a page says about another: the words, the author and the kind of a Webmention."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

KINDS = ("reply", "like", "repost", "bookmark", "rsvp", "mention")
"""What a page can do with the one it links to; ``mention`` is a link and no more."""


@dataclass(frozen=True)
class Author:
    """Who wrote it; each may be empty, and URLs are http or https."""

    name: str = ""
    url: str = ""
    photo: str = ""


@dataclass(frozen=True)
class Mention:
    """What the source of a Webmention says, sanitised.

    ``url`` is the permalink it names for itself, ``published`` an ISO 8601 time
    with offset, a date, or empty. ``html`` is the content as it may be shown and
    ``text`` the same without markup; ``rsvp`` is yes, no, maybe or interested.
    """

    kind: str
    url: str
    author: Author = Author()
    published: str = ""
    name: str = ""
    html: str = ""
    text: str = ""
    rsvp: str = ""
    in_reply_to: tuple[str, ...] = ()
    syndication: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return it as a row of the database keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the mention that ``to_json`` wrote."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """Return a mention of plain ``values``, such as JSON has them."""
        lists = {name: tuple(values.get(name, ())) for name in ("in_reply_to", "syndication")}
        return cls(**{**values, **lists, "author": Author(**values.get("author", {}))})
