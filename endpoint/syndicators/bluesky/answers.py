"""What an answer of Bluesky means: what was asked for, or why there is none."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from requests import Response

from endpoint.domain.retry_after import parse_retry_after
from endpoint.syndicators.answers import in_one_line, parse_reset
from endpoint.syndicators.outcomes import Forbidden, NotAllowed, NotNow, Refused

Answer = dict[str, Any]

_EXPIRED = frozenset(("ExpiredToken", "InvalidToken"))
_BUSY = frozenset((HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, *range(500, 600)))
_NOT_ALLOWED = frozenset(
    """
    AccountDeactivated AccountSuspended AccountTakedown AuthenticationRequired
    AuthFactorTokenRequired AuthMissing RepoDeactivated RepoSuspended RepoTakendown
    """.split()
)


class NoSuchThing(Refused):
    """What was asked for is not there."""


class ExpiredToken(NotAllowed):
    """A session must be renewed."""


def read_answer(response: Response, now: datetime, *, changes: bool) -> Answer:
    """Return what was asked for; raise an outcome if it is something else.

    ``changes`` if the server was told to change something, and may have.
    """
    said = _read_json(response)
    if response.status_code != HTTPStatus.OK:
        raise _failure(response, said or {}, now, changes=changes)
    if said is None:
        raise NotNow("Bluesky gives an answer that cannot be read.", is_unknown=changes)
    return said


def _failure(response: Response, said: Answer, now: datetime, *, changes: bool) -> Exception:
    status = response.status_code
    name, words = (in_one_line(said.get(key)) for key in ("error", "message"))
    sentence = f"{': '.join(filter(None, [f'Bluesky answers {status}', name, words]))}."
    if status == HTTPStatus.TOO_MANY_REQUESTS or name == "RateLimitExceeded":
        return NotNow(sentence, _find_retry_at(response, now))
    if status in _BUSY:
        return NotNow(sentence, _find_retry_at(response, now), is_unknown=changes)
    if name in _EXPIRED:
        return ExpiredToken(sentence)
    if status == HTTPStatus.UNAUTHORIZED or name in _NOT_ALLOWED:
        return NotAllowed(sentence)
    if status == HTTPStatus.FORBIDDEN or name == "Forbidden":
        return Forbidden(sentence)
    if status == HTTPStatus.NOT_FOUND or name in ("RecordNotFound", "NotFound"):
        return NoSuchThing(sentence)
    return Refused(sentence)


def _find_retry_at(response: Response, now: datetime) -> datetime | None:
    if reset := parse_reset(response.headers.get("ratelimit-reset")):
        return reset
    wait = parse_retry_after(response.headers.get("Retry-After"), now)
    return now + wait if wait is not None else None


def _read_json(response: Response) -> Answer | None:
    if not response.content:
        return {}
    try:
        said = response.json()
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
