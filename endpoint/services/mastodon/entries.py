"""What Mastodon's apps know by a number and show as a status."""

from dataclasses import dataclass

from endpoint.domain.descriptions import find_links
from endpoint.domain.mastodon.accounts import profile_url
from endpoint.domain.posts import Post
from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.services.numbers import web_url_of
from endpoint.stores.mentions.rows import Received

WORDS = ("reply", "rsvp", "mention")
"""The kinds of mentions that say something: they stand in threads."""

FAVOURITES = ("like", "bookmark")
"""The kinds of mentions that apps know as favourites."""


@dataclass(frozen=True)
class Page:
    """A page of somebody else that the owner has looked up, and what it says."""

    number: str
    url: str
    mention: Mention


Entry = Post | Received | Page
"""A post of the owner's, a mention of one, or a page that was looked up."""


def url_of(entry: Entry) -> str:
    """Return the URL where readers see it, and which an answer to it names."""
    match entry:
        case Post():
            return entry.permalink
        case Received():
            return web_url_of(entry)
    return entry.url


def mention_of(entry: Received | Page) -> Mention:
    """Return what it says."""
    return entry.mention or Mention("mention", url_of(entry))


def author_of(entry: Received | Page) -> tuple[str, Author]:
    """Return the profile URL of who wrote it, and who that is."""
    author = mention_of(entry).author
    source = entry.source if isinstance(entry, Received) else entry.url
    return profile_url(author, source), author


def parent_url(entry: Entry) -> str:
    """Return the URL of what ``entry`` answers; empty if that is nothing."""
    match entry:
        case Post():
            return next(iter(find_links(entry.properties).get("in-reply-to", [])), "")
        case Received():
            return entry.permalink
    return next(iter(entry.mention.in_reply_to), "")


def key_of(entry: Entry) -> str:
    """Return what its number is found by, among those of others."""
    return entry.id if isinstance(entry, Received) else url_of(entry)
