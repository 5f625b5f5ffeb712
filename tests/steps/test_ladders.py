"""Ladders and other cadences as they come to pass: which rung when, by which channel, and what stops them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.deliveries import Outcome
from domain.invitations import RsvpSource
from domain.times import iso
from store import chats, contact_points, desk_tasks
from tests.programme import NOON
from tests.season.season_place import TwoChannels
from tests.steps.mails_in import letter_text

MAIL = ("11-26 10:00", "unanswered_mail/1/0/1", "email")
CHAT = ("11-28 10:00", "unanswered_telegram/1/0/1", "telegram")
DESK = ("11-30 12:00", "unanswered_coordinator/1/0/1", "desk")
INVITED = ("11-22 12:00", "invite/1/0/1", "email")
SOON_BY_CHAT = ("12-18 10:00", "reminder_two_days/1/0/1", "telegram")
SOON_BY_MAIL = ("12-18 10:00", "reminder_two_days/1/0/1", "email")
AN_HOUR_BY_MAIL = ("12-20 13:00", "reminder_one_hour/1/0/1", "email")
LATEST = {"start": "2026-12-20T14:00Z"}


@pytest.fixture
def place(tmp_path: Path) -> TwoChannels:
    """Ada, of whom only sessions are of interest."""
    place = TwoChannels(tmp_path)
    place.person()
    place.welcomed()
    return place


def invited(place: TwoChannels, **fields: str) -> Any:
    session = place.session(**{**LATEST, **fields})
    place.register(1, session)
    return session


def test_unanswered_mail_second_sender_telegram_coordinator(place: TwoChannels) -> None:
    place.link(1, NOON - timedelta(days=1))
    invited(place)
    assert place.through(days=27) == [INVITED, MAIL, CHAT, DESK, SOON_BY_CHAT]
    first, second = place.letter("invite/1/0/1"), place.letter("unanswered_mail/1/0/1")
    names = place.programme.senders
    assert (first["From"].addresses[0].display_name, second["From"].addresses[0].display_name) == (
        names["programme"].name,
        names["coordinator"].name,
    )
    (task,) = desk_tasks.waiting(place.app.conn)
    assert (task["participant_id"], task["session_id"], task["coordinator"]) == (1, 1, "Amina")
    rungs = place.app.conn.execute("select attempt from outbox order by id").fetchall()
    assert [row[0] for row in rungs] == [1, 2, 3, 1]


def test_unanswered_without_telegram_skips_that_rung(place: TwoChannels) -> None:
    invited(place)
    assert place.through(days=27) == [INVITED, MAIL, DESK, SOON_BY_MAIL]


SIGNS = {
    "calendar reply": lambda place: place.answer(1, place.first, "TENTATIVE"),
    "text that nobody understands": lambda place: place.writes(1),
    "button": lambda place: place.presses(1),
    "answer about another session, from another address": lambda place: place.answer(1, place.other, "DECLINED"),
    "attendance": lambda place: place.attended(1, place.other),
}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("day", [1, 5, 7])
def test_sign_of_life_stops_every_later_rung(place: TwoChannels, sign: str, day: int) -> None:
    place.link(1, NOON - timedelta(days=1))
    place.first = invited(place)
    place.other = place.session("Other", "2026-11-22T15:00Z")
    place.register(1, place.other)
    before = place.through(days=day)
    SIGNS[sign](place)
    after = place.through(days=25 - day)
    rungs = [MAIL, CHAT, DESK]
    reached = sum(rung[0] < f"{NOON + timedelta(days=day):%m-%d %H:%M}" for rung in rungs)
    assert [left for left in before + after if left[1].startswith("unanswered")] == rungs[:reached]


def test_bounce_or_holiday_notice_is_no_sign_of_life(place: TwoChannels) -> None:
    place.link(1, NOON - timedelta(days=1))
    invited(place)
    found = place.through(days=2)
    row = place.app.conn.execute("select id from contact_points where channel = 'email'").fetchone()
    contact_points.event(place.app.conn, "autoreplied", place.time, contact_point_id=row["id"])
    assert found + place.through(days=25) == [INVITED, MAIL, CHAT, DESK, SOON_BY_CHAT]


def test_decline_stops_reminders_too(place: TwoChannels) -> None:
    session = invited(place)
    place.through(days=1)
    place.answer(1, session, "DECLINED")
    assert place.through(days=28) == []


def test_accepted_is_reminded_twice(place: TwoChannels) -> None:
    session = invited(place)
    place.through(days=1)
    place.answer(1, session)
    assert place.through(days=28) == [SOON_BY_MAIL, AN_HOUR_BY_MAIL]


def test_moved_session_is_a_new_occasion(place: TwoChannels) -> None:
    session = invited(place)
    found = place.through(days=5)
    place.answer(1, session)
    place.change(session, start="2026-12-22T09:00Z")
    found += place.through(days=28)
    assert found == [
        INVITED,
        MAIL,
        ("11-27 12:00", "invite/1/1/1", "email"),
        ("12-01 10:00", "unanswered_mail/1/1/1", "email"),
        ("12-05 12:00", "unanswered_coordinator/1/1/1", "desk"),
        ("12-20 10:00", "reminder_two_days/1/1/1", "email"),
    ]


def test_title_that_changes_is_the_same_occasion(place: TwoChannels) -> None:
    session = invited(place)
    place.through(days=5)
    place.change(session, title="Grant writing")
    assert place.through(days=22) == [("11-27 12:00", "invite/1/1/1", "email"), DESK, SOON_BY_MAIL]


def test_moved_after_its_reminder_reminds_again(place: TwoChannels) -> None:
    session = invited(place)
    place.through(days=1)
    place.answer(1, session)
    place.through(days=26)
    place.change(session, start="2026-12-29T14:00Z")
    place.through(hours=1)
    place.answer(1, session)
    assert place.through(days=12) == [
        ("12-27 10:00", "reminder_two_days/1/1/1", "email"),
        ("12-29 13:00", "reminder_one_hour/1/1/1", "email"),
    ]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(days=3), ["invite", "reminder_two_days", "reminder_one_hour"]),
        (timedelta(days=2, hours=5), ["invite", "reminder_two_days", "reminder_one_hour"]),
        (timedelta(days=2, hours=3), ["invite", "reminder_one_hour"]),  # the reminder was due at ten that day
        (timedelta(hours=2), ["invite", "reminder_one_hour"]),
        (timedelta(minutes=50), ["invite"]),
    ],
)
def test_late_registrant_gets_only_what_is_still_due(
    place: TwoChannels, before: timedelta, expected: list[str]
) -> None:
    session = place.session(**LATEST)
    place.time = session.starts_at - before
    place.register(1, session)
    found = place.through(minutes=1)
    place.answer(1, session)
    found += place.through(days=4)
    assert [key.partition("/")[0] for _, key, _ in found] == expected


def test_comes_back_and_is_asked_from_then_on(place: TwoChannels) -> None:
    """The old request's ladder is not taken up where it was left."""
    session = invited(place)
    place.through(hours=1)
    place.change(session, title="Grant writing")
    place.change(session, title="Grant writing II")
    place.change(session, title="Grant writing III")
    place.through(days=2)
    place.withdraw(1, session)
    place.through(hours=1)
    place.time = NOON + timedelta(days=5)
    place.register(1, session)
    assert place.through(days=12) == [
        ("11-27 12:00", "invite/1/5/1", "email"),
        ("12-01 10:00", "unanswered_mail/1/0/1", "email"),
        ("12-05 12:00", "unanswered_coordinator/1/0/1", "desk"),
    ]


