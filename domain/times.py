"""UTC in, UTC out; the recipient's wall clock in between."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DURATION = re.compile(r"(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


@lru_cache(maxsize=4096)  # a page of rows holds few different moments, each many times
def iso(moment: datetime) -> str:
    """`2026-11-22T02:45:00+00:00`: UTC, whole seconds, fixed width, so that text order is time order."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds")


@lru_cache(maxsize=4096)
def parse_iso(text: str) -> datetime:
    """An aware moment in UTC. ValueError for anything without a date, a time and an offset (or Z)."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no UTC offset: write 2026-11-22T02:45:00+00:00 or end with Z")
    return moment.astimezone(UTC)


def zone_or_none(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def parse_duration(text: str) -> timedelta:
    """`2d`, `1h`, `-2d`, `1d12h`, `90m`, `0m`. ValueError otherwise."""
    match = _DURATION.fullmatch(text.strip())
    if not match or not any(match.groups()[1:]):
        raise ValueError(f"not a duration: {text!r}; write for example 2d, 12h, 90m, 1d12h")
    sign, days, hours, minutes = match.groups()
    length = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0))
    return -length if sign else length


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours in which nobody is written to; `start` > `end` runs over midnight; equal means none."""

    start: time
    end: time

    def quiet_until(self, now: datetime, zone: str) -> datetime | None:
        """None when `now` is not quiet in `zone` (unknown zones count as UTC), else the moment quiet ends, in UTC.

        That is the first moment at which the wall clock is outside, however the clocks are changed meanwhile.
        """
        tz = zone_or_none(zone) or ZoneInfo("UTC")
        moment = now.astimezone(UTC)
        while self._quiet_at(moment.astimezone(tz).time()):
            local = moment.astimezone(tz)
            left = _since_midnight(self.end) - _since_midnight(local.time())
            end = moment + (left if left > timedelta(0) else left + timedelta(days=1))
            moment = _first_change(moment, end, tz) or end
        return None if moment == now else moment

    def begins(self, now: datetime, zone: str) -> datetime | None:
        """The first moment from `now` on at which it is quiet in `zone`, or the clocks change if that is sooner; in
        UTC. None when it never is."""
        if self.start == self.end:
            return None
        tz = zone_or_none(zone) or ZoneInfo("UTC")
        moment = now.astimezone(UTC)
        clock = moment.astimezone(tz).time()
        if self._quiet_at(clock):
            return moment
        left = _since_midnight(self.start) - _since_midnight(clock)
        end = moment + (left if left > timedelta(0) else left + timedelta(days=1))
        return _first_change(moment, end, tz) or end

    def _quiet_at(self, clock: time) -> bool:
        if self.start > self.end:
            return clock >= self.start or clock < self.end
        return self.start <= clock < self.end


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _first_change(start: datetime, end: datetime, tz: ZoneInfo) -> datetime | None:
    """The whole second in (start, end] at which the clocks of `tz` change; None when the offset stays as it is."""
    before = start.astimezone(tz).utcoffset()
    if end.astimezone(tz).utcoffset() == before:
        return None
    low, high = int(start.timestamp()), int(end.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        same = datetime.fromtimestamp(middle, tz).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return datetime.fromtimestamp(high, UTC)
