"""Who is away is written to when they are back: what can wait, and what was asked for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.times import iso
from tests.steps.ladder_place import INVITED, LATEST, WELCOME, LadderPlace, NewPlace


@pytest.fixture
def place(tmp_path: Path) -> LadderPlace:
    return LadderPlace(tmp_path)


@pytest.fixture
def new(tmp_path: Path) -> NewPlace:
    return NewPlace(tmp_path)


def away(place: NewPlace, until: datetime) -> None:
    place.app.conn.execute("update contact_points set away_until = ? where channel = 'email'", (iso(until),))


def test_away_holds_what_can_wait_and_not_what_was_asked_for(place: LadderPlace) -> None:
    session = place.session(**LATEST)
    away(place, datetime(2026, 11, 28, 5, 30, tzinfo=UTC))
    place.register(1, session)
    assert place.through(days=7) == [INVITED, ("11-28 08:00", "unanswered_mail/1/0/1", "email")]


def test_away_ends_with_a_sign_of_life(new: NewPlace) -> None:
    away(new, datetime(2026, 12, 5, tzinfo=UTC))
    found = new.through(days=5)
    new.writes(1)
    assert found + new.through(days=2) == [WELCOME, ("11-27 12:00", "onboarding_start/1", "email")]


def test_away_longer_than_of_use(place: LadderPlace) -> None:
    place.register(1, place.session("Soon", "2026-11-28T11:00Z"))
    away(place, datetime(2026, 11, 29, tzinfo=UTC))
    assert [key for _, key, _ in place.through(days=9)] == ["invite/1/0/1"]
