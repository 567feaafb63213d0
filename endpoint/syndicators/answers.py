"""What a server's answers mean for the copy that was asked for.

All agree on who is ``busy``. What else is no success means something of its own to
Bluesky, whose errors have names, and to places that take Webmentions, which know no
token; both say so beside their own code.
"""

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
_BUSY = frozenset({408, 425, 429, *range(500, 600)})
_RESETS = ("X-RateLimit-Reset", "RateLimit-Reset")
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
    if waiting := busy(answer.status, answer.headers, said, now, is_unknown=is_unknown):
        return waiting
    if answer.status < HTTPStatus.BAD_REQUEST:
        return NotNow("The server answers what cannot be read.", is_unknown=is_unknown)
    if answer.status == HTTPStatus.UNAUTHORIZED or _is_about_scope(answer):
        return NotAllowed(said)
    if answer.status == HTTPStatus.FORBIDDEN:
        return Forbidden(said)
    return Refused(said) if answer.status in _FINAL else NotNow(said)


def busy(
    status: int, headers: Mapping[str, str], said: str, now: datetime, *, is_unknown: bool = False
) -> NotNow | None:
    """Return that a server has no time, or is out of order; None if its answer says other things.

    ``said`` is the sentence for the owner. With ``is_unknown`` the server may have done
    it all the same, unless it says that this was too much.
    """
    if status not in _BUSY:
        return None
    is_too_much = status == HTTPStatus.TOO_MANY_REQUESTS
    return NotNow(said, _find_retry_at(headers, now), is_unknown=is_unknown and not is_too_much)


def _is_about_scope(answer: Answer) -> bool:
    """Return whether the token itself may not do such things (RFC 6750 §3.1)."""
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    is_named = read_object(answer.content).get("error") == _SCOPE
    return is_named or "WWW-Authenticate" in answer.headers


def _parse_reset(text: str | None) -> datetime | None:
    """Return the time that the end of a rate limit has: in ISO 8601, or in seconds since 1970."""
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
    found = (_parse_reset(headers.get(name)) for name in _RESETS)
    return next(filter(None, found), None)


def _explain(content: bytes) -> str:
    """Return the sentence of ``{"error": …}``, short and printable; OAuth's is the description."""
    said = read_object(content)
    words = in_one_line(str(said.get("error_description") or said.get("error") or ""))
    return f": {words}" if words else ""


def read_object(content: bytes | str) -> Mapping[str, Any]:
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
