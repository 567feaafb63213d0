"""Which paths may become entries of a git tree: none that git or a file system reads otherwise."""

import re
import unicodedata

from endpoint.errors import InvalidRequest

_MAX_SEGMENT_BYTES = 255
_MAX_PATH_BYTES = 2000
_MAX_DEPTH = 64

# What Windows also calls .git and .gitmodules: short names, made by NTFS.
_SHORT_NAME = re.compile(r"git~\d+|gitmod~\d+|gi7eba~\d+")


def check_path(path: str) -> None:
    """Raise InvalidRequest unless ``path`` is safe in every clone, on every system.

    Tree edits bypass the checks of ``git add``, so these are git's own
    (``verify_path``, ``core.protectHFS``, ``core.protectNTFS``) and a little more.
    """
    try:
        size = len(path.encode())
    except UnicodeEncodeError as error:
        raise InvalidRequest("The path of a file must be Unicode text.") from error
    segments = path.split("/")
    if size > _MAX_PATH_BYTES or len(segments) > _MAX_DEPTH:
        raise InvalidRequest("The path of a file is too long or too deep.")
    for segment in segments:
        _check_segment(segment)


def sibling_key(names: str) -> str:
    """Return what names in one folder share if macOS or Windows takes them for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", names).casefold())


def _check_segment(segment: str) -> None:
    if any(char == "\\" or unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in segment):
        raise InvalidRequest("The path of a file holds a control character or a backslash.")
    if len(segment.encode()) > _MAX_SEGMENT_BYTES:
        raise InvalidRequest("The path of a file holds a name of more than 255 bytes.")
    name = _undisguise(segment)
    if not name:
        raise InvalidRequest("The path of a file holds an empty name, or one made of dots.")
    if name in (".git", ".gitmodules") or _SHORT_NAME.fullmatch(name):
        raise InvalidRequest("The path of a file holds a name that belongs to git.")


def _undisguise(segment: str) -> str:
    """Return ``segment`` as HFS+ and NTFS see it: format characters, case, streams, tails gone."""
    visible = "".join(char for char in segment if unicodedata.category(char) != "Cf")
    folded = unicodedata.normalize("NFKC", visible).casefold()
    return folded.partition(":")[0].rstrip(". ")
