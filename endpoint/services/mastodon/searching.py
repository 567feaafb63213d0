"""Search: the owner's posts, who wrote to them, hashtags, and any page by its URL."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from endpoint.domain.descriptions import is_web
from endpoint.domain.lists import MAX_FILTER, Selection
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.mastodon.hashtags import describe_tag
from endpoint.domain.permalinks import address
from endpoint.errors import NotFound
from endpoint.services.mastodon.accounts import Accounts
from endpoint.services.mastodon.entries import Entry, Page, author_of
from endpoint.services.mastodon.finding import Finding
from endpoint.services.mastodon.pages import Pages
from endpoint.services.mastodon.showing import Showing
from endpoint.services.numbers import OWNER
from endpoint.services.timelines import Timelines
from endpoint.services.timelines.spans import Span
from endpoint.stores.index import PostIndex
from endpoint.stores.web import FetchError

_log = structlog.get_logger()
_RECENT = 200


@dataclass(frozen=True)
class Question:
    """What is looked for, and of which type: ``accounts``, ``statuses``, ``hashtags`` or all.

    With ``resolve`` a URL that is not known here is fetched.
    """

    text: str
    type: str = ""
    resolve: bool = False
    limit: int = 20
    offset: int = 0

    def asks_for(self, type_: str) -> bool:
        """Whether this type is wanted."""
        return self.type in ("", type_)


class Searching:
    """Answers for the owner; ``tag_url`` gives the URL of a hashtag's page."""

    def __init__(
        self,
        finding: Finding,
        showing: Showing,
        accounts: Accounts,
        index: PostIndex,
        timelines: Timelines,
        pages: Pages,
        tag_url: Callable[[str], str],
    ) -> None:
        self._finding = finding
        self._showing = showing
        self._accounts = accounts
        self._index = index
        self._timelines = timelines
        self._pages = pages
        self._tag_url = tag_url

    def search(self, question: Question) -> Entity:
        """Return the entity Search."""
        self._index.catch_up()
        return {
            "accounts": self.accounts(question) if question.asks_for("accounts") else [],
            "statuses": self._statuses(question) if question.asks_for("statuses") else [],
            "hashtags": self._hashtags(question) if question.asks_for("hashtags") else [],
        }

    def accounts(self, question: Question) -> list[Entity]:
        """Return the owner, and whoever wrote lately, whose name or address has the text."""
        words = question.text.strip().lstrip("@").casefold()
        if not words:
            return []
        recent = self._timelines.mentions(Span(limit=_RECENT)).items
        authors = dict(author_of(each) for each in recent)
        accounts = [self._accounts.owner(), *self._accounts.of_authors(authors).values()]
        is_owner = self._accounts.names_owner(words)
        fitting = [
            each for each in accounts if _fits(each, words) or (is_owner and each["id"] == OWNER)
        ]
        return fitting[question.offset : question.offset + question.limit]

    def tag(self, name: str) -> Entity:
        """Return the entity Tag of this name, whether or not a post has it; raise NotFound."""
        bare = name.strip().lstrip("#")
        if not bare or len(bare) > MAX_FILTER:
            raise NotFound(f"tag must have a name of at most {MAX_FILTER} characters")
        return describe_tag(bare, self._tag_url(bare))

    def _statuses(self, question: Question) -> list[Entity]:
        text = question.text.strip()
        entries = self._at(text, question.resolve) if is_web(text) else self._with(text, question)
        return self._showing.all(entries)

    def _at(self, url: str, resolve: bool) -> list[Entry]:
        """Return what is at ``url``: ours, what mentions us, or a page that is fetched."""
        known = self._finding.behind(url)
        if known and not isinstance(known, Page):
            return [known]
        if resolve and address(url) and not self._index.gone(url):
            return self._fetch(url) or ([known] if known else [])
        return [known] if known else []

    def _fetch(self, url: str) -> list[Entry]:
        try:
            return [self._pages.read(url)]
        except FetchError as error:
            _log.info("page not read", url=url, reason=str(error))
            return []

    def _with(self, text: str, question: Question) -> list[Entry]:
        if not text or text.startswith(("@", "#")) or len(text) > MAX_FILTER:
            return []
        selection = Selection(
            limit=question.limit, offset=question.offset, filter=text, public_only=True
        )
        return list(self._index.select(selection).posts)

    def _hashtags(self, question: Question) -> list[Entity]:
        text = question.text.strip().lstrip("#")
        if not text or is_web(text):
            return []
        found = self._index.categories(text)[question.offset : question.offset + question.limit]
        return [describe_tag(tag, self._tag_url(tag)) for tag in found]


def _fits(account: Entity, words: str) -> bool:
    texts = (account["acct"], account["display_name"], account["url"])
    return any(words in text.casefold() for text in texts)
