"""Lists of posts: what to select, where a page begins, and what a page holds."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from endpoint.domain.posts import Post
from endpoint.errors import InvalidRequest

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_FILTER = 1000
"""The longest text, in characters, that a ``filter`` may look for."""

_MAX_OFFSET = 10**9
_STATUSES = ("draft", "published")


@dataclass(frozen=True)
class Selection:
    """Which posts a list holds, newest first.

    ``before`` and ``after`` are cursors of an earlier page: the posts that are
    newer, or older, than where it ended. With a cursor ``offset`` does not
    count. ``kind`` is a post type, ``filter`` a text in name, content or
    summary, ``channel`` a uid, ``status`` ``draft`` or ``published`` (scheduled
    posts are published ones); ``tag`` and ``filter`` ignore case.
    ``public_only`` leaves what every reader may see by now.
    """

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    before: str | None = None
    after: str | None = None
    kind: str | None = None
    filter: str | None = None
    channel: str | None = None
    status: str | None = None
    tag: str | None = None
    public_only: bool = False


@dataclass(frozen=True)
class Page:
    """A page of posts; ``before`` and ``after`` are there if newer or older ones are."""

    posts: tuple[Post, ...]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class ItemPage:
    """A page of feed items, each as JSON; ``after`` is there if older ones are."""

    items: tuple[str, ...]
    after: str | None = None


@dataclass(frozen=True)
class Cursor:
    """A place in a list: the post with this time (UTC microseconds) and path."""

    published: int
    path: str

    def __str__(self) -> str:
        text = f"{self.published} {self.path}"
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, name: str, text: str) -> Self:
        """Return the cursor that parameter ``name`` holds; raise InvalidRequest if it is none."""
        try:
            plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        except (ValueError, binascii.Error):
            plain = ""
        match = re.fullmatch(r"(-?[0-9]{1,19}) ([^\0]+)", plain, re.DOTALL)
        if not match or abs(int(match[1])) >= 2**63:
            raise InvalidRequest(f"{name} must be a cursor from an earlier answer")
        return cls(int(match[1]), match[2])


def parse_selection(parameters: Mapping[str, str]) -> Selection:
    """Return the selection that the parameters of a post list ask for.

    A limit above 100 means 100. Raise InvalidRequest naming the parameter if a
    value makes no sense (Micropub extensions: limit, offset, paging, filters).
    """
    return Selection(
        limit=min(_read_number(parameters, "limit", DEFAULT_LIMIT, least=1), MAX_LIMIT),
        offset=min(_read_number(parameters, "offset", 0), _MAX_OFFSET),
        before=parameters.get("before") or None,
        after=parameters.get("after") or None,
        kind=parameters.get("post-type") or None,
        filter=parameters.get("filter") or None,
        channel=parameters.get("channel") or None,
        status=_read_status(parameters.get("post-status") or None),
        tag=parameters.get("category") or None,
    )


def _read_number(parameters: Mapping[str, str], name: str, default: int, least: int = 0) -> int:
    text = parameters.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch("[0-9]+", text) or (number := int(text[:10])) < least:
        raise InvalidRequest(f"{name} must be a whole number of at least {least}")
    return number


def _read_status(status: str | None) -> str | None:
    if status is not None and status not in _STATUSES:
        raise InvalidRequest("post-status must be draft or published")
    return status
