"""Where the log goes: to standard error, a line for each event."""

import sys
from collections.abc import MutableMapping
from contextlib import suppress
from io import StringIO
from typing import Any, TextIO, cast

import structlog
from structlog.typing import ExcInfo


def configure() -> None:
    """Send the log to standard error, so that standard output holds answers alone.

    Tracebacks are plain: with some packages installed they would show the values
    of variables, and a password may be among them. Colours are for a terminal alone,
    and what others sent steers none: its controls are written as they are typed.
    """
    *steps, _ = structlog.get_config()["processors"]
    last = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=_write_traceback
    )
    structlog.configure(
        processors=[*steps, _quote, last],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
    )


def _quote(_logger: Any, _name: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Have the renderer quote what it would write as it is, because there is no blank in it."""
    event = _escape(str(said.pop("event", "")))
    return {"event": event} | {name: _guard(value) for name, value in said.items()}


def _write_traceback(stream: TextIO, info: ExcInfo) -> None:
    with StringIO() as traceback:
        structlog.dev.plain_traceback(traceback, info)
        lines = traceback.getvalue().split("\n")
    stream.write("\n".join(map(_escape, lines)))


def _escape(text: str) -> str:
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _guard(value: Any) -> Any:
    return _Quoted(value) if isinstance(value, str) and not value.isprintable() else value


class _Quoted:
    """A text with controls, which shows them whatever else is in it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return repr(self._text)


class _StandardError:
    """Loses what cannot be written: a file on a full disk must not end a worker's thread."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()
