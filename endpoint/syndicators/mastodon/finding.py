"""A status of ours that an earlier attempt may have made, among those of the account."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import regex
from mastodon import Mastodon

from endpoint.domain.copies.plain import to_plain
from endpoint.domain.dates import find_date
from endpoint.syndicators import Attachment, Outgoing
from endpoint.syndicators.mastodon.connections import read
from endpoint.syndicators.mastodon.limits import Limits
from endpoint.syndicators.mastodon.media import choose
from endpoint.syndicators.mastodon.statuses import Answered, Words, say

_PAGE = 40
_MOST_PAGES = 5
# Clocks differ.
_MARGIN = timedelta(minutes=2)
_BLANKS = regex.compile(r"[\s\u200b]+")
_NAME = regex.compile(r"(@\w+)@[\w.-]+\w")


@dataclass(frozen=True)
class Sought:
    """A status that an attempt since ``since`` may have made."""

    outgoing: Outgoing
    limits: Limits
    answered: Answered
    since: datetime

    def words(self, status: Any) -> Words:
        """Return what ``status`` says if it is the one."""
        # Which files could be sent shows there: they may be gone here since.
        is_incomplete = _count_files(status) < len(self.outgoing.attachments)
        return say(self.outgoing, self.limits, self.answered, is_incomplete=is_incomplete)

    def files(self, status: Any) -> tuple[Attachment, ...]:
        """Return the files of ``status``, none if they are not all that were to be sent."""
        chosen = choose(self.outgoing.attachments, self.limits)
        return chosen if _count_files(status) == len(chosen) else ()


def find_status(api: Mastodon, account: str, sought: Sought) -> Any:
    """Return the account's status that is ``sought``, or None."""
    for status in _recent(api, account, sought.since - _MARGIN):
        if _says(status, sought.words(status), sought.outgoing.post.permalink):
            return status
    return None


def _recent(api: Mastodon, account: str, since: datetime) -> Iterator[Any]:
    oldest = None
    for _ in range(_MOST_PAGES):
        page = api.account_statuses(account, exclude_reblogs=True, limit=_PAGE, max_id=oldest)
        statuses = [status for status in page if isinstance(status, dict)]
        for status in statuses:
            # A pinned one, or one with another date, may stand between the others.
            if not _is_older(status, since):
                yield status
        if len(statuses) < _PAGE or all(_is_older(each, since) for each in statuses):
            return
        oldest = read(statuses[-1], "id")


def _is_older(status: Any, since: datetime) -> bool:
    made_at = find_date(str(status.get("created_at")))
    return made_at is not None and made_at < since


def _says(status: Any, wanted: Words, permalink: str) -> bool:
    html = str(status.get("content") or "")
    if permalink in wanted.text and f'href="{permalink}"' in html:
        return True
    is_same = _bare(to_plain(html, "")) == _bare(wanted.text)
    return is_same and _bare(str(status.get("spoiler_text") or "")) == _bare(wanted.warning)


def _bare(text: str) -> str:
    """Return ``text`` without what a server may show in another way."""
    return _BLANKS.sub("", _NAME.sub(r"\1", unicodedata.normalize("NFC", text)))


def _count_files(status: Any) -> int:
    media = status.get("media_attachments")
    return len(media) if isinstance(media, list) else 0
