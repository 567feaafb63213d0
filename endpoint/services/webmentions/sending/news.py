"""What the posts say to the pages they link to, and which say something else than before."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product

from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.webmentions.keeping import stored
from endpoint.domain.webmentions.outgoing import find_targets, version_of
from endpoint.generators.generator import Generator
from endpoint.services.changes import Changes
from endpoint.services.shown import Shown
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository
from endpoint.stores.sent_mentions import UNLINKED


@dataclass(frozen=True)
class Said:
    """What a post says: to its ``targets`` its ``version``, to all others nothing."""

    permalink: str
    targets: tuple[str, ...]
    version: str

    def to(self, target: str) -> str:
        """Return the version that ``target`` is to know."""
        return self.version if target in self.targets else UNLINKED


class News:
    """Compares what readers see with what they saw.

    With ``literal`` plain text is shown as typed; where it ``counts_replies``, the
    replies below a post are a part of what it says.
    """

    def __init__(
        self,
        changes: Changes,
        repository: Repository,
        index: PostIndex,
        generator: Generator,
        *,
        literal: bool,
        counts_replies: bool,
    ) -> None:
        self._changes = changes
        self._repository = repository
        self._index = index
        self._generator = generator
        self._literal = literal
        self._counts_replies = counts_replies

    def between(self, old: Shown, new: Shown) -> Iterator[tuple[Said | None, Said | None]]:
        """Yield what each post whose file is another one has said, and says; None for nothing.

        Nothing comes if ``old`` is no commit that is here any more.
        """
        changed = self._changes.files(old, new)
        changed |= {*self._answered(changed, old, new)}
        before, after = (
            {address(said.permalink): said for said in self._read(changed, shown)}
            for shown in (old, new)
        )
        for where in {**before, **after}:
            yield before.get(where), after.get(where)

    def say(self, post: Post, commit: str) -> Said:
        """Return what ``post`` says in ``commit``."""
        replies = self._replies(post, commit) if self._counts_replies else ()
        targets = find_targets(post, literal=self._literal)
        return Said(post.permalink, targets, version_of(post, *replies))

    def _read(self, paths: set[str], shown: Shown) -> Iterator[Said]:
        for path in sorted(paths):
            # What cannot be read as a post is shown to nobody; the page of the status tells.
            with suppress(ValueError):
                post = self._changes.read(path, shown.commit)
                if post and shown.has(post):
                    yield self.say(post, shown.commit)

    def _answered(self, changed: set[str], old: Shown, new: Shown) -> Iterator[str]:
        """Yield the paths of posts whose replies are, or were, in one of the files ``changed``."""
        files = filter(self._generator.is_mentions, changed if self._counts_replies else ())
        for path, shown in product(files, (old, new)):
            for entry in self._entries(path, shown.commit):
                if post := self._index.find(str(entry.get("target"))):
                    yield post.path

    def _replies(self, post: Post, commit: str) -> Iterator[bytes]:
        path = self._generator.mentions_path(post.path, post.permalink)
        for entry in self._entries(path, commit):
            # Pages may share a file.
            is_about = address(str(entry.get("target"))) == address(post.permalink)
            if is_about and entry.get("kind") == "reply":
                yield stored.digest(entry).encode()

    def _entries(self, path: str, commit: str) -> list[stored.Entry]:
        # What the owner wrote there by hand may be broken; that is not told here.
        with suppress(ValueError):
            return stored.read(self._repository.read(path, commit))
        return []
