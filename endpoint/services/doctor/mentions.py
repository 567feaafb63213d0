"""Whether a page that is built shows the mentions that git has for it."""

from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote

from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.webmentions.keeping.stored import Entry, read
from endpoint.generators.generator import Generator
from endpoint.stores.repository import Repository


class KeptMentions:
    """The mentions that the newest commit has."""

    def __init__(self, repository: Repository, generator: Generator) -> None:
        self._repository = repository
        self._generator = generator

    def urls(self, post: Post) -> set[str]:
        """Return where readers find the mentions of ``post``; none if its file is not in order."""
        path = self._generator.mentions_path(post.path, post.permalink)
        try:
            entries = read(self._repository.read(path))
        except ValueError:
            return set()
        return {str(entry["url"]) for entry in _of(post, entries) if entry.get("url")}


def shows_any(page: bytes, urls: Iterable[str]) -> bool:
    """Say whether one of ``urls`` is on a page in HTML, however it is escaped there."""
    text = unquote(unescape(page.decode(errors="replace")))
    return any(unquote(url) in text for url in urls)


def _of(post: Post, entries: Iterable[Entry]) -> Iterable[Entry]:
    # Pages may share a file; themes compare the target.
    where = address(post.permalink)
    return (entry for entry in entries if address(str(entry.get("target", ""))) == where)
