"""The processes of an installation: the web server and the worker, until they are told to stop."""

import signal
import threading
from typing import Any

import waitress

from endpoint.app import make_app
from endpoint.assembly import Parts
from endpoint.errors import ConfigError

_THREADS = 8
_DRAIN_S = 30


def serve(parts: Parts, host: str, port: int, *, has_worker: bool) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; requests under way are answered first.

    Raise ConfigError if the address cannot be listened at.
    """
    server = _listen(parts, host, port)
    stop = _stop_on_signals()
    threads = [threading.Thread(target=server.run, name="server", daemon=True)]
    if has_worker:
        threads.append(_worker(parts, stop))
    for thread in threads:
        thread.start()
    stop.wait()
    _drain(server)
    _end(parts, threads[1:])


def work(parts: Parts) -> None:
    """Work until SIGINT, SIGTERM or SIGHUP."""
    stop = _stop_on_signals()
    worker = _worker(parts, stop)
    worker.start()
    stop.wait()
    _end(parts, [worker])


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    return stop


def _worker(parts: Parts, stop: threading.Event) -> threading.Thread:
    answer = (parts.following.work, stop)
    return threading.Thread(target=parts.bell.answer, args=answer, name="worker", daemon=True)


def _drain(server: Any) -> None:
    server.accepting = False
    server.task_dispatcher.shutdown(cancel_pending=False, timeout=_DRAIN_S)


def _end(parts: Parts, workers: list[threading.Thread]) -> None:
    # A build that is stopped is made again at the next start.
    parts.builder.stop()
    for worker in workers:
        worker.join(timeout=_DRAIN_S)
    parts.close()


def _listen(parts: Parts, host: str, port: int) -> Any:
    try:
        return waitress.create_server(
            make_app(parts),
            host=host,
            port=port,
            threads=_THREADS,
            ident=None,
            # Without a proxy that is trusted nobody reads them; with one they must arrive.
            clear_untrusted_proxy_headers=not parts.config.limits.trusted_proxies,
            # Flask answers larger ones itself, in JSON; this is the last wall.
            max_request_body_size=max(2 * parts.config.limits.max_body_bytes, 1 << 26),
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{host}:{port} cannot be listened at: {reason}; choose another --host or --port"
        ) from error
