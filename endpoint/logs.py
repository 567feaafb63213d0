"""Where the log goes: to standard error, a line for each event."""

import sys

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
        processors=[*steps, last], logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
