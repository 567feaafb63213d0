"""Commit objects: who, when and why, in the form that ``git fsck --strict`` accepts."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from endpoint.errors import InvalidRequest

_PERSON = re.compile(r"[^<>]*[^<> ] <[^<>\s]*>")


def is_person(author: str) -> bool:
    """Whether ``author`` reads ``Name <address>``, on one line."""
    controls = any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in author)
    return not controls and bool(_PERSON.fullmatch(author))


def format_commit(
    tree: str, parent: str | None, *, author: str, committer: str, at: datetime, message: str
) -> bytes:
    """Return a commit object; ``parent`` is None for the first one.

    Raise InvalidRequest if ``author`` or ``committer`` is malformed. ``message``
    may hold anything; what git cannot keep in it becomes a blank.
    """
    if not is_person(author) or not is_person(committer):
        raise InvalidRequest("The author of a commit must read like: Ada <ada@site.example>")
    headers = [
        f"tree {tree}",
        *([f"parent {parent}"] if parent else []),
        f"author {author} {_format_time(at)}",
        f"committer {committer} {_format_time(at)}",
    ]
    return "\n".join([*headers, "", _clean(message), ""]).encode("utf-8", "replace")


def parse_tree_id(commit: bytes) -> str:
    """Return the id of the tree that the commit object ``commit`` stands for."""
    return commit.partition(b"\n")[0].removeprefix(b"tree ").decode("ascii", "replace")


@dataclass(frozen=True)
class Original:
    """A commit as somebody made it: its parents, and what a replay keeps."""

    tree: str
    parents: tuple[str, ...]
    author: bytes
    committed_at: datetime
    message: bytes
    encoding: bytes = b""


def parse_commit(commit: bytes) -> Original:
    """Return the parts of a commit object. Raise ValueError if it is malformed."""
    head, _, message = commit.partition(b"\n\n")
    lines = [line.partition(b" ") for line in head.split(b"\n") if not line.startswith(b" ")]
    fields = {name: value for name, _, value in lines}
    parents = tuple(value.decode("ascii") for name, _, value in lines if name == b"parent")
    seconds = int(fields[b"committer"].rsplit(b" ", 2)[1])
    return Original(
        fields[b"tree"].decode("ascii"),
        parents,
        fields[b"author"],
        datetime.fromtimestamp(seconds, UTC),
        message,
        fields.get(b"encoding", b""),
    )


def format_replayed(
    original: Original, tree: str, parent: str, committer: str, at: datetime
) -> bytes:
    """Return ``original`` as a commit of another tree on another parent; its author stays."""
    headers = [
        b"tree " + tree.encode(),
        b"parent " + parent.encode(),
        b"author " + original.author,
        f"committer {committer} {_format_time(at)}".encode(),
        *([b"encoding " + original.encoding] if original.encoding else []),
    ]
    return b"\n".join(headers) + b"\n\n" + original.message


def _format_time(at: datetime) -> str:
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("a commit needs an aware datetime")
    hours, minutes = divmod(abs(round(offset.total_seconds() / 60)), 60)
    sign = "-" if offset.total_seconds() < 0 else "+"
    return f"{int(at.timestamp())} {sign}{hours:02}{minutes:02}"


def _clean(message: str) -> str:
    lines = message.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        char if char in "\n\t" or unicodedata.category(char) != "Cc" else " " for char in lines
    )
    return kept.strip() or "Update"
