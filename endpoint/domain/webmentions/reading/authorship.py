"""Who wrote a post: the authorship algorithm of the IndieWeb (indieweb.org/authorship)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from lxml import etree

from endpoint.domain.webmentions.mention import Author
from endpoint.domain.webmentions.reading.links import spelling, spellings
from endpoint.domain.webmentions.reading.pages import HtmlPage, Properties, cards, classes, is_post
from endpoint.domain.webmentions.reading.values import is_url, line, url, urls

_MAX_CARDS = 20
_MAX_CHARACTERS = 10_000
_FEEDS = frozenset({"h-feed", "hfeed"})
_AUTHORS = frozenset({"p-author", "u-author"})


@dataclass(frozen=True)
class Byline:
    """The author as a page names them; ``page`` is where to read more, empty if that is all."""

    author: Author
    page: str = ""


def read_byline(page: HtmlPage, element: etree._Element, properties: Properties) -> Byline:
    """Return who wrote the post in ``element``, which has these mf2 ``properties``.

    The post says it, else the feed around it, else a link of the page with
    ``rel=author``. Where that is a URL and no more, an h-card of that URL on
    the same page tells what is known until the author's page is read.
    """
    values = properties.get("author") or _of_feed(page, element)
    for value in values:
        if isinstance(value, dict) and "properties" in value:
            author = _author(value["properties"])
            # An element that is link and h-card in one has its URL as value.
            return Byline(replace(author, url=author.url or next(urls([value]), "")))
    link = next(urls(values) if values else filter(is_url, page.links("author")), "")
    if not link:
        return Byline(Author(name=line(next(iter(values), ""))))
    known = next((card for card in _cards(page) if _has(card, "url", {spelling(link)})), {})
    return Byline(replace(_author(known), url=link), link)


def find_representative(page: HtmlPage, author_page: str) -> Author | None:
    """Return the author whose page this is, as its representative h-card has them.

    It is the one with the page's URL as ``url`` and ``uid``, else the one with a
    URL that the page links to with ``rel=me``, else the only one with the
    page's URL (microformats.org/wiki/representative-h-card-parsing). The page
    may have another URL than ``author_page``, which led here.
    """
    here, me = spellings([page.url, author_page]), spellings([*page.links("me")])
    found = [*_cards(page)]
    own = [card for card in found if _has(card, "url", here)]
    chosen = [card for card in own if _has(card, "uid", here)]
    chosen += [card for card in found if _has(card, "url", me)]
    chosen += own if len(own) == 1 else []
    return replace(_author(chosen[0]), url=author_page) if chosen else None


def _of_feed(page: HtmlPage, element: etree._Element) -> list[Any]:
    for feed in element.iterancestors():
        if _FEEDS & classes(feed):
            found = (each for each in feed.iter(etree.Element) if _AUTHORS & classes(each))
            alone = (each for each in found if not any(map(is_post, each.iterancestors())))
            return next((page.authors_of(each) for each in alone), [])
    return []


def _cards(page: HtmlPage) -> Iterator[Properties]:
    some = islice(cards(page.root), _MAX_CARDS)
    return (page.properties_of(card, _MAX_CHARACTERS) for card in some)


def _has(card: Properties, name: str, wanted: Collection[str]) -> bool:
    return any(spelling(each) in wanted for each in urls(card.get(name, [])))


def _author(card: Properties) -> Author:
    name, photo, home = (card.get(each, []) for each in ("name", "photo", "url"))
    return Author(
        name=next(filter(None, map(line, name)), ""),
        url=next(urls(home), ""),
        photo=next(filter(None, map(url, photo)), ""),
    )
