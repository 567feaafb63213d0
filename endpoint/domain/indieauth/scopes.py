"""Scopes: what an app can ask for, in words its owner understands."""

import re

_SCOPES = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")

SCOPES = {
    "profile": "Know your name, your photo and the address of your site",
    "email": "Know your e-mail address",
    "create": "Write new posts and publish them, with photos and other files",
    "post": "Write new posts and publish them, as older apps ask for it",
    "draft": "Write drafts that you publish yourself",
    "update": "Change posts that are already there",
    "delete": "Delete posts",
    "undelete": "Bring deleted posts back",
    "media": "Upload photos and other files",
}
"""The scopes this server knows, in the order they are shown, each as what it lets an app do.

``profile`` and ``email`` are IndieAuth's (§5.3.4); the others are Micropub's (§5.4), where
``post`` is the old name of ``create``.
"""

SCOPES_SUPPORTED = tuple(scope for scope in SCOPES if scope != "post")
"""The scopes the metadata offers: all but the old name (RFC 8414 §2)."""

WRITING = frozenset({"create", "post"})
"""The scopes that publish new posts, and can be narrowed to drafts."""

IDENTITY = frozenset({"profile", "email"})
"""The scopes that tell who the owner is, and let nobody do anything."""


def are_scopes(text: str) -> bool:
    """Return whether ``text`` is a blank-separated list of scopes, if only an empty one.

    They are printable ASCII without ``"`` and ``\\`` (RFC 6749 §3.3).
    """
    return _SCOPES.fullmatch(text) is not None


def describe(scope: str) -> str:
    """Return what ``scope`` lets an app do, for an owner; unknown ones too (IndieAuth §5.2)."""
    return SCOPES.get(scope, "Nothing this server knows; the app asks for it by name")


def in_order(scopes: tuple[str, ...]) -> list[str]:
    """Return ``scopes`` as they are shown: known ones first, the others as they were asked."""
    places = list(SCOPES)
    return sorted(scopes, key=lambda scope: places.index(scope) if scope in SCOPES else len(places))
