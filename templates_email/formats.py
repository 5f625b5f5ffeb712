"""Dates, zones and lists in the reader's language, through Babel (CLDR).

Plain strings only; where they land and how they are escaped is left to `skeletons.py`. Digits are CLDR's default for
each language: for "ar" those are Western digits, so dates, times and links in a letter use one kind.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time, get_timezone_gmt
from babel.lists import format_list
from babel.units import format_unit

# English readers come from everywhere: day before month, as outside the United States.
_FULL_DATE = {"en": "EEEE, d MMMM y"}
_LONG_DATE = {"en": "d MMMM y"}
_SHORT_DATE_LOCALE = {"en": "en_GB"}
_COMMA = {"ar": "، "}


@dataclass(frozen=True, slots=True)
class Moment:
    """When something takes place, for readers of one zone. `starts_at` is aware UTC, `zone` an IANA name."""

    starts_at: datetime
    minutes: int
    zone: str


@dataclass(frozen=True, slots=True)
class When:
    """A moment in words: `local` is date, hours and zone; `utc` the hours in UTC, with the date where it differs."""

    local: str
    zone_name: str
    utc: str
    span: str  # date and hours without the zone
    day: str  # short, for a subject line


@lru_cache(maxsize=1024)  # a session has many readers, and they live in few zones
def when(start_utc: datetime, minutes: int, zone: str, language: str) -> When:
    """`minutes` from `start_utc` (aware), in words. ValueError for a naive time, KeyError for an unknown zone."""
    if start_utc.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown")
    end_utc = start_utc + timedelta(minutes=minutes)  # in UTC: a clock change inside the session must not stretch it
    here = ZoneInfo(zone)
    start, end = start_utc.astimezone(here), end_utc.astimezone(here)
    utc_start, utc_end = start_utc.astimezone(UTC), end_utc.astimezone(UTC)
    name = zone_name(start, zone, language)
    if utc_start.date() == start.date() and utc_end.date() == end.date():
        utc = f"{_clock(utc_start)}–{_clock(utc_end)} UTC"
    else:
        utc = f"{_span(utc_start, utc_end, language)} UTC"
    span = _span(start, end, language)
    return When(local=f"{span} ({name})", zone_name=name, utc=utc, span=span, day=_short_date(start, language))


def zone_name(at: datetime, zone: str, language: str) -> str:
    """Full name of `zone` as it is at `at`, and its city: "Nepal Time, Kathmandu", "GMT+01:00, Casablanca"."""
    locale = Locale.parse(language)
    known = _cldr_zone(zone)
    info = locale.time_zones.get(known, {})
    metazone = locale.meta_zones.get(get_global("meta_zones").get(known), {})
    variant = "daylight" if _is_summer(at) else "standard"
    name = (
        info.get("long", {}).get(variant)
        or metazone.get("long", {}).get(variant)
        or get_timezone_gmt(at, width="long", locale=locale)
    )
    if "/" not in zone or zone.startswith("Etc/"):
        return str(name)
    city = info.get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{name}{_COMMA.get(language, ', ')}{city}"


def names(items: Sequence[str], language: str) -> str:
    """"A, B and C"."""
    return format_list(list(items), locale=language)


@lru_cache(maxsize=1024)
def language_name(code: str, language: str) -> str:
    """Name of the language `code` (BCP 47) in `language`; the code itself where CLDR has none."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(language) or code
    except (ValueError, LookupError):
        return code


def country_name(code: str, language: str) -> str:
    """Name of the country `code` (ISO 3166-1 alpha-2) in `language`; the code itself where CLDR has none."""
    return str(Locale(language).territories.get(code, code))


def language_names(codes: Sequence[str], language: str) -> str:
    return names([language_name(code, language) for code in codes], language)


_SIZES = ((10**9, "digital-gigabyte"), (10**6, "digital-megabyte"), (10**3, "digital-kilobyte"), (1, "digital-byte"))


@lru_cache(maxsize=8)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """(ISO 3166-1 alpha-2, name) of every country, in the order of the names in `language`."""
    locale = Locale.parse(language, sep="_" if "_" in language else "-")
    codes = [c for c in map(str, locale.territories) if len(c) == 2 and c.isalpha() and c not in _NO_COUNTRY]
    return tuple(sorted(((code, str(locale.territories[code])) for code in codes), key=lambda pair: _folded(pair[1])))


_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"})


def _folded(name: str) -> str:
    """For sorting: Åland beside Albania."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()


def size(count: int, language: str) -> str:
    """`count` bytes in decimal units, as file managers say it: "84 MB", "1,5 Go"; below ten with one decimal."""
    factor, unit = next((pair for pair in _SIZES if count >= pair[0] * 0.995), _SIZES[-1])
    value = round(count / factor, 1) if count < 10 * factor and factor > 1 else round(count / factor)
    return str(format_unit(value, unit, length="short", locale=language))


def month(day: date, language: str) -> str:
    """"November 2026"."""
    return str(format_skeleton("yMMMM", day, locale=_SHORT_DATE_LOCALE.get(language, language)))


def day(day: date, language: str) -> str:
    """"22 November 2026"."""
    return format_date(day, "long", locale=_SHORT_DATE_LOCALE.get(language, language))


def _span(start: datetime, end: datetime, language: str) -> str:
    comma = _COMMA.get(language, ", ")
    first = f"{_date(start, language)}{comma}{_clock(start)}"
    if start.date() == end.date():
        return f"{first}–{_clock(end)}"
    return f"{first} – {_date(end, language)}{comma}{_clock(end)}"


def _date(at: datetime, language: str) -> str:
    return format_date(at.date(), _FULL_DATE.get(language, "full"), locale=language)


def date_words(day: date, language: str) -> str:
    """"22 November 2026"."""
    return format_date(day, _LONG_DATE.get(language, "long"), locale=language)


def _short_date(at: datetime, language: str) -> str:
    return format_skeleton("MMMEd", at.replace(tzinfo=None), locale=_SHORT_DATE_LOCALE.get(language, language))


def _clock(at: datetime) -> str:
    return format_time(at.time(), "HH:mm", locale="en")


def _is_summer(at: datetime) -> bool:
    """Whether clocks are ahead of the year's lowest offset. Not `dst()`: it is negative for Europe/Dublin in winter."""
    if not at.dst():
        january, july = (at.replace(month=m, day=1) for m in (1, 7))
        if not (january.dst() or july.dst()):
            return False
    lowest = min(at.replace(month=m, day=1).utcoffset() or timedelta() for m in (1, 7))
    return (at.utcoffset() or timedelta()) > lowest


@lru_cache(maxsize=1024)
def _cldr_zone(zone: str) -> str:
    """The name under which CLDR files `zone`: an old one for some (Asia/Katmandu), which Babel does not look up."""
    aliases, metazones = get_global("zone_aliases"), get_global("meta_zones")
    canonical = aliases.get(zone, zone)
    if zone in metazones or canonical in metazones:
        return zone if zone in metazones else canonical
    older = (old for old, new in aliases.items() if new == canonical and old in metazones)
    return next(older, canonical)
