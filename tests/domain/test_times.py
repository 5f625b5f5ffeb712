"""Quiet hours against a clock that is stepped minute by minute; durations and moments as text."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.times import QuietHours, iso, parse_duration, parse_iso, zone_or_none

NIGHT = QuietHours(time(21), time(8))
ZONES = (
    "UTC", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "America/New_York", "Europe/London",
    "Asia/Beirut", "Africa/Cairo", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham", "America/Nuuk",
)  # fmt: skip


def is_quiet(moment: datetime, hours: QuietHours, zone: str) -> bool:
    clock = moment.astimezone(ZoneInfo(zone)).time()
    if hours.start > hours.end:
        return clock >= hours.start or clock < hours.end
    return hours.start <= clock < hours.end


def stepped(now: datetime, hours: QuietHours, zone: str) -> datetime | None:
    """The answer by looking at the wall clock every minute."""
    if not is_quiet(now, hours, zone):
        return None
    moment = now.replace(second=0)
    while is_quiet(moment, hours, zone):
        moment += timedelta(minutes=1)
    return moment


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        ("UTC", "2026-11-22T20:59", None),
        ("UTC", "2026-11-22T21:00", "2026-11-23T08:00"),
        ("UTC", "2026-11-23T07:59", "2026-11-23T08:00"),
        ("UTC", "2026-11-23T08:00", None),
        ("Asia/Kathmandu", "2026-11-22T15:14", None),  # 20:59, UTC+5:45
        ("Asia/Kathmandu", "2026-11-22T15:15", "2026-11-23T02:15"),
        ("Africa/Casablanca", "2026-02-13T22:00", "2026-02-14T07:00"),  # 23:00, UTC+1
        ("Africa/Casablanca", "2026-02-14T22:00", "2026-02-15T08:00"),  # on UTC for Ramadan since that night
        ("Africa/Casablanca", "2026-03-21T22:00", "2026-03-22T07:00"),  # back on UTC+1 that night
        ("Pacific/Apia", "2026-11-22T09:00", "2026-11-22T19:00"),  # 22:00, UTC+13
        ("Pacific/Apia", "2011-12-30T08:00", "2011-12-30T18:00"),  # 29th 22:00; the 30th does not exist
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T12:00"),  # the night in which the clocks go forward
        ("America/New_York", "2026-11-01T03:00", "2026-11-01T13:00"),  # and back
        ("Nowhere/Land", "2026-11-22T21:00", "2026-11-23T08:00"),  # unknown counts as UTC
        ("", "2026-11-22T12:00", None),
    ],
)
def test_quiet_until_zone(zone: str, now: str, until: str | None) -> None:
    assert NIGHT.quiet_until(utc(now), zone) == (utc(until) if until else None)


def test_quiet_until_end_in_a_gap_is_the_first_moment_after_it() -> None:
    hours = QuietHours(time(21), time(2, 30))  # New York goes from 02:00 to 03:00
    assert hours.quiet_until(utc("2026-03-08T05:00"), "America/New_York") == utc("2026-03-08T07:00")


def test_quiet_until_in_the_repeated_hour_ends_within_it() -> None:
    hours = QuietHours(time(21), time(1, 30))  # London has 01:00 to 02:00 twice
    assert hours.quiet_until(utc("2026-10-25T00:15"), "Europe/London") == utc("2026-10-25T00:30")
    assert hours.quiet_until(utc("2026-10-25T00:45"), "Europe/London") is None
    assert hours.quiet_until(utc("2026-10-25T01:15"), "Europe/London") == utc("2026-10-25T01:30")


def test_quiet_until_equal_ends_is_never() -> None:
    assert QuietHours(time(8), time(8)).quiet_until(utc("2026-11-22T08:00"), "UTC") is None


quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))


@settings(max_examples=80, deadline=None)
@given(
    start=quarters,
    end=quarters,
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 2 * 366 * 24 * 60),
)
@example(start=time(21), end=time(8), zone="Pacific/Apia", minute=0)
def test_quiet_until_is_what_a_stepped_clock_says(start: time, end: time, zone: str, minute: int) -> None:
    hours = QuietHours(start, end)
    now = utc("2026-01-01T00:00") + timedelta(minutes=minute)
    expected = None if start == end else stepped(now, hours, zone)
    assert hours.quiet_until(now, zone) == expected


def test_quiet_until_around_every_change_of_clocks() -> None:
    for zone in ZONES:
        tz = ZoneInfo(zone)
        hour = utc("2026-01-01T00:00")
        while hour < utc("2027-01-01T00:00"):
            following = hour + timedelta(hours=1)
            if hour.astimezone(tz).utcoffset() != following.astimezone(tz).utcoffset():
                for hours in (NIGHT, QuietHours(time(22), time(0, 30)), QuietHours(time(1), time(2, 30))):
                    for minutes in range(-240, 240, 23):
                        now = hour + timedelta(minutes=minutes)
                        assert hours.quiet_until(now, zone) == stepped(now, hours, zone), (zone, now, hours)
            hour = following


def test_iso_sorts_as_time() -> None:
    assert iso(datetime(2026, 1, 2, 3, 4, 5, 678, ZoneInfo("Asia/Kathmandu"))) == "2026-01-01T21:19:05+00:00"
    with pytest.raises(ValueError, match="without a zone"):
        iso(datetime(2026, 1, 1))


@pytest.mark.parametrize("text", ["2026-11-22T02:45:00Z", "2026-11-22T08:30:00+05:45"])
def test_parse_iso_any_offset_is_utc(text: str) -> None:
    assert parse_iso(text) == utc("2026-11-22T02:45")


@pytest.mark.parametrize("text", ["2026-11-22", "2026-11-22T02:45", "tomorrow", ""])
def test_parse_iso_without_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_iso(text)


@pytest.mark.parametrize(
    ("text", "hours"), [("2d", 48), ("-2d", -48), ("1d12h", 36), ("90m", 1.5), ("0m", 0), (" 1h ", 1)]
)
def test_parse_duration(text: str, hours: float) -> None:
    assert parse_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "-", "2", "d", "1h2d", "1.5h", "2 d", "1w"])
def test_parse_duration_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_duration(text)


@pytest.mark.parametrize("name", ["", "Mars/Base", "../etc/passwd", "/etc/passwd", "Africa", "\0"])
def test_zone_or_none_what_is_no_zone(name: str) -> None:
    assert zone_or_none(name) is None
