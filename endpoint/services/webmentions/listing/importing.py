"""Mentions that webmention.io received, taken over from its export."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine

from endpoint.domain.webmentions.deciding.rules import Rule, is_blocked
from endpoint.domain.webmentions.listing.exports import Entry, read_entry, received_at
from endpoint.domain.webmentions.receiving.requests import read_request
from endpoint.errors import InvalidRequest
from endpoint.stores.mentions.imports import Imported, add_imported
from endpoint.stores.mentions.rules import MentionRules

NEW, KNOWN, PRIVATE, BLOCKED, ELSEWHERE = "new", "known", "private", "blocked", "elsewhere"
"""What becomes of an entry: taken in, or left where it is, and why."""

_AT_ONCE = 200


class Importing:
    """Takes mentions in as approved, with their dates, and without a look at their sources.

    ``find_page`` gives the permalink of the page that a target means; it raises
    InvalidRequest if that is no page of this site. ``announce`` is called when
    there is something new for readers.
    """

    def __init__(
        self,
        engine: Engine,
        rules: MentionRules,
        find_page: Callable[[str], str],
        clock: Callable[[], datetime],
        announce: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._rules = rules
        self._find_page = find_page
        self._clock = clock
        self._announce = announce

    def take_in(self, entries: Sequence[Entry], show: Callable[[int, int], None]) -> Counter[str]:
        """Take in what is not known yet; return how many entries there were of each fate.

        They go in in the order of their arrival, some at a time, so that one that
        was interrupted goes on where it was. ``show`` gets how many are done, and
        of how many.
        """
        rules = self._rules.all()
        fates: Counter[str] = Counter()
        ordered = sorted(entries, key=lambda entry: received_at(entry) or self._clock())
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            fates.update(self._take_some(some, rules))
            show(start + len(some), len(ordered))
        if fates[NEW]:
            self._announce()
        return fates

    def _take_some(self, entries: Sequence[Entry], rules: Sequence[Rule]) -> Counter[str]:
        read = [self._read(entry, rules) for entry in entries]
        imported = [one for one in read if isinstance(one, Imported)]
        new = add_imported(self._engine, imported, self._clock())
        left = Counter(fate for fate in read if isinstance(fate, str))
        return left + Counter({NEW: new, KNOWN: len(imported) - new})

    def _read(self, entry: Entry, rules: Sequence[Rule]) -> Imported | str:
        """Return the mention, or the fate of what is not taken in."""
        exported = read_entry(entry)
        if exported.is_private:
            return PRIVATE
        try:
            asking = read_request({"source": [exported.source], "target": [exported.target]})
            permalink = self._find_page(asking.target)
        except InvalidRequest:
            return ELSEWHERE
        mention = exported.mention
        if is_blocked(rules, asking.source, mention.author.url):
            return BLOCKED
        arrived = received_at(entry) or self._clock()
        return Imported(asking.source, asking.target, permalink, arrived, mention)
