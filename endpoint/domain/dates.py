"""Dates as clients write them: any ISO 8601 form in, aware times out."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

_YEARS = range(1000, 9999)
_DATE = re.compile(r"\d{4}[\dW-]*(?=[T ]|$)", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})", re.ASCII)
_CARRIES = (
    (re.compile(r"(?<=[T ])24(?=(?::?00){0,2}(?:[.,]0+)?(?:[Z+ -]|$))"), "00", timedelta(days=1)),
    (re.compile(r"(?<=[T ]\d\d:\d\d:)60|(?<=[T ]\d{4})60"), "59", timedelta(seconds=1)),
)
"""What ISO 8601 allows and datetime does not: midnight as 24:00, and leap seconds."""


def parse_date(text: str, zone: tzinfo = UTC) -> datetime:
    """Return the aware time that ``text`` names, in ``zone`` where it names none.

    Clients send ``2026-11-22``, ``…T08:00Z``, ``…T08:00:00+0100``, blanks for
    the ``T``, lower case, week and ordinal dates, or a month, whose first day
    counts (ISO 8601). A leap second is the second after it. Raise ValueError if
    it is anything else, or a year outside 1000 to 9998.
    """
    moment = _parse(text.strip().upper().replace("\u2212", "-"))
    if moment.year not in _YEARS:
        raise ValueError(f"the year {moment.year} is out of range")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def find_date(text: str) -> datetime | None:
    """Return what ``parse_date`` does, None where that raises."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def format_date(moment: datetime) -> str:
    """Return ``moment`` as RFC 3339, with its offset and seconds."""
    return moment.isoformat(timespec="auto")


def _parse(text: str) -> datetime:
    day = _DATE.match(text)
    if not day:
        raise ValueError("not a date of ISO 8601")
    full = _complete(day[0]) + text[day.end() :]
    try:
        return datetime.fromisoformat(full)
    except ValueError:
        for pattern, instead, carried in _CARRIES:
            if pattern.search(full):
                return _add(datetime.fromisoformat(pattern.sub(instead, full)), carried)
        raise


def _add(moment: datetime, carried: timedelta) -> datetime:
    try:
        return moment + carried
    except OverflowError as error:
        raise ValueError("the year is out of range") from error


def _complete(day: str) -> str:
    """Return ``day`` in full: a month gets its first, a day of the year its month."""
    if _MONTH.fullmatch(day):
        return day + "-01"
    if ordinal := _ORDINAL.fullmatch(day):
        return _day_of_year(int(ordinal[1]), int(ordinal[2])).isoformat()
    return day


def _day_of_year(year: int, number: int) -> date:
    day = date(year, 1, 1) + timedelta(days=number - 1)
    if day.year != year:
        raise ValueError(f"the year {year} has no day {number}")
    return day


def to_iso(moment: datetime) -> str:
    """Return an aware time in UTC, with milliseconds and ``Z``: ``2025-11-22T08:30:15.000Z``."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
