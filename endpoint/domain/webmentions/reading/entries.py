"""Which post of a page a link belongs to."""

import re
from collections.abc import Collection, Iterator
from itertools import islice

from lxml import etree

from endpoint.domain.webmentions.reading.kinds import kind_of
from endpoint.domain.webmentions.reading.links import linking, spelling
from endpoint.domain.webmentions.reading.pages import HtmlPage, Properties, classes, is_post, posts
from endpoint.domain.webmentions.reading.values import urls

_MAX_LINKS = 100
_MAX_HOLDERS = 5
_PROPERTY = re.compile(r"(?:p|u|dt|e)(?:-[a-z0-9]+)?(?:-[a-z]+)+", re.ASCII)

Entry = tuple[etree._Element, Properties]


def find_entry(page: HtmlPage, wanted: Collection[str]) -> Entry | None:
    """Return the post that holds the link to one of the ``wanted`` spellings.

    Of several, the one that the page is about, which has its URL, goes before
    others, and one that answers before one that only links. If the link is in
    none, and the page has but one post, that is it.
    """
    found = [
        (element, page.properties_of(element))
        for element in islice(_holders(page, wanted), _MAX_HOLDERS)
    ]
    if not found:
        sole = _sole(page)
        return None if sole is None else (sole, page.properties_of(sole))
    here = spelling(page.url)

    def rank(entry: Entry) -> tuple[bool, bool]:
        is_about = here in map(spelling, urls(entry[1].get("url", [])))
        return is_about, kind_of(entry[1], wanted) != "mention"

    return max(found, key=rank)


def find_main(page: HtmlPage) -> Entry | None:
    """Return the post that the page is about: it has its URL, or is the first of all."""
    here = spelling(page.url)
    found = [(each, page.properties_of(each)) for each in islice(posts(page.root), _MAX_HOLDERS)]
    about = (one for one in found if here in map(spelling, urls(one[1].get("url", []))))
    return next(about, found[0] if found else None)


def _holders(page: HtmlPage, wanted: Collection[str]) -> Iterator[etree._Element]:
    seen = set()
    for link in islice(linking(page, wanted), _MAX_LINKS):
        holder = _holder(link)
        if holder is not None and holder not in seen:
            seen.add(holder)
            yield holder


def _holder(link: etree._Element) -> etree._Element | None:
    """Return the nearest post around ``link`` that is no part of another, as a comment is."""
    holder = None
    for above in (link, *link.iterancestors()):
        if is_post(above):
            holder = above
            if not any(map(_PROPERTY.fullmatch, classes(above))):
                break
    return holder


def _sole(page: HtmlPage) -> etree._Element | None:
    found = [*posts(page.root)]
    inside = frozenset(found[0].iter(etree.Element)) if found else frozenset()
    return found[0] if found and inside.issuperset(found) else None
