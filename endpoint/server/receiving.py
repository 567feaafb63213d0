"""How waitress takes requests in, before the application hears of them."""

import json
from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask
from waitress.utilities import RequestEntityTooLarge

from endpoint.errors import EndpointError, InvalidRequest, TooLarge
from endpoint.stores.disk import disk_errors


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Takes a request in; a body goes to a temporary file, which has no name, as it grows.

    Who asks before sending more than ``max_asked_bytes`` is told not to; others
    are read and then refused, because many hear nothing while they are sending.
    """

    max_asked_bytes = 0

    def received(self, data: bytes) -> int:
        """Take the next bytes in and return how many; afterwards ``error`` is what is wrong."""
        try:
            with disk_errors("folder for incoming files"):
                taken: int = super().received(data)
        except EndpointError as error:
            return self._refuse(error, len(data))
        except ValueError:
            # waitress trips over a number of thousands of digits.
            return self._refuse(InvalidRequest("Content-Length is not a length"), len(data))
        if isinstance(self.error, RequestEntityTooLarge):
            return self._refuse(_too_large(self.adj.max_request_body_size), taken)
        if self.expect_continue and self.content_length > self.max_asked_bytes:
            return self._refuse(_too_large(self.max_asked_bytes), taken)
        return taken

    def _refuse(self, error: EndpointError, taken: int) -> int:
        self.error = _Refusal(error)
        self.completed = True
        # Or waitress would ask for the body all the same.
        self.expect_continue = False
        return taken

    def close(self) -> None:
        """Give the temporary file back."""
        try:
            super().close()
        except OSError:
            # The disk is full still, and what it holds of the body is gone all the same.
            return


class _Refusal:
    """A refusal as waitress sends it (Micropub §3.8), which a page may read (CORS)."""

    def __init__(self, error: EndpointError) -> None:
        self._error = error

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status line, headers and body."""
        status = HTTPStatus(self._error.status)
        body = {"error": self._error.error, "error_description": self._error.description}
        headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("Access-Control-Allow-Origin", "*"),
        ]
        return f"{status.value} {status.phrase}", headers, json.dumps(body).encode()


class _Task(WSGITask):  # type: ignore[misc]
    """An answer; after one without a body, too, the client may ask again on the connection."""

    def set_close_on_finish(self) -> None:
        """Close the connection when the answer is out, unless only a length is missing."""
        wishes = self.request.headers.get("CONNECTION", "").lower()
        # It closes because no Content-Length says where the body ends. 204 and 304 may not have
        # one, and end with their head (RFC 9112 §6.3).
        if self.version == "1.1" and wishes != "close" and self.complete and not self.has_body:
            return
        super().set_close_on_finish()


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that makes room where there are many, and ends with all its requests hold."""

    max_connections = 0

    def __init__(self, server: Any, *arguments: Any, **named: Any) -> None:
        super().__init__(server, *arguments, **named)
        staying = [one for one in server.active_channels.values() if not one.will_close]
        if len(staying) > self.max_connections:
            # Whoever opens many and says nothing shuts out themselves and nobody else.
            idle = [one for one in staying if not one.requests]
            min(idle, key=lambda one: one.last_activity).will_close = True

    task_class = _Task

    def handle_close(self) -> None:
        """End the connection, and give back what a client sent that hung up in the middle."""
        super().handle_close()
        if self.request is not None:
            self.request.close()


def receive_by(sockets: dict[int, Any], max_asked_bytes: int, max_connections: int) -> None:
    """Let the listening ``sockets`` of a waitress server take requests in as this module does.

    Clients that ask before they send are allowed ``max_asked_bytes``. Of more than
    ``max_connections`` to one socket, the one that was idle longest ends.
    """
    parser = type("Parser", (_Parser,), {"max_asked_bytes": max_asked_bytes})
    own = {"parser_class": parser, "max_connections": max_connections}
    for listening in sockets.values():
        listening.channel_class = type("Channel", (_Channel,), own)


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"The body is too large; this server reads at most {most} bytes"
        " (media.max_request_bytes and limits.max_body_bytes)"
    )
