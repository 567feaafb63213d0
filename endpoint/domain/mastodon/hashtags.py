"""The hashtags that a person writes in a post, as Mastodon reads them."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from endpoint.domain.markup import parse
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.mastodon.words import wide_pattern

_TAG = r"(?<![\w/#&=@.)])#([\w·\u200c]{1,100})(?![\w·\u200c])"
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_MAX_TAGS = 100


def find_hashtags(markdown: str) -> list[str]:
    """Return the hashtags of a text without their ``#``, each once however it is capitalized.

    Neither code, URLs nor the targets of links have any, and none is without a
    letter. There are 100 at most.
    """
    found: dict[str, str] = {}
    for text in _texts(parse(markdown) or []):
        for tag in wide_pattern(_TAG).findall(_URL.sub(" ", text)):
            if any(map(str.isalpha, tag)):
                found.setdefault(tag.casefold(), tag)
    return list(found.values())[:_MAX_TAGS]


def _texts(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "text":
            yield token.content
        yield from _texts(token.children or [])


def describe_tag(name: str, url: str) -> Entity:
    """Return the entity Tag; nobody counts how often one is used."""
    return {"id": name, "name": name, "url": url, "history": [], "following": False}
