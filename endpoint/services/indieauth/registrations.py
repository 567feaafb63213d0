"""Apps that register themselves, and of which nothing is kept: they carry it with them.

A stranger can register any number of apps, and none takes any room. An app's
client_id is what it said of itself, signed; its secret is computed of that.
"""

import hmac
import secrets
from dataclasses import astuple

from itsdangerous import BadData, BadSignature, Signer, URLSafeSerializer

from endpoint.domain.indieauth.client_information import ClientInformation
from endpoint.domain.indieauth.registrations import Registration
from endpoint.stores.keys import KeyStore

_KEY = "apps"
_CLIENT = "app-"
_OWN = "endpoint_app_"
_NONCE_BYTES = 9


class Registrations:
    """Signs what apps say of themselves, and reads it again."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def add(self, registration: Registration) -> tuple[str, str]:
        """Return a new client_id for the app, and its secret."""
        # Two apps that say the same are two apps: one cannot use the codes of the other.
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        signed = self._serializer().dumps([nonce, *astuple(registration)])
        client_id = f"{_CLIENT}{_text(signed)}"
        return client_id, self._secret_of(client_id)

    def find(self, client_id: str) -> Registration | None:
        """Return what the app with this client_id said of itself; None if it is not from here."""
        if not client_id.startswith(_CLIENT):
            return None
        try:
            said = self._serializer().loads(client_id.removeprefix(_CLIENT))
        except BadData:
            return None
        _, name, website, scopes, uris = said
        return Registration(name, website, scopes, tuple(uris))

    def look_up(self, client_id: str) -> ClientInformation | None:
        """Return what a page would say of the app; None if it did not register here."""
        registration = self.find(client_id)
        if registration is None:
            return None
        return ClientInformation(
            client_id,
            name=registration.name,
            website=registration.website,
            redirect_uris=frozenset(registration.redirect_uris),
            is_registered=True,
        )

    def is_secret(self, client_id: str, secret: str) -> bool:
        """Return whether this is the secret of the app, which is registered."""
        return hmac.compare_digest(self._secret_of(client_id).encode(), secret.encode())

    def token_of(self, client_id: str) -> str:
        """Return a token with which an app shows who it is, and nothing more."""
        return f"{_OWN}{self._signer().sign(client_id).decode()}"

    def client_of(self, token: str) -> str:
        """Return the client_id of the app with such a token; empty if it is none of these."""
        if not token.startswith(_OWN):
            return ""
        try:
            return self._signer().unsign(token.removeprefix(_OWN).encode()).decode()
        except BadSignature:
            return ""

    def _secret_of(self, client_id: str) -> str:
        return hmac.new(self._keys.get(_KEY), client_id.encode(), "sha256").hexdigest()

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._keys.get(_KEY), salt="client")

    def _signer(self) -> Signer:
        return Signer(self._keys.get(_KEY), salt="token")


def _text(signed: str | bytes) -> str:
    return signed.decode() if isinstance(signed, bytes) else signed
