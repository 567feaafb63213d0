"""The web server and the worker of ``endpoint serve``, in one process."""

import threading
from typing import Any

import waitress

from endpoint.app import make_app
from endpoint.assembly import Parts
from endpoint.errors import ConfigError

_THREADS = 8


def run(parts: Parts, host: str, port: int, *, has_worker: bool) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first.

    Raise ConfigError if the address cannot be listened at.
    """
    server = _listen(parts, host, port)
    if not has_worker:
        server.run()
        return
    # The worker takes the main thread, because it is the one that gets the signals.
    serving = threading.Thread(target=server.run, name="server", daemon=True)
    serving.start()
    try:
        parts.following.work()
        parts.bell.answer()
    finally:
        server.close()
        server.task_dispatcher.shutdown()


def _listen(parts: Parts, host: str, port: int) -> Any:
    try:
        return waitress.create_server(
            make_app(parts),
            host=host,
            port=port,
            threads=_THREADS,
            ident=None,
            # Flask answers larger ones itself, in JSON; this is the last wall.
            max_request_body_size=max(2 * parts.config.limits.max_body_bytes, 1 << 26),
        )
    except OSError as error:
        raise ConfigError(
            f"{host}:{port} cannot be listened at: {error.strerror}; choose another --port"
        ) from error
