"""Notices from the hosting: who signed them, which branch moved, which commit is live."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

_HEX_HEADERS = ("x-hub-signature-256", "x-forgejo-signature", "x-gitea-signature")
_TOLERANCE = timedelta(minutes=5)
_OID = re.compile(r"[0-9a-f]{40}")
_GOOD = ("success", "built")
# Where a notice keeps its event, and the commit in it: GitHub's and GitLab's own names.
_EVENTS = ("deployment_status", "deployment", "build", "workflow_run", "object_attributes")
_COMMIT_NAMES = ("commit", "sha", "head_sha", "checkout_sha")


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


def read_notice(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``, also in a form's ``payload``; empty if it is none."""
    try:
        text = body.decode()
        if text.startswith("payload="):
            text = parse_qs(text, max_num_fields=10)["payload"][0]
        notice = json.loads(text)
    except (ValueError, KeyError, RecursionError):
        return {}
    return notice if isinstance(notice, dict) else {}


def names_branch(notice: Mapping[str, Any], branch: str) -> bool:
    """Whether ``notice`` tells of a push to ``branch``, by its ``ref``."""
    return bool(notice.get("ref") == f"refs/heads/{branch}")


def is_deployed(notice: Mapping[str, Any]) -> bool:
    """Whether what ``notice`` tells of has come to a good end; one without a word on it has."""
    states = [
        event[name]
        for event in _events(notice)
        for name in ("state", "status", "conclusion")
        if event.get(name) is not None
    ]
    # GitHub's workflow runs have both a status, completed, and a conclusion.
    words = [state for state in states if state != "completed"]
    return all(word in _GOOD for word in words) and bool(words or not states)


def deployed_commit(notice: Mapping[str, Any]) -> str | None:
    """Return the id of the commit that ``notice`` calls deployed, or None if it names none."""
    for event in _events(notice):
        for name in _COMMIT_NAMES:
            value = event.get(name)
            found = value.get("id") if isinstance(value, dict) else value
            if isinstance(found, str) and _OID.fullmatch(found):
                return found
    return None


def _events(notice: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield notice
    for name in _EVENTS:
        if isinstance(event := notice.get(name), dict):
            yield event


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
