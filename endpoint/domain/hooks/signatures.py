"""How the hosting shows that a notice is its own: by a signature, or by the secret itself."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

_HEX_HEADERS = ("x-hub-signature-256", "x-forgejo-signature", "x-gitea-signature")
_TOLERANCE = timedelta(minutes=5)


def is_signed(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether one of ``headers``, by lower-case names, shows that ``secret`` is known.

    Either by HMAC-SHA256 of ``body``: ``X-Hub-Signature-256`` (GitHub, Gitea, Forgejo),
    ``X-Forgejo-Signature``, ``X-Gitea-Signature``, and ``webhook-signature``
    (GitLab's signing token; Standard Webhooks, not older than five minutes). Or
    by the secret itself: ``X-Gitlab-Token``, and ``Authorization: Bearer``.
    All are compared in constant time, and any one will do.
    """
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    shown = [
        *((headers.get(name, "").removeprefix("sha256="), digest) for name in _HEX_HEADERS),
        (headers.get("x-gitlab-token", ""), secret),
        (bearer.strip() if scheme.lower() == "bearer" else "", secret),
        *_standard_signatures(headers, body, secret, now),
    ]
    matches = [hmac.compare_digest(told.encode(), right.encode()) for told, right in shown]
    return bool(secret) and any(matches)


def _standard_signatures(
    headers: Mapping[str, str], body: bytes, secret: str, now: datetime
) -> Iterator[tuple[str, str]]:
    """Yield each signature of a standard webhook beside the right one."""
    identity, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    key = _decode_key(secret)
    if key is None or not re.fullmatch(r"[0-9]{1,12}", sent_at, re.ASCII):
        return
    if abs(now.timestamp() - int(sent_at)) > _TOLERANCE.total_seconds():
        return
    signed = b".".join([identity.encode(), sent_at.encode(), body])
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    for signature in headers.get("webhook-signature", "").split():
        version, _, value = signature.partition(",")
        if version == "v1":
            yield value, right


def _decode_key(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True) or None
    except binascii.Error:
        return None