def test_comes_back_after_its_reminder_was_due(place: TwoChannels) -> None:
    session = invited(place)
    place.through(days=1)
    place.withdraw(1, session)
    place.through(hours=1)
    place.time = session.starts_at - timedelta(hours=40)
    place.register(1, session)
    assert [key for _, key, _ in place.through(days=3)] == ["invite/1/2/1"]


# -- onboarding, never came -------------------------------------------------------------------------------


@pytest.fixture
def new(tmp_path: Path) -> TwoChannels:
    place = TwoChannels(tmp_path)
    place.person()
    return place


START = ("11-26 10:00", "onboarding_start/1", "email")
SKILLS = ("12-03 10:00", "onboarding_skills/1", "email")
NEVER_1 = ("01-07 10:00", "never_came_first/1", "email")
NEVER_2 = ("02-06 10:00", "never_came_last/1", "email")
WELCOME = ("11-22 12:00", "welcome/1", "email")


def test_new_registrant_is_onboarded_asked_twice_and_left_alone(new: TwoChannels) -> None:
    assert new.through(days=365) == [WELCOME, START, SKILLS, NEVER_1, NEVER_2]


def test_onboarding_skills_for_those_without(new: TwoChannels) -> None:
    found = new.through(days=5)
    new.skilled(1)
    assert found + new.through(days=20) == [WELCOME, START]


