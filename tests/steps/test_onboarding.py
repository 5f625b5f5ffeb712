"""Somebody new is shown around, and who never came is asked twice: until they come or say anything."""

from pathlib import Path

import pytest

from domain.invitations import RsvpSource
from tests.steps.ladder_place import WELCOME, NewPlace

START = ("11-26 10:00", "onboarding_start/1", "email")
SKILLS = ("12-03 10:00", "onboarding_skills/1", "email")
NEVER_1 = ("01-07 10:00", "never_came_first/1", "email")
NEVER_2 = ("02-06 10:00", "never_came_last/1", "email")


@pytest.fixture
def new(tmp_path: Path) -> NewPlace:
    return NewPlace(tmp_path)


def test_new_registrant_is_onboarded_asked_twice_and_left_alone(new: NewPlace) -> None:
    assert new.through(days=365) == [WELCOME, START, SKILLS, NEVER_1, NEVER_2]


def test_onboarding_skills_for_those_without(new: NewPlace) -> None:
    found = new.through(days=5)
    new.skilled(1)
    assert found + new.through(days=20) == [WELCOME, START]


def test_never_came_stops_once_somebody_came(new: NewPlace) -> None:
    session = new.session("Clinic", "2027-01-20T14:00Z")
    found = new.through(days=58)
    new.register(1, session)
    found += new.through(days=2)
    new.attended(1, session)
    assert [key for _, key, _ in found + new.through(days=90)] == [
        "welcome/1", "onboarding_start/1", "onboarding_skills/1", "never_came_first/1", "invite/1/0/1",
    ]  # fmt: skip


def test_never_came_not_for_who_accepted_and_nobody_noted_otherwise(new: NewPlace) -> None:
    session = new.session("Clinic", "2026-12-10T14:00Z")
    new.register(1, session)
    new.through(hours=1)
    new.answer(1, session, source=RsvpSource.COORDINATOR)
    assert [key for _, key, _ in new.through(days=120) if key.startswith("never")] == []


def test_never_came_stops_at_any_sign_of_life(new: NewPlace) -> None:
    found = new.through(days=50)
    new.writes(1)
    assert found + new.through(days=60) == [WELCOME, START, SKILLS, NEVER_1]
