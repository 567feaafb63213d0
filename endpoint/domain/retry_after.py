"""When a server that is busy asks to be asked again (RFC 9110 §10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(days=7)


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long the header ``Retry-After`` asks to wait; None if it says nothing usable.

    It holds seconds or a date. A time that has come is no wait at all, and
    nobody is waited for longer than a week.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        # No more digits than a year of seconds has.
        return min(timedelta(seconds=int(text[:8])), _LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), _LONGEST)
