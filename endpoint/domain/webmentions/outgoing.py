"""Which pages a post links to, and what tells two versions of a post apart."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from endpoint.domain.descriptions import find_links
from endpoint.domain.feed_content import render_content
from endpoint.domain.html import parse_html
from endpoint.domain.posts import Post
from endpoint.domain.urls import canonical, trim_url

_BARE = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_LINKS = etree.XPath(
    "//a/@href | //area/@href"
    " | //text()[not(ancestor::a or ancestor::code or ancestor::pre or ancestor::script)]"
)
"""Links, and the text in which a site may make a link of a URL."""
_UNSEEN = frozenset(("syndication", "syndicate-to", "updated"))
"""Properties that change what the post says to nobody it links to."""


def find_targets(post: Post, *, literal: bool) -> tuple[str, ...]:
    """Return the URL of every page that ``post`` links to, as it stands there, each once.

    What it answers, likes, reposts, … comes first, then the links of its content
    in their order, those that are no more than a URL in the text among them. A
    copy of the post (``syndication``) is no target. With ``literal`` plain text
    is shown as typed instead of read as Markdown. Webmention §3.1.1.
    """
    named = [url for urls in find_links(post.properties).values() for url in urls]
    html = render_content(post.properties, literal)
    found: dict[str, str] = {}
    for url in [*named, *_links(html, post.permalink)]:
        found.setdefault(_spell(url), url)
    return tuple(url for spelled, url in found.items() if spelled)


def version_of(post: Post, *more: bytes) -> str:
    """Return what is another one when readers see another post, or ``more`` changes."""
    seen = {name: values for name, values in post.properties.items() if name not in _UNSEEN}
    text = json.dumps([post.type, seen], sort_keys=True)
    return sha256(b"\0".join([text.encode(), *more])).hexdigest()


def is_local(url: str) -> bool:
    """Return whether only those on its own machine can see the page at ``url``."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _links(html: str, permalink: str) -> Iterator[str]:
    root = parse_html(html)
    found: Any = [] if root is None else _LINKS(root)
    for text in found:
        yield from _join(permalink, text) if text.is_attribute else _bare(text)


def _join(permalink: str, href: str) -> Iterator[str]:
    # Only where it is not absolute: what is would come out in another spelling.
    if re.match("[a-z][a-z0-9+.-]*:", href := href.strip(), re.IGNORECASE):
        yield href
        return
    try:
        yield urljoin(permalink, href)
    except ValueError:
        return


def _bare(text: str) -> Iterator[str]:
    return (trim_url(match[0]) for match in _BARE.finditer(text))


def _spell(url: str) -> str:
    """Return the spelling that all equals of ``url`` share; "" if it is no page on the web."""
    try:
        return canonical(url)
    except ValueError:
        return ""
