"""What the row of a copy is after something happened to it."""

from dataclasses import replace
from datetime import datetime

from endpoint.domain.micropub.values import check_value
from endpoint.domain.urls import canonical
from endpoint.errors import InvalidRequest
from endpoint.stores.syndications.rows import COPIED, REMOVED, WAITING, Syndication
from endpoint.syndicators import Copy
from endpoint.syndicators.outcomes import NotNow


def copied(row: Syndication, copy: Copy, wanted: str, now: datetime) -> Syndication:
    """Return ``row``, whose ``sent_version`` is what ``copy`` says; ``wanted`` is what it shall.

    Raise NotNow if the network names the copy as no post and no database can.
    """
    _check(copy)
    is_new_url = copy.url != row.linked_url
    is_done = row.sent_version == wanted
    return replace(
        row,
        state=COPIED if is_done else WAITING,
        url=copy.url,
        remote_id=copy.id,
        began_at=None,
        attempted="",
        copied_at=row.copied_at if row.is_there else now,
        link_asked_at=now if is_new_url else row.link_asked_at,
        next_look_at=row.next_look_at if row.is_there else now,
        attempts=0,
        next_attempt_at=None if is_done else now,
        last_error="",
    )


def _check(copy: Copy) -> None:
    try:
        check_value([copy.url, copy.id])
        if copy.url:
            canonical(copy.url)
    except (InvalidRequest, ValueError) as error:
        said = "The network gives the copy a name or a URL that cannot be kept."
        raise NotNow(said, is_unknown=True) from error


def resting(row: Syndication, until: datetime | None) -> Syndication:
    """Return ``row`` with nothing to do ``until`` then, or until its post changes."""
    state = COPIED if row.is_there and until is None else WAITING
    return replace(row, state=state, attempts=0, next_attempt_at=until, last_error="")


def removed(row: Syndication, now: datetime) -> Syndication:
    """Return ``row`` without a copy, and with none wanted."""
    return replace(
        row,
        state=REMOVED,
        url="",
        remote_id="",
        key="",
        sent_version="",
        began_at=None,
        attempted="",
        copied_at=None,
        link_asked_at=now if row.linked_url else None,
        attempts=0,
        next_attempt_at=None,
        last_error="",
        looks=0,
        next_look_at=None,
    )


def settled(row: Syndication) -> Syndication:
    """Return ``row`` when it is known that no attempt has made a copy."""
    return replace(row, began_at=None, attempted="")


def over(row: Syndication, state: str, reason: str) -> Syndication:
    """Return ``row`` with nothing more to attempt, for ``reason``."""
    attempts = row.attempts + 1
    return replace(row, state=state, attempts=attempts, next_attempt_at=None, last_error=reason)


def later(row: Syndication, when: datetime, reason: str) -> Syndication:
    """Return ``row`` after an attempt that came to nothing for ``reason``; it is made again."""
    attempts = row.attempts + 1
    return replace(row, attempts=attempts, next_attempt_at=when, last_error=reason)


def until_linked(row: Syndication, url: str, now: datetime, when: datetime) -> Syndication:
    """Return ``row`` while its page has yet to link to ``url``; it is looked at again ``when``."""
    is_news = url != row.page_link
    asked_at = now if is_news else row.link_asked_at
    return replace(row, page_link=url, link_asked_at=asked_at, next_attempt_at=when, last_error="")
