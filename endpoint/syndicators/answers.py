"""What a server's answers mean for the copy that was asked for."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from endpoint.domain.retry_after import parse_retry_after
from endpoint.syndicators.outcomes import Forbidden, NotAllowed, NotNow, Refused, SyndicationError

_FINAL = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_SCOPE = "insufficient_scope"
_LONGEST = 200
_MOST_EPOCH = 10**11


@dataclass(frozen=True)
class Answer:
    """What a server answered: its status, its headers in any case, and its content."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def outcome(answer: Answer, now: datetime, *, is_unknown: bool) -> SyndicationError:
    """Return the exception for an answer that is no success, or cannot be read.

    ``is_unknown`` if the server was asked to change something, and may have.
    """
    said = f"The server answers {answer.status}{_explain(answer.content)}."
    if answer.status == HTTPStatus.UNAUTHORIZED or _is_about_scope(answer):
        return NotAllowed(said)
    if answer.status == HTTPStatus.FORBIDDEN:
        return Forbidden(said)
    if answer.status in _FINAL:
        return Refused(said)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotNow(said, _find_retry_at(answer.headers, now))
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotNow(said, _find_retry_at(answer.headers, now), is_unknown=is_unknown)
    if answer.status < HTTPStatus.BAD_REQUEST:
        return NotNow("The server answers what cannot be read.", is_unknown=is_unknown)
    return NotNow(said)


def _is_about_scope(answer: Answer) -> bool:
    """Return whether the token itself may not do such things (RFC 6750 §3.1)."""
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    return "WWW-Authenticate" in answer.headers or _read(answer.content).get("error") == _SCOPE


def parse_reset(text: str | None) -> datetime | None:
    """Return the time that ``X-RateLimit-Reset`` gives: in ISO 8601, or in seconds since 1970."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        seconds = int(text[:15])
        return datetime.fromtimestamp(seconds, UTC) if seconds < _MOST_EPOCH else None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _find_retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    wait = parse_retry_after(headers.get("Retry-After"), now)
    if wait is not None:
        return now + wait
    # Of a server that is out of order it says nothing.
    return parse_reset(headers.get("X-RateLimit-Reset"))


def _explain(content: bytes) -> str:
    """Return the sentence of ``{"error": …}``, short and printable; OAuth's is the description."""
    said = _read(content)
    words = in_one_line(str(said.get("error_description") or said.get("error") or ""))
    return f": {words}" if words else ""


def _read(content: bytes) -> Mapping[str, Any]:
    """Return the object that an answer holds, empty if it is none."""
    with suppress(ValueError, RecursionError):
        said = json.loads(content)
        return said if isinstance(said, dict) else {}
    return {}


def in_one_line(said: object) -> str:
    """Return the text ``said`` in one line that a database can keep; empty if it is no text."""
    text = said if isinstance(said, str) else ""
    words = "".join(c if c.isprintable() else " " for c in text[: 10 * _LONGEST]).split()
    return " ".join(words)[:_LONGEST].rstrip(". ")
