"""JSON front matter: one object at the top of the file, edited member by member."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from endpoint.generators.frontmatter.format import Format, Metadata

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class JsonFormat(Format):
    """Front matter that is a JSON object, ended by its own brace."""

    FM_BOUNDARY = re.compile(r"^[{}]$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "{"
    opening = re.compile(r"\ufeff?\s*(?=\{\s*[\"}])")

    def find(self, text: str) -> tuple[int, int, int] | None:
        """Return where the object starts and ends in ``text``, and where its line ends."""
        opened = self.opening.match(text)
        if not opened:
            return None
        try:
            _, end = _DECODER.raw_decode(text, opened.end())
        except (ValueError, RecursionError) as error:
            raise ValueError(f"The front matter is not valid JSON: {error}") from error
        line = re.compile(r"[ \t]*(?:\r?\n)?").match(text, end)
        return opened.end(), end, line.end() if line else end

    def load(self, fm: str, **_: object) -> Metadata:
        """Return the object in ``fm``. Raise ValueError if it is no JSON object."""
        try:
            metadata = json.loads(fm)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"The front matter is not valid JSON: {error}") from error
        if not isinstance(metadata, dict):
            raise ValueError("The front matter is not a JSON object")
        return metadata

    def export(self, metadata: Mapping[str, object], **_: object) -> str:
        """Return ``metadata`` as JSON, indented by two; times become strings."""
        return _dump(metadata, "  ", "")

    def format(self, post: Any, **kwargs: object) -> str:
        """Return the file of ``post``; a blank line divides object and body."""
        body = f"\n{post.content}\n" if post.content else ""
        return f"{self.export(post.metadata, **kwargs)}\n{body}"

    def edit(
        self, text: str, changes: Mapping[str, Any], dropped: Collection[str], newline: str
    ) -> str:
        """Return ``text`` with ``changes`` set and ``dropped`` keys gone; other lines stay."""
        members = list(_find_members(text))
        indent = _indent(text, members)
        for number in reversed(range(len(members))):
            member = members[number]
            if member.key in dropped:
                text = _drop(text, members, number)
                del members[number]
            elif member.key in changes:
                style = indent if "\n" in text[member.value : member.end] else ""
                written = _dump(changes[member.key], style, indent).replace("\n", newline)
                text = text[: member.value] + written + text[member.end :]
        fresh = {key: changes[key] for key in changes if all(m.key != key for m in members)}
        return _append(text, fresh, indent, newline)


@dataclass(frozen=True)
class _Member:
    """A key of the object, where it starts, and where its value starts and ends."""

    key: str
    start: int
    value: int
    end: int


def _find_members(text: str) -> Iterator[_Member]:
    at = _skip(text, 1)
    while text[at] != "}":
        key, colon = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, colon) + 1)
        _, end = _DECODER.raw_decode(text, value)
        yield _Member(key, at, value, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _indent(text: str, members: list[_Member]) -> str:
    """Return what stands before the first key on its line; nothing in a one-line object."""
    if not members:
        return "  "
    head = text[: members[0].start]
    return head[head.rfind("\n") + 1 :] if "\n" in head else ""


def _drop(text: str, members: list[_Member], number: int) -> str:
    if number + 1 < len(members):
        return text[: members[number].start] + text[members[number + 1].start :]
    start = members[number - 1].end if number else 1
    return text[:start] + text[members[number].end :]


def _append(text: str, fresh: Mapping[str, Any], indent: str, newline: str) -> str:
    if not fresh:
        return text
    head = text[:-1].rstrip(" \t\r\n")
    between = newline + indent if indent else " " if head != "{" else ""
    written = [
        between + _dump(key, "", "") + ": " + _dump(value, indent, indent).replace("\n", newline)
        for key, value in fresh.items()
    ]
    comma = "" if head == "{" else ","
    tail = text[len(head) :]
    tail = newline + "}" if indent and "\n" not in tail else tail
    return head + comma + ",".join(written) + tail


def _dump(value: Any, indent: str, margin: str) -> str:
    """Return ``value`` as JSON, with lines below the first moved in by ``margin``."""
    if not indent:
        return json.dumps(value, ensure_ascii=False, default=_write_time)
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_write_time)
    return text.replace("\n", "\n" + margin)


def _write_time(value: date | time) -> str:
    return value.isoformat()
