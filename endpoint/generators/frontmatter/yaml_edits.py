"""Changing a few keys of a YAML mapping while every other line stays byte for byte."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

from endpoint.generators.frontmatter.format import Metadata, match_items
from endpoint.generators.frontmatter.literals import is_plain, write_key, write_yaml


@dataclass(frozen=True)
class _Entry:
    """A key of the mapping: its nodes, and its lines from ``start`` to ``end`` in the text."""

    key: yaml.ScalarNode
    value: yaml.Node
    start: int
    end: int

    @property
    def is_alias(self) -> bool:
        # The node of an alias is that of its anchor, further up.
        return not self.start <= self.value.start_mark.index <= self.end


def edit_lines(
    text: str,
    root: yaml.Node | None,
    metadata: Metadata,
    changes: Mapping[str, Any],
    dropped: Collection[str],
    newline: str,
) -> str:
    """Return ``text``, whose node is ``root`` and whose value is ``metadata``, edited.

    Changed values are written in the style of those they replace; new keys go
    at the end. Raise ValueError if ``root`` is not a mapping in block style.
    """
    if root is not None and (not isinstance(root, yaml.MappingNode) or root.flow_style):
        raise ValueError("only a mapping in block style can be edited by the line")
    entries = list(_find_entries(text, root)) if root else []
    for entry in reversed(entries):
        name = entry.key.value
        if name in dropped:
            text = text[: entry.start] + text[entry.end :]
        elif name in changes:
            text = _replace(text, entry, metadata.get(name), changes[name], newline)
    indent = " " * (root.start_mark.column if root else 0)
    known = {entry.key.value for entry in entries}
    fresh = [name for name in changes if name not in known]
    lines = [f"{indent}{write_key(k)}: {write_yaml(changes[k])}{newline}" for k in fresh]
    return text + "".join(lines)


def _find_entries(text: str, root: yaml.MappingNode) -> Iterator[_Entry]:
    starts = [_line_start(text, key.start_mark.index) for key, _ in root.value]
    for (key, value), (start, end) in zip(root.value, pairwise([*starts, len(text)]), strict=True):
        yield _Entry(key, value, start, _trim(text, start, end, root.start_mark.column))


def _trim(text: str, start: int, end: int, column: int) -> int:
    """Return ``end`` without the blank lines and comments that close the span.

    A comment that is indented further than ``column`` belongs to the value.
    """
    while end > start:
        above = text.rfind("\n", start, end - 1) + 1
        line = text[max(above, start) : end]
        bare = line.strip()
        is_comment = bare.startswith("#") and len(line) - len(line.lstrip()) <= column
        if above <= start or (bare and not is_comment):
            break
        end = above
    return end


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _replace(text: str, entry: _Entry, old: Any, new: Any, newline: str) -> str:
    node = entry.value
    if entry.is_alias:
        return _rewrite(text, entry, new, newline)
    if isinstance(node, yaml.SequenceNode) and node.value and isinstance(new, list) and new:
        edit = _edit_flow_list if node.flow_style else _edit_block_list
        start, end, written = edit(text, entry, node, old, new, newline)
        return text[:start] + written + text[end:]
    if _is_block(node):
        return _rewrite(text, entry, new, newline)
    return _put(text, entry, _write_like(node, new))


def _is_block(node: yaml.Node) -> bool:
    """Return whether the value takes whole lines below its key."""
    if isinstance(node, yaml.ScalarNode):
        return node.style in ("|", ">")
    return not getattr(node, "flow_style", True)


def _put(text: str, entry: _Entry, written: str) -> str:
    """Return ``text`` with the value exchanged where it stands; a comment beside it stays."""
    start, end = entry.value.start_mark.index, entry.value.end_mark.index
    if start == end:
        start = end = _after_colon(text, entry)
        written = " " + written
    return text[:start] + written + text[end:]


def _rewrite(text: str, entry: _Entry, new: Any, newline: str) -> str:
    head = text[entry.start : _after_colon(text, entry)]
    return f"{text[: entry.start]}{head} {write_yaml(new)}{newline}{text[entry.end :]}"


def _after_colon(text: str, entry: _Entry) -> int:
    return text.index(":", entry.key.end_mark.index) + 1


def _edit_flow_list(
    text: str, _: _Entry, node: yaml.SequenceNode, old: list[Any], new: list[Any], __: str
) -> tuple[int, int, str]:
    places = match_items(old, new)
    sibling = node.value[0]
    if places[: len(old)] == list(range(len(old))):
        added = "".join(f", {_write_like(sibling, value)}" for value in new[len(old) :])
        end = node.value[-1].end_mark.index
        return end, end, added
    parts = [
        _write_like(sibling, value) if place is None else _source(text, node.value[place])
        for place, value in zip(places, new, strict=True)
    ]
    return node.start_mark.index, node.end_mark.index, f"[{', '.join(parts)}]"


def _edit_block_list(
    text: str, entry: _Entry, node: yaml.SequenceNode, old: list[Any], new: list[Any], newline: str
) -> tuple[int, int, str]:
    dashes = [_find_dash(text, item) for item in node.value]
    column = node.start_mark.column
    starts = [_line_start(text, dash) for dash in dashes]
    # A comment above an item goes where the item goes.
    ends = [_trim(text, *span, column) for span in pairwise([*starts, entry.end])]
    chunks = [text[a:b] for a, b in zip([starts[0], *ends], ends, strict=False)]
    parts = [
        _write_item(node, value, " " * column, newline) if place is None else chunks[place]
        for place, value in zip(match_items(old, new), new, strict=True)
    ]
    return starts[0], ends[-1], "".join(parts)


def _find_dash(text: str, item: yaml.Node) -> int:
    start = _line_start(text, item.start_mark.index)
    before = text[start : item.start_mark.index]
    if not before.lstrip(" ").startswith("-"):
        raise ValueError("only list items on the line of their dash can be edited by the line")
    return start + before.index("-")


def _write_item(node: yaml.SequenceNode, value: Any, indent: str, newline: str) -> str:
    sibling = node.value[0]
    if isinstance(value, dict) and value and not getattr(sibling, "flow_style", True):
        lines = f"{newline}{indent}  ".join(
            f"{write_key(k)}: {write_yaml(v)}" for k, v in value.items()
        )
        return f"{indent}- {lines}{newline}"
    return f"{indent}- {_write_like(sibling, value)}{newline}"


def _write_like(sibling: yaml.Node, value: Any) -> str:
    """Return ``value`` quoted as ``sibling`` is, where that is safe."""
    style = sibling.style if isinstance(sibling, yaml.ScalarNode) else '"'
    if isinstance(value, str):
        if not style and is_plain(value):
            return value
        if style == "'" and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
    return write_yaml(value)


def _source(text: str, node: yaml.Node) -> str:
    return text[node.start_mark.index : node.end_mark.index]
