"""URLs and hashtags in a post's HTML made links, as Mastodon's apps expect of ``content``."""

import re
from collections.abc import Callable
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from endpoint.domain.mastodon.words import wide_pattern
from endpoint.domain.urls import trim_url

if TYPE_CHECKING:
    import regex

_TAG = re.compile(r'(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)')
_NAME = re.compile(r"</?(a|code|pre)\b")
_FOUND = (
    r"(?<![\w/@])(?P<url>https?://(?:(?!&[lg]t;|&nbsp;|&quot;)[^\s<>\"])+)"
    r"|(?<![\w/#&=@.)]|&amp;)#(?P<tag>[\w·\u200c]{1,100})(?![\w·\u200c])"
)


def link(html: str, tag_url: Callable[[str], str]) -> str:
    """Return sanitised ``html`` with links where its text has URLs and hashtags.

    ``tag_url`` gives the URL of a hashtag's page. Links and code stay as they are.
    """
    found, pieces, inside = wide_pattern(_FOUND), [], 0
    for piece in _TAG.split(html):
        if name := _NAME.match(piece):
            inside += -1 if piece.startswith("</") else 1
        is_text = not inside and not name and not piece.startswith("<")
        pieces.append(found.sub(partial(_link, tag_url), piece) if is_text else piece)
    return "".join(pieces)


def _link(tag_url: Callable[[str], str], found: "regex.Match[str]") -> str:
    if url := found["url"]:
        bare = trim_url(url)
        return f'<a href="{bare}">{bare}</a>{url[len(bare) :]}'
    tag = found["tag"]
    if not any(map(str.isalpha, tag)):
        return str(found[0])
    href = escape(tag_url(tag))
    return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
