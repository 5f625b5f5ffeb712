"""What sharers left: one row a session on the desk, one settle for all of it, and what each choice does."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.checklists import Answered, ItemState, Settling
from domain.errors import UserError
from domain.sessions import Session, SessionState
from domain.times import iso
from flows import desk as desk_flow
from flows import settle_checklist
from flows.skin import COORDINATOR
from steps import checklist_desk, checklists, closing, deeds, desk_tasks, sessions, status
from steps.checklist_desk import Waiting
from steps.closing import Brought
from store import checklists as store
from store import deeds as stored
from tests.steps.checklist_place import DAY, SharersPlace
from tests.steps.mails_in import letter_text


@pytest.fixture
def place(tmp_path: Path) -> SharersPlace:
    return SharersPlace(tmp_path)


def silent(place: SharersPlace, sharers: str = "Ada Obi; Ben Silva", days: float = 20) -> Session:
    """Nobody answers until eight days before the clinic."""
    session = place.clinic(days, sharers)
    place.left(days=days - 8)
    return session


def row(place: SharersPlace) -> Waiting:
    (found,) = checklist_desk.waiting(place.app)
    return found


def settle(place: SharersPlace, choice: Settling, to: str = "") -> None:
    checklist_desk.settle(place.app, "1", choice, "test", to)


def asks(left: list[str]) -> list[str]:
    return [one for one in left if one.startswith("checklist_")]


def test_row_of_a_session_gathers_everything_and_grows(place: SharersPlace) -> None:
    session = silent(place)
    first = row(place)
    assert [line.item.code for line in first.lines] == ["date_and_topic", "places", "description"]
    assert first.since == session.starts_at - 11 * DAY
    assert len(first.later) == 11
    assert [(one.name, one.channel, one.times) for one in first.asked] == [
        ("Ada Obi", "email", 3), ("Ben Silva", "email", 5),
    ]  # fmt: skip
    place.left(days=1)
    second = row(place)
    assert (len(second.lines), second.since) == (4, first.since)
    (on_desk,) = [one for one in status.needs_person(place.app) if one["kind"] == "sharers"]
    assert on_desk["count"] == 1
    assert on_desk["why"].startswith("session 1 (proposal-writing), 2026-12-12: its sharers are silent; 4 things wait:")
    assert desk_flow.listed([on_desk]).count("*Settle what sharers left*; in the terminal: ") == 1
    assert desk_tasks.waiting(place.app) == []
    with pytest.raises(UserError, match="does not wait"):
        desk_tasks.settle(place.app, [1], "test")


def test_help_is_a_row_that_says_so(place: SharersPlace) -> None:
    place.clinic(16, "Ada Obi")
    place.left(days=1)
    place.replies("checklist_ask/item-1/0/1", "I need help")
    assert row(place).helps == 1
    (on_desk,) = [one for one in status.needs_person(place.app) if one["kind"] == "sharers"]
    assert "a sharer asks for help; one thing waits: date and topic" in on_desk["why"]


def test_seen_to_settles_what_waits_and_the_rest_is_asked_about(place: SharersPlace) -> None:
    session = silent(place)
    settle(place, Settling.SEEN_TO)
    states = place.states(session)
    assert [code for code, state in states.items() if state == "done"] == [
        "date_and_topic", "places", "description",
    ]  # fmt: skip
    assert (place.desk(), checklist_desk.waiting(place.app)) == ([], [])
    with pytest.raises(UserError, match="nothing of it waits"):
        settle(place, Settling.SEEN_TO)
    assert asks(place.left(days=2))


def test_taken_over_nobody_is_asked_even_when_it_moves(place: SharersPlace) -> None:
    session = silent(place)
    settle(place, Settling.TAKE_OVER)
    assert set(place.states(session).values()) == {"done"}
    place.change(session, start=iso(session.starts_at + 7 * DAY))
    assert asks(place.left(days=40)) == []
    assert checklist_desk.waiting(place.app) == []
    with pytest.raises(UserError, match="nothing of its checklist is open"):
        settle(place, Settling.MORE_TIME)


def test_what_a_sharer_had_done_is_open_again_when_it_moves_beside_what_was_taken_over(place: SharersPlace) -> None:
    session = place.clinic(20, "Ada Obi")
    checklists.tick(place.app, place.items(session)["date_and_topic"].id, Answered(ItemState.DONE), "test")
    place.left(days=14)
    settle(place, Settling.TAKE_OVER)
    place.change(session, start=iso(session.starts_at + 7 * DAY))
    assert [code for code, state in place.states(session).items() if state == "open"] == ["date_and_topic"]


def test_handed_over_the_co_sharer_has_a_new_plan_and_the_silent_one_is_left_alone(place: SharersPlace) -> None:
    session = silent(place)
    settle(place, Settling.HAND_OVER)
    assert sessions.find(place.app, "1").sharers == ("Ben Silva",)
    assert place.desk() == []
    left = place.left(days=8)
    to_ada = [one.split()[0] for one in left if one.split()[0].endswith(f"/{place.ada}")]
    assert to_ada == ["prep_released/released-1/1/1"]  # the tech check leaves the calendar, and that is all
    pack = f"prep_pack/checklist-2/1/{place.ben}"
    assert left[0] == f"{pack} email"
    assert "Proposal writing has new dates, so that you have more" in letter_text(place, pack)
    first = place.items(session)["date_and_topic"].id
    assert asks(left)[0] == f"checklist_ask/item-{first}/1/{place.ben} email"


def test_handed_over_to_somebody_else_of_the_same_name_as_another(place: SharersPlace) -> None:
    silent(place, "Ada Obi")
    with pytest.raises(UserError, match="no other sharer"):
        settle(place, Settling.HAND_OVER)
    with pytest.raises(UserError, match="leads the session already"):
        settle(place, Settling.HAND_OVER, str(place.ada))
    place.named("Eve One")
    eve = place.named("Eve One")
    settle(place, Settling.HAND_OVER, str(eve))
    assert [one.participant_id for one in store.sharers(place.app.conn, [1])] == [eve]
    assert asks(place.left(days=3))[0].split()[0].endswith(f"/1/{eve}")


def test_more_time_gives_new_dates_asks_anew_and_comes_back_to_the_desk(place: SharersPlace) -> None:
    session = silent(place, "Ada Obi")
    with pytest.raises(UserError, match="is for hand-over only"):
        settle(place, Settling.MORE_TIME, "2")
    settle(place, Settling.MORE_TIME)
    assert place.desk() == []
    lines = checklists.show(place.app, "1").lines
    dues = [line.dated.due for line in lines if not line.item.after]
    assert place.time < min(dues) and max(dues) < session.starts_at
    before = int(place.event("prep_pack/checklist-1/0/1")[1]["SEQUENCE"])
    place.tick()
    uids = {str(place.event(f"prep_pack/checklist-1/{n}/1")[1]["UID"]) for n in (0, 1)}
    assert (len(uids), int(place.event("prep_pack/checklist-1/1/1")[1]["SEQUENCE"])) == (1, before + 1)
    place.left(days=7)
    assert row(place).lines[0].item.code == "date_and_topic"
    assert place.key(session, "date_and_topic", 1).replace("/0/", "/1/") in place.outbox()


def test_more_time_after_the_session_counts_from_now(place: SharersPlace) -> None:
    session = silent(place, "Ada Obi")
    place.left(days=8 + 5)
    assert [line.item.code for line in row(place).lines] == ["recording"]  # what was to be prepared is over
    settle(place, Settling.MORE_TIME)
    lines = {line.item.code: line.dated.due for line in checklists.show(place.app, "1").lines}
    assert lines["recording"] == place.time + DAY > session.ends_at + DAY
    assert any("checklist_ask" in one for one in place.left(days=1))


def test_session_that_is_over_is_one_row_that_closing_it_settles(place: SharersPlace) -> None:
    session = silent(place, "Ada Obi")
    place.left(days=8 + 12)
    ours = [one for one in status.needs_person(place.app) if one["kind"] in ("sharers", "undocumented")]
    assert [(one["kind"], one["count"], one["do"]) for one in ours] == [
        ("undocumented", 1, "letsconnect session state 1, then session close 1 --take-over")
    ]
    brought = Brought(guests=3, without=["recording", "slides"])
    with pytest.raises(UserError, match="Tick it, or take over all that is open: --take-over"):
        closing.close(place.app, "1", "test", brought)
    with deeds.doing(place.app, "session close", "test"):
        closed = closing.close(place.app, "1", "test", replace(brought, take_over=True))
    assert (closed.closed_at, stored.of_session(place.app.conn, 1)) == (place.time, ["session close"])
    assert (place.desk(), checklist_desk.waiting(place.app)) == ([], [])
    after = [state for code, state in place.states(session).items() if place.items(session)[code].after]
    assert after == ["done"] * 3
    assert [one for one in status.needs_person(place.app) if one["kind"] in ("sharers", "undocumented")] == []


def test_taking_over_closes_nothing_that_is_not_over(place: SharersPlace) -> None:
    silent(place)
    before = list(place.app.conn.iterdump())
    with pytest.raises(UserError, match="it is not over yet"):
        closing.close(place.app, "1", "test", Brought(take_over=True))
    assert list(place.app.conn.iterdump()) == before


def test_called_off_cancels_the_session_and_ends_everything(place: SharersPlace) -> None:
    silent(place)
    settle(place, Settling.CALL_OFF)
    session = sessions.find(place.app, "1")
    assert (session.state, session.cancel_reason) == (SessionState.CANCELLED, "the sharer cannot come")
    assert (place.desk(), asks(place.left(days=20))) == ([], [])


@pytest.mark.parametrize("choice", list(settle_checklist.CHOICES))
def test_form_tries_without_changing_and_settles_as_one_deed(place: SharersPlace, choice: str) -> None:
    silent(place)
    dump = list(place.app.conn.iterdump())
    with deeds.doing(place.app, settle_checklist.NAME, COORDINATOR):
        before, after = settle_checklist.settle(place.app, "1", settle_checklist.CHOICES[choice], 0, dry_run=True)
    assert list(place.app.conn.iterdump()) == dump
    text = settle_checklist.told(before, after, choice, dry_run=True)
    assert text.startswith("Nothing was changed") and "| date and topic |" in text and "Ada" not in text
    with deeds.doing(place.app, settle_checklist.NAME, COORDINATOR):
        settle_checklist.settle(place.app, "1", settle_checklist.CHOICES[choice], 0, dry_run=False)
    assert stored.of_session(place.app.conn, 1) == [settle_checklist.NAME]
    with pytest.raises(UserError, match="does not wait on the desk any more"):
        settle_checklist.settle(place.app, "1", Settling.SEEN_TO, 0, dry_run=False)
