"""Timed touches: when each is due, until when it is of use, for whom it is; across changes of clocks too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config import programme, settings
from domain.cadences import Anchor, Audience, Channel, Purpose, Rules, Touchpoint
from domain.facts import Facts, Heard
from domain.invitations import Invitation, PartStat
from domain.participants import ContactPoint, Health, Participant
from domain.planning import Hold, Send, Skip, decide
from domain.routes import route
from domain.sessions import Invites, Session, SessionState
from domain.touches import Touch, touches

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RULES = programme.load(settings.ROOT / "config").rules
MAIL = ContactPoint(1, 7, "email", "a@example.org", "a@example.org", Health.OK)
CHAT = ContactPoint(2, 7, "telegram", "9007", "9007", Health.OK)
ADA = Participant(7, "Ada", zone="UTC", email=MAIL)
CLINIC = Session(
    id=3, code="clinic", kind="clinic", title="Clinic", purpose="", audience="", preparation="", languages=(),
    interpretation=(), venue="", starts_at=NOW + timedelta(days=30), minutes=60, zone="UTC", capacity=None,
    invites=Invites.REGISTERED, state=SessionState.CONFIRMED, sequence=2, time_sequence=1, changed_at=NOW,
)  # fmt: skip
ENTRY = Invitation(11, 3, 7, "uid@x", "registration", True, 0, PartStat.NEEDS_ACTION, None)
PROGRAMME = Facts(ADA, registered_at=NOW)
INVITED = Facts(
    ADA, session=CLINIC, registered=True, invitation=ENTRY, heard=Heard(2), asked_at=NOW, involved_since=NOW
)


def timed(facts: Facts, rules: Rules = RULES) -> Iterator[Touch]:
    return (touch for touch in touches(facts, rules) if touch.due_at is not None)


def one(facts: Facts, code: str, rules: Rules = RULES) -> Touch:
    (touch,) = [touch for touch in timed(facts, rules) if touch.touchpoint == code]
    return touch


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_timed_touches_of_a_registration() -> None:
    found = {touch.key: (touch.due_at, touch.expires_at) for touch in timed(PROGRAMME)}
    assert found == {
        "onboarding_start/7": (at("2026-11-26T10:00"), at("2026-12-10T10:00")),
        "onboarding_skills/7": (at("2026-12-03T10:00"), at("2026-12-17T10:00")),
        "never_came_first/7": (at("2027-01-07T10:00"), at("2027-01-21T10:00")),
        "never_came_last/7": (at("2027-02-06T10:00"), at("2027-02-20T10:00")),
    }


def test_timed_touches_of_an_invitation() -> None:
    found = {touch.key: (touch.due_at, touch.expires_at) for touch in timed(INVITED)}
    assert found == {
        "reminder_two_days/3/1/7": (at("2026-12-20T10:00"), at("2026-12-20T22:00")),
        "reminder_one_hour/3/1/7": (at("2026-12-22T11:00"), at("2026-12-22T11:50")),
        "unanswered_mail/3/1/7": (at("2026-11-26T10:00"), at("2026-11-30T10:00")),
        "unanswered_telegram/3/1/7": (at("2026-11-28T10:00"), at("2026-12-02T10:00")),
        "unanswered_coordinator/3/1/7": (at("2026-11-30T12:00"), at("2026-12-07T12:00")),
    }


def test_timed_touches_about_a_session_end_with_its_start() -> None:
    soon = replace(INVITED, session=replace(CLINIC, starts_at=NOW + timedelta(days=4, hours=1)))
    assert one(soon, "unanswered_mail").expires_at == NOW + timedelta(days=4, hours=1)


@pytest.mark.parametrize(
    "facts",
    [
        replace(INVITED, invitation=None),
        replace(INVITED, session=replace(CLINIC, state=SessionState.CANCELLED)),
        replace(PROGRAMME, registered_at=None),
    ],
)
def test_timed_touches_where_the_case_is_closed(facts: Facts) -> None:
    assert list(timed(facts)) == []


def test_ladder_of_an_invitation_that_has_not_left() -> None:
    codes = [touch.touchpoint for touch in timed(replace(INVITED, asked_at=None))]
    assert codes == ["reminder_two_days", "reminder_one_hour"]


# The change of clocks: Madrid 25 October 2026, New York 14 March 2027, Casablanca 7 February and 14 March 2027.
# Session (local), its UTC, reminder due at ten in the morning two days before (UTC).
AROUND_CHANGES = [
    ("Europe/Madrid", "2026-10-24T12:00", "14:00", "2026-10-22T08:00"),
    ("Europe/Madrid", "2026-10-26T13:00", "14:00", "2026-10-24T08:00"),  # over it
    ("Europe/Madrid", "2026-10-27T13:00", "14:00", "2026-10-25T09:00"),
    ("America/New_York", "2027-03-13T19:00", "14:00", "2027-03-11T15:00"),
    ("America/New_York", "2027-03-15T18:00", "14:00", "2027-03-13T15:00"),  # over it
    ("America/New_York", "2027-03-16T18:00", "14:00", "2027-03-14T14:00"),
    ("Africa/Casablanca", "2027-02-06T13:00", "14:00", "2027-02-04T09:00"),
    ("Africa/Casablanca", "2027-02-08T14:00", "14:00", "2027-02-06T09:00"),  # over it
    ("Africa/Casablanca", "2027-03-15T13:00", "14:00", "2027-03-13T10:00"),  # and back
    ("Asia/Kathmandu", "2026-12-03T08:15", "14:00", "2026-12-01T04:15"),
    ("Pacific/Apia", "2026-12-03T01:00", "14:00", "2026-11-30T21:00"),
    ("Africa/Lagos", "2026-12-03T13:00", "14:00", "2026-12-01T09:00"),
    # Late in the evening the day two days before is another one than UTC's.
    ("America/New_York", "2027-03-16T02:30", "22:30", "2027-03-13T15:00"),
    ("Pacific/Apia", "2026-12-02T12:30", "01:30", "2026-11-30T21:00"),
]


@pytest.mark.parametrize(("zone", "starts", "local", "due"), AROUND_CHANGES)
def test_reminders_on_both_sides_of_a_change_of_clocks(zone: str, starts: str, local: str, due: str) -> None:
    assert f"{at(starts).astimezone(ZoneInfo(zone)):%H:%M}" == local  # the table says what it means
    facts = replace(INVITED, person=replace(ADA, zone=zone), session=replace(CLINIC, starts_at=at(starts)))
    assert one(facts, "reminder_two_days").due_at == at(due)
    assert f"{at(due).astimezone(ZoneInfo(zone)):%H:%M}" == "10:00"
    assert one(facts, "reminder_one_hour").due_at == at(starts) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("hour", "due"),
    [(None, "2026-11-26T10:00"), (12, "2026-11-25T12:00"), (11, "2026-11-26T11:00"), (23, "2026-11-25T23:00"),
     (0, "2026-11-26T00:00")],
)  # fmt: skip
def test_preferred_hour_never_before_the_offset(hour: int | None, due: str) -> None:
    facts = replace(PROGRAMME, person=replace(ADA, preferred_hour=hour))
    assert one(facts, "onboarding_start").due_at == at(due)


@pytest.mark.parametrize(("hour", "due"), [(9, "09:00"), (11, "11:00"), (12, "11:00"), (13, "11:00")])
def test_preferred_hour_only_where_it_is_before_what_it_reminds_of(hour: int, due: str) -> None:
    point = replace(RULES.touchpoints["reminder_one_hour"], preferred_hour=True)
    facts = replace(INVITED, person=replace(ADA, preferred_hour=hour))
    found = one(facts, point.code, replace(RULES, touchpoints={**RULES.touchpoints, point.code: point}))
    assert found.due_at == at(f"2026-12-22T{due}")


def test_touch_due_at_the_very_moment_of_the_registration() -> None:
    point = replace(RULES.touchpoints["onboarding_start"], offset=timedelta(), preferred_hour=False)
    rules = replace(RULES, touchpoints={**RULES.touchpoints, point.code: point})
    touch = one(PROGRAMME, point.code, rules)
    assert touch.due_at == PROGRAMME.registered_at
    assert isinstance(decide(touch, PROGRAMME, rules, touch.due_at), Send)


def test_preferred_hour_of_an_unknown_zone_is_the_programmes() -> None:
    rules = replace(RULES, default_zone="Asia/Kathmandu")
    for zone in ("", "Mars/Olympus"):
        facts = replace(PROGRAMME, person=replace(ADA, zone=zone))
        assert one(facts, "onboarding_start", rules).due_at == at("2026-11-26T04:15")


def test_preferred_hour_that_the_clocks_leave_out() -> None:
    """Two in the morning does not exist on the 28th of March in Madrid: an hour later by the wall clock."""
    person = replace(ADA, zone="Europe/Madrid", preferred_hour=2)
    facts = replace(PROGRAMME, person=person, registered_at=at("2027-03-24T20:00"))
    assert one(facts, "onboarding_start").due_at == at("2027-03-28T01:00")


def test_preferred_hour_in_the_night_waits_for_the_morning() -> None:
    facts = replace(PROGRAMME, person=replace(ADA, preferred_hour=23))
    touch = one(facts, "onboarding_start")
    assert decide(touch, facts, RULES, at("2026-11-25T23:00")) == Hold(
        touch, "quiet hours in UTC", at("2026-11-26T08:00")
    )


# -- audiences --------------------------------------------------------------------------------------------

ACCEPTED = replace(ENTRY, partstat=PartStat.ACCEPTED)
LINKED = replace(ADA, telegram=CHAT)
DECLINED = replace(ENTRY, partstat=PartStat.DECLINED)
LATER = CLINIC.starts_at


@pytest.mark.parametrize(
    ("name", "holds", "fails", "because"),
    [
        (Audience.INVITED, INVITED, replace(INVITED, heard=Heard()), "no entry stands in their calendar"),
        (Audience.INVITED, INVITED, replace(INVITED, heard=Heard(2, 3)), "no entry stands in their calendar"),
        (Audience.INVITED, INVITED, replace(INVITED, invitation=replace(ENTRY, wanted=False)),
         "no entry stands in their calendar"),
        (Audience.UNANSWERED, INVITED, replace(INVITED, invitation=ACCEPTED), "answered already"),
        (Audience.ACCEPTED, replace(INVITED, invitation=ACCEPTED), INVITED, "did not say yes"),
        (Audience.NOT_DECLINED, INVITED, replace(INVITED, invitation=DECLINED), "declined"),
        (Audience.NEVER_CAME, INVITED, replace(INVITED, came_at=NOW), "took part before"),
        (Audience.NEVER_CAME, replace(INVITED, came_at=LATER + timedelta(days=9)),
         replace(INVITED, came_at=NOW), "took part before"),
        (Audience.CAME, replace(INVITED, came_at=NOW), INVITED, "never took part"),
        (Audience.NO_TELEGRAM, INVITED, replace(INVITED, person=LINKED), "a Telegram chat is linked"),
        (Audience.NO_TELEGRAM, replace(INVITED, person=replace(LINKED, consents={"telegram": False})),
         replace(INVITED, person=LINKED), "a Telegram chat is linked"),
        (Audience.NO_SKILLS, INVITED, replace(INVITED, has_skills=True), "said what they want to learn or share"),
    ],
)  # fmt: skip
def test_audience(name: Audience, holds: Facts, fails: Facts, because: str) -> None:
    point = Touchpoint(
        "p", Purpose.REMINDER, "t", False, None, anchor=Anchor.SESSION_START, offset=timedelta(hours=-1),
        audience=(name,),
    )  # fmt: skip
    rules = replace(RULES, touchpoints={**RULES.touchpoints, "p": point})
    touch, now = one(holds, "p", rules), CLINIC.starts_at - timedelta(hours=1)
    assert decide(touch, holds, rules, now) == Send(touch, "1 hours before the session start", MAIL)
    assert decide(touch, fails, rules, now) == Skip(touch, because, quietly=True)


def test_audience_came_is_asked_when_it_is_due() -> None:
    """No fact changes when the session that somebody accepted begins, so until then nobody is given up."""
    point = Touchpoint(
        "thanks", Purpose.REMINDER, "t", False, timedelta(days=2), anchor=Anchor.SESSION_END,
        offset=timedelta(hours=2), audience=(Audience.CAME,),
    )  # fmt: skip
    rules = replace(RULES, touchpoints={**RULES.touchpoints, "thanks": point})
    facts = replace(INVITED, invitation=ACCEPTED, came_at=CLINIC.starts_at)
    touch, due = one(facts, "thanks", rules), CLINIC.ends_at + timedelta(hours=2)
    assert decide(touch, facts, rules, NOW) == Hold(touch, "not due yet", due)
    assert isinstance(decide(touch, facts, rules, due), Send)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, Send),
        ({"last_seen": NOW}, Send),  # it led to the anchor
        ({"last_seen": NOW + timedelta(seconds=1)}, Skip),
        ({"involved_since": NOW + timedelta(days=4)}, Skip),
        ({"involved_since": NOW + timedelta(days=3)}, Send),
    ],
)
def test_rung(changed: dict[str, datetime], verdict: type) -> None:
    facts = replace(INVITED, **changed)
    touch = one(facts, "unanswered_mail")
    assert type(decide(touch, facts, RULES, NOW + timedelta(days=3, hours=22))) is verdict


def test_rung_on_the_desk_needs_no_address_and_no_daylight() -> None:
    facts = replace(INVITED, person=replace(ADA, email=None), asked_at=NOW + timedelta(hours=11))
    touch = one(facts, "unanswered_coordinator")
    assert decide(touch, facts, RULES, NOW + timedelta(days=8, hours=11)) == Send(
        touch, "8 days after the invitation, step 4 of unanswered invitation", None
    )


def test_last_seen_anchors_a_new_occasion_with_each_sign() -> None:
    point = Touchpoint(
        "quiet", Purpose.NEVER_CAME, "t", False, None, anchor=Anchor.LAST_SEEN, offset=timedelta(days=60)
    )
    rules = replace(RULES, touchpoints={**RULES.touchpoints, "quiet": point})
    never, seen = PROGRAMME, replace(PROGRAMME, last_seen=NOW + timedelta(days=5))
    assert [(t.key, t.due_at) for t in (one(never, "quiet", rules), one(seen, "quiet", rules))] == [
        ("quiet/20261122120000/7", NOW + timedelta(days=60)),
        ("quiet/20261127120000/7", NOW + timedelta(days=65)),
    ]


# -- channels ---------------------------------------------------------------------------------------------


def reached(mail: ContactPoint | None, chat: ContactPoint | None, **consents: bool) -> Participant:
    return replace(ADA, email=mail, telegram=chat, consents=consents)


SEEN = NOW - timedelta(days=1)
HARD, SOFT = replace(MAIL, health=Health.HARD), replace(MAIL, health=Health.SOFT)
BLOCKED = replace(CHAT, health=Health.BLOCKED)


@pytest.mark.parametrize(
    ("channel", "person", "expected"),
    [
        (Channel.EMAIL, reached(MAIL, CHAT), "email"),
        (Channel.EMAIL, reached(HARD, CHAT), "the e-mail address refuses mail"),
        (Channel.EMAIL, reached(None, CHAT), "no e-mail address is known"),
        (Channel.TELEGRAM, reached(MAIL, CHAT), "telegram"),
        (Channel.TELEGRAM, reached(MAIL, None), "no Telegram chat is linked"),
        (Channel.TELEGRAM, reached(MAIL, BLOCKED), "the Telegram chat is blocked"),
        (Channel.TELEGRAM, reached(MAIL, CHAT, telegram=False), "did not agree to Telegram"),
        (Channel.TELEGRAM, reached(MAIL, CHAT, telegram=True), "telegram"),
        (Channel.DESK, reached(None, None), None),
        (Channel.BEST, reached(MAIL, None), "email"),
        (Channel.BEST, reached(MAIL, CHAT), "email"),
        (Channel.BEST, reached(MAIL, replace(CHAT, last_sign_at=SEEN)), "telegram"),
        (Channel.BEST, reached(replace(MAIL, last_sign_at=SEEN), CHAT), "email"),
        (Channel.BEST, reached(replace(MAIL, last_sign_at=SEEN), replace(CHAT, last_sign_at=SEEN)), "email"),
        (Channel.BEST, reached(replace(MAIL, last_sign_at=SEEN), replace(CHAT, last_sign_at=NOW)), "telegram"),
        (Channel.BEST, reached(SOFT, CHAT), "telegram"),
        (Channel.BEST, reached(HARD, CHAT), "telegram"),
        (Channel.BEST, reached(SOFT, BLOCKED), "email"),
        (Channel.BEST, reached(None, CHAT), "telegram"),
        (Channel.BEST, reached(HARD, CHAT, telegram=False), "the e-mail address refuses mail"),
        (Channel.BEST, reached(None, None), "no e-mail address is known"),
    ],
)
def test_route(channel: Channel, person: Participant, expected: str | None) -> None:
    to, refusal = route(channel, person)
    assert (to.channel if to else refusal or None) == expected


def test_longest_after_end_is_that_of_the_last_touch() -> None:
    assert RULES.longest_after_end == timedelta()
    late = Touchpoint(
        "s", Purpose.REMINDER, "t", False, timedelta(days=2), anchor=Anchor.SESSION_END, offset=timedelta(hours=3)
    )
    rules = replace(RULES, touchpoints={"s": late})
    assert rules.longest_after_end == timedelta(days=2, hours=3)
