"""Records as Bluesky keeps them (the lexicons ``app.bsky.feed`` and ``app.bsky.embed``)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from endpoint.domain.bluesky.facets import Facet, byte_span
from endpoint.domain.dates import to_iso

Record = dict[str, Any]

LIKE, REPOST = "app.bsky.feed.like", "app.bsky.feed.repost"


@dataclass(frozen=True)
class Reference:
    """A record of somebody: its ``at://`` URI, and the ``cid`` of what it says."""

    uri: str
    cid: str

    def to_json(self) -> Record:
        """Return it as records name it."""
        return {"uri": self.uri, "cid": self.cid}


@dataclass(frozen=True)
class Picture:
    """A picture that was uploaded, as the server's ``blob`` names it, and its size in pixels."""

    blob: Record
    alt: str
    width: int
    height: int

    def to_json(self) -> Record:
        """Return it as an embed shows it."""
        size = {"width": self.width, "height": self.height}
        return {"image": self.blob, "alt": self.alt, "aspectRatio": size}


@dataclass(frozen=True)
class Subject:
    """A post that is answered, liked or reposted, and the first post of its thread."""

    itself: Reference
    root: Reference


def like(collection: str, subject: Subject, created: datetime) -> Record:
    """Return a like or a repost, as ``collection`` says."""
    return {
        "$type": collection,
        "subject": subject.itself.to_json(),
        "createdAt": to_iso(created),
    }


def post(text: str, facets: list[Record], created: datetime, language: str) -> Record:
    """Return a post without a picture, a card or anything it answers."""
    record: Record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": to_iso(created)}
    if facets:
        record["facets"] = facets
    if language:
        record["langs"] = [language]
    return record


def reply(subject: Subject) -> Record:
    """Return the ``reply`` of a post that answers ``subject``."""
    return {"root": subject.root.to_json(), "parent": subject.itself.to_json()}


def images(pictures: Iterable[Picture]) -> Record:
    """Return an embed of pictures."""
    shown = [picture.to_json() for picture in pictures]
    return {"$type": "app.bsky.embed.images", "images": shown}


def card(url: str, title: str, description: str, thumb: Record | None) -> Record:
    """Return an embed that shows the page at ``url``."""
    external: Record = {"uri": url, "title": title, "description": description}
    if thumb:
        external["thumb"] = thumb
    return {"$type": "app.bsky.embed.external", "external": external}


def quotation(subject: Subject, media: Record | None) -> Record:
    """Return an embed that shows the post of somebody, and ``media`` above it if there is any."""
    quoted = {"$type": "app.bsky.embed.record", "record": subject.itself.to_json()}
    if media is None:
        return quoted
    return {"$type": "app.bsky.embed.recordWithMedia", "record": quoted, "media": media}


def facets(
    text: str, found: Iterable[Facet], resolve: Callable[[str], str | None]
) -> Iterator[Record]:
    """Yield where ``text`` leads; ``resolve`` returns the DID of a handle, or None."""
    for facet in found:
        start, end = byte_span(text, facet)
        if feature := _feature(facet, resolve):
            yield {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def _feature(facet: Facet, resolve: Callable[[str], str | None]) -> Record | None:
    kind = f"app.bsky.richtext.facet#{facet.kind}"
    match facet.kind:
        case "link":
            return {"$type": kind, "uri": facet.value}
        case "tag":
            return {"$type": kind, "tag": facet.value}
    did = resolve(facet.value.lower())
    return {"$type": kind, "did": did} if did else None
