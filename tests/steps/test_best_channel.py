"""Mail or chat: where somebody was seen last, and away from what does not work."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.deliveries import Outcome
from domain.times import iso
from store import chats, contact_points
from tests.programme import NOON
from tests.steps.ladder_place import DESK, INVITED, MAIL, SOON_BY_MAIL, LadderPlace, invited


@pytest.fixture
def place(tmp_path: Path) -> LadderPlace:
    return LadderPlace(tmp_path)


@pytest.mark.parametrize(
    ("mail", "chat", "expected"),
    [(None, -2, "telegram"), (-1, -2, "email"), (-2, -1, "telegram"), (-1, -1, "email")],
)
def test_best_is_where_the_newest_sign_of_life_came_from(
    place: LadderPlace, mail: int | None, chat: int, expected: str
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
def test_best_leaves_a_doubtful_address(place: LadderPlace, health: str, expected: str) -> None:
    place.link(1, NOON - timedelta(days=2))
    place.writes(1)
    invited(place)
    place.through(hours=1)
    place.app.conn.execute("update contact_points set health = ? where channel = 'email'", (health,))
    found = place.through(days=28)
    assert [left[2] for left in found if left[1].startswith("reminder")] == [expected]


def test_best_says_stop_in_the_chat_and_hears_by_mail(place: LadderPlace) -> None:
    place.link(1, NOON - timedelta(days=1))
    invited(place)
    found = place.through(days=4)
    contact_points.suppress(place.app.conn, 1, "*", "asked in the chat", place.time, channel="telegram")
    assert found + place.through(days=23) == [INVITED, MAIL, DESK, SOON_BY_MAIL]


def test_blocked_chat_falls_back_to_mail(place: LadderPlace) -> None:
    """Found out by sending: the reminder goes by mail, once, and the chat is not written to again."""
    place.link(1, NOON - timedelta(days=1))
    place.chat.outcomes["9001"] = Outcome.REFUSED_RECIPIENT
    invited(place)
    found = place.through(days=28)
    assert [left for left in found if not left[1].startswith("unanswered_")] == [INVITED, SOON_BY_MAIL]
    chat = chats.of_participant(place.app.conn, 1)
    assert chat is not None and chat.health in ("blocked", "hard")


def test_reminder_that_meets_a_blocked_chat_goes_by_mail(place: LadderPlace) -> None:
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
