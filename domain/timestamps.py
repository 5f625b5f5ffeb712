"""The times that forms write, in whatever order and language the form's owner has; from text to a moment.

Whether 11/12 is a day in November or in December is decided over a whole column (`Evidence`), never row by row.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class DateOrder(StrEnum):
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    UNKNOWN = "unknown"  # nothing in the column tells
    MIXED = "mixed"  # the column contradicts itself


_TEXT = re.compile(
    r"(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})"
    r"(?:[T,\s]+(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?|[صم])?"
    r"\s*(?P<zone>Z|(?:GMT|UTC)?\s*[+-]\d{1,2}(?::?\d{2})?|GMT|UTC)?)?",
    re.IGNORECASE,
)


class _Read(NamedTuple):
    year: int
    first: int
    second: int
    year_first: bool
    clock: tuple[int, int, int]
    zone: tzinfo | None

    def at(self, order: DateOrder, zone: tzinfo) -> datetime | None:
        day_first = order is DateOrder.DAY_FIRST and not self.year_first
        month, day = (self.second, self.first) if day_first else (self.first, self.second)
        try:
            return datetime(self.year, month, day, *self.clock, tzinfo=self.zone or zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


def _read(text: str) -> _Read | None:
    if not text.isascii():
        text = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        return None
    a, b, c = match["a"], match["b"], match["c"]
    year_first = len(a) == 4
    if year_first == (len(c) == 4):
        return None
    year, first, second = (a, b, c) if year_first else (c, a, b)
    hour, half = int(match["hour"] or 0), (match["half"] or "").casefold()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in ("p", "م") else 0)
    clock = hour, int(match["minute"] or 0), int(match["second"] or 0)
    if len(second) > 2 or clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
        return None
    return _Read(int(year), int(first), int(second), year_first, clock, _zone(match["zone"]))


@lru_cache(maxsize=256)
def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    match = re.fullmatch(r"\D*([+-])(\d{1,2}):?(\d{2})?", text.replace(" ", ""))
    if match is None:
        return UTC
    length = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-length if match[1] == "-" else length) if length < timedelta(hours=24) else None


@dataclass(slots=True)
class Evidence:
    """Gathers what a column says about its order. `latest`: no submission can be later (the import's own time)."""

    latest: datetime
    zone: tzinfo
    open: bool = False  # some date reads both ways
    day_first: bool = False
    month_first: bool = False
    day_first_is_future: bool = False
    month_first_is_future: bool = False

    def see(self, text: str) -> None:
        if text[4:5] in ("/", "-", ".") and text[:4].isdecimal():  # the year first tells nothing
            return
        read = _read(text)
        if read is None or read.year_first or read.first == read.second:
            return
        day_first, month_first = read.at(DateOrder.DAY_FIRST, self.zone), read.at(DateOrder.MONTH_FIRST, self.zone)
        if day_first and month_first:
            self.open = True
            self.day_first_is_future |= day_first > self.latest
            self.month_first_is_future |= month_first > self.latest
        else:
            self.day_first |= day_first is not None
            self.month_first |= month_first is not None

    @property
    def order(self) -> DateOrder:
        if self.day_first and self.month_first:
            return DateOrder.MIXED
        if self.day_first or self.month_first:
            return DateOrder.DAY_FIRST if self.day_first else DateOrder.MONTH_FIRST
        if self.day_first_is_future != self.month_first_is_future:
            return DateOrder.MONTH_FIRST if self.day_first_is_future else DateOrder.DAY_FIRST
        return DateOrder.UNKNOWN


def parse_timestamp(text: str, order: DateOrder, zone: tzinfo) -> datetime | None:
    """The moment in UTC, or None when the text is no date, or is one only in an order that the column has not.

    Understood: 2026/11/22 2:45:00 AM GMT+1, 22/11/2026 14:45:00, 11/22/2026 14:45, ISO 8601, a. m. and p. m.,
    the Arabic halves of the day, Arabic digits. Text without an offset is in `zone`. For a MIXED column only the
    dates that read one way are taken; for an UNKNOWN one, give the order to assume.
    """
    read = _read(text)
    if read is None:
        return None
    if read.year_first or order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST):
        return read.at(order, zone)
    readings = {read.at(DateOrder.DAY_FIRST, zone), read.at(DateOrder.MONTH_FIRST, zone)} - {None}
    return readings.pop() if len(readings) == 1 else None
