"""What others did with a copy, kept as mentions of its post."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from endpoint.domain.copies.reactions import Reaction, to_mentions
from endpoint.domain.webmentions.deciding.rules import Rule, is_refused
from endpoint.domain.webmentions.mention import Mention
from endpoint.services.webmentions.receiving.judging import Judgement
from endpoint.services.webmentions.receiving.sources import Finding
from endpoint.stores.mentions.backfed import BackfedMentions
from endpoint.stores.mentions.rows import ABSENT, PRESENT, Received
from endpoint.stores.mentions.rules import MentionRules
from endpoint.stores.syndications.rows import Syndication

_GONE = Finding(ABSENT, "It is not there any more.")


class Reactions:
    """Keeps them by the same ``rules`` as Webmentions; ``approve`` is the setting of that name.

    ``announce`` is called when there is something for the owner or for readers.
    """

    def __init__(
        self,
        backfed: BackfedMentions,
        rules: MentionRules,
        clock: Callable[[], datetime],
        announce: Callable[[], None],
        *,
        approve: tuple[str, ...],
    ) -> None:
        self._backfed = backfed
        self._rules = rules
        self._clock = clock
        self._announce = announce
        self._approve = approve

    def keep(self, row: Syndication, found: Iterable[Reaction]) -> int:
        """Keep what was ``found`` at the copy of ``row``, all there is; return how many are kept.

        Raise Unavailable if the database is out of reach.
        """
        rules, now = self._rules.all(), self._clock()
        said = to_mentions(found, row.permalink)
        wanted = {url: each for url, each in said.items() if _is_wanted(rules, url, each)}

        def judge(received: Received, mention: Mention | None) -> dict[str, Any]:
            finding = Finding(PRESENT, mention=mention) if mention else _GONE
            return Judgement(finding, self._approve, rules, now, random.random)(received)

        if self._backfed.note(row.target, row.permalink, wanted, now, judge):
            self._announce()
        return len(wanted)


def _is_wanted(rules: Iterable[Rule], source: str, said: Mention) -> bool:
    # A like is shown at the copy, so the host of who likes is that of their own page.
    return not is_refused(rules, source) and not is_refused(rules, said.author.url)
