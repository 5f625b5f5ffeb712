"""Countries, languages and time zones by the names people write: five languages, ISO codes, IANA names.

Names come from CLDR (Babel), a country's zones from the IANA tables. Other wordings are in mapping.toml.
"""

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from domain.imports import fold

SPOKEN = ("en", "es", "fr", "pt", "ar")
# Zones of one country count as one when they agree in every month of these years.
_YEARS = range(2024, 2031)


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Folded name, alpha-2 or alpha-3 code -> alpha-2 code. Where two languages disagree, the earlier one wins."""
    known: dict[str, str] = {}
    codes = [c for c in map(str, Locale("en").territories) if len(c) == 2 and c not in ("EU", "EZ", "UN", "ZZ")]
    for language in SPOKEN:
        names = Locale(language).territories
        for code in codes:
            known.setdefault(fold(str(names.get(code, ""))), code)
    for alias, targets in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and len(targets) == 1:
            known.setdefault(alias.casefold(), targets[0])
    known |= {code.casefold(): code for code in codes}
    known.pop("", None)
    return known


@lru_cache(maxsize=1)
def languages() -> dict[str, str]:
    """Folded name in five languages -> BCP 47 tag. Other languages' own names are in mapping.toml: all of CLDR's
    would cost 150 MB."""
    known: dict[str, str] = {}
    for language in SPOKEN:
        for code, name in Locale(language).languages.items():
            known.setdefault(fold(name), str(code).replace("_", "-"))
    known.pop("", None)
    return known


def language_tag(text: str, known_only: bool = True) -> str:
    """`pt-br` or `PT_BR` -> `pt-BR`; "" when the text is no tag, or none of a language that CLDR names."""
    parts = text.strip().replace("_", "-").split("-")
    if not (2 <= len(parts[0]) <= 3 and parts[0].isascii() and parts[0].isalpha() and len(parts) <= 3):
        return ""
    if known_only and parts[0].lower() not in Locale("en").languages:
        return ""
    tag = [parts[0].lower()]
    for part in parts[1:]:
        if len(part) == 4 and part.isalpha():
            tag.append(part.title())
        elif (len(part) == 2 and part.isalpha()) or (len(part) == 3 and part.isdigit()):
            tag.append(part.upper())
        else:
            return ""
    return "-".join(tag)


@lru_cache(maxsize=1)
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    zones: dict[str, tuple[str, ...]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones[country] = (*zones.get(country, ()), zone)
    return zones


def zones_of(country: str) -> tuple[str, ...]:
    """The IANA zones of an alpha-2 country, most populous first."""
    return _zones_by_country().get(country, ())


@lru_cache(maxsize=512)
def zone_of(country: str) -> str:
    """The zone of an alpha-2 country whose clocks all agree, by its most populous zone's name; else ""."""
    zones = _zones_by_country().get(country, ())
    if len(zones) > 1:
        months = [datetime(year, month, 15, tzinfo=UTC) for year in _YEARS for month in range(1, 13)]
        rules = {tuple(m.astimezone(ZoneInfo(zone)).utcoffset() for m in months) for zone in zones}
        if len(rules) > 1:
            return ""
    return zones[0] if zones else ""


@lru_cache(maxsize=1)
def zones() -> dict[str, str]:
    """Folded IANA name, or its city alone where only one zone has it -> IANA name."""
    names = sorted(n for n in available_timezones() if "/" in n or n == "UTC")
    known = {fold(name): name for name in names}
    placed = [n for group in _zones_by_country().values() for n in group]
    for name in placed:
        known.setdefault(fold(name.rpartition("/")[2]), name)
    return known
