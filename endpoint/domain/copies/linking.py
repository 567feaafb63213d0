"""What the front matter of a post says about its copies, and the commits that write it there."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from endpoint.domain.posts import Post, Properties

_MOST_LINES = 50

LINKS = "syndication"
"""The property with the URLs of the copies (mf2)."""

WANTED = "syndicate-to"
"""The property with the URLs that a page links to for programs that copy it."""


def with_links(
    properties: Properties, old: Sequence[str], new: Iterable[str], wanted: Iterable[str]
) -> Properties:
    """Return ``properties`` with the URLs ``new`` of copies, in place of ``old`` ones.

    What else ``syndication`` holds stays. ``wanted`` are links that networks ask
    for, which stay once they are there.
    """
    links = [url for url in properties.get(LINKS, []) if url not in old]
    told = {
        LINKS: _merge(links, new),
        WANTED: _merge(properties.get(WANTED, []), wanted),
    }
    kept = {name: values for name, values in properties.items() if name not in told}
    return kept | {name: values for name, values in told.items() if values}


def links_of(post: Post) -> list[str]:
    """Return the URLs of copies that ``post`` names."""
    return [url for url in post.properties.get(LINKS, []) if isinstance(url, str)]


def link_message(permalinks: Sequence[str]) -> str:
    """Return the message of a commit that tells the posts at ``permalinks`` of their copies."""
    paths = [unquote(urlsplit(permalink).path) for permalink in permalinks]
    clean = ["".join(c if c.isprintable() else " " for c in path) for path in paths]
    if len(clean) == 1:
        return f"syndication: link copies of {clean[0]}\n"
    lines = [f"- {path}" for path in clean[:_MOST_LINES]]
    if more := len(clean) - len(lines):
        lines.append(f"- and {more} more")
    return f"syndication: link copies of {len(clean)} posts\n\n" + "\n".join(lines) + "\n"


def _merge(values: list[Any], more: Iterable[str]) -> list[Any]:
    merged = list(values)
    merged += [url for url in dict.fromkeys(more) if url not in merged]
    return merged
