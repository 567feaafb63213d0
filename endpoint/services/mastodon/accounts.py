"""The owner and the authors of mentions, as Mastodon's apps see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from endpoint.domain.mastodon.accounts import (
    Account,
    Pictures,
    of_author,
    profile_urls,
    with_source,
)
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.webmentions.mention import Author
from endpoint.errors import NotFound
from endpoint.services.numbers import ACCOUNT, OWNER, Numbers, author_of
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.photos import Photos


@dataclass(frozen=True)
class Profile:
    """What the configuration says of the owner; ``note`` is plain text, URLs are absolute.

    ``hosts`` are those that may follow the name.
    """

    account: Account
    note: str
    language: str
    hosts: frozenset[str]
    pictures: Pictures


class Accounts:
    """Finds accounts; our copies of authors' ``photos`` are at ``photos_url``."""

    def __init__(
        self,
        profile: Profile,
        numbers: Numbers,
        index: PostIndex,
        photos: Photos,
        photos_url: str,
    ) -> None:
        self._profile = profile
        self._numbers = numbers
        self._index = index
        self._photos = photos
        self._photos_url = photos_url

    def owner(self) -> Entity:
        """Return the owner's Account."""
        out = self._index.edition()
        account = replace(self._profile.account, posts=out.posts, last_status_at=out.newest)
        return account.describe()

    def count_posts(self) -> int:
        """Return how many of the posts are in lists that anybody may read."""
        return self._index.edition().posts

    def credentials(self) -> Entity:
        """Return the owner's account as CredentialAccount."""
        return with_source(self.owner(), self._profile.note, self._profile.language)

    def owner_mention(self) -> Entity:
        """Return the owner as who is mentioned in a status."""
        return self._profile.account.mention()

    def of_authors(self, authors: Mapping[str, Author]) -> dict[str, Entity]:
        """Return the Account of each author, by profile URL."""
        numbers = self._numbers.accounts(dict(authors))
        names = self._photos.find(author.photo for author in authors.values())
        pictures = self._profile.pictures
        accounts = {}
        for url, author in authors.items():
            name = names.get(author.photo)
            shown = replace(author, photo=self._photos_url + name) if name else author
            accounts[url] = of_author(numbers[url], url, shown, pictures).describe()
        return accounts

    def find(self, number: str) -> Entity:
        """Return the Account of this number; raise NotFound if there is none."""
        if number == OWNER:
            return self.owner()
        url, author = self.find_author(number)
        return self.of_authors({url: author})[url]

    def find_author(self, number: str) -> tuple[str, Author]:
        """Return profile URL and author of this number; raise NotFound if there is none."""
        found = self._numbers.find(number, ACCOUNT)
        if found is None:
            raise NotFound("There is no account with this id")
        return found.name, author_of(found)

    def look_up(self, acct: str) -> Entity:
        """Return the owner's Account if ``acct`` is its name, with or without the host.

        Raise NotFound for all others: there is no list of who ever wrote.
        """
        if not self.names_owner(acct):
            raise NotFound("acct is not the name of the owner of this site")
        return self.owner()

    def profiles(self, handles: Iterable[str]) -> dict[str, str]:
        """Return the URL of each ``@name@host`` that is the owner's, or somebody's who wrote."""
        found = {handle: self._find_profile(handle) for handle in handles}
        return {handle: url for handle, url in found.items() if url}

    def _find_profile(self, handle: str) -> str:
        if self.names_owner(handle):
            return str(self._profile.account.url)
        return self._numbers.find_account(profile_urls(handle))

    def names_owner(self, acct: str) -> bool:
        """Whether ``acct`` is the name of the owner's account, with or without the host."""
        name, _, host = acct.strip().lstrip("@").lower().partition("@")
        return name == self._profile.account.username and host in self._profile.hosts | {""}
