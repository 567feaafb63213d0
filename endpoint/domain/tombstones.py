"""Tombstones: what stays of a deleted post, so that its URL answers 410 and it can come back."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from endpoint.domain.posts import Post


@dataclass(frozen=True)
class Tombstone:
    """A deleted post: where it was, and the git object that still holds it.

    ``path`` is what was removed (a file, or the folder of a page bundle) and
    ``object`` its blob or tree id. The id is of the content, so it stays true
    when commits are replayed on top of others. ``media`` names the files that
    the post showed and that lie elsewhere.
    """

    permalink: str
    path: str
    object: str
    deleted: datetime
    media: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, post: Post, path: str, object_id: str, now: datetime, media: tuple[str, ...] = ()
    ) -> "Tombstone":
        """Return the tombstone of ``post``, whose removed ``path`` held ``object_id``."""
        return cls(post.permalink, path, object_id, now.replace(microsecond=0), media)

    @classmethod
    def from_json(cls, data: bytes) -> "Tombstone":
        """Return the tombstone in ``data``; raise ValueError if it is none."""
        fields = json.loads(data)
        try:
            return cls(
                permalink=str(fields["permalink"]),
                path=str(fields["path"]),
                object=str(fields["object"]),
                deleted=datetime.fromisoformat(fields["deleted"]),
                media=tuple(map(str, fields.get("media", ()))),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("the file is no tombstone") from error

    def to_json(self) -> bytes:
        """Return the file's bytes; ``url`` is the path that a web server maps to 410."""
        fields = {
            "url": urlsplit(self.permalink).path,
            "permalink": self.permalink,
            "path": self.path,
            "object": self.object,
            "deleted": self.deleted.isoformat(),
            **({"media": self.media} if self.media else {}),
        }
        return json.dumps(fields, indent=2, ensure_ascii=False).encode() + b"\n"

    def path_in(self, folder: str) -> str:
        """Return the tombstone's own path: a file each, so that merges never meet."""
        return grave_path(folder, self.permalink)


def grave_path(folder: str, permalink: str) -> str:
    """Return the path of the tombstone that a post at ``permalink`` would have."""
    return f"{folder}/{sha256(permalink.encode()).hexdigest()[:16]}.json"
