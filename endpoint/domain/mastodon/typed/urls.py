"""Bare URLs in Markdown made links, which not every site generator does, and bare again."""

import re

from endpoint.domain.markup import render, to_text
from endpoint.domain.urls import trim_url

_BARE = re.compile(r"(?<![^\s(])(?<!\]\()https?://[^\s<>]+", re.IGNORECASE)
_LINKED = re.compile(r"<(https?://[^\s<>]+)>", re.IGNORECASE)


def link_urls(markdown: str) -> str:
    """Return ``markdown`` with its bare URLs in angle brackets, if it then says the same."""
    linked = _BARE.sub(_link, markdown)
    # In code, or as the target of a link, brackets would be seen, or break something.
    same = linked == markdown or to_text(render(linked)) == to_text(render(markdown))
    return linked if same else markdown


def bare_urls(markdown: str) -> str:
    """Return what ``link_urls`` made ``markdown`` of, as far as that can be told."""
    bare = _LINKED.sub(r"\1", markdown)
    return bare if link_urls(bare) == markdown else markdown


def _link(found: re.Match[str]) -> str:
    url = trim_url(found[0])
    return f"<{url}>{found[0][len(url) :]}"
