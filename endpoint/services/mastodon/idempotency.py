"""Keys that apps send with what they post, once its post is deleted."""

from collections.abc import Callable
from datetime import datetime, timedelta

from endpoint.domain.micropub import Create
from endpoint.domain.tokens import Token
from endpoint.errors import NotFound
from endpoint.services.retries import Asking, Retries
from endpoint.stores.creations import Creations
from endpoint.stores.index import PostIndex


class IdempotencyKeys:
    """Tells whose post is gone: one that was deleted on another device must not come back."""

    def __init__(
        self, creations: Creations, index: PostIndex, clock: Callable[[], datetime]
    ) -> None:
        # Of these apps only those that send a key mean the same post.
        self._retries = Retries(creations, timedelta(0))
        self._index = index
        self._clock = clock

    def require_not_deleted(self, create: Create, token: Token, key: str | None) -> None:
        """Raise NotFound if the post that was made with the same ``key`` has been deleted."""
        asking = Asking.of(create, token, key)
        made = self._retries.recall(asking, self._clock()) if asking.is_keyed else None
        if made is None:
            return
        self._index.catch_up()
        if self._index.gone(made.permalink):
            raise NotFound("Idempotency-Key belongs to a post that has been deleted")
