"""A post made, changed and deleted on another server through Micropub."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.descriptions import is_web
from endpoint.domain.posts import Properties
from endpoint.domain.urls import canonical, same_site
from endpoint.syndicators import Attachment, Copy, Outgoing, Tools
from endpoint.syndicators.files import File, Room, fingerprint, load
from endpoint.syndicators.microblog.connection import Connection
from endpoint.syndicators.microblog.finding import find_copy
from endpoint.syndicators.microblog.writing import CHANGEABLE, write
from endpoint.syndicators.outcomes import NotNow

_RECENT = 30
_ROOM = Room(image_bytes=50_000_000, other_bytes=50_000_000)


class MicropubSyndicator:
    """Copies posts to the Micropub endpoint below ``server``."""

    name = "microblog"

    def __init__(self, target: SyndicationTarget, server: str, tools: Tools) -> None:
        self.targets = (target,)
        self._target = target
        self._endpoint = urljoin(server, "micropub")
        self._connection = Connection(target.token, tools.web, tools.clock)
        self._destination = str(target.options.get("destination", ""))
        self._homes: tuple[str, ...] = ()

    def copy(self, outgoing: Outgoing, key: str) -> Copy:
        """Return the post that was made, its photos first."""
        place, files = self._load(outgoing)
        properties = self._write(outgoing, files) | self._upload(place, files)
        entry: dict[str, Any] = {"type": ["h-entry"], "properties": properties}
        answer = self._connection.send(self._endpoint, entry | self._place(), key)
        url = _find_location(answer.headers, self._endpoint)
        if not url:
            raise NotNow("The server does not say where the post is.", is_unknown=True)
        return Copy(url, _id(_of(files)))

    def find(self, outgoing: Outgoing, key: str, since: datetime) -> Copy | None:  # noqa: ARG002
        """Return the post among the newest that says the same."""
        query = {"q": "source", "limit": str(_RECENT)} | self._place()
        items = self._connection.get(self._endpoint, query).get("items")
        for item in items if isinstance(items, list) else []:
            if copy := find_copy(item, outgoing, since):
                return Copy(copy.url, _id(copy.files))
        return None

    def recognise(self, url: str) -> Copy | None:
        """Return the post at ``url`` if that is on a blog of ours, of the one named if one is."""
        homes = self._find_homes() if is_web(url) else ()
        is_ours = any(same_site(_secure(url), _secure(home)) for home in homes)
        return Copy(url, _id([])) if is_ours else None

    def edit(self, copy: Copy, outgoing: Outgoing) -> Copy:
        """Replace what a post may change; photos only if they are others."""
        place, files = self._load(outgoing)
        replaced = self._write(outgoing, files)
        if copy.id != _id(_of(files)):
            replaced |= self._upload(place, files)
        update: dict[str, Any] = {"action": "update", "url": copy.url, "replace": replaced}
        # What the post has no more of goes.
        update["delete"] = [name for name in CHANGEABLE if name not in replaced]
        self._connection.send(self._endpoint, update | self._place())
        return Copy(copy.url, _id(_of(files)))

    def remove(self, copy: Copy) -> None:
        """Delete the post."""
        deletion = {"action": "delete", "url": copy.url}
        self._connection.send(self._endpoint, deletion | self._place(), is_gone_fine=True)

    def check(self) -> str:
        """Return the name of where posts go, as far as the server tells."""
        blogs = self._find_blogs()
        for blog in blogs:
            if self._destination in ("", blog["uid"]):
                return str(blog.get("name") or blog["uid"])
        if self._destination and blogs:
            raise NotNow("options.destination is none of the server.")
        return self._endpoint

    def _find_homes(self) -> tuple[str, ...]:
        """Return the URLs below which posts of ours are; asked for once."""
        if not self._homes:
            named = [self._destination] if self._destination else []
            for blog in self._find_blogs():
                if self._destination in ("", blog["uid"]):
                    # Micro.blog gives the domain that a blog has of its own as its name.
                    named += [blog["uid"], f"https://{blog.get('name', '')}/"]
            named = named or [urljoin(self._endpoint, "/")]
            # A uid that stands for the server says nothing of who posts there.
            if not same_site(self._endpoint, self._target.uid):
                named.append(self._target.uid)
            self._homes = tuple(named)
        return self._homes

    def _find_blogs(self) -> list[dict[str, Any]]:
        found = self._connection.get(self._endpoint, {"q": "config"}).get("destination")
        blogs = found if isinstance(found, list) else []
        return [
            blog for blog in blogs if isinstance(blog, dict) and isinstance(blog.get("uid"), str)
        ]

    def _write(self, outgoing: Outgoing, files: Sequence[File]) -> Properties:
        is_incomplete = len(files) < len(outgoing.attachments)
        return write(outgoing, is_incomplete=is_incomplete)

    def _load(self, outgoing: Outgoing) -> tuple[str, list[File]]:
        """Return the media endpoint, and the files of the post that can go there."""
        if not outgoing.attachments:
            return "", []
        endpoint = self._connection.get(self._endpoint, {"q": "config"}).get("media-endpoint")
        if not isinstance(endpoint, str) or not endpoint:
            return "", []
        return endpoint, list(load(outgoing.attachments, _ROOM))

    def _upload(self, endpoint: str, files: Sequence[File]) -> Properties:
        """Return the properties for files, which are on the other server by then."""
        found: dict[str, list[Any]] = {}
        for file in files:
            attachment, _ = file
            answer = self._connection.upload(endpoint, file, self._place())
            family = attachment.media_type.partition("/")[0]
            url = _find_location(answer.headers, endpoint)
            if not url:
                raise NotNow("The server does not say where a file is.")
            value = {"value": url, "alt": attachment.alt} if attachment.alt else url
            found.setdefault("photo" if family == "image" else family, []).append(value)
        return found

    def _place(self) -> dict[str, str]:
        return {"mp-destination": self._destination} if self._destination else {}


def _secure(url: str) -> str:
    return f"https:{url.partition(':')[2]}"


def _find_location(headers: Mapping[str, str], base: str) -> str:
    location = headers.get("Location")
    try:
        return "" if location is None else canonical(urljoin(base, location))
    except ValueError:
        return ""


def _id(attachments: Sequence[Attachment]) -> str:
    return f"post:{fingerprint(attachments)}"


def _of(files: Sequence[File]) -> list[Attachment]:
    return [attachment for attachment, _ in files]
