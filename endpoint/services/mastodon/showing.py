"""Posts, mentions and pages as the statuses that Mastodon's apps show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from endpoint.domain.dates import parse_date
from endpoint.domain.feed import tags
from endpoint.domain.inline_pictures import without_pictures
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.mastodon.html_links import link
from endpoint.domain.mastodon.statuses import (
    Counts,
    Status,
    content_of_mention,
    content_of_post,
)
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.warnings import find_warning, is_sensitive
from endpoint.services.mastodon.accounts import Accounts
from endpoint.services.mastodon.boosts import Boosts
from endpoint.services.mastodon.entries import (
    Entry,
    Page,
    author_of,
    key_of,
    mention_of,
    parent_url,
    url_of,
)
from endpoint.services.mastodon.facts import Facts, Gathering
from endpoint.services.mastodon.finding import Finding
from endpoint.services.numbers import moment_of
from endpoint.stores.mentions.rows import Received

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


@dataclass(frozen=True)
class ShowingRules:
    """The language of posts that name none, where tags are, and how text is read.

    ``tag_page`` is a URL with ``{}`` where the tag is; with ``literal`` plain text
    is shown as typed instead of read as Markdown.
    """

    language: str
    tag_page: str
    literal: bool = False

    def tag_url(self, tag: str) -> str:
        """Return the URL of the page of a tag."""
        return self.tag_page.format(quote("-".join(tag.lower().split()), safe=""))


class Showing:
    """Makes statuses of what ``finding`` finds."""

    def __init__(
        self,
        finding: Finding,
        boosts: Boosts,
        accounts: Accounts,
        gathering: Gathering,
        rules: ShowingRules,
    ) -> None:
        self._finding = finding
        self._boosts = boosts
        self._accounts = accounts
        self._gathering = gathering
        self._rules = rules

    def find(self, number: str, *, is_owner: bool = True) -> Entry:
        """Return what has this number; raise NotFound if there is nothing.

        Only the owner finds all of it, as ``Finding.find`` tells.
        """
        return self._finding.find(number, is_owner=is_owner)

    def find_boosted(self, number: str) -> Entry:
        """Return what has this number, of a boost what it shows; raise NotFound for none."""
        return self._boosts.behind(self._finding.find(number))

    def owner(self) -> Entity:
        """Return the owner's Account."""
        return self._accounts.owner()

    def one(self, entry: Entry) -> Entity:
        """Return ``entry`` as a Status."""
        return self.all([entry])[0]

    def all(self, entries: Sequence[Entry], *, with_pictures: bool = False) -> list[Entity]:
        """Return each of ``entries`` as a Status, a boost with the Status that it shows.

        Pictures in a text are attachments, and stay in the text only ``with_pictures``.
        """
        if not entries:
            return []
        boosted = self._boosts.of(entries)
        facts = self._gathering.gather([*entries, *boosted.values()])

        def describe(entry: Entry) -> Entity:
            status = self._describe(entry, facts).describe()
            return status if with_pictures else _take_pictures_out(status)

        inner = {permalink: describe(entry) for permalink, entry in boosted.items()}
        return [{**describe(entry), "reblog": inner.get(key_of(entry))} for entry in entries]

    def numbers_of(self, entries: Iterable[Entry]) -> list[int]:
        """Return the number of each of ``entries``."""
        known = list(entries)
        numbers = self._gathering.numbers(known)
        return [int(numbers[key_of(entry)]) for entry in known]

    def _describe(self, entry: Entry, facts: Facts) -> Status:
        match entry:
            case Post():
                return self._describe_post(entry, facts)
        return self._describe_other(entry, facts)

    def _describe_post(self, post: Post, facts: Facts) -> Status:
        properties, place = post.properties, address(post.permalink)
        return Status(
            id=facts.numbers[post.permalink],
            url=post.permalink,
            uri=post.permalink,
            created_at=post.published or _EPOCH,
            edited_at=_updated(post),
            account=facts.owner,
            content=link(content_of_post(post, literal=self._rules.literal), self._rules.tag_url),
            visibility=self._visibility(post),
            is_sensitive=is_sensitive(properties),
            spoiler=find_warning(properties),
            language=post.language or self._rules.language,
            attachments=facts.files.get(post.permalink, ()),
            tags=tuple((tag, self._rules.tag_url(tag)) for tag in tags(properties)),
            parent=facts.parents.get(address(parent_url(post))),
            counts=facts.counts.get(place, Counts()),
            application=facts.apps.get(facts.numbers[post.permalink]),
            done=frozenset(facts.done.get(post.permalink, ())),
        )

    def _visibility(self, post: Post) -> str:
        if not self._finding.is_out(post):
            return "private"
        return "unlisted" if post.visibility != "public" else "public"

    def _describe_other(self, entry: Received | Page, facts: Facts) -> Status:
        mention, url = mention_of(entry), url_of(entry)
        is_about_us = isinstance(entry, Received)
        base = entry.source if isinstance(entry, Received) else entry.url
        target = entry.permalink if isinstance(entry, Received) else ""
        done = frozenset(facts.done.get(url, ()))
        return Status(
            id=facts.numbers[key_of(entry)],
            url=url,
            uri=base,
            created_at=_written_at(entry),
            account=facts.accounts[author_of(entry)[0]],
            content=content_of_mention(mention, base, target),
            mentions=(self._accounts.owner_mention(),) if is_about_us else (),
            parent=facts.parents.get(address(parent_url(entry))),
            counts=facts.counts.get(address(url), Counts()).with_own(done),
            done=done,
        )


def _updated(post: Post) -> datetime | None:
    try:
        return parse_date(post.properties["updated"][0])
    except (KeyError, IndexError, ValueError, AttributeError):
        # An owner may write anything there, and the post is as good without.
        return None


def _take_pictures_out(status: Entity) -> Entity:
    # Apps show an empty box in the place of a picture, or the picture twice.
    return {**status, "content": without_pictures(status["content"])}


def _written_at(entry: Received | Page) -> datetime:
    """Return when it was published, as it says itself; else when it was first seen here."""
    try:
        return parse_date(mention_of(entry).published)
    except ValueError:
        return entry.received_at if isinstance(entry, Received) else moment_of(int(entry.number))
