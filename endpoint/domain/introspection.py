"""What a token endpoint says about a token (RFC 7662, and the older GET)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from endpoint.domain.tokens import split_scopes


@dataclass(frozen=True)
class Claim:
    """A token that is good, if it is the owner's: its ``me`` is yet to be compared."""

    me: str
    client_id: str
    scopes: frozenset[str]
    expires_at: datetime | None


def read_introspection(text: str) -> Claim | None:
    """Return what an introspection answer claims; None if the token is not active.

    Only the boolean ``true`` is active (RFC 7662 §2.2; the strings in
    IndieAuth's examples are a slip). Raise ValueError if it is no JSON object,
    or claims something unreadable.
    """
    answer = read_object(text)
    return _read_claim(answer) if answer.get("active") is True else None


def read_verification(text: str, media_type: str) -> Claim | None:
    """Return what a token endpoint's answer to a GET claims; None if it says no.

    It is JSON or form-encoded, as its media type says. Raise ValueError if it
    is neither, names nobody in ``me``, or claims something unreadable.
    """
    form = media_type == "application/x-www-form-urlencoded"
    answer = dict(parse_qsl(text)) if form else read_object(text)
    if "error" in answer or answer.get("active", True) is not True:
        return None
    if "me" not in answer:
        raise ValueError("the answer has no me")
    return _read_claim(answer)


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object in ``text``; raise ValueError if it is anything else."""
    try:
        answer = json.loads(text)
    except RecursionError as error:
        raise ValueError("the answer is nested too deep") from error
    if not isinstance(answer, dict):
        raise ValueError("the answer is not a JSON object")
    return answer


def _read_claim(answer: Mapping[str, Any]) -> Claim:
    return Claim(
        me=_read_text(answer, "me"),
        client_id=_read_text(answer, "client_id"),
        scopes=_read_scopes(answer.get("scope")),
        expires_at=_read_time(answer.get("exp")),
    )


def _read_text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name) or ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a string")
    return value


def _read_scopes(value: Any) -> frozenset[str]:
    match value:
        case None:
            return frozenset()
        case str():
            return split_scopes(value)
        case [*names] if all(isinstance(name, str) for name in names):
            return frozenset(names)
    raise ValueError("scope is not a string")


def _read_time(value: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("exp is not a number")
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("exp is out of range") from error
