"""The processes of an installation: the web server and the worker, until they are told to stop."""

import ctypes
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

import waitress

from endpoint.app import make_app
from endpoint.assembly import Parts
from endpoint.config import Config
from endpoint.errors import ConfigError
from endpoint.server.receiving import receive_by

_THREADS = 8
_ARENA_MAX, _ARENAS = -8, 2  # glibc's M_ARENA_MAX (mallopt(3))
# With the files of their bodies they stay below 1024, which is what a process may open as a rule.
_CONNECTIONS = 300
_DRAIN_S = 30
_NAP_S = 0.2
_LATEST_S = 1


def serve(
    parts: Parts, host: str, port: int, *, has_worker: bool, greet: Callable[[], None]
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; requests under way are answered first.

    ``greet`` is called once others can come. Raise ConfigError if the address
    cannot be listened at.
    """
    _share_memory()
    server = _listen(parts, host, port)
    told, stop = _hear_signals(), threading.Event()
    threads = [threading.Thread(target=server.run, name="server", daemon=True)]
    if has_worker:
        threads += _workers(parts, stop)
    for thread in threads:
        thread.start()
    greet()
    _wait_for(told)
    stop.set()
    _drain(server)
    _end(parts, threads[1:])


def work(parts: Parts) -> None:
    """Work until SIGINT, SIGTERM or SIGHUP."""
    _share_memory()
    told, stop = _hear_signals(), threading.Event()
    workers = _workers(parts, stop)
    for worker in workers:
        worker.start()
    _wait_for(told)
    stop.set()
    _end(parts, workers)


def _share_memory() -> None:
    """Let all threads take their memory from two places, of which more is given back."""
    # Otherwise each thread keeps what it needed most at any one time.
    with suppress(AttributeError, OSError):  # a C library without it
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


def _hear_signals() -> SimpleQueue[int]:
    """Return a queue that gets the number of each signal that asks to stop."""
    # Not an Event: its set() takes a lock, which the main thread may hold at the very moment
    # the handler interrupts its wait(), and then neither goes on.
    told: SimpleQueue[int] = SimpleQueue()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, _frame: told.put(number))
    return told


def _wait_for(told: SimpleQueue[int]) -> None:
    # A signal that comes just before the thread sleeps does not wake it: it is found later.
    while True:
        with suppress(Empty):
            told.get(timeout=_LATEST_S)
            return


def _workers(parts: Parts, stop: threading.Event) -> list[threading.Thread]:
    """Return a thread that hears the bell, and one for each lane, which it wakes."""
    lanes = {lane: threading.Event() for lane in parts.following.lanes}

    def wake() -> None:
        for woken in lanes.values():
            woken.set()

    workers = [
        threading.Thread(target=_work_in, args=(parts, lane, woken, stop), name=lane, daemon=True)
        for lane, woken in lanes.items()
    ]
    hearing = threading.Thread(
        target=parts.bell.answer, args=(wake, stop), name="worker", daemon=True
    )
    return [hearing, *workers]


def _work_in(parts: Parts, lane: str, woken: threading.Event, stop: threading.Event) -> None:
    while not stop.is_set():
        if woken.wait(_NAP_S):
            # What is committed in a moment is built once, and pushed in one go.
            stop.wait(_NAP_S)
            woken.clear()
            parts.following.work(lane)


def _drain(server: Any) -> None:
    server.accepting = False
    server.task_dispatcher.shutdown(cancel_pending=False, timeout=_DRAIN_S)


def _end(parts: Parts, workers: list[threading.Thread]) -> None:
    # A build or a push that is stopped is made again at the next start.
    parts.builder.stop()
    parts.publishing.stop()
    parts.checkout.stop()
    parts.webmentions.looking.stop()
    parts.webmentions.outgoing.sending.stop()
    parts.syndication.stop()
    deadline = time.monotonic() + _DRAIN_S
    for worker in workers:
        worker.join(timeout=max(0, deadline - time.monotonic()))
    parts.close()


def _listen(parts: Parts, host: str, port: int) -> Any:
    sockets: dict[int, Any] = {}
    app, config = make_app(parts), parts.config
    try:
        server = waitress.create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=_THREADS,
            ident=None,
            # Without a proxy that is trusted nobody reads them; with one they must arrive.
            clear_untrusted_proxy_headers=not config.limits.trusted_proxies,
            # When that many are busy, others wait; idle ones make room before (see receiving).
            connection_limit=_CONNECTIONS + 50,
            asyncore_use_poll=True,
            # A client that stops reading a film must not hold the thread that sends it.
            outbuf_high_watermark=max(config.media.max_bytes, 1 << 26),
            # Flask answers larger ones itself, in JSON; this is the last wall.
            max_request_body_size=_most_bytes(config),
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{host}:{port} cannot be listened at: {reason}; choose another --host or --port"
        ) from error
    receive_by(sockets, _most_asked_bytes(config), _CONNECTIONS)
    # waitress writes large bodies to files without a name, and /tmp may be memory.
    tempfile.tempdir = str(config.state / "incoming")
    return server


def _most_bytes(config: Config) -> int:
    return max(2 * _most_asked_bytes(config), 1 << 26)


def _most_asked_bytes(config: Config) -> int:
    return max(config.limits.max_body_bytes, config.media.max_request_bytes)
