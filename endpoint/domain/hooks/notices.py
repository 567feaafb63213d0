"""What a notice from the hosting says: which branch was pushed to, which commit is live."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

_OID = re.compile(r"[0-9a-f]{40}")
_GOOD = ("success", "built")
# Where a notice keeps its event, and the commit in it: GitHub's and GitLab's own names.
_EVENTS = ("deployment_status", "deployment", "build", "workflow_run", "object_attributes")
_COMMIT_NAMES = ("commit", "sha", "head_sha", "checkout_sha")


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
