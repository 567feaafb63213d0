"""How Bluesky names things: pages on the web, ``at://`` URIs, and the keys of records."""

import re
from dataclasses import dataclass
from hashlib import sha256

POST = "app.bsky.feed.post"

_ACTOR = (
    r"did:[a-z]+:[A-Za-z0-9._:%-]{1,200}|(?=.{1,253}/)(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}"
)
_PAGE = re.compile(
    rf"https?://(?:[\w-]+\.)*bsky\.(?:app|dev)/profile/(?P<actor>{_ACTOR})"
    r"/post/(?P<key>[\w.:~-]{1,512})/?(?:[?#].*)?",
    re.ASCII | re.IGNORECASE,
)
_URI = re.compile(
    rf"at://(?P<actor>{_ACTOR})/(?P<collection>[a-z][\w.-]{{1,300}})/(?P<key>[\w.:~-]{{1,512}})",
    re.ASCII | re.IGNORECASE,
)
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_LENGTH = 13
# Microseconds: a year that is over, because what seems to come from the future may be set aside.
_FIRST_US = 1_672_531_200_000_000
_SPAN_US = 365 * 24 * 3600 * 1_000_000


@dataclass(frozen=True)
class Address:
    """Where a record is: with ``actor``, a handle or a DID, in a ``collection``, by its ``key``."""

    actor: str
    collection: str
    key: str

    def __str__(self) -> str:
        return f"at://{self.actor}/{self.collection}/{self.key}"


def parse_uri(uri: str) -> Address | None:
    """Return the address that an ``at://`` URI names, None if it is none of a record."""
    found = _URI.fullmatch(uri)
    return Address(found["actor"], found["collection"], found["key"]) if found else None


def parse_post(url: str) -> Address | None:
    """Return the address of the post at ``url``, its page or its ``at://`` URI; None if neither."""
    if page := _PAGE.fullmatch(url):
        return Address(page["actor"], POST, page["key"])
    address = parse_uri(url)
    return address if address and address.collection == POST else None


def record_key(text: str) -> str:
    """Return a record key of the form TID, always the same for the same ``text``.

    It has 63 bits, of microseconds and then ten of a clock's own, in digits
    that sort as the numbers do.
    """
    chance = int.from_bytes(sha256(text.encode()).digest())
    number = (_FIRST_US + chance % _SPAN_US) << 10 | (chance >> 64) % 1024
    places = range(5 * (_LENGTH - 1), -1, -5)
    return "".join(_DIGITS[number >> place & 31] for place in places)
