"""Who answered, favourited or boosted a status."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from mastodon import Mastodon

from endpoint.domain.copies.reactions import Reaction
from endpoint.syndicators.mastodon.connections import read

_PAGE = 80
_MOST_PAGES = 25
# What only some may read is nobody else's business.
_OPEN = frozenset(("public", "unlisted"))


def find_reactions(api: Mastodon, number: str, own_id: str, url: str) -> list[Reaction]:
    """Return the reactions to the status ``number`` at ``url``, without those of ``own_id``."""
    found = [
        *_find_answers(api, number),
        *_find_fans(api, api.status_favourited_by(number), "like", f"{url}#favorited-by-"),
        *_find_fans(api, api.status_reblogged_by(number), "repost", f"{url}#reblogged-by-"),
    ]
    return [reaction for account, reaction in found if account != own_id]


def _find_answers(api: Mastodon, number: str) -> Iterator[tuple[str, Reaction]]:
    context = api.status_context(number)
    for status in _entities(context.get("descendants") if isinstance(context, dict) else None):
        if status.get("visibility") in _OPEN and status.get("account"):
            url = read(status, "url") if status.get("url") else read(status, "uri")
            answer = replace(
                _react("reply", url, url, status["account"]),
                published=str(status.get("created_at") or ""),
                html=str(status.get("content") or ""),
            )
            yield read(status["account"], "id"), answer


def _find_fans(api: Mastodon, page: Any, kind: str, prefix: str) -> Iterator[tuple[str, Reaction]]:
    for account in _all(api.fetch_next, page):
        number = read(account, "id")
        yield number, _react(kind, f"{prefix}{number}", str(account.get("url") or ""), account)


def _all(fetch_next: Callable[[Any], Any], page: Any) -> Iterator[Any]:
    for _ in range(_MOST_PAGES):
        yield from _entities(page)
        page = fetch_next(page) if page and hasattr(page, "_pagination_next") else None
        if not page:
            return


def _react(kind: str, source: str, url: str, account: Any) -> Reaction:
    return Reaction(
        kind=kind,
        source=source,
        url=url,
        name=str(account.get("display_name") or account.get("username") or ""),
        author_url=str(account.get("url") or ""),
        photo=str(account.get("avatar") or ""),
    )


def _entities(values: Any) -> list[Any]:
    known = values if isinstance(values, list) else []
    return [value for value in known if isinstance(value, dict)]
