"""Many blobs at once, for a rebuild: one git process instead of a look-up for each."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO

from endpoint.errors import Unavailable
from endpoint.stores.git.command import open_git, read_git
from endpoint.stores.git.objects import MissingObject, is_oid

_FILE = re.compile(rb"100[0-7]{3} blob ([0-9a-f]{40})\t(.+)", re.DOTALL)
_CHUNK = 256  # ids that surely fit into a pipe, so that neither side waits for the other


def read_blobs(repository: Path, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield id and content of each blob, in the order asked for.

    Raise MissingObject for one that is not there, Unavailable for a damaged one.
    """
    pending = iter(oids)
    with open_git(repository, "cat-file", "--batch") as (questions, answers):
        while chunk := list(islice(pending, _CHUNK)):
            for oid in chunk:
                _check(oid)
            questions.write("".join(f"{oid}\n" for oid in chunk).encode())
            questions.flush()
            for oid in chunk:
                yield oid, _read_answer(answers, oid)


def list_files(repository: Path, commit: str) -> Iterator[tuple[str, str]]:
    """Yield path and blob id of each regular file of ``commit`` whose name is UTF-8.

    Raise MissingObject or Unavailable if it cannot be listed.
    """
    _check(commit)
    listing = read_git(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
    for found in map(_FILE.fullmatch, listing.split(b"\0")):
        if found:
            with suppress(UnicodeDecodeError):
                yield found[2].decode(), found[1].decode()


def _check(oid: str) -> None:
    if not is_oid(oid):
        raise MissingObject("The repository was asked for something that is no object id.")


def _read_answer(answers: IO[bytes], oid: str) -> bytes:
    match answers.readline().split():
        case [_, b"blob", size]:
            data = answers.read(int(size) + 1)
            if len(data) == int(size) + 1:
                return data[:-1]
        case [_, b"missing"]:
            raise MissingObject(f"Object {oid} is missing from the repository.")
    raise Unavailable(f"Object {oid} of the repository is damaged or no file.")