def test_never_came_stops_once_somebody_came(new: TwoChannels) -> None:
    session = new.session("Clinic", "2027-01-20T14:00Z")
    found = new.through(days=58)
    new.register(1, session)
    found += new.through(days=2)
    new.attended(1, session)
    assert [key for _, key, _ in found + new.through(days=90)] == [
        "welcome/1", "onboarding_start/1", "onboarding_skills/1", "never_came_first/1", "invite/1/0/1",
    ]  # fmt: skip


def test_never_came_not_for_who_accepted_and_nobody_noted_otherwise(new: TwoChannels) -> None:
    session = new.session("Clinic", "2026-12-10T14:00Z")
    new.register(1, session)
    new.through(hours=1)
    new.answer(1, session, source=RsvpSource.COORDINATOR)
    assert [key for _, key, _ in new.through(days=120) if key.startswith("never")] == []


def test_never_came_stops_at_any_sign_of_life(new: TwoChannels) -> None:
    found = new.through(days=50)
    new.writes(1)
    assert found + new.through(days=60) == [WELCOME, START, SKILLS, NEVER_1]


# -- caps, absences, best channel -------------------------------------------------------------------------


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


def away(place: TwoChannels, until: datetime) -> None:
    place.app.conn.execute("update contact_points set away_until = ? where channel = 'email'", (iso(until),))


def test_away_holds_what_can_wait_and_not_what_was_asked_for(place: TwoChannels) -> None:
    session = place.session(**LATEST)
    away(place, datetime(2026, 11, 28, 5, 30, tzinfo=UTC))
    place.register(1, session)
    assert place.through(days=7) == [INVITED, ("11-28 08:00", "unanswered_mail/1/0/1", "email")]


def test_away_ends_with_a_sign_of_life(new: TwoChannels) -> None:
    away(new, datetime(2026, 12, 5, tzinfo=UTC))
    found = new.through(days=5)
    new.writes(1)
    assert found + new.through(days=2) == [WELCOME, ("11-27 12:00", "onboarding_start/1", "email")]


def test_away_longer_than_of_use(place: TwoChannels) -> None:
    place.register(1, place.session("Soon", "2026-11-28T11:00Z"))
    away(place, datetime(2026, 11, 29, tzinfo=UTC))
    assert [key for _, key, _ in place.through(days=9)] == ["invite/1/0/1"]


@pytest.mark.parametrize(
    ("mail", "chat", "expected"),
    [(None, -2, "telegram"), (-1, -2, "email"), (-2, -1, "telegram"), (-1, -1, "email")],
)
def test_best_is_where_the_newest_sign_of_life_came_from(
    place: TwoChannels, mail: int | None, chat: int, expected: str
) -> None:
    place.link(1, NOON + timedelta(days=chat))
    if mail is not None:
        at = iso(NOON + timedelta(days=mail))
        place.app.conn.execute("update contact_points set last_sign_at = ? where channel = 'email'", (at,))
    invited(place)
    assert [left for left in place.through(days=28) if left[1].startswith("reminder")] == [
        ("12-18 10:00", "reminder_two_days/1/0/1", expected)
    ]


@pytest.mark.parametrize(("health", "expected"), [("soft", "telegram"), ("hard", "telegram"), ("ok", "email")])
def test_best_leaves_a_doubtful_address(place: TwoChannels, health: str, expected: str) -> None:
    place.link(1, NOON - timedelta(days=2))
    place.writes(1)
    invited(place)
    place.through(hours=1)
    place.app.conn.execute("update contact_points set health = ? where channel = 'email'", (health,))
    found = place.through(days=28)
    assert [left[2] for left in found if left[1].startswith("reminder")] == [expected]


def test_best_says_stop_in_the_chat_and_hears_by_mail(place: TwoChannels) -> None:
    place.link(1, NOON - timedelta(days=1))
    invited(place)
    found = place.through(days=4)
    contact_points.suppress(place.app.conn, 1, "*", "asked in the chat", place.time, channel="telegram")
    assert found + place.through(days=23) == [INVITED, MAIL, DESK, SOON_BY_MAIL]


def test_blocked_chat_falls_back_to_mail(place: TwoChannels) -> None:
    """Found out by sending: the reminder goes by mail, once, and the chat is not written to again."""
    place.link(1, NOON - timedelta(days=1))
    place.chat.outcomes["9001"] = Outcome.REFUSED_RECIPIENT
    invited(place)
    found = place.through(days=28)
    assert [left for left in found if not left[1].startswith("unanswered_")] == [INVITED, SOON_BY_MAIL]
    chat = chats.of_participant(place.app.conn, 1)
    assert chat is not None and chat.health in ("blocked", "hard")


