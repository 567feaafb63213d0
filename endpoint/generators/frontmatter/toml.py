"""TOML front matter, edited with tomlkit so that comments and order stay."""

import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array, Table

from endpoint.generators.frontmatter.format import Format, Metadata, match_items
from endpoint.generators.frontmatter.literals import write_key, write_toml


class TomlFormat(Format):
    """Front matter between two ``+++`` lines."""

    FM_BOUNDARY = re.compile(r"^\+{3}[ \t]*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"
    opening = re.compile(r"\ufeff?\s*\+\+\+[ \t]*\r?\n")
    closing = re.compile(r"^\+\+\+[ \t]*(?:\r?\n|\Z)", re.MULTILINE)

    def load(self, fm: str, **_: object) -> Metadata:
        """Return the mapping in ``fm``. Raise ValueError if it is no TOML."""
        try:
            return tomllib.loads(fm)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ValueError(f"The front matter is not valid TOML: {error}") from error

    def export(self, metadata: Mapping[str, object], **_: object) -> str:
        """Return ``metadata`` as TOML, a line for each key: maps are inline tables."""
        return "".join(_line(key, value) for key, value in metadata.items())

    def edit(
        self, text: str, changes: Mapping[str, Any], dropped: Collection[str], newline: str
    ) -> str:
        """Return ``text`` with ``changes`` set and ``dropped`` keys gone; other lines stay.

        A table that changes becomes an inline table before the first table,
        where it cannot become part of another one.
        """
        document = tomlkit.parse(text)
        fresh = []
        for key, value in changes.items():
            if key not in document or isinstance(document.item(key), Table | AoT):
                fresh.append(key)
            elif not _edit_list(document.item(key), value):
                document[key] = tomlkit.value(write_toml(value))
        for key in {*dropped, *fresh} & document.keys():
            document.remove(key)
        lines = "".join(_line(key, changes[key]).replace("\n", newline) for key in fresh)
        edited = tomlkit.dumps(document)
        at = _first_table(edited)
        return edited[:at] + lines + edited[at:]


def _line(key: str, value: object) -> str:
    return f"{write_key(key)} = {write_toml(value)}\n"


def _edit_list(item: Any, new: Any) -> bool:
    """Edit the list ``item`` in place, if ``new`` is made by taking away and appending."""
    if not isinstance(item, Array) or not isinstance(new, list) or not item:
        return False
    places = match_items(item.unwrap(), new)
    kept = [place for place in places if place is not None]
    if kept != sorted(kept) or places[: len(kept)] != kept:
        return False
    for gone in sorted(set(range(len(item))) - set(kept), reverse=True):
        del item[gone]
    for value in new[len(kept) :]:
        item.append(tomlkit.value(write_toml(value)))
    return True


def _first_table(text: str) -> int:
    """Return where the first table's header starts, with the comments above it, or the end."""
    for found in re.finditer(r"^(?:[ \t]*(?:#.*)?\n)*[ \t]*\[", text, re.MULTILINE):
        before = text[: found.start()]
        try:
            tomllib.loads(before)
        except tomllib.TOMLDecodeError:
            # A bracket inside a value: the text before it is no whole document.
            continue
        return found.start()
    return len(text)
