"""How files go: deleted by the owner, or swept because no post names them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from endpoint.domain.micropub.values import shown
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest
from endpoint.services.media import Media
from endpoint.stores.index import PostIndex
from endpoint.stores.media.uploads import UploadStore
from endpoint.stores.repository import Repository

_log = structlog.get_logger()
_DRAFT_LIFE = timedelta(days=1)


class MediaRemoval:
    """Removes files, under the repository's lock: a post that is just being made may name one."""

    def __init__(
        self,
        media: Media,
        uploads: UploadStore,
        repository: Repository,
        index: PostIndex,
        clock: Callable[[], datetime],
        announce: Callable[[], None],
    ) -> None:
        self._media = media
        self._uploads = uploads
        self._repository = repository
        self._index = index
        self._clock = clock
        self._announce = announce

    def delete(self, url: str, token: Token, *, force: bool = False) -> None:
        """Remove the file at ``url``, from the repository too; scope ``delete`` or ``media``.

        A token for posts alone is not enough. Raise InvalidRequest if a post
        names the file, unless ``force``, or if there is none. What is deleted
        already stays so, because clients retry (Micropub extensions: delete).
        """
        if "media" not in token.scopes:
            token.require("delete")
        name = self._media.name_in(url)
        if name is None:
            raise InvalidRequest("url must be the URL that an upload to this server was given")
        with self._repository.writing() as writer:
            self._index.catch_up()
            self._require_unused(name, force=force)
            paths = self._index.media_paths(name)
            if not paths and not self._media.open(name) and not self._media.was_removed(name):
                raise InvalidRequest("url names no file of this server")
            if paths:
                writer.commit(dict.fromkeys(paths), f"delete media: {name}\n", self._clock())
            self._uploads.remove(name, self._clock())
        _log.info("deleted", name=name, client_id=token.client_id)
        self._announce()

    def sweep(self, keep_unused: timedelta) -> None:
        """Remove the uploads that no post names, once they are older than ``keep_unused``.

        A post is any file of the repository that may be one, a draft or a broken one too.
        """
        oldest = self._clock() - keep_unused
        self._index.catch_up()
        for name in self._uploads.expired(oldest):
            if not self._index.uses(name):
                self._sweep_one(name, oldest)
        self._uploads.drafts.clear(self._clock() - _DRAFT_LIFE)

    def _require_unused(self, name: str, *, force: bool) -> None:
        users = self._index.uses(name)
        if users and not force:
            raise InvalidRequest(
                f"url is a file that a post still shows: {shown(users[0])};"
                " change that post first, or send force=1"
            )

    def _sweep_one(self, name: str, oldest: datetime) -> None:
        with self._repository.writing():
            self._index.catch_up()
            if not self._index.uses(name):
                self._uploads.remove(name, self._clock(), sent_until=oldest)
                _log.info("swept", name=name)
