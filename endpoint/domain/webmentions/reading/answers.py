"""What the source of a Webmention says: functions for a process with limits."""

from base64 import b64decode
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from endpoint.domain.charsets import decode
from endpoint.domain.html import is_html
from endpoint.domain.webmentions.mention import Mention
from endpoint.domain.webmentions.reading.authorship import find_representative, read_byline
from endpoint.domain.webmentions.reading.entries import find_entry, find_main
from endpoint.domain.webmentions.reading.fallbacks import is_gone, read_head
from endpoint.domain.webmentions.reading.links import find_link, linking, spellings
from endpoint.domain.webmentions.reading.pages import HtmlPage
from endpoint.domain.webmentions.reading.wording import read_post

Said = tuple[Mention | None, str]


def answer(argument: dict[str, Any]) -> dict[str, Any] | None:
    """Return what ``read_author`` does for the page of an author, else what ``read`` does.

    Without targets it is what ``read_whole`` does.
    """
    if "author_page" in argument:
        return read_author(argument)
    return read(argument) if "targets" in argument else read_whole(argument)


def read(argument: dict[str, Any]) -> dict[str, Any]:
    """Return whether a source links to one of ``targets``, and what it says about it.

    ``argument`` is ``{"content": base64, "content_type": header, "url": after
    redirects, "targets": URLs}``, the answer ``{"gone": whether the page calls
    itself so, "mention": the fields of a Mention, None without a link,
    "author_page": URL of a page that tells more of the author, or ""}``.
    """
    text, media_type = _text_of(argument)
    url, targets = argument["url"], argument["targets"]
    if not is_html(media_type):
        links = find_link(media_type, text, url, targets)
        return _answer(Mention(kind="mention", url=url) if links else None)
    page = HtmlPage.of(text, url)
    if page is None:
        return _answer(None)
    if is_gone(page):
        return _answer(None, gone=True)
    return _answer(*_read_page(page, spellings(targets)))


def read_whole(argument: dict[str, Any]) -> dict[str, Any]:
    """Return what a page says, whatever it links to, in the shape of ``read``.

    That is its post, the one that has the page's URL of several, or what its
    head says. Only HTML says something.
    """
    text, media_type = _text_of(argument)
    page = HtmlPage.of(text, argument["url"]) if is_html(media_type) else None
    if page is None:
        return _answer(None)
    return _answer(None, gone=True) if is_gone(page) else _answer(*_read_whole(page))


def read_author(argument: dict[str, Any]) -> dict[str, str] | None:
    """Return the fields of the Author whose page this is, or None if it does not say.

    ``argument`` is as for ``read``, with ``author_page``, the URL that led to
    the page, instead of the targets.
    """
    text, media_type = _text_of(argument)
    page = HtmlPage.of(text, argument["url"]) if is_html(media_type) else None
    author = None if page is None else find_representative(page, argument["author_page"])
    return None if author is None else asdict(author)


def _text_of(argument: dict[str, Any]) -> tuple[str, str]:
    content_type = argument["content_type"]
    media_type = content_type.partition(";")[0].strip().lower()
    return decode(b64decode(argument["content"]), content_type), media_type


def _read_page(page: HtmlPage, wanted: Collection[str]) -> Said:
    if next(linking(page, wanted), None) is None:
        return None, ""
    head = read_head(page)
    entry = find_entry(page, wanted)
    if entry is None or not entry[1]:
        return head, ""
    element, properties = entry
    byline = read_byline(page, element, properties)
    return read_post(properties, wanted, byline, head), byline.page


def _read_whole(page: HtmlPage) -> Said:
    head = read_head(page)
    entry = find_main(page)
    if entry is None or not entry[1]:
        return head, ""
    element, properties = entry
    byline = read_byline(page, element, properties)
    return read_post(properties, (), byline, head), byline.page


def _answer(
    mention: Mention | None, author_page: str = "", *, gone: bool = False
) -> dict[str, Any]:
    said = None if mention is None else asdict(mention)
    return {"gone": gone, "mention": said, "author_page": author_page}
