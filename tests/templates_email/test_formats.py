"""Zones that go wrong elsewhere, days that change, and lists, in the reader's language."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from templates_email.formats import language_name, language_names, names, when, zone_name

STARTS_AT = datetime(2026, 12, 3, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Africa/Lagos", "en", "Thursday, 3 December 2026, 14:00–16:00 (West Africa Standard Time, Lagos)"),
        ("Asia/Kathmandu", "en", "Thursday, 3 December 2026, 18:45–20:45 (Nepal Time, Kathmandu)"),
        ("Africa/Casablanca", "fr", "jeudi 3 décembre 2026, 14:00–16:00 (UTC+01:00, Casablanca)"),
        ("Pacific/Apia", "en", "Friday, 4 December 2026, 02:00–04:00 (Samoa Standard Time, Apia)"),
        (
            "America/Argentina/Buenos_Aires",
            "es",
            "jueves, 3 de diciembre de 2026, 10:00–12:00 (hora estándar de Argentina, Buenos Aires)",
        ),
        (
            "America/Sao_Paulo",
            "pt",
            "quinta-feira, 3 de dezembro de 2026, 10:00–12:00 (Horário Padrão de Brasília, São Paulo)",
        ),
        ("Asia/Kolkata", "ar", "الخميس، 3 ديسمبر 2026، 18:30–20:30 (توقيت الهند، كالكتا)"),
        ("Africa/Cairo", "ar", "الخميس، 3 ديسمبر 2026، 15:00–17:00 (توقيت شرق أوروبا الرسمي، القاهرة)"),
        ("UTC", "en", "Thursday, 3 December 2026, 13:00–15:00 (Coordinated Universal Time)"),
    ],
)
def test_when_in_zone_and_language(zone: str, language: str, expected: str) -> None:
    assert when(STARTS_AT, 120, zone, language).local == expected


def test_when_utc_on_the_same_day_leaves_the_date_out() -> None:
    assert when(STARTS_AT, 120, "Africa/Lagos", "en").utc == "13:00–15:00 UTC"


def test_when_utc_on_another_day_says_the_date() -> None:
    assert when(STARTS_AT, 120, "Pacific/Apia", "en").utc == "Thursday, 3 December 2026, 13:00–15:00 UTC"


def test_when_ending_on_the_next_day_says_both_dates() -> None:
    shown = when(datetime(2026, 12, 3, 22, 0, tzinfo=UTC), 120, "Africa/Lagos", "en")
    assert shown.span == "Thursday, 3 December 2026, 23:00 – Friday, 4 December 2026, 01:00"
    assert shown.utc == "22:00–00:00 UTC"  # the same two days


def test_when_over_a_clock_change_keeps_its_length() -> None:
    # 25 October 2026: 03:00 summer time becomes 02:00 standard time at 01:00 UTC
    shown = when(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 120, "Europe/Paris", "en")
    assert shown.span == "Sunday, 25 October 2026, 02:30–03:30"
    assert shown.utc == "00:30–02:30 UTC"


@pytest.mark.parametrize(
    ("month", "expected"), [(1, "Greenwich Mean Time, Dublin"), (7, "Irish Standard Time, Dublin")]
)
def test_zone_name_where_winter_is_the_exception(month: int, expected: str) -> None:
    at = datetime(2026, month, 10, 12, tzinfo=ZoneInfo("Europe/Dublin"))
    assert zone_name(at, "Europe/Dublin", "en") == expected


@pytest.mark.parametrize(
    ("day", "expected"), [(10, "GMT+01:00, Casablanca"), (25, "GMT+00:00, Casablanca")]
)
def test_zone_name_in_and_before_ramadan(day: int, expected: str) -> None:
    at = datetime(2026, 2, day, 12, tzinfo=ZoneInfo("Africa/Casablanca"))
    assert zone_name(at, "Africa/Casablanca", "en") == expected


def test_zone_name_in_summer_south_and_north() -> None:
    january = datetime(2026, 1, 10, 12, tzinfo=UTC)
    sydney = zone_name(january.astimezone(ZoneInfo("Australia/Sydney")), "Australia/Sydney", "en")
    paris = zone_name(january.astimezone(ZoneInfo("Europe/Paris")), "Europe/Paris", "en")
    assert sydney == "Australian Eastern Daylight Time, Sydney"
    assert paris == "Central European Standard Time, Paris"


def test_when_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        when(datetime(2026, 12, 3, 13, 0), 120, "UTC", "en")


def test_lists_in_each_language() -> None:
    assert [names(["A", "B"], code) for code in ("en", "es", "fr", "pt", "ar")] == [
        "A and B", "A y B", "A et B", "A e B", "A وB",
    ]  # fmt: skip


def test_language_names_in_the_readers_language() -> None:
    assert language_names(["en", "pt-BR", "sw"], "fr") == "anglais, portugais (Brésil) et swahili"


def test_language_name_unknown_stays_a_code() -> None:
    assert language_name("zxx-nonsense-tag", "en") == "zxx-nonsense-tag"
