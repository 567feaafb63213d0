"""Where an export of webmention.io is read from: a file, or the API, page by page."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from endpoint.domain.webmentions.listing.exports import Entry, read_entries
from endpoint.errors import InvalidRequest, Unavailable
from endpoint.stores.web import FetchError, Page, Web

_PER_PAGE = 100
_MOST_PAGES = 10_000
_PAGING = ("page", "per-page", "perPage", "sort-by", "sort-dir")


def read_file(path: Path) -> list[Entry]:
    """Return the entries of the file at ``path``; raise InvalidRequest if it is no export."""
    try:
        return read_entries(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidRequest(f"The file cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InvalidRequest("The file is no export of webmention.io: it needs JSON") from error


def fetch_all(web: Web, url: str, token: str, show: Callable[[int], None]) -> list[Entry]:
    """Return the entries that the API at ``url`` has, the oldest first.

    ``token`` is added where the URL has none; ``show`` gets how many have come.
    Raise InvalidRequest if that is no API of webmention.io or it wants another
    token, Unavailable if it does not answer.
    """
    entries: list[Entry] = []
    for page in _pages(web, url, token):
        entries += page
        show(len(entries))
    return entries


def _pages(web: Web, url: str, token: str) -> Iterator[list[Entry]]:
    before: list[Entry] = []
    for number in range(_MOST_PAGES):
        page = _fetch(web, _at_page(url, token, number))
        # What knows of no pages gives the same again.
        if not page or page == before:
            return
        yield page
        before = page


def _at_page(url: str, token: str, number: int) -> str:
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    query = [(name, value) for name, value in given if name not in _PAGING]
    if token and "token" not in dict(query):
        query.append(("token", token))
    # The oldest first: what arrives meanwhile moves nothing from one page to another.
    query += [("page", str(number)), ("per-page", str(_PER_PAGE)), ("sort-dir", "up")]
    return parts._replace(query=urlencode(query), fragment="").geturl()


def _fetch(web: Web, url: str) -> list[Entry]:
    host = urlsplit(url).netloc
    try:
        page = web.get(url, {"Accept": "application/json"})
    except FetchError as error:
        raise Unavailable(f"{host} could not be fetched: {error}; import again later") from error
    _check(page, host)
    try:
        return read_entries(page.text)
    except ValueError as error:
        raise InvalidRequest(
            f"{host} sent no mentions; the URL must be that of its API, such as"
            " https://webmention.io/api/mentions.jf2?domain=site.example"
        ) from error


def _check(page: Page, host: str) -> None:
    if page.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise InvalidRequest(
            f"{host} refused with status {page.status}; it needs the API key of your account"
        )
    if page.status != HTTPStatus.OK:
        raise Unavailable(f"{host} answered with status {page.status}; import again later")
