"""The sources of Webmentions: fetched, read, and judged."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import structlog

from endpoint import __version__
from endpoint.domain.retry_after import parse_retry_after
from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.errors import Unavailable
from endpoint.stores.confined import Confined, Limits, Overrun
from endpoint.stores.mentions.rows import ABSENT, FAILED, MISSING, PRESENT, UNKNOWN
from endpoint.stores.web import FetchError, Page, RefusedError, Web

_log = structlog.get_logger()
LIMITS = Limits(memory_bytes=512_000_000, cpu_s=5, time_s=30, file_bytes=1_000_000)
_HEADERS = {"User-Agent": f"indieweb-endpoint/{__version__} (Webmention)"}
_PATIENCE_S = 60
_READ = "endpoint.domain.webmentions.reading.answers:answer"


@dataclass(frozen=True)
class Finding:
    """What a look at a source has found.

    ``finding`` is PRESENT, with its ``mention``; ABSENT, for a page without the
    link and for one that is gone; MISSING, for a 404; UNKNOWN, for what may be
    better next time, after ``retry_after`` if the server says so; or FAILED, for
    what is never read and need not be tried again. Only PRESENT, ABSENT and
    MISSING say something of the page; after the others what was known holds.
    ``reason`` is a sentence for people, empty with PRESENT.
    """

    finding: str
    reason: str = ""
    mention: Mention | None = None
    retry_after: timedelta | None = None


class Sources:
    """Reads sources through the guarded client, which prefers HTML (Webmention §3.2.2).

    Their pages are read in processes of their own, ``at_once`` at a time, within
    ``limits``.
    """

    def __init__(
        self,
        web: Web,
        clock: Callable[[], datetime],
        *,
        at_once: int = 2,
        limits: Limits = LIMITS,
    ) -> None:
        self._web = web
        self._clock = clock
        self._limits = limits
        self._reader = Confined(_READ, at_once=at_once, patience_s=_PATIENCE_S)

    def read(self, source: str, targets: Sequence[str]) -> Finding:
        """Return what ``source`` says about the page that each of ``targets`` is a URL of."""
        try:
            page = self._fetch(source)
        except RefusedError as error:
            return Finding(FAILED, f"The source is never fetched: {error}.")
        except FetchError as error:
            return Finding(UNKNOWN, f"The source could not be fetched: {error}.")
        match page.status:
            case HTTPStatus.OK:
                return self._judge(source, page, targets)
            case HTTPStatus.GONE:
                return Finding(ABSENT, "The source is gone: it answered with status 410.")
            case HTTPStatus.NOT_FOUND:
                return Finding(MISSING, "The source was not found: it answered with status 404.")
        wait = parse_retry_after(page.headers.get("Retry-After"), self._clock())
        return Finding(UNKNOWN, f"The source answered with status {page.status}.", None, wait)

    def look(self, url: str) -> Mention:
        """Return what the page at ``url`` says, whatever it links to.

        Raise FetchError if it cannot be had, or says nothing.
        """
        page = self._fetch(url)
        if page.status != HTTPStatus.OK:
            raise FetchError(f"it answered with status {page.status}")
        try:
            said = self._ask(page)
        except (Overrun, Unavailable) as error:
            raise FetchError("it could not be read") from error
        if said["mention"] is None:
            raise FetchError("it is no page with a post")
        mention = Mention.of(said["mention"])
        author = self._author_at(said["author_page"]) or mention.author
        if not _speaks_for(url, page.url, author):
            author = replace(author, url="")
        return replace(mention, author=author)

    def _fetch(self, url: str) -> Page:
        # A link beyond the limit does not count; and of an error the status says all.
        return self._web.get(url, _HEADERS, is_part_enough=True, content_of={HTTPStatus.OK})

    def _judge(self, source: str, page: Page, targets: Sequence[str]) -> Finding:
        try:
            said = self._ask(page, targets=list(targets))
        except Overrun as error:
            return Finding(FAILED, f"The source could not be read: it {error}.")
        except Unavailable:
            return Finding(UNKNOWN, "The server was too busy to read the source.")
        if said["gone"]:
            return Finding(ABSENT, "The source is gone: a meta element says so.")
        if said["mention"] is None:
            return Finding(ABSENT, "The source does not link to the target.")
        mention = Mention.of(said["mention"])
        author = self._author_at(said["author_page"]) or mention.author
        if not _speaks_for(source, page.url, author):
            author = replace(author, url="")
        return Finding(PRESENT, mention=replace(mention, author=author))

    def _author_at(self, url: str) -> Author | None:
        """Return the author whose page is at ``url``, None if there is none to be had."""
        if not url:
            return None
        try:
            page = self._fetch(url)
            said = self._ask(page, author_page=url)
        except (FetchError, Overrun, Unavailable) as error:
            _log.info("author's page not read", url=url, reason=str(error))
            return None
        return Author(**said) if said and page.status == HTTPStatus.OK else None

    def _ask(self, page: Page, **more: Any) -> Any:
        """Return what ``page`` says; raise Overrun also if that is beyond us."""
        argument = {
            "content": b64encode(page.content).decode(),
            "content_type": page.headers.get("Content-Type", ""),
            "url": page.url,
            **more,
        }
        try:
            return self._reader.run(argument, self._limits)
        except RuntimeError as error:
            _log.exception("page not read", url=page.url)
            raise Overrun("is beyond what this server understands") from error


def _speaks_for(source: str, url: str, author: Author) -> bool:
    """Tell whether the page at ``url``, where ``source`` led, may name this author's URL.

    A site that redirects anywhere must not make a stranger's page its own: its
    owner, or those it is a bridge for, may be trusted.
    """
    host = urlsplit(url).hostname
    return urlsplit(source).hostname == host or urlsplit(author.url).hostname in (host, None)
