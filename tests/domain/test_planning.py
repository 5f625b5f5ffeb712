"""The planner's rules, one line a rule: what the facts call for, and whether it may go."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from config import programme, settings
from domain.cadences import EVENTS, Purpose
from domain.facts import Facts, Heard
from domain.foresight import Case, foresee
from domain.invitations import Invitation, PartStat, Rsvp, RsvpSource
from domain.participants import ContactPoint, Health, Participant
from domain.planning import Hold, Send, Skip, decide, still_wanted
from domain.sessions import Invites, Session, SessionState
from domain.times import QuietHours
from domain.touches import touches

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALL_RULES = programme.load(settings.ROOT / "config").rules
# What answers events; the timed touchpoints have tests of their own.
RULES = replace(ALL_RULES, touchpoints={code: ALL_RULES.touchpoints[code] for code in EVENTS})
ADA = Participant(7, "Ada", zone="UTC", email=ContactPoint(1, 7, "email", "a@example.org", "a@example.org", Health.OK))
CLINIC = Session(
    id=3, code="clinic", kind="clinic", title="Clinic", purpose="", audience="", preparation="", languages=(),
    interpretation=(), venue="", starts_at=NOW + timedelta(days=3), minutes=60, zone="UTC", capacity=None,
    invites=Invites.REGISTERED, state=SessionState.CONFIRMED, sequence=2, time_sequence=0, changed_at=NOW,
)  # fmt: skip
OPEN = replace(CLINIC, invites=Invites.EVERYBODY)
CANCELLED = replace(CLINIC, state=SessionState.CANCELLED)
ENTRY = Invitation(11, 3, 7, "uid@x", "registration", True, 0, PartStat.NEEDS_ACTION, None)
GENERAL = replace(ENTRY, origin="general")
OFF = replace(ENTRY, wanted=False, bump=1)
AGAIN = replace(ENTRY, bump=2)
OVER = replace(CANCELLED, starts_at=NOW - timedelta(hours=1))
HAS = Heard(request=2)
ANSWER = Rsvp(11, PartStat.ACCEPTED, RsvpSource.MAIL_TEXT, 2, NOW, id=5)


def facts(**known: object) -> Facts:
    return Facts(**{"person": ADA, "session": CLINIC, **known})


def called_for(one: Facts) -> list[tuple[str, str]]:
    return [(touch.touchpoint, touch.key) for touch in touches(one, RULES)]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (facts(), []),
        (facts(session=None), []),
        (facts(session=None, registered_at=NOW), [("welcome", "welcome/7")]),
        (facts(registered=True), [("invitation", "invite/3/2/7")]),
        (facts(session=OPEN), [("general_invitation", "invite/3/2/7")]),
        (facts(session=OPEN, registered=True), [("invitation", "invite/3/2/7")]),
        # an entry was made but nothing ever reached the person: an invitation, never an update
        (facts(invitation=ENTRY), [("invitation", "invite/3/2/7")]),
        (facts(invitation=GENERAL), [("general_invitation", "invite/3/2/7")]),
        (facts(registered=True, invitation=GENERAL), [("invitation", "invite/3/2/7")]),
        (facts(registered=True, invitation=ENTRY, heard=HAS), []),
        (facts(registered=True, invitation=ENTRY, heard=Heard(request=1)), [("update", "invite/3/2/7")]),
        (facts(invitation=GENERAL, heard=Heard(request=0)), [("update", "invite/3/2/7")]),
        (facts(session=CANCELLED, registered=True, invitation=ENTRY), []),
        (facts(session=CANCELLED, invitation=ENTRY, heard=Heard(1)), [("cancellation", "cancel/3/2/7")]),
        (facts(session=CANCELLED, invitation=ENTRY, heard=Heard(1, 2)), []),
        (facts(session=CANCELLED, invitation=OFF, heard=Heard(1, 2)), []),
        (facts(invitation=OFF), []),
        (facts(invitation=OFF, heard=HAS), [("cancellation", "cancel/3/3/7")]),
        (facts(invitation=OFF, heard=Heard(2, 3)), []),
        # registered again: a REQUEST above the CANCEL
        (facts(registered=True, invitation=AGAIN, heard=Heard(2, 3)), [("invitation", "invite/3/4/7")]),
        # the same, and no CANCEL had left: invited, not told of changes known long ago
        (facts(registered=True, invitation=AGAIN, heard=Heard(1)), [("invitation", "invite/3/4/7")]),
        (facts(registered=True, invitation=AGAIN, heard=Heard(3)), [("update", "invite/3/4/7")]),
        (facts(registered=True, invitation=AGAIN, heard=Heard(4)), []),
        (
            facts(registered=True, invitation=ENTRY, heard=HAS, rsvp=ANSWER),
            [("rsvp_confirmation", "rsvp/5")],
        ),
        (facts(registered=True, invitation=ENTRY, heard=Heard(1), rsvp=ANSWER), [("rsvp_confirmation", "rsvp/5")]),
    ],
)
def test_touches_facts_call_for(one: Facts, expected: list[tuple[str, str]]) -> None:
    assert called_for(one) == expected


def person(**known: object) -> Participant:
    return replace(ADA, **known)


def address(health: Health) -> ContactPoint:
    assert ADA.email is not None
    return replace(ADA.email, health=health)


DECLINED = replace(ENTRY, partstat=PartStat.DECLINED)
NO_MORE = "asked for no more messages about sessions"


@pytest.mark.parametrize(
    ("one", "because"),
    [
        (facts(registered=True, person=person(erased=True)), "the person's data was erased"),
        (facts(registered=True, person=person(email=None)), "no e-mail address is known"),
        (facts(registered=True, person=person(email=address(Health.HARD))), "the e-mail address refuses mail"),
        (facts(registered=True, person=person(email=address(Health.BLOCKED))), "the e-mail address refuses mail"),
        (facts(registered=True, person=person(suppressed=frozenset({"*"}))), NO_MORE),
        (facts(registered=True, person=person(suppressed=frozenset({"sessions"}))), NO_MORE),
        (facts(session=OPEN, person=person(consents={"invitations": False})), "did not agree to general invitations"),
        (facts(invitation=DECLINED, heard=Heard(1)), "declined: a decline means less mail"),
        (facts(session=CANCELLED, invitation=DECLINED, heard=Heard(1)), "declined: a decline means less mail"),
        (facts(registered=True, session=replace(CLINIC, starts_at=NOW)), "too late to be of use"),
        (facts(session=None, registered_at=NOW - timedelta(days=30)), "too late to be of use"),
        (facts(session=OVER, heard=Heard(1)), "too late to be of use"),
    ],
)
def test_decide_skip(one: Facts, because: str) -> None:
    (touch,) = touches(one, RULES)
    assert decide(touch, one, RULES, NOW) == Skip(touch, because)


@pytest.mark.parametrize(
    "one",
    [
        facts(registered=True),
        facts(registered=True, person=person(email=address(Health.SOFT))),
        facts(registered=True, person=person(suppressed=frozenset({"newsletter", "general_invitations"}))),
        facts(registered=True, person=person(consents={"invitations": False})),  # it is their own registration
        facts(session=OPEN, person=person(consents={"invitations": True})),
        facts(session=OPEN),
        facts(session=replace(CANCELLED, starts_at=NOW - timedelta(minutes=59)), heard=Heard(1)),
        facts(session=None, registered_at=NOW - timedelta(days=30) + timedelta(seconds=1)),
    ],
)
def test_decide_send(one: Facts) -> None:
    (touch,) = touches(one, RULES)
    assert decide(touch, one, RULES, NOW) == Send(touch, touch.because, one.person.email)


NIGHT = NOW.replace(hour=22)
MORNING = (NOW + timedelta(days=1)).replace(hour=8)


def test_decide_quiet_hours_hold_general_invitations_only() -> None:
    general, asked = facts(session=OPEN), facts(registered=True)
    (touch,) = touches(general, RULES)
    assert decide(touch, general, RULES, NIGHT) == Hold(touch, "quiet hours in UTC", MORNING)
    (touch,) = touches(asked, RULES)
    assert decide(touch, asked, RULES, NIGHT) == Send(touch, "registered for the session", ADA.email)


def test_decide_quiet_hours_of_unknown_zone_are_the_programmes() -> None:
    one = facts(session=OPEN, person=person(zone=""))
    (touch,) = touches(one, RULES)
    assert decide(touch, one, replace(RULES, default_zone="Asia/Kathmandu"), NOW.replace(hour=16)) == Hold(
        touch, "quiet hours in Asia/Kathmandu", NOW.replace(hour=2, minute=15) + timedelta(days=1)
    )


def test_decide_quiet_hours_longer_than_of_use() -> None:
    one = facts(session=replace(OPEN, starts_at=MORNING))
    (touch,) = touches(one, RULES)
    assert decide(touch, one, RULES, NIGHT) == Skip(touch, "quiet hours in UTC, for longer than the message is of use")


@pytest.mark.parametrize(
    ("days", "expected"), [(0, ("hold", MORNING)), (1, ("send", MORNING))]
)  # fmt: skip
def test_foresee_hold_becomes_send_when_it_ends(days: int, expected: tuple[str, datetime]) -> None:
    case = Case((facts(session=OPEN),))
    ((at, _, decision),) = foresee(case, RULES, NIGHT, NIGHT + timedelta(days=days))
    found = ("hold", decision.until) if isinstance(decision, Hold) else (type(decision).__name__.lower(), at)
    assert found == expected


@pytest.mark.parametrize(
    ("key", "touchpoint", "one", "verdict"),
    [
        ("invite/3/2/7", "invitation", facts(registered=True, invitation=ENTRY), Send),
        ("invite/3/2/7", "invitation", facts(registered=True, invitation=ENTRY, heard=HAS), Send),  # a repeat
        ("invite/3/2/7#2", "invitation", facts(registered=True, invitation=ENTRY, heard=HAS), Send),  # a copy
        ("invite/3/2/7", "update", facts(registered=True, invitation=ENTRY, heard=Heard(1)), Send),
        ("invite/3/2/7", "update", facts(invitation=DECLINED, heard=Heard(1)), Skip),
        ("invite/3/1/7", "invitation", facts(registered=True, invitation=ENTRY), None),  # changed since
        ("invite/3/2/7", "invitation", facts(registered=True, invitation=OFF), None),  # withdrawn since
        ("invite/3/2/7", "invitation", facts(session=CANCELLED, invitation=ENTRY), None),
        ("cancel/3/3/7", "cancellation", facts(invitation=OFF, heard=Heard(2)), Send),
        ("cancel/3/3/7#2", "cancellation", facts(invitation=OFF, heard=Heard(2, 3)), Send),
        ("cancel/3/3/7", "cancellation", facts(registered=True, invitation=AGAIN), None),
        ("welcome/7", "welcome", facts(session=None, registered_at=NOW), Send),
        ("welcome/7", "welcome", facts(session=None), None),
        ("rsvp/5", "rsvp_confirmation", facts(invitation=ENTRY, heard=HAS, rsvp=ANSWER), Send),
        ("rsvp/5", "rsvp_confirmation", facts(invitation=ENTRY, heard=HAS), None),
    ],
)
def test_still_wanted(key: str, touchpoint: str, one: Facts, verdict: type | None) -> None:
    decision = still_wanted(key, touchpoint, one, RULES, NOW)
    assert (type(decision) if decision is not None else None) == verdict


def test_still_wanted_keeps_the_recorded_touchpoints_rules() -> None:
    """An update may leave at night even where the same facts would now call for a general invitation."""
    one = facts(invitation=GENERAL, session=OPEN, heard=Heard(1))
    decision = still_wanted("invite/3/2/7", "update", one, RULES, NIGHT)
    assert isinstance(decision, Send) and decision.touch.purpose is Purpose.UPDATE


def test_rules_without_quiet_hours_never_hold() -> None:
    one = facts(session=OPEN)
    (touch,) = touches(one, RULES)
    rules = replace(RULES, quiet=QuietHours(time(8), time(8)))
    assert decide(touch, one, rules, NIGHT) == Send(touch, touch.because, one.person.email)
