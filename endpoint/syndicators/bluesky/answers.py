"""What an answer of Bluesky means: what was asked for, or why there is none."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from requests import Response

from endpoint.syndicators.answers import busy, in_one_line
from endpoint.syndicators.outcomes import Forbidden, NotAllowed, NotNow, Refused

Answer = dict[str, Any]

_EXPIRED = frozenset(("ExpiredToken", "InvalidToken"))
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
    if name == "RateLimitExceeded":
        status = HTTPStatus.TOO_MANY_REQUESTS
    if waiting := busy(status, response.headers, sentence, now, is_unknown=changes):
        return waiting
    if name in _EXPIRED:
        return ExpiredToken(sentence)
    if status == HTTPStatus.UNAUTHORIZED or name in _NOT_ALLOWED:
        return NotAllowed(sentence)
    if status == HTTPStatus.FORBIDDEN or name == "Forbidden":
        return Forbidden(sentence)
    if status == HTTPStatus.NOT_FOUND or name in ("RecordNotFound", "NotFound"):
        return NoSuchThing(sentence)
    return Refused(sentence)


def _read_json(response: Response) -> Answer | None:
    if not response.content:
        return {}
    try:
        said = response.json()
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
