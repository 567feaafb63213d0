"""What becomes of a Webmention after a look at its source: what is known of it, and decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from endpoint.domain.webmentions.deciding.policies import Decision, decide
from endpoint.domain.webmentions.deciding.rules import Rule
from endpoint.domain.webmentions.mention import Mention
from endpoint.domain.webmentions.receiving.waits import AFTER_FAILURE, AFTER_NOT_FOUND, next_wait
from endpoint.services.webmentions.receiving.sources import Finding
from endpoint.stores.mentions.rows import ABSENT, FAILED, MISSING, PRESENT, UNKNOWN, Received

_NOTHING = {"content": "", "kind": "", "author": ""}
_SHOWN = ("finding", "content", "decision")
"""What readers see of a mention hangs on these."""


@dataclass(frozen=True)
class Judgement:
    """What a look at ``now`` has ``found``, as the values of a row's columns.

    ``approve`` is the setting of that name, and ``rules`` are the owner's.
    """

    found: Finding
    approve: tuple[str, ...]
    rules: tuple[Rule, ...]
    now: datetime
    random: Callable[[], float]

    def __call__(self, received: Received) -> dict[str, Any]:
        """Return the new values of the columns of ``received``."""
        values = {"last_error": self.found.reason, **self._values(received)}
        before = {
            "finding": received.finding,
            "content": received.mention.to_json() if received.mention else "",
            "decision": received.decision,
        }
        if any(values.get(name, before[name]) != before[name] for name in _SHOWN):
            values["changed_at"] = self.now
        return values

    def _values(self, received: Received) -> dict[str, Any]:
        match self.found.finding:
            case "present" if mention := self.found.mention:
                return self._show(received, mention)
            case "absent":
                finding = ABSENT if _was_there(received) else FAILED
                return {"finding": finding, **_NOTHING, **_DONE}
            case "missing":
                # Hidden at once; its words are kept for the day when it is back.
                finding = MISSING if _was_there(received) else received.finding
                return {"finding": finding, **self._try_again(received, AFTER_NOT_FOUND)}
            case "failed" if not _was_there(received):
                return {"finding": FAILED, **_DONE}
            case "failed":
                return _DONE
        return self._try_again(received, AFTER_FAILURE)

    def _show(self, received: Received, mention: Mention) -> dict[str, Any]:
        before = Decision(received.decision, received.decided_by)
        earlier = received.mention
        decision = decide(self.approve, self.rules, received.source, mention, before, earlier)
        values = {
            "finding": PRESENT,
            "content": mention.to_json(),
            "kind": mention.kind,
            "author": mention.author.url,
            **_DONE,
        }
        if decision != before:
            values |= {"decision": decision.decision, "decided_by": decision.by}
            values |= {"decided_at": self.now if decision.decision else None}
        return values

    def _try_again(self, received: Received, waits: Sequence[timedelta]) -> dict[str, Any]:
        """Return when the next look is; after the last one it is as if there were no page."""
        attempts = received.attempts + 1
        wait = next_wait(waits, attempts, self.found.retry_after, self.random)
        if wait is not None:
            return {"attempts": attempts, "next_look_at": self.now + wait}
        match received.finding:
            case "":
                return {"finding": FAILED, **_DONE}
            case "missing" if self.found.finding == MISSING:
                return {"finding": ABSENT, **_NOTHING, **_DONE}
        return _DONE


_DONE: dict[str, Any] = {"attempts": 0, "next_look_at": None}


def _was_there(received: Received) -> bool:
    return received.finding not in (UNKNOWN, FAILED)
