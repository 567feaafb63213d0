"""The owner signs in: their password, and the sessions of the browsers they use."""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Engine

from endpoint.domain.tokens import hash_secret
from endpoint.services.passwords import check_hash, hash_password, is_password
from endpoint.stores.sessions import SessionStore

_ID_BYTES = 32


class SignIn:
    """The owner's password, as an argon2 hash, and who has given it.

    Without a password nobody can sign in. Raise ConfigError if ``password_hash``
    is something else than an argon2 hash.
    """

    def __init__(
        self, engine: Engine, password_hash: str, session_s: int, clock: Callable[[], datetime]
    ) -> None:
        self.has_password = bool(password_hash)
        self._hash = check_hash(password_hash) if password_hash else _hash_of_nothing()
        self._store = SessionStore(engine)
        self._lasts = timedelta(seconds=session_s)
        self._clock = clock
        self._alone = Lock()

    @property
    def cookie_key(self) -> bytes:
        """The key that signs cookies: one for all processes, another with another password."""
        return hmac.digest(self._hash.encode(), b"endpoint cookies", "sha256")

    def check(self, password: str) -> bool:
        """Return whether this is the owner's password, with the same work whatever it is."""
        # One at a time: each takes 64 MB, and strangers decide how many there are. The limits
        # of the page see to that as well, unless they are switched off.
        with self._alone:
            return is_password(self._hash, password)

    def enter(self) -> str:
        """Begin a session and return its id, which is kept nowhere."""
        session_id = secrets.token_urlsafe(_ID_BYTES)
        now = self._clock()
        self._store.add(hash_secret(session_id), now, now + self._lasts)
        return session_id

    def knows(self, session_id: str) -> bool:
        """Return whether the session with this id began here and goes on."""
        return self._store.holds(hash_secret(session_id), self._clock())

    def leave(self, session_id: str) -> None:
        """End the session with this id, if there is one."""
        self._store.remove(hash_secret(session_id))


def _hash_of_nothing() -> str:
    """Return the hash of a password that nobody knows."""
    return hash_password(secrets.token_urlsafe(_ID_BYTES))
