"""What a record needs of the network: other people's posts, their DIDs, and places for pictures."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from endpoint.domain.bluesky.addresses import POST, Address, parse_post
from endpoint.errors import InvalidRequest
from endpoint.stores.media.small_pictures import make_small
from endpoint.syndicators.bluesky.answers import NoSuchThing
from endpoint.syndicators.bluesky.records import Picture, Reference, Subject
from endpoint.syndicators.bluesky.xrpc import Account
from endpoint.syndicators.outcomes import Refused

# Clients show no more, and the servers take a million bytes.
_MAX_EDGE = 2_000
_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Photo:
    """A photo on its way: where it is shown, its bytes, and its alt text."""

    url: str
    content: bytes
    alt: str


class Network:
    """Looks things up, and uploads pictures, as ``account``."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def upload(self, photo: Photo) -> Picture:
        """Return the picture as records name it, made small; raise Refused if it cannot be."""
        try:
            small = make_small(photo.content, _MAX_BYTES, _MAX_EDGE)
        except InvalidRequest as error:
            raise Refused(f"{photo.url} cannot be sent. {error.description}.") from error
        blob = self._account.upload(small.content, small.media_type)
        return Picture(blob, photo.alt, small.width, small.height)

    def find_did(self, handle: str) -> str | None:
        """Return the DID of ``handle``, None if nobody has it."""
        if handle.startswith("did:"):
            return handle
        with suppress(Refused):
            answer = self._account.ask("com.atproto.identity.resolveHandle", handle=handle)
            did = answer.get("did")
            return did if isinstance(did, str) and did.startswith("did:") else None
        return None

    def find_subject(self, url: str) -> Subject | None:
        """Return the post at ``url``, None if there is none."""
        address = parse_post(url)
        did = self.find_did(address.actor) if address else None
        if address is None or did is None:
            return None
        uri = str(Address(did, POST, address.key))
        with suppress(Refused):
            posts = self._account.ask("app.bsky.feed.getPosts", uris=uri).get("posts")
            return _read_subject(posts[0]) if isinstance(posts, list) and posts else None
        return None

    def find_own(self, uri: str) -> Subject | None:
        """Return a post of the account, also one that others cannot see yet; None if it is gone."""
        address = parse_post(uri)
        if address is None:
            return None
        place = {"repo": address.actor, "collection": POST, "rkey": address.key}
        with suppress(NoSuchThing):
            answer = self._account.ask("com.atproto.repo.getRecord", **place)
            return _read_subject(answer | {"record": answer.get("value")})
        return None


def _read_subject(said: Any) -> Subject | None:
    itself = _read_reference(said)
    record = said.get("record") if isinstance(said, dict) else None
    reply = record.get("reply") if isinstance(record, dict) else None
    root = _read_reference(reply.get("root")) if isinstance(reply, dict) else None
    return Subject(itself, root or itself) if itself else None


def _read_reference(said: Any) -> Reference | None:
    uri, cid = (said.get("uri"), said.get("cid")) if isinstance(said, dict) else (None, None)
    return Reference(uri, cid) if isinstance(uri, str) and isinstance(cid, str) else None
