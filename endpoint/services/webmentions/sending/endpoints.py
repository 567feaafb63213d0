"""Where a page wants its Webmentions (Webmention §3.1.2)."""

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock

from endpoint import __version__
from endpoint.domain.discovery import find_rel
from endpoint.domain.html import is_html
from endpoint.domain.retry_after import parse_retry_after
from endpoint.domain.urls import canonical
from endpoint.stores.web import FetchError, Page, RefusedError, Web

HEADERS = {"User-Agent": f"indieweb-endpoint/{__version__} (Webmention)"}
TRANSIENT = frozenset({408, 425, 429, *range(500, 600)})
"""Statuses after which another try makes sense."""

_KEPT = timedelta(hours=2)
_MOST = 1_000
_LONGEST_EXPLANATION = 200
_FLEETING = re.compile(r"(?:^|[\s,])(?:no-store|no-cache)(?=$|[\s,;=])", re.IGNORECASE)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)


class Unreachable(Exception):
    """A page or an endpoint gives no good answer; the message is a sentence for people.

    ``is_final`` says that asking again would not help; ``retry_after`` is how long
    the server wants to be left alone, and ``status`` its answer, if there was one.
    """

    def __init__(
        self,
        message: str,
        *,
        is_final: bool = False,
        status: int | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.is_final = is_final
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class _Found:
    endpoint: str
    until: datetime


class Endpoints:
    """Looks endpoints up, and remembers those it found, two hours at most."""

    def __init__(self, web: Web, clock: Callable[[], datetime]) -> None:
        self._web = web
        self._clock = clock
        self._found: OrderedDict[str, _Found] = OrderedDict()
        self._lock = Lock()

    def find(self, target: str, *, anew: bool = False) -> str | None:
        """Return the endpoint of the page ``target``, None if it has none; raise Unreachable.

        With ``anew`` what is remembered does not count: an update or a deletion
        must look again (Webmention §3.1.4).
        """
        with self._lock:
            found = self._found.get(target)
        if found and not anew and self._clock() < found.until:
            return found.endpoint
        page = self._fetch(target)
        html = page.text if is_html(page.media_type) else ""
        endpoint = find_rel("webmention", page.headers, html, page.url)
        if endpoint:
            _require_url(endpoint)
            self._remember(target, endpoint, _lifetime(page.headers.get("Cache-Control", "")))
        return endpoint

    def forget(self, target: str) -> None:
        """Look again the next time: what was found there is of no use."""
        with self._lock:
            self._found.pop(target, None)

    def _fetch(self, target: str) -> Page:
        try:
            page = self._web.get(target, HEADERS, is_part_enough=True)
        except RefusedError as error:
            raise Unreachable(f"The page is never fetched: {error}.", is_final=True) from error
        except FetchError as error:
            raise Unreachable(f"The page could not be fetched: {error}.") from error
        require_success(page, "page", self._clock())
        return page

    def _remember(self, target: str, endpoint: str, lifetime: timedelta) -> None:
        with self._lock:
            self._found[target] = _Found(endpoint, self._clock() + lifetime)
            self._found.move_to_end(target)
            while len(self._found) > _MOST:
                self._found.popitem(last=False)


def require_success(page: Page, what: str, now: datetime) -> None:
    """Raise Unreachable unless ``page``, the answer of a page or an endpoint, is one of success."""
    if HTTPStatus.OK <= page.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    raise Unreachable(
        f"The {what} answers {page.status}{_explain(page)}.",
        is_final=page.status not in TRANSIENT,
        status=page.status,
        retry_after=parse_retry_after(page.headers.get("Retry-After"), now),
    )


def _require_url(endpoint: str) -> None:
    try:
        canonical(endpoint)
    except ValueError as error:
        message = f"The page names an endpoint that cannot be used: {error}."
        raise Unreachable(message, is_final=True) from error


def _explain(page: Page) -> str:
    """Return what an answer says of itself in plain words, as many endpoints do."""
    text = page.text if page.media_type == "text/plain" else ""
    if page.media_type.endswith("json"):
        with suppress(ValueError, RecursionError):
            said = json.loads(page.text)
            text = said.get("error_description", "") if isinstance(said, dict) else ""
    # A database keeps neither NUL nor half a character.
    words = "".join(c if c.isprintable() else " " for c in str(text)).split()
    line = " ".join(words).rstrip(".")
    return f": {line[:_LONGEST_EXPLANATION]}" if line else ""


def _lifetime(cache_control: str) -> timedelta:
    if _FLEETING.search(cache_control):
        return timedelta()
    age = _MAX_AGE.search(cache_control)
    return min(timedelta(seconds=int(age[1])), _KEPT) if age else _KEPT
