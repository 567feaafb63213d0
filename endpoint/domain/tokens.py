"""A verified bearer token: whose it is, and what it grants."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from endpoint.errors import InsufficientScope

_SECRET_BYTES = 32
_PUBLISHING = frozenset({"create", "post"})
_STATUSES = frozenset({"write", "write:statuses"})
_CHANGING = _PUBLISHING | {"draft", "update", "delete", "undelete"}
"""What Micropub apps ask for to change posts, each enough to read them over the Mastodon API."""
_GRANTED_BY = {
    "create": _PUBLISHING | _STATUSES,
    "update": _STATUSES | {"update"},
    "delete": _STATUSES | {"delete"},
    "undelete": _PUBLISHING | _STATUSES | {"undelete", "delete"},
    "media": _PUBLISHING | {"media", "draft", "write", "write:media"},
    # What is dismissed never comes back, and who sends files alone has no business there.
    "write:notifications": _CHANGING | {"write", "write:notifications"},
}


@dataclass(frozen=True)
class Token:
    """A token that was found to be good, without its secret.

    ``me`` is the owner's profile URL, ``client_id`` the app's URL or empty,
    ``id`` names the token in lists and logs; ``expires_at`` is aware, and None
    if the token does not expire.
    """

    me: str
    client_id: str
    scopes: frozenset[str]
    id: str
    expires_at: datetime | None = None

    def may(self, scope: str) -> bool:
        """Return whether the token grants ``scope``.

        ``post`` is the old name of ``create``; ``create`` and ``draft`` are enough
        for media, and ``delete`` or ``create`` for undelete. A draft-only token
        does not grant ``create``. Mastodon's ``write`` grants all of these, and
        its ``read:statuses`` is granted by ``read`` and by any of ours but ``media``.
        """
        if scope == "create" and self.drafts_only:
            return False
        return not self.scopes.isdisjoint(_granted_by(scope))

    def require(self, *scopes: str) -> None:
        """Raise InsufficientScope, naming the first, if the token grants none of ``scopes``."""
        if not any(self.may(scope) for scope in scopes):
            raise InsufficientScope(
                f"This token lacks the scope {scopes[0]}; sign in to the app again and grant it",
                scope=scopes[0],
            )

    @property
    def drafts_only(self) -> bool:
        """Whether what this token creates must be a draft: ``draft`` narrows ``write``."""
        return "draft" in self.scopes and self.scopes.isdisjoint(_PUBLISHING)


def _granted_by(scope: str) -> frozenset[str]:
    if scope in _GRANTED_BY:
        return _GRANTED_BY[scope]
    family, _, _ = scope.partition(":")
    if family not in ("read", "write"):
        return frozenset({scope})
    # What a token may do to posts the services ask again, in the words of Micropub.
    acting = _CHANGING if family == "read" else _CHANGING | {"media"}
    return acting | {family, scope}


def split_scopes(text: str) -> frozenset[str]:
    """Return the scopes in a blank-separated list (RFC 6749 §3.3)."""
    return frozenset(text.split())


def make_secret(kind: str = "") -> str:
    """Return a new secret of 256 random bits.

    The beginning tells a person, and a scanner for leaked secrets, what it is;
    ``kind`` is a word that tells codes and refresh tokens from access tokens.
    """
    return f"endpoint_{kind and kind + '_'}{secrets.token_urlsafe(_SECRET_BYTES)}"


def hash_secret(secret: str) -> str:
    """Return the SHA-256 of a token's secret as 64 hexadecimal digits.

    A secret of 256 random bits needs no salt and no slow hash.
    """
    return hashlib.sha256(secret.encode("utf-8", "backslashreplace")).hexdigest()


def name_secret(secret: str) -> str:
    """Return the id of the token with this secret: the head of its hash."""
    return hash_secret(secret)[:16]
