"""The three-way merge of a file: a post by its front matter and its body, others by lines."""

from dataclasses import replace

from endpoint.domain.merging import Clash
from endpoint.domain.merging.lines import merge_text
from endpoint.domain.merging.values import merge_mappings
from endpoint.domain.sameness import is_same
from endpoint.generators.frontmatter import FORMATS, Page, split

_LATEST = frozenset({"lastmod", "modified", "updated", "last_modified_at", "last-modified-at"})
"""When a post was last changed: both sides have just changed it, and the later one is right."""


def merge_file(base: bytes, ours: bytes, theirs: bytes, *, is_post: bool) -> bytes:
    """Return ``theirs`` with what ``ours`` changed in ``base``.

    Of a post the front matter is merged key by key and the body by lines, and
    what ``ours`` did not change stays as it is in ``theirs``, byte for byte.
    Raise Clash where both sides changed the same.
    """
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    texts = [_decode(side) for side in (base, ours, theirs)]
    merged = _merge_post(*texts) if is_post else None
    return (merge_text(*texts) if merged is None else merged).encode()


def _merge_post(base: str, ours: str, theirs: str) -> str | None:
    """Return the merged post; None if it is one that can only be merged by lines."""
    try:
        pages = [split(text) for text in (base, ours, theirs)]
        metadata = [page.load() for page in pages]
    except ValueError:
        return None
    before, mine, other = pages
    values = merge_mappings(metadata[0], metadata[1], metadata[2], _LATEST)
    changes = {
        key: value
        for key, value in values.items()
        if key not in metadata[2] or not is_same(value, metadata[2][key])
    }
    page = other.edit(changes, metadata[2].keys() - values.keys(), mine.format or FORMATS["yaml"])
    return str(_merge_body(before, mine, other, page))


def _merge_body(base: Page, ours: Page, theirs: Page, page: Page) -> Page:
    bodies = [_plain(side.body) for side in (base, ours, theirs)]
    merged = merge_text(*(f"{body}\n" for body in bodies)).removesuffix("\n")
    if merged != bodies[2]:
        page = page.with_body(merged)
    if theirs.end == base.end and _plain(ours.end) != _plain(base.end) and page.body:
        page = replace(page, end=ours.end and page.newline)
    return page


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _decode(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Clash("a file that is no text") from error
    if "\0" in text:
        raise Clash("a file that is no text")
    return text
