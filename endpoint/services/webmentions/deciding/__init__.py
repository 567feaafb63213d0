"""The owner decides on mentions: each for itself, or by rules on whom they block and trust."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from endpoint.domain.webmentions.deciding.policies import (
    APPROVED,
    OWNER,
    REJECTED,
    SPAM,
    UNDECIDED,
    Decision,
    decide,
)
from endpoint.domain.webmentions.deciding.rules import (
    Rule,
    host_of,
    is_about,
    is_blocked,
    is_same_person,
    is_trusted,
    trust,
)
from endpoint.errors import InvalidRequest, NotFound
from endpoint.stores.mentions.decisions import TRAYS, Decisions
from endpoint.stores.mentions.rows import Received
from endpoint.stores.mentions.rules import MentionRules

PAGE_SIZE = 30
_MOST_ASKED = 1000
_WORDS = {"approve": APPROVED, "reject": REJECTED, "spam": SPAM}
_BY = ("", OWNER, "policy", "block")


@dataclass(frozen=True)
class Undo:
    """What takes an action back: decisions as ``(id, decision, by)``, and the rule it made."""

    before: tuple[tuple[str, str, str], ...] = ()
    rule: Rule | None = None


@dataclass(frozen=True)
class Tray:
    """A page of mentions that lie together; ``below`` leads to older ones, if there are.

    ``counts`` has the number of mentions in each tray, and ``strangers`` the ids
    of those here whose author could be trusted.
    """

    name: str
    mentions: tuple[Received, ...]
    below: int | None
    counts: dict[str, int]
    strangers: frozenset[str]


class Moderating:
    """Looks through mentions and decides on them; ``changed`` is called after each decision."""

    def __init__(
        self,
        decisions: Decisions,
        rules: MentionRules,
        approve: tuple[str, ...],
        clock: Callable[[], datetime],
        changed: Callable[[], None],
    ) -> None:
        self._decisions = decisions
        self._rules = rules
        self._approve = approve
        self._clock = clock
        self._changed = changed

    def look(self, tray: str, below: int | None = None, most: int = PAGE_SIZE) -> Tray:
        """Return a page of a tray, the newest first. Raise InvalidRequest if there is none such."""
        if tray not in TRAYS:
            raise InvalidRequest(f"show must be one of {', '.join(TRAYS)}")
        found = self._decisions.page(tray, below, most + 1)
        shown = found[:most]
        more = shown[-1].number if len(found) > most else None
        return Tray(tray, shown, more, self._decisions.count(), self._strangers(shown))

    def count_waiting(self) -> int:
        """Return how many mentions wait for a decision."""
        return self._decisions.count_waiting()

    def find(self, mention_id: str) -> Received:
        """Return a mention. Raise NotFound if there is none."""
        if found := self._decisions.find(mention_id):
            return found
        raise NotFound("There is no such mention; it may have been sent again since")

    def decide(self, ids: tuple[str, ...], word: str) -> Undo:
        """Decide on each of ``ids``: ``approve``, ``reject`` or ``spam``.

        Raise InvalidRequest for another word, or to approve what a rule blocks.
        """
        if word not in _WORDS:
            raise InvalidRequest(f"decision must be one of {', '.join(_WORDS)}")
        chosen = Decision(_WORDS[word], OWNER)
        rules = self._rules.all() if word == "approve" else ()

        def choose(received: Received) -> Decision:
            if is_blocked(rules, received.source, _author_url(received)):
                raise InvalidRequest("A rule of yours blocks this mention; remove the rule first")
            return chosen

        changed = self._decisions.change(ids, choose, self._clock())
        self._changed()
        return Undo(tuple((received.id, was.decision, was.by) for received, was in changed))

    def undo(self, undo: Undo) -> None:
        """Take an action back."""
        if undo.rule:
            self.remove_rule(undo.rule)
        words = {UNDECIDED, *_WORDS.values()}
        before = {
            mention_id: Decision(decision, by)
            for mention_id, decision, by in undo.before
            if decision in words and by in _BY
        }
        self._decisions.change(tuple(before), lambda found: before[found.id], self._clock())
        self._changed()

    def rules(self) -> tuple[Rule, ...]:
        """Return every rule, the newest first."""
        return self._rules.all()

    def rule_like(self, mention_id: str) -> Rule:
        """Return the rule that trusts the author of a mention in what comes the way that it did.

        Raise NotFound if there is no such mention, InvalidRequest if it names no author.
        """
        received = self.find(mention_id)
        return trust(_author_url(received), received.source)

    def other_ways(self, author: str) -> tuple[str, ...]:
        """Return the hosts of mentions that wait and name ``author``, but that no rule trusts."""
        rules = self._rules.all()
        hosts = {
            host_of(received.source)
            for received in self._decisions.page("waiting", None, _MOST_ASKED)
            if is_same_person(author, _author_url(received))
            and not is_trusted(rules, received.source, author)
        }
        return tuple(sorted(hosts))

    def add_rule(self, rule: Rule) -> Undo:
        """Add a rule and heed it, also for what came in before."""
        is_new = self._rules.add(rule, self._clock())
        self._heed(rule)
        return Undo(rule=rule if is_new else None)

    def remove_rule(self, rule: Rule) -> bool:
        """Remove a rule and what it did; return whether it was there."""
        was_there = self._rules.remove(rule)
        self._heed(rule)
        return was_there

    def _strangers(self, shown: tuple[Received, ...]) -> frozenset[str]:
        if "trusted" not in self._approve:
            return frozenset()
        rules = self._rules.all()
        return frozenset(
            received.id
            for received in shown
            if (url := _author_url(received)) and not is_trusted(rules, received.source, url)
        )

    def _heed(self, rule: Rule) -> None:
        """Decide anew on those that ``rule``, which came or went, is about."""
        rules = self._rules.all()

        def choose(received: Received) -> Decision:
            before, source = Decision(received.decision, received.decided_by), received.source
            if received.mention is None or not is_about(rule, source, _author_url(received)):
                return before
            return decide(self._approve, rules, source, received.mention, before)

        self._decisions.change_all(choose, self._clock())
        self._changed()


def _author_url(received: Received) -> str:
    return received.mention.author.url if received.mention else ""
