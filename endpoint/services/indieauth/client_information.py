"""The apps that ask to post: who they say they are, and where they may be sent back to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock

import structlog

from endpoint.domain.indieauth.client_ids import check_client_id, is_loopback
from endpoint.domain.indieauth.client_information import ClientInformation, read_client
from endpoint.domain.indieauth.logos import to_data_url
from endpoint.domain.indieauth.redirect_uris import is_own
from endpoint.stores.cache import Cache
from endpoint.stores.web import FetchError, Page, Web

_READ_FOR = timedelta(hours=1)
_FAILED_FOR = timedelta(minutes=1)
_MAX_ENTRIES = 200
_DOCUMENT = {"Accept": "application/json, text/html;q=0.9, */*;q=0.1"}
_PICTURE = {"Accept": "image/svg+xml, image/png, image/*;q=0.8"}
_log = structlog.get_logger()


class Clients:
    """Asks an app's own page about it, once an hour (IndieAuth §4.2)."""

    def __init__(self, web: Web, clock: Callable[[], datetime]) -> None:
        self._web = web
        self._information: Cache[ClientInformation] = Cache(clock, _MAX_ENTRIES)
        self._logos: Cache[str] = Cache(clock, _MAX_ENTRIES)
        self._turn = Lock()

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Give whether it is this visitor's turn to have an app's page fetched.

        One stranger has it at a time, so that many cannot keep the server busy
        waiting for slow pages.
        """
        is_ours = self._turn.acquire(blocking=False)
        try:
            yield is_ours
        finally:
            if is_ours:
                self._turn.release()

    def look_up(self, client_id: str) -> ClientInformation:
        """Return what is known of the app; if its page cannot be read, its id and the problem.

        A client_id on this machine is never fetched, whatever the owner allows
        (IndieAuth §4.2).
        """
        try:
            client_id = check_client_id(client_id)
        except ValueError as error:
            return ClientInformation(client_id, problem=f"{error}.")
        if is_loopback(client_id):
            problem = "The app runs on a computer of its own and has no page to tell who it is."
            return ClientInformation(client_id, problem=problem)
        return self._information.get(client_id, lambda: self._ask(client_id))

    def logo(self, client_id: str) -> str:
        """Return the app's logo as a ``data:`` URL; empty if there is none to show."""
        uri = self.look_up(client_id).logo_uri
        if not uri or is_loopback(uri):
            return ""
        return self._logos.get(uri, lambda: self._draw(uri))

    def allows(self, client_id: str, redirect_uri: str) -> bool:
        """Return whether the app may be answered there (IndieAuth §4.2.2).

        Its own scheme, host and port is always good and needs no fetch; any
        other URI must be one that the app lists, letter by letter.
        """
        if is_own(client_id, redirect_uri):
            return True
        return redirect_uri in self.look_up(client_id).redirect_uris

    def _ask(self, client_id: str) -> tuple[ClientInformation, timedelta]:
        try:
            information = _read(client_id, self._web.get(client_id, _DOCUMENT))
        except FetchError as error:
            _log.info("client_not_read", client_id=client_id, error=str(error))
            problem = f"The page of the app could not be read: {error}."
            information = ClientInformation(client_id, problem=problem)
        return information, _FAILED_FOR if information.problem else _READ_FOR

    def _draw(self, uri: str) -> tuple[str, timedelta]:
        try:
            page = self._web.get(uri, _PICTURE)
        except FetchError:
            return "", _FAILED_FOR
        logo = to_data_url(page.content) if page.status == HTTPStatus.OK else ""
        return logo, _READ_FOR if logo else _FAILED_FOR


def _read(client_id: str, page: Page) -> ClientInformation:
    if page.status != HTTPStatus.OK:
        problem = f"The page of the app answered with the status {page.status}."
        return ClientInformation(client_id, problem=problem)
    return read_client(client_id, page.headers, page.media_type, _text(page), page.url)


def _text(page: Page) -> str:
    if "json" not in page.media_type:
        return page.text
    # JSON is UTF-8 (RFC 8259 §8.1); in anything else its names and URLs may be misread.
    try:
        return page.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
