"""Commit objects: who, when and why, in the form that ``git fsck --strict`` accepts."""

import re
import unicodedata
from datetime import datetime

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
