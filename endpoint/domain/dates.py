"""Dates as clients write them: any ISO 8601 form in, aware times out."""

from datetime import UTC, datetime, tzinfo

_YEARS = range(1000, 9999)


def parse_date(text: str, zone: tzinfo = UTC) -> datetime:
    """Return the aware time that ``text`` names, in ``zone`` where it names none.

    Clients send ``2026-11-22``, ``…T08:00Z``, ``…T08:00:00+0100``, blanks for
    the ``T``, lower case, week and ordinal dates (ISO 8601). Raise ValueError
    if it is anything else, or a year outside 1000 to 9998.
    """
    moment = _parse(text.strip().upper())
    if moment.year not in _YEARS:
        raise ValueError(f"the year {moment.year} is out of range")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def format_date(moment: datetime) -> str:
    """Return ``moment`` as RFC 3339, with its offset and seconds."""
    return moment.isoformat(timespec="auto")


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.strptime(text, "%Y-%j")  # noqa: DTZ007 - the caller adds the zone
