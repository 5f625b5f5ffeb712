"""What is foreseen for one person: each message at its moment, what it calls for next, and how the rest stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config import programme, settings
from domain.facts import Facts, Heard
from domain.foresight import FOR_APPROVAL, Case, decide_all, foresee, next_look, not_due
from domain.invitations import Invitation, PartStat
from domain.participants import ContactPoint, Health, Participant
from domain.planning import Hold, Send, Skip
from domain.sessions import Invites, Session, SessionState
from domain.touches import touches

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = programme.load(settings.ROOT / "config").rules
MAIL = ContactPoint(1, 7, "email", "a@example.org", "a@example.org", Health.OK)
ADA = Participant(7, "Ada", zone="UTC", email=MAIL)
OPEN = Session(
    id=3, code="clinic", kind="clinic", title="Clinic", purpose="", audience="", preparation="", languages=(),
    interpretation=(), venue="", starts_at=NOW + 20 * DAY, minutes=60, zone="UTC", capacity=None,
    invites=Invites.EVERYBODY, state=SessionState.CONFIRMED, sequence=0, time_sequence=0, changed_at=NOW,
)  # fmt: skip
NEW = Facts(ADA, registered_at=NOW)
ABOUT = Facts(ADA, registered_at=NOW, session=OPEN)


def sends(case: Case, days: float) -> list[tuple[str, str]]:
    rows = foresee(case, RULES, NOW, NOW + timedelta(days=days))
    return [(f"{at:%m-%d %H:%M}", d.touch.key) for at, _, d in rows if isinstance(d, Send)]


def test_foresee_what_a_message_calls_for_in_turn() -> None:
    assert sends(Case((NEW, replace(ABOUT, registered=True))), 19) == [
        ("11-22 12:00", "welcome/7"),
        ("11-22 12:00", "invite/3/0/7"),
        ("11-26 10:00", "onboarding_start/7"),
        ("11-26 10:00", "unanswered_mail/3/0/7"),
        ("11-30 12:00", "unanswered_coordinator/3/0/7"),
        ("12-03 10:00", "onboarding_skills/7"),
        ("12-10 10:00", "reminder_two_days/3/0/7"),
    ]


def test_foresee_up_to_the_end_and_that_moment_too() -> None:
    ends = NOW.replace(day=26, hour=10)
    rows = foresee(Case((NEW,)), RULES, NOW, ends)
    assert [d.touch.key for _, _, d in rows if isinstance(d, Send)] == ["welcome/7", "onboarding_start/7"]
    rows = foresee(Case((NEW,)), RULES, NOW, ends - timedelta(seconds=1))
    assert [d.touch.key for _, _, d in rows if isinstance(d, Send)] == ["welcome/7"]


def test_foresee_what_stands_at_the_end_with_since_when() -> None:
    rows = foresee(Case((NEW,)), RULES, NOW, NOW + DAY)
    standing = {d.touch.key: (at, type(d), not_due(d)) for at, _, d in rows if not isinstance(d, Send)}
    assert standing["onboarding_start/7"] == (NOW, Hold, True)


def test_foresee_will_have_come() -> None:
    """Said yes to a session between now and then: by then they came."""
    old = replace(NEW, registered_at=NOW - 40 * DAY)
    known = frozenset({"welcome/7", "onboarding_start/7", "onboarding_skills/7"})
    assert [key for _, key in sends(Case((old,), known), 10)] == ["never_came_first/7"]
    assert sends(Case((replace(old, came_at=NOW + 4 * DAY),), known), 10) == []
    assert [key for _, key in sends(Case((replace(old, came_at=NOW + 9 * DAY),), known), 10)] == ["never_came_first/7"]


def test_foresee_what_leaves_counts_from_then() -> None:
    """A capped message that waits in the outbox takes its room when it leaves, not when it was written."""
    rules = replace(RULES, weekly_cap=1)
    (waiting,) = [t for t in touches(NEW, rules) if t.touchpoint == "onboarding_start"]
    leaves = NOW + 10 * DAY
    case = Case((NEW,), frozenset({waiting.key, "welcome/7"}), {waiting.key: NOW + 3 * DAY})
    rows = foresee(case, rules, NOW, NOW + 30 * DAY, [(leaves, waiting)])
    sent = [(at, d.touch.key) for at, _, d in rows if isinstance(d, Send)]
    assert sent == [(leaves + 7 * DAY, "onboarding_skills/7")]


def test_foresee_guarded_waits_and_calls_for_nothing() -> None:
    guarded = {("general_invitation", 3): NOW}
    rows = foresee(Case((ABOUT,)), RULES, NOW, NOW + 30 * DAY, (), guarded)
    assert [(d.touch.key, d.because) for _, _, d in rows] == [("invite/3/0/7", FOR_APPROVAL)]


def test_foresee_guard_that_sets_in_later() -> None:
    guarded = {("general_invitation", 3): NOW + timedelta(minutes=1)}
    assert ("11-22 12:00", "invite/3/0/7") in [
        (f"{at:%m-%d %H:%M}", d.touch.key)
        for at, _, d in foresee(Case((ABOUT,)), RULES, NOW, NOW + DAY, (), guarded)
        if isinstance(d, Send)
    ]


def test_foresee_known_is_not_sent_again() -> None:
    assert sends(Case((NEW, ABOUT), frozenset({"welcome/7", "invite/3/0/7"})), 3) == []


def test_decide_all_keeps_the_facts_beside_each_decision() -> None:
    assert [(facts, d.touch.key) for facts, d in decide_all(Case((NEW, ABOUT)), RULES, NOW) if isinstance(d, Send)] == [
        (NEW, "welcome/7"),
        (ABOUT, "invite/3/0/7"),
    ]


@pytest.mark.parametrize(("until", "expected"), [(DAY, NOW + DAY), (timedelta(), None)])
def test_next_look(until: timedelta, expected: datetime | None) -> None:
    (touch, *_) = touches(NEW, RULES)
    found = [Skip(touch, "no"), Send(touch, "yes", MAIL), Hold(touch, "wait", NOW + until)]
    assert next_look(found, NOW) == expected


def test_foresee_declined_is_left_alone() -> None:
    invitation = Invitation(9, 3, 7, "uid", "general", True, 0, PartStat.DECLINED, NOW)
    about = replace(ABOUT, invitation=invitation, heard=Heard(0), asked_at=NOW, involved_since=NOW)
    assert sends(Case((about,)), 25) == []
