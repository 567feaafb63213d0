"""Where the log goes: to standard error, a line for each event."""

import sys

import structlog


def configure() -> None:
    """Send the log to standard error, so that standard output holds answers alone."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
