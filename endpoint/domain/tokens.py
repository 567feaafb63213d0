"""A verified bearer token: whose it is, and what it grants."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from endpoint.errors import InsufficientScope

_SECRET_BYTES = 32
_GRANTED_BY = {
    "create": frozenset({"create", "post"}),
    "undelete": frozenset({"undelete", "delete", "create", "post"}),
    "media": frozenset({"media", "create", "post", "draft"}),
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
        does not grant ``create``.
        """
        return not self.scopes.isdisjoint(_GRANTED_BY.get(scope, {scope}))

    def require(self, *scopes: str) -> None:
        """Raise InsufficientScope, naming the first, if the token grants none of ``scopes``."""
        if not any(self.may(scope) for scope in scopes):
            raise InsufficientScope(
                f"This token lacks the scope {scopes[0]}; sign in to the app again and grant it",
                scope=scopes[0],
            )

    @property
    def drafts_only(self) -> bool:
        """Whether what this token creates must be a draft."""
        return "draft" in self.scopes and not self.may("create")


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
