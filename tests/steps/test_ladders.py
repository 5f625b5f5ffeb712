"""The ladder of who does not answer, and reminders: which rung when, by which channel, and what stops them."""

from datetime import timedelta
from pathlib import Path

import pytest

from store import contact_points, desk_tasks
from tests.programme import NOON
from tests.steps.ladder_place import AN_HOUR_BY_MAIL, DESK, INVITED, LATEST, MAIL, SOON_BY_MAIL, LadderPlace, invited

CHAT = ("11-28 10:00", "unanswered_telegram/1/0/1", "telegram")
SOON_BY_CHAT = ("12-18 10:00", "reminder_two_days/1/0/1", "telegram")


@pytest.fixture
def place(tmp_path: Path) -> LadderPlace:
    return LadderPlace(tmp_path)


def test_unanswered_mail_second_sender_telegram_coordinator(place: LadderPlace) -> None:
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


def test_unanswered_without_telegram_skips_that_rung(place: LadderPlace) -> None:
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
def test_sign_of_life_stops_every_later_rung(place: LadderPlace, sign: str, day: int) -> None:
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


def test_bounce_or_holiday_notice_is_no_sign_of_life(place: LadderPlace) -> None:
    place.link(1, NOON - timedelta(days=1))
    invited(place)
    found = place.through(days=2)
    row = place.app.conn.execute("select id from contact_points where channel = 'email'").fetchone()
    contact_points.event(place.app.conn, "autoreplied", place.time, contact_point_id=row["id"])
    assert found + place.through(days=25) == [INVITED, MAIL, CHAT, DESK, SOON_BY_CHAT]


def test_decline_stops_reminders_too(place: LadderPlace) -> None:
    session = invited(place)
    place.through(days=1)
    place.answer(1, session, "DECLINED")
    assert place.through(days=28) == []


def test_accepted_is_reminded_twice(place: LadderPlace) -> None:
    session = invited(place)
    place.through(days=1)
    place.answer(1, session)
    assert place.through(days=28) == [SOON_BY_MAIL, AN_HOUR_BY_MAIL]


def test_moved_session_is_a_new_occasion(place: LadderPlace) -> None:
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


def test_title_that_changes_is_the_same_occasion(place: LadderPlace) -> None:
    session = invited(place)
    place.through(days=5)
    place.change(session, title="Grant writing")
    assert place.through(days=22) == [("11-27 12:00", "invite/1/1/1", "email"), DESK, SOON_BY_MAIL]


def test_moved_after_its_reminder_reminds_again(place: LadderPlace) -> None:
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
    place: LadderPlace, before: timedelta, expected: list[str]
) -> None:
    session = place.session(**LATEST)
    place.time = session.starts_at - before
    place.register(1, session)
    found = place.through(minutes=1)
    place.answer(1, session)
    found += place.through(days=4)
    assert [key.partition("/")[0] for _, key, _ in found] == expected


def test_comes_back_and_is_asked_from_then_on(place: LadderPlace) -> None:
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


def test_comes_back_after_its_reminder_was_due(place: LadderPlace) -> None:
    session = invited(place)
    place.through(days=1)
    place.withdraw(1, session)
    place.through(hours=1)
    place.time = session.starts_at - timedelta(hours=40)
    place.register(1, session)
    assert [key for _, key, _ in place.through(days=3)] == ["invite/1/2/1"]


@pytest.mark.parametrize("topic", ["reminders", "*"])
def test_stopped_topic_is_silent(place: LadderPlace, topic: str) -> None:
    place.link(1, NOON - timedelta(days=1))
    session = invited(place)
    place.through(days=1)
    place.answer(1, session)
    contact_points.suppress(place.app.conn, 1, topic, "test", place.time)
    assert place.through(days=28) == []
