"""A create that was asked before makes no second post."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from endpoint.domain.micropub import Create
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.stores.creations import Creation, Creations

_KEY_LIFE = timedelta(days=1)
"""How long an ``Idempotency-Key`` is remembered."""

_ON_ITS_WAY = timedelta(minutes=10)
"""How long a post of another machine may take to come here by way of the remote."""


def _whatever(_post: Post) -> bool:
    """Let a post be the answer, whatever it says by now."""
    return True


@dataclass(frozen=True)
class Asking:
    """What makes two requests the same: their ``Idempotency-Key``, else token and body.

    Or what they do, where that can be done once, whoever asks for it; ``is_met`` says
    whether the post that was made still does it.
    """

    key: str
    is_keyed: bool
    is_met: Callable[[Post], bool] = _whatever

    @classmethod
    def of(cls, create: Create, token: Token, idempotency_key: str | None) -> Self:
        """Return what this request is known by."""
        kind = "key" if idempotency_key else "body"
        asked = idempotency_key or json.dumps(
            [create.type, create.properties, create.commands], sort_keys=True
        )
        return cls(_hash(kind, token.id, asked), is_keyed=bool(idempotency_key))

    @classmethod
    def of_deed(cls, deed: str, is_met: Callable[[Post], bool]) -> Self:
        """Return what every request is known by that does this."""
        return cls(_hash("deed", "", deed), is_keyed=True, is_met=is_met)


class Retries:
    """Remembers which request got which permalink; call it under the repository's lock.

    Without an ``Idempotency-Key`` only for ``window``, which may be nothing.
    """

    def __init__(self, creations: Creations, window: timedelta) -> None:
        self._creations = creations
        self._window = window
        self._noted: list[Creation] = []

    def recall(self, asking: Asking, now: datetime) -> Creation | None:
        """Return what the same request was given before, or None."""
        window = _KEY_LIFE if asking.is_keyed else self._window
        return self._creations.find(asking.key, since=now - window) if window else None

    def remember(self, asking: Asking, permalink: str, now: datetime) -> None:
        """Note, before the commit, that this request gets ``permalink``."""
        self._noted.append(Creation(asking.key, permalink, now, self._creations.clone))

    def is_given_elsewhere(self, permalink: str) -> bool:
        """Say whether another clone has given ``permalink`` to a post that may not be here yet."""
        return self._creations.is_given_elsewhere(permalink)

    def is_on_its_way(self, given: Creation, now: datetime) -> bool:
        """Say whether another clone has just given this, so that its post may yet arrive here."""
        return given.clone != self._creations.clone and now - given.created_at < _ON_ITS_WAY

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Keep what is noted in the block, all together at its end."""
        self._noted = []
        yield
        if self._noted:
            self._creations.remember(self._noted, keep=_KEY_LIFE)


def _hash(kind: str, token_id: str, asked: str) -> str:
    return hashlib.sha256(f"{kind}\n{token_id}\n{asked}".encode()).hexdigest()
