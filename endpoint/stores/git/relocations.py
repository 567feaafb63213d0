"""Posts of ours that go to another place, because theirs have taken their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from endpoint.stores.git.snapshots import Snapshots
from endpoint.stores.git.trees import FILE, FOLDER, Entry


@dataclass(frozen=True)
class Relocation:
    """A post's file or folder, from its ``old`` path to its ``new`` one.

    ``rewritten`` says for files by their old path where they go and what they
    become; ``permalinks`` are the post's, before and after.
    """

    old: str
    new: str
    permalinks: tuple[str, str]
    rewritten: Mapping[str, tuple[str, Callable[[bytes], bytes]]]


def relocate(snapshots: Snapshots, root: str, relocation: Relocation) -> str:
    """Return ``root`` with what is at the old place at the new one."""
    rewritten = {
        name: change
        for old, (new, rewrite) in relocation.rewritten.items()
        if (data := snapshots.read(root, old)) is not None
        for name, change in ((old, None), (new, rewrite(data)))
    }
    if entry := snapshots.find(root, relocation.old):
        root = snapshots.edit(root, {relocation.old: None, relocation.new: entry})
    return snapshots.edit(root, rewritten) if rewritten else root


def relocate_object(snapshots: Snapshots, oid: str, relocation: Relocation) -> str:
    """Return the id of the file or folder ``oid``, of the old place, as it is at the new one."""
    mode = FOLDER if snapshots.objects.obtain(oid)[0] == "tree" else FILE
    root = snapshots.edit(None, {relocation.old: Entry(mode, oid)})
    found = snapshots.find(relocate(snapshots, root, relocation), relocation.new)
    return found.oid if found else oid
