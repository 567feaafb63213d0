"""Where the log goes: to standard error, a line for each event."""

import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


def configure() -> None:
    """Send the log to standard error, so that standard output holds answers alone.

    Tracebacks are plain: with some packages installed they would show the values
    of variables, and a password may be among them. Colours are for a terminal alone.
    """
    *steps, _ = structlog.get_config()["processors"]
    last = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[*steps, last],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
    )


class _StandardError:
    """Loses what cannot be written: a file on a full disk must not end a worker's thread."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()
