"""Dates in every form that clients send (ISO 8601)."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from endpoint.domain.dates import format_date, parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-11-22", "2026-11-22T00:00:00+00:00", id="day"),
        pytest.param("20261122", "2026-11-22T00:00:00+00:00", id="basic day"),
        pytest.param("2026-11", "2026-11-01T00:00:00+00:00", id="month"),
        pytest.param("2026-W47-7", "2026-11-22T00:00:00+00:00", id="week"),
        pytest.param("2026-326", "2026-11-22T00:00:00+00:00", id="day of the year"),
        pytest.param("2026326T0800Z", "2026-11-22T08:00:00+00:00", id="basic day of the year"),
        pytest.param("2024-366", "2024-12-31T00:00:00+00:00", id="last day of a leap year"),
        pytest.param("2026-11-22T08:00", "2026-11-22T08:00:00+00:00", id="minutes"),
        pytest.param("2026-11-22T080000+0100", "2026-11-22T08:00:00+01:00", id="basic time"),
        pytest.param("2026-11-22 08:00:00 +0100", "2026-11-22T08:00:00+01:00", id="blanks"),
        pytest.param(" 2026-11-22t08:00:00z\n", "2026-11-22T08:00:00+00:00", id="lower case"),
        pytest.param("2026-11-22T08:00:00+01", "2026-11-22T08:00:00+01:00", id="hours of offset"),
        pytest.param(
            "2026-11-22T08:00:00\u221201:00", "2026-11-22T08:00:00-01:00", id="minus sign"
        ),
        pytest.param(
            "2026-11-22T08:00:00,1234567Z", "2026-11-22T08:00:00.123456+00:00", id="fraction"
        ),
        pytest.param("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00", id="leap second"),
        pytest.param("20161231T235960.5Z", "2017-01-01T00:00:00.500000+00:00", id="and a half"),
        pytest.param("2026-12-31T24:00:00+01:00", "2027-01-01T00:00:00+01:00", id="24 o'clock"),
        pytest.param("2026-12-31T24:00", "2027-01-01T00:00:00+00:00", id="24 o'clock, short"),
        pytest.param("1000-01-01", "1000-01-01T00:00:00+00:00", id="first year"),
        pytest.param("9998-12-31", "9998-12-31T00:00:00+00:00", id="last year"),
    ],
)
def test_forms_of_a_date(text, expected):
    assert format_date(parse_date(text, UTC)) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("yesterday", id="word"),
        pytest.param("2026", id="year alone"),
        pytest.param("1732262400", id="seconds since 1970"),
        pytest.param("Sat, 22 Nov 2025 08:00:00 GMT", id="date of HTTP"),
        pytest.param("11/22/2026", id="slashes"),
        pytest.param("2026-1-2", id="without zeros"),
        pytest.param("2026-13-01", id="month 13"),
        pytest.param("2026-02-30", id="30 February"),
        pytest.param("2026-366", id="day 366 of a common year"),
        pytest.param("2026-000", id="day 0"),
        pytest.param("2026-11-22X08:00", id="another letter"),
        pytest.param("2026-11-22T24:30", id="past 24 o'clock"),
        pytest.param("2026-11-22T25:00", id="25 o'clock"),
        pytest.param("2026-11-22T08:60", id="minute 60"),
        pytest.param("2026-11-22T08:00:61", id="second 61"),
        pytest.param("2026-11-22T08:00:00+25:00", id="offset beyond a day"),
        pytest.param("2026-11-22T08:00[Europe/Berlin]", id="name of a zone"),
        pytest.param("0999-12-31", id="before the first year"),
        pytest.param("9998-12-31T24:00", id="after the last year"),
        pytest.param("9999-12-31T24:00", id="after the last year there is"),
        pytest.param("10000-01-01", id="five digits"),
        pytest.param("\uff12\uff10\uff12\uff16-11-22", id="digits of another script"),
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_date(text, UTC)


def test_zone_is_that_of_the_day():
    zone = ZoneInfo("Europe/Berlin")

    assert format_date(parse_date("2026-07-01", zone)) == "2026-07-01T00:00:00+02:00"
    assert format_date(parse_date("2026-12-01T08:00", zone)) == "2026-12-01T08:00:00+01:00"
    assert format_date(parse_date("2026-12-01T08:00Z", zone)) == "2026-12-01T08:00:00+00:00"
