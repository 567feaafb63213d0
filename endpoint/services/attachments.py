"""The files of a post: those a request brings become media, and each is committed with its post."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from endpoint.domain.media_names import find_names
from endpoint.domain.posts import Post, Properties
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest, TooLarge
from endpoint.generators.generator import Generator
from endpoint.services.keeping import Files, Keeper, KeepingRules
from endpoint.services.media import Media
from endpoint.services.remote_media import RemoteMedia
from endpoint.services.taking import MEDIA_PROPERTIES, Taker
from endpoint.stores.repository import Writer


@dataclass(frozen=True)
class AttachmentRules:
    """What the configuration says about the files of posts.

    ``commits`` says that files go into the repository with their post, and
    ``max_bytes`` what those of one commit may have together; with ``literal``
    plain text is shown as typed.
    """

    keeping: KeepingRules
    max_bytes: int
    literal: bool
    commits: bool = True


class Attachments:
    """Keeps what requests bring, and knows which files a post's commit must have.

    Without ``remote`` no picture of another site is fetched.
    """

    def __init__(
        self,
        media: Media,
        generator: Generator,
        rules: AttachmentRules,
        remote: RemoteMedia | None = None,
    ) -> None:
        self._media = media
        self._generator = generator
        self._rules = rules
        self._remote = remote

    @contextmanager
    def taking(self, files: Files, token: Token) -> Iterator[Taker]:
        """Give what turns ``files`` into media; if the block fails, none stays that is new."""
        keeper = Keeper(self._media, self._rules.keeping, token)
        literal = self._rules.literal
        try:
            yield Taker(keeper, self._media.url_of, files, self._remote, literal=literal)
        except BaseException:
            keeper.take_back()
            raise

    def changes(self, post: Post, before: Properties, writer: Writer) -> dict[str, bytes]:
        """Return the files that ``post`` names and its place in the repository lacks, by path.

        ``before`` are its properties until now: a file that was lost long ago
        does not stop a change of something else. Raise InvalidRequest if the
        post newly names an upload that is gone, TooLarge if there is too much.
        There are none where files live outside the repository.
        """
        known = _names(before)
        if self._rules.commits:
            return self._copies(post, known, writer)
        self._settle(_names(post.properties) - known, post.properties)
        return {}

    def outside(self, post: Post) -> tuple[str, ...]:
        """Return the names of the files of ``post`` that git does not keep."""
        return () if self._rules.commits else tuple(sorted(_names(post.properties)))

    def _copies(self, post: Post, known: set[str], writer: Writer) -> dict[str, bytes]:
        copies: dict[str, bytes] = {}
        for name in sorted(_names(post.properties)):
            path = self._generator.media_path(post.path, name)
            if writer.exists(path):
                continue
            if content := self._media.content(name):
                copies[path] = content
            elif name not in known:
                self._require_elsewhere(name, post.properties)
            if sum(map(len, copies.values())) > self._rules.max_bytes:
                raise TooLarge(
                    f"The files of the post have more than {self._rules.max_bytes} bytes together"
                    " (media.max_request_bytes); make several posts of them"
                )
        return copies

    def _settle(self, names: set[str], properties: Properties) -> None:
        for name in sorted(names):
            if not self._media.settle(name):
                self._require_elsewhere(name, properties)

    def _require_elsewhere(self, name: str, properties: Properties) -> None:
        for parameter in MEDIA_PROPERTIES:
            for value in properties.get(parameter, []):
                url = value.get("value") if isinstance(value, dict) else value
                if isinstance(url, str) and self._media.name_in(url) == name:
                    raise InvalidRequest(
                        f"{parameter} names a file that is not on this server (any more);"
                        " upload it again"
                    )


def _names(properties: Properties) -> set[str]:
    return find_names(json.dumps(properties).encode())
