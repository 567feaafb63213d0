"""Apps as the API shows them: Application and CredentialApplication."""

import hashlib
from urllib.parse import urlsplit

from endpoint.domain.indieauth.redirect_uris import is_web
from endpoint.domain.indieauth.registrations import Registration
from endpoint.domain.mastodon.entities import Entity

_ID_DIGITS = 15


def describe_credentials(registration: Registration, client_id: str, secret: str) -> Entity:
    """Return the entity CredentialApplication, for the app alone."""
    return {
        **describe_registered(registration, client_id),
        "client_id": client_id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }


def describe_registered(registration: Registration, client_id: str) -> Entity:
    """Return the entity Application, for an app that registered itself."""
    return {
        "id": _number(client_id),
        "name": registration.name,
        "website": registration.website or None,
        "scopes": registration.scopes.split(),
        "redirect_uri": "\n".join(registration.redirect_uris),
        "redirect_uris": list(registration.redirect_uris),
        "vapid_key": "",
    }


def describe_by_url(client_id: str, scopes: frozenset[str]) -> Entity:
    """Return the entity Application, for an app whose client_id is its URL, or made by hand."""
    is_url = is_web(client_id)
    return {
        "id": _number(client_id),
        "name": urlsplit(client_id).netloc if is_url else client_id or "endpoint token create",
        "website": client_id if is_url else None,
        "scopes": sorted(scopes),
        "redirect_uri": "",
        "redirect_uris": [],
        "vapid_key": "",
    }


def describe_author(name: str, website: str) -> Entity:
    """Return the entity Application, as a status names the app that it was written with."""
    return {"name": name, "website": website or None}


def _number(client_id: str) -> str:
    """Return an id made of digits, as apps expect one."""
    digest = hashlib.sha256(client_id.encode(errors="replace")).digest()
    return str(int.from_bytes(digest[:8]) % 10**_ID_DIGITS + 1)
