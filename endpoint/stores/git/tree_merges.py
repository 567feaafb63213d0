"""Two trees with a common past become one: only folders that differ on both sides are opened."""

from collections.abc import Callable
from dataclasses import dataclass

from endpoint.stores.git.folders import Row
from endpoint.stores.git.trees import FOLDER, Entry, format_tree, read_tree, to_entry
from endpoint.stores.git.unsaved import Unsaved


@dataclass(frozen=True)
class Meeting:
    """A path that differs on both sides; None where a side has nothing there."""

    path: str
    base: Entry | None
    ours: Entry | None
    theirs: Entry | None


Settle = Callable[[Meeting], Entry | None]
"""Says what shall be at the path where two changes meet; raises if that must not be settled."""


def merge_trees(
    objects: Unsaved, base: str | None, ours: str | None, theirs: str | None, settle: Settle
) -> str:
    """Return the id of the folder ``theirs`` with what ``ours`` has changed since ``base``.

    Where only one side has changed something it wins; ``settle`` is asked for
    the rest. Nothing is left out: links, submodules, and names of any bytes.
    """
    rows = _merge(objects, (base, ours, theirs), settle, "")
    return objects.add("tree", format_tree(rows))


def _merge(
    objects: Unsaved, sides: tuple[str | None, str | None, str | None], settle: Settle, path: str
) -> dict[bytes, Row]:
    base, ours, theirs = (read_tree(objects, oid) for oid in sides)
    merged = dict(theirs)
    for name in base.keys() | ours.keys():
        was, mine, other = base.get(name), ours.get(name), theirs.get(name)
        if mine in (was, other):
            continue
        row = mine if other == was else _meet(objects, (was, mine, other), settle, path, name)
        if row is None:
            merged.pop(name, None)
        else:
            merged[name] = row
    return merged


def _meet(
    objects: Unsaved,
    rows: tuple[Row | None, Row | None, Row | None],
    settle: Settle,
    folder: str,
    name: bytes,
) -> Row | None:
    base, ours, theirs = (to_entry(row) for row in rows)
    path = folder + name.decode("utf-8", "surrogateescape")
    if all(entry is None or entry.is_folder for entry in (base, ours, theirs)):
        oids = (_oid(base), _oid(ours), _oid(theirs))
        merged = _merge(objects, oids, settle, f"{path}/")
        return Entry(FOLDER, objects.add("tree", format_tree(merged))).row if merged else None
    settled = settle(Meeting(path, base, ours, theirs))
    return settled.row if settled else None


def _oid(entry: Entry | None) -> str | None:
    return entry.oid if entry else None
