"""What the owner did last with mentions, in this browser, so that it can be taken back."""

from flask import session

from endpoint.domain.webmentions.deciding.rules import Rule
from endpoint.errors import InvalidRequest
from endpoint.services.webmentions.deciding import Undo

_KEY = "undo"


def keep(did: str, undo: Undo) -> None:
    """Remember what takes the action ``did`` back, in the signed cookie."""
    rule = undo.rule and [undo.rule.action, undo.rule.subject, undo.rule.pattern]
    session[_KEY] = {"did": did, "before": undo.before, "rule": rule}


def is_kept(did: str) -> bool:
    """Return whether the last action was ``did``, and is not taken back yet."""
    return _KEY in session and session[_KEY]["did"] == did


def take() -> Undo:
    """Return what takes the last action back, once. Raise InvalidRequest if there is none."""
    if _KEY not in session:
        raise InvalidRequest("There is nothing to undo; it was undone already")
    kept = session.pop(_KEY)
    before = tuple((mention_id, decision, by) for mention_id, decision, by in kept["before"])
    return Undo(before, Rule(*kept["rule"]) if kept["rule"] else None)
