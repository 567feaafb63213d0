"""Mentions that wait for their owner, as an Atom feed (RFC 4287)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol
from xml.etree.ElementTree import Element, SubElement, tostring

from endpoint.domain.webmentions.deciding.words import did, some_lines, who
from endpoint.domain.webmentions.mention import Mention

_NAMESPACE = "http://www.w3.org/2005/Atom"
_LONGEST_TEXT = 5000
_NEVER = datetime(2020, 1, 1, tzinfo=UTC)


class Waits(Protocol):
    """A mention that came in."""

    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def permalink(self) -> str: ...
    @property
    def changed_at(self) -> datetime: ...
    @property
    def mention(self) -> Mention | None: ...


def to_atom(waiting: Iterable[Waits], feed_url: str, page_url: str) -> str:
    """Return the feed at ``feed_url``; ``page_url`` is where the owner decides."""
    entries = tuple(waiting)
    updated = max((entry.changed_at for entry in entries), default=_NEVER)
    feed = Element("feed", xmlns=_NAMESPACE)
    # The address of the feed is a secret, and the id of a feed is not.
    _add(feed, "id", page_url)
    _add(feed, "title", "Mentions that wait for you")
    _add(feed, "updated", updated.isoformat())
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=feed_url)
    SubElement(feed, "link", rel="alternate", type="text/html", href=page_url)
    for entry in entries:
        _add_entry(feed, entry, page_url)
    return tostring(feed, encoding="unicode", xml_declaration=False)


def _add_entry(feed: Element, waits: Waits, page_url: str) -> None:
    entry, name = SubElement(feed, "entry"), who(waits.mention, waits.source)
    said = waits.mention.text or waits.mention.name if waits.mention else ""
    _add(entry, "id", f"{page_url}#m-{waits.id}")
    _add(entry, "title", f"{name} {did(waits.mention)} {waits.permalink}")
    _add(entry, "updated", waits.changed_at.isoformat())
    _add(SubElement(entry, "author"), "name", name)
    SubElement(entry, "link", rel="alternate", type="text/html", href=f"{page_url}#m-{waits.id}")
    SubElement(entry, "link", rel="related", type="text/html", href=waits.source)
    _add(entry, "content", some_lines(said, _LONGEST_TEXT)).set("type", "text")


def _add(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = text
    return child
