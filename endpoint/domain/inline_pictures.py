"""Pictures that stand in the text of a post, in Markdown or HTML."""

import re
from html import unescape

from endpoint.domain.feed_content import render_content
from endpoint.domain.markup import sanitize
from endpoint.domain.posts import Properties

# What is sanitised has its attributes in quotes, and those have no quotes inside.
_IMAGE = re.compile(r'<img\b((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_FRAME = re.compile(r"<(a|figure|p|picture)(?: [^>]*)?>(?:\s|<br>|<source [^>]*>)*</\1>\n?")
_MOST_FRAMES = 4


def find_pictures(properties: Properties, *, literal: bool) -> dict[str, str]:
    """Return the alternative text of each picture in the content, by its URL as it stands there.

    With ``literal`` plain text is shown as typed instead of read as Markdown.
    """
    if not any(sign in str(properties.get("content")) for sign in ("![", "<img", "<IMG")):
        return {}
    found: dict[str, str] = {}
    for picture in _IMAGE.finditer(sanitize(render_content(properties, literal))):
        attributes = dict(_ATTRIBUTE.findall(picture[1]))
        if url := unescape(attributes.get("src", "")):
            found.setdefault(url, unescape(attributes.get("alt", "")))
    return found


def without_pictures(html: str) -> str:
    """Return sanitised ``html`` without its pictures, and without what was there for them alone."""
    bare = _IMAGE.sub("", html)
    if bare == html:
        return html
    for _ in range(_MOST_FRAMES):
        bare = _FRAME.sub("", bare)
    return bare
