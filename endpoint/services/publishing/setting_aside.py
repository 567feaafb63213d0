"""Commits that cannot be merged, and the branches that keep them."""

from dataclasses import replace
from datetime import datetime

from endpoint.stores.conflicts import SetAside
from endpoint.stores.git.replays import Replay


def set_aside(replay: Replay, commit: str, reason: str, found_at: datetime) -> SetAside:
    """Return ``commit`` as one that waits for the owner on a branch of its own.

    The name is made of the commit alone, so that another try makes no second
    one, and has no slash: the owner's own branch ``conflicts`` would be in the
    way of ``conflicts/…``.
    """
    original = replay.original(commit)
    return SetAside(
        branch=f"conflict-{original.committed_at:%Y%m%dT%H%M%SZ}-{commit[:10]}",
        commit=commit,
        subject=_plain(original.message.decode("utf-8", "replace").partition("\n")[0]),
        reason=_plain(reason),
        found_at=found_at,
    )


def keep_rewritten(replay: Replay, commit: str, found_at: datetime) -> SetAside:
    """Return what the remote had before; that stays here, as somebody wanted it gone there."""
    found = set_aside(replay, commit, "The remote's history was rewritten", found_at)
    branch = found.branch.replace("conflict-", "rewritten-", 1)
    return replace(found, branch=branch, is_pushed=True)


def _plain(text: str) -> str:
    """Return ``text`` fit for a terminal and a database: names of files may be any bytes."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
