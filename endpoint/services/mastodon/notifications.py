"""Mentions of the owner's pages, as the notifications of Mastodon's apps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from endpoint.domain.dates import to_iso
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.posts import Post
from endpoint.errors import NotFound
from endpoint.services.mastodon.accounts import Accounts
from endpoint.services.mastodon.entries import author_of
from endpoint.services.mastodon.finding import Finding
from endpoint.services.mastodon.showing import Showing
from endpoint.services.numbers import MENTION, Numbers, moment_of
from endpoint.services.timelines import Timelines
from endpoint.services.timelines.spans import Numberwise, Slice, Span
from endpoint.stores.dismissals import Dismissals
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.rows import Received

_TYPES = {"like": "favourite", "bookmark": "favourite", "repost": "reblog"}


@dataclass(frozen=True)
class Chosen:
    """Which notifications: of these ``types`` (None: all) but ``not_types``, from this account."""

    types: frozenset[str] | None = None
    not_types: frozenset[str] = frozenset()
    account_id: str = ""


class Notifications:
    """Lists what was approved; a mention that is approved late comes then, not when it was sent.

    Mentions of pages that are not there any more are left out.
    """

    def __init__(
        self,
        timelines: Timelines,
        numbers: Numbers,
        finding: Finding,
        showing: Showing,
        accounts: Accounts,
        index: PostIndex,
        dismissals: Dismissals,
    ) -> None:
        self._timelines = timelines
        self._numbers = numbers
        self._finding = finding
        self._showing = showing
        self._accounts = accounts
        self._index = index
        self._dismissals = dismissals

    def page(self, span: Span, chosen: Chosen) -> Slice[Entity]:
        """Return the notifications of a span that are ``chosen``, and not dismissed."""
        author = self._accounts.find_author(chosen.account_id)[0] if chosen.account_id else ""
        dismissed = self._dismissals.all()

        def choose(some: Numberwise[Received]) -> Numberwise[Received]:
            posts = self._posts_of([received for _, received in some])
            return [
                (number, received)
                for number, received in some
                if not dismissed.has(number)
                and _is_chosen(_type(received, posts), chosen)
                and (not author or author_of(received)[0] == author)
            ]

        found = self._timelines.mentions(span, choose)
        return found.showing(self._show(found.items))

    def find(self, number: str) -> Entity:
        """Return the notification of this number; raise NotFound if there is none."""
        received = self._require(number)
        return self._show([received])[0]

    def dismiss(self, number: str) -> None:
        """Leave one out from now on; raise NotFound if there is none of this number."""
        self._require(number)
        self._dismissals.add(int(number))

    def clear(self) -> None:
        """Leave out all there are by now."""
        newest = self._timelines.mentions(Span(limit=1)).items
        if newest:
            self._dismissals.add_until(int(self._numbers.mention(newest[0])))

    def _require(self, number: str) -> Received:
        found = self._numbers.find(number, MENTION)
        if found and not self._dismissals.all().has(found.id):
            entry = self._finding.find(number)
            if isinstance(entry, Received) and self._timelines.with_pages([entry]):
                return entry
        raise NotFound("There is no notification with this id")

    def _show(self, mentions: Sequence[Received]) -> list[Entity]:
        posts = self._posts_of(mentions)
        entries = [
            each if _type(each, posts) == "mention" else posts[each.address] for each in mentions
        ]
        statuses = self._showing.all(entries)
        accounts = self._accounts.of_authors(dict(map(author_of, mentions))) if mentions else {}
        numbers = self._numbers.mentions(mentions)
        return [
            _describe(
                numbers[received.id],
                _type(received, posts),
                accounts[author_of(received)[0]],
                shown,
            )
            for received, shown in zip(mentions, statuses, strict=True)
        ]

    def _posts_of(self, mentions: Sequence[Received]) -> dict[str, Post]:
        return self._index.find_all(received.address for received in mentions)


def _type(received: Received, posts: Collection[str]) -> str:
    """Return the type; what is done with a page that is no post can only be told in words."""
    kind = received.mention.kind if received.mention else ""
    return _TYPES.get(kind, "mention") if received.address in posts else "mention"


def _is_chosen(type_: str, chosen: Chosen) -> bool:
    return type_ not in chosen.not_types and (chosen.types is None or type_ in chosen.types)


def _describe(number: str, type_: str, account: Entity, status: Entity) -> Entity:
    return {
        "id": number,
        "type": type_,
        "created_at": to_iso(moment_of(int(number))),
        "account": account,
        "status": status,
        "group_key": f"ungrouped-{number}",
        "filtered": [],
    }
