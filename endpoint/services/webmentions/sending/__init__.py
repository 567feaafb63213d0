"""Webmentions on their way out: each target is told, and asked again as long as that helps."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import repeat
from threading import BoundedSemaphore, Event, Lock
from urllib.parse import urljoin, urlsplit

import structlog

from endpoint.domain.urls import canonical
from endpoint.domain.webmentions.receiving.waits import AFTER_FAILURE, next_wait
from endpoint.services.following import Follower
from endpoint.services.webmentions.sending.endpoints import (
    HEADERS,
    Endpoints,
    Unreachable,
    require_success,
)
from endpoint.stores.queues import Queue
from endpoint.stores.sent_mentions import (
    FAILED,
    NEEDLESS,
    NO_ENDPOINT,
    TOLD,
    WAITING,
    Answer,
    Sent,
    SentMentions,
)
from endpoint.stores.web import FetchError, Page, RefusedError, Web

SEND = "send"
"""The name of the follower."""

_log = structlog.get_logger()
_AT_ONCE = 8
_PER_HOST = 2
_BATCH = 16
# What is no success is explained in the content; of a success the headers say all.
_EXPLAINING = range(300, 600)
_LEASE = timedelta(minutes=3)
"""Longer than it takes to tell one target, whose host others may be at."""


class Sending:
    """Tells the targets of our posts, a few at a time and at most two at one host."""

    def __init__(
        self, sent: SentMentions, web: Web, endpoints: Endpoints, clock: Callable[[], datetime]
    ) -> None:
        self._sent = sent
        self._web = web
        self._endpoints = endpoints
        self._clock = clock
        self._hosts = _Hosts()
        self._stopped = Event()

    def follower(self) -> Follower:
        """Return what sends; in a lane of its own, because others may be slow."""
        return Follower(SEND, self._find_wanted, self.send, lane=SEND)

    def queue(self) -> Queue:
        """Return how many targets are to be told, now or later."""
        return self._sent.queue()

    def stop(self) -> None:
        """Begin nothing more; what is left is sent by the next worker."""
        self._stopped.set()

    def send(self, source: str | None = None) -> None:
        """Tell everybody who has to be told now; with ``source``, of that page only."""
        while not self._stopped.is_set():
            holder, batch = self._sent.take(self._clock(), _BATCH, _LEASE, source)
            if not batch:
                return
            with ThreadPoolExecutor(_AT_ONCE, "send") as pool:
                list(pool.map(self._tell_and_note, batch, repeat(holder)))

    def _find_wanted(self) -> str:
        now = self._clock()
        return now.isoformat() if self._sent.is_due(now) else ""

    def _tell_and_note(self, sent: Sent, holder: str) -> None:
        now = self._clock()
        if self._stopped.is_set() or not self._sent.keep(sent, holder, now + _LEASE):
            return
        answer = self._tell(sent)
        self._sent.note(sent, holder, answer, self._clock())
        _log.info(
            "webmention sent" if answer.state == TOLD else "webmention not sent",
            source=sent.source,
            target=sent.target,
            state=answer.state,
            reason=answer.reason,
        )

    def _tell(self, sent: Sent) -> Answer:
        if not sent.has_news:
            return Answer(NEEDLESS)
        endpoint = ""
        try:
            if sent.is_gone:
                self._require_gone(sent.source)
            endpoint = self._find_endpoint(sent) or ""
            return self._post(sent, endpoint) if endpoint else Answer(NO_ENDPOINT)
        except Unreachable as error:
            self._endpoints.forget(sent.target)
            return self._give_up_or_wait(sent, endpoint, error)
        except Exception as error:
            # A page that trips a fault of ours must not keep the others from being told.
            _log.exception("webmention not sent", source=sent.source, target=sent.target)
            fault = Unreachable(f"Something went wrong here: {type(error).__name__}.")
            return self._give_up_or_wait(sent, endpoint, fault)

    def _find_endpoint(self, sent: Sent) -> str | None:
        with self._hosts.visit(sent.target):
            return self._endpoints.find(sent.target, anew=sent.may_be_known)

    def _post(self, sent: Sent, endpoint: str) -> Answer:
        form = {"source": sent.source, "target": sent.target}
        try:
            with self._hosts.visit(endpoint):
                page = self._web.post(
                    endpoint, form, HEADERS, is_part_enough=True, content_of=_EXPLAINING
                )
        except RefusedError as error:
            raise Unreachable(f"The endpoint is never used: {error}.", is_final=True) from error
        except FetchError as error:
            raise Unreachable(f"The endpoint cannot be reached: {error}.") from error
        require_success(page, "endpoint", self._clock())
        return Answer(TOLD, endpoint, page.status, _status_page(page))

    def _require_gone(self, source: str) -> None:
        try:
            status = self._web.get(source, HEADERS, content_of=()).status
        except RefusedError:
            return  # Our own site, on a network of our own: nobody can look from here.
        except FetchError as error:
            raise Unreachable(f"The deleted page could not be looked at: {error}.") from error
        if status not in (HTTPStatus.GONE, HTTPStatus.NOT_FOUND):
            raise Unreachable(f"The deleted page still answers {status}.", status=status)

    def _give_up_or_wait(self, sent: Sent, endpoint: str, error: Unreachable) -> Answer:
        # Spread a little, because many may wait for one host.
        wait = next_wait(AFTER_FAILURE, sent.attempts + 1, error.retry_after, random.random)
        if error.is_final or wait is None:
            return Answer(FAILED, endpoint, error.status, reason=str(error))
        again = self._clock() + wait
        return Answer(WAITING, endpoint, error.status, reason=str(error), next_attempt_at=again)


class _Hosts:
    """Lets no more than two visit a host at the same time."""

    def __init__(self) -> None:
        self._doors: dict[str, BoundedSemaphore] = {}
        self._lock = Lock()

    @contextmanager
    def visit(self, url: str) -> Iterator[None]:
        host = urlsplit(url).netloc.lower()
        with self._lock:
            door = self._doors.setdefault(host, BoundedSemaphore(_PER_HOST))
        with door:
            yield


def _status_page(page: Page) -> str:
    """Return the URL that the answer names as the page about the mention (Webmention §3.2)."""
    location = page.headers.get("Location", "")
    try:
        return canonical(urljoin(page.url, location)) if location else ""
    except ValueError:
        return ""
