"""The weekly cap: what goes first, and how long the rest is held."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.season.season_place import TwoChannels


def capped(folder: Path, cap: int) -> TwoChannels:
    place = TwoChannels(folder)
    place.programme = replace(place.programme, rules=replace(place.programme.rules, weekly_cap=cap))
    place.app = place.another()
    place.person()
    return place


@pytest.mark.parametrize(("cap", "hour_of_last"), [(1, "12-10 10:00"), (2, "12-03 10:00"), (3, "11-26 10:00")])
def test_cap_holds_until_the_oldest_is_a_week_old(tmp_path: Path, cap: int, hour_of_last: str) -> None:
    """Three asks of one moment, no one more urgent: in order of key."""
    place = capped(tmp_path, cap)
    rules = place.programme.rules
    asks = {
        code: replace(rules.touchpoints["onboarding_start"], code=code, expires_after=timedelta(days=30))
        for code in ("a", "b", "c")
    }
    kept = {code: point for code, point in rules.touchpoints.items() if point.anchor is None}
    place.programme = replace(place.programme, rules=replace(rules, touchpoints={**kept, **asks}))
    place.app = place.another()
    found = place.through(days=40)
    assert [key for _, key, _ in found] == ["welcome/1", "a/1", "b/1", "c/1"]
    assert found[-1][0] == hour_of_last


def test_cap_prefers_priority_over_age(tmp_path: Path) -> None:
    """A reminder (3) and an ask (5) at the same moment, and room for one."""
    place = capped(tmp_path, 1)
    place.welcomed()
    place.register(1, place.session("Asked", "2026-12-20T14:00Z"))
    place.register(1, place.session("Soon", "2026-11-28T11:00Z"))
    found = place.through(days=6)
    assert [left for left in found if not left[1].startswith("invite")] == [
        ("11-26 10:00", "reminder_two_days/2/0/1", "email"),
    ]
    held = place.app.conn.execute("select verdict, because from decisions where key = 'unanswered_mail/1/0/1'")
    assert tuple(held.fetchone()) == ("skip", "had 1 messages in seven days, and would be too late after")


def test_cap_counts_seven_days_from_each(tmp_path: Path) -> None:
    place = capped(tmp_path, 1)  # onboarding_start is due on the 26th, and may wait for two weeks
    place.register(1, place.session("Soon", "2026-11-28T11:00Z"))
    found = [left for left in place.through(days=25) if left[1].startswith(("reminder", "onboarding"))]
    assert found == [
        ("11-26 10:00", "reminder_two_days/1/0/1", "email"),
        ("12-03 10:00", "onboarding_start/1", "email"),
        ("12-10 10:00", "onboarding_skills/1", "email"),
    ]
