"""Addresses with a secret in them, for who decides on mentions away from the owner's pages."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from itsdangerous import BadData, URLSafeSerializer

from endpoint.errors import InvalidRequest

_LASTS = timedelta(days=14)


class DecisionLinks:
    """Makes and reads them with ``key``, so that nothing of them is kept anywhere.

    Another password of the owner is another key, and ends them all.
    """

    def __init__(self, key: bytes, base_url: str, clock: Callable[[], datetime]) -> None:
        self._signer = URLSafeSerializer(key, salt="decide on a mention")
        self._token = hmac.new(key, b"mentions that wait", "sha256").hexdigest()[:40]
        self._base_url = base_url
        self._clock = clock

    @property
    def feed_url(self) -> str:
        """Where the feed of waiting mentions is."""
        return f"{self._base_url}/webmention/waiting.atom?{urlencode({'token': self._token})}"

    def opens_feed(self, token: str) -> bool:
        """Return whether ``token`` is that of the feed."""
        return hmac.compare_digest(token.encode(), self._token.encode())

    def link(self, mention_id: str) -> str:
        """Return the URL of the page that decides on a mention, good for 14 days."""
        until = int((self._clock() + _LASTS).timestamp())
        token = self._signer.dumps([mention_id, until])
        return f"{self._base_url}/webmention/decide?{urlencode({'token': token})}"

    def read(self, token: str) -> str:
        """Return the id of the mention that a token is for.

        Raise InvalidRequest if it is none of ours, or too old.
        """
        try:
            mention_id, until = self._signer.loads(token)
        except BadData as error:
            raise _refusal() from error
        if self._clock().timestamp() > until:
            raise _refusal()
        return str(mention_id)


def _refusal() -> InvalidRequest:
    return InvalidRequest("This link is too old or incomplete; decide at /admin/mentions instead")
