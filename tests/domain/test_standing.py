"""Until when a decision stands by itself, and which rules it was made by: nobody is looked at again before."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from config import programme, settings
from domain.cadences import Rules
from domain.facts import Facts
from domain.participants import ContactPoint, Health, Participant
from domain.planning import Send, decide, stands_until, still_wanted
from domain.times import QuietHours
from domain.touches import touches

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TONIGHT = NOW.replace(hour=21)
RULES = programme.load(settings.ROOT / "config").rules
MAIL = ContactPoint(1, 7, "email", "a@example.org", "a@example.org", Health.OK)
ADA = Participant(7, "Ada", zone="UTC", email=MAIL)


def never_came(**known: object) -> Facts:
    """Somebody whom the programme asks today why they never came."""
    return Facts(ADA, registered_at=NOW - timedelta(days=46), **known)


def asked(facts: Facts) -> Send:
    (touch,) = (t for t in touches(facts, RULES) if t.touchpoint == "never_came_first")
    decision = decide(touch, facts, RULES, NOW)
    assert isinstance(decision, Send)
    return decision


@pytest.mark.parametrize(
    ("came_at", "until"),
    [
        (None, TONIGHT),
        (NOW + timedelta(hours=2), NOW + timedelta(hours=2)),  # from then on they took part
        (NOW, NOW),
        (TONIGHT + timedelta(hours=1), TONIGHT),
    ],
)
def test_decision_stands_until_somebody_came(came_at: datetime | None, until: datetime) -> None:
    facts = never_came(came_at=came_at)
    send = asked(facts)
    assert stands_until(send, facts, RULES, NOW) == until
    after = until + timedelta(seconds=1)
    assert not isinstance(still_wanted(send.touch.key, send.touch.touchpoint, facts, RULES, after), Send)


def test_absence_that_ends_now_holds_nothing_back() -> None:
    """A hold that ends at this very moment would never be looked at again."""
    facts = replace(never_came(), person=replace(ADA, email=replace(MAIL, away_until=NOW)))
    assert asked(facts).to == facts.person.email


@pytest.mark.parametrize(
    "other",
    [
        replace(RULES, quiet=QuietHours(time(20), time(8))),
        replace(RULES, default_zone="Asia/Kathmandu"),
        replace(RULES, weekly_cap=RULES.weekly_cap + 1),
        replace(RULES, preferred_hour=RULES.preferred_hour + 1),
        replace(RULES, touchpoints={}),
    ],
)
def test_fingerprint_of_other_rules(other: Rules) -> None:
    assert other.fingerprint != RULES.fingerprint


def test_fingerprint_of_the_same_rules() -> None:
    assert programme.load(settings.ROOT / "config").rules.fingerprint == RULES.fingerprint