def test_reminder_that_meets_a_blocked_chat_goes_by_mail(place: TwoChannels) -> None:
    place.link(1, NOON - timedelta(days=1))
    session = invited(place)
    place.through(days=1)
    place.answer(1, session)
    place.chat.outcomes["9001"] = Outcome.REFUSED_RECIPIENT
    found = place.through(days=28)
    assert [left[1:] for left in found] == [
        ("reminder_two_days/1/0/1", "email"),
        ("reminder_one_hour/1/0/1", "email"),
    ]


@pytest.mark.parametrize("topic", ["reminders", "*"])
def test_stopped_topic_is_silent(place: TwoChannels, topic: str) -> None:
    place.link(1, NOON - timedelta(days=1))
    session = invited(place)
    place.through(days=1)
    place.answer(1, session)
    contact_points.suppress(place.app.conn, 1, topic, "test", place.time)
    assert place.through(days=28) == []


# -- changes of clocks ------------------------------------------------------------------------------------

# A session at two in the afternoon, by the wall clock of where it was planned, on both sides of a change there or
# where its reader lives: when the reminders leave (UTC), and the time that the reader reads.
CLOCKS = [
    # planned in Madrid (back on 25 October 2026), read in Lagos, which never changes
    ("Europe/Madrid", "2026-10-24T14:00", "Africa/Lagos", "2026-10-22 09:00", "2026-10-24 11:00", "13:00"),
    ("Europe/Madrid", "2026-10-26T14:00", "Africa/Lagos", "2026-10-24 09:00", "2026-10-26 12:00", "14:00"),
    # planned in Lagos, read in Madrid
    ("Africa/Lagos", "2026-10-24T14:00", "Europe/Madrid", "2026-10-22 08:00", "2026-10-24 12:00", "15:00"),
    ("Africa/Lagos", "2026-10-26T14:00", "Europe/Madrid", "2026-10-24 08:00", "2026-10-26 12:00", "14:00"),
    # planned in Madrid, read in New York (back a week later): an hour nearer in between
    ("Europe/Madrid", "2026-10-28T18:00", "America/New_York", "2026-10-26 14:00", "2026-10-28 16:00", "13:00"),
    ("Europe/Madrid", "2026-11-04T18:00", "America/New_York", "2026-11-02 15:00", "2026-11-04 16:00", "12:00"),
    # New York goes forward on 14 March 2027, Casablanca back on 7 February and forward on 14 March
    ("America/New_York", "2027-03-15T10:00", "Africa/Casablanca", "2027-03-13 10:00", "2027-03-15 13:00", "15:00"),
    ("America/New_York", "2027-02-08T10:00", "Africa/Casablanca", "2027-02-06 09:00", "2027-02-08 14:00", "15:00"),
    ("Africa/Casablanca", "2027-03-15T14:00", "Asia/Kathmandu", "2027-03-13 04:15", "2027-03-15 12:00", "18:45"),
    ("Africa/Casablanca", "2027-02-08T09:00", "Pacific/Apia", "2027-02-05 21:00", "2027-02-08 08:00", "22:00"),
]  # fmt: skip


@pytest.mark.parametrize(("planned", "start", "zone", "two_days", "one_hour", "read"), CLOCKS)
def test_reminders_and_local_times_on_both_sides_of_a_change_of_clocks(
    tmp_path: Path, planned: str, start: str, zone: str, two_days: str, one_hour: str, read: str
) -> None:
    start_of_all = datetime.fromisoformat(start).replace(tzinfo=UTC) - timedelta(days=12)
    place = TwoChannels(tmp_path, start_of_all.replace(minute=0))
    person = place.person(zone=zone)
    place.welcomed()
    session = place.session(start=start, zone=planned)
    place.register(person, session)
    found = place.through(hours=1)
    place.answer(person, session)
    due = {"reminder_two_days": two_days, "reminder_one_hour": one_hour}
    for code, moment in due.items():
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        place.time = at - timedelta(minutes=1)
        assert place.round() == []
        place.time = at
        left = [key for _, key, _ in place.round()]
        night = code == "reminder_one_hour" and zone == "Pacific/Apia"  # nine in the evening: quiet
        assert left == ([] if night else [f"{code}/1/0/1"])
    for key in ["invite/1/0/1", "reminder_two_days/1/0/1"]:
        assert re.search(rf", {read} ?–", letter_text(place, key))
    assert [key for _, key, _ in found] == ["invite/1/0/1"]
