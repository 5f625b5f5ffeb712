"""Sharers' checklists: made with the session, kept in step with it, asked about one at a time, answered by mail."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.checklists import Answered, ItemState, Settling
from domain.errors import UserError
from domain.times import iso
from steps import arranging, checklist_answers, checklist_desk, checklists, persons, sessions
from steps.forecast import forecast
from store import checklists as store
from store import database, resources
from tests.steps.checklist_place import DAY, LINK, SharersPlace
from tests.steps.mails_in import letter_text

CODES = [
    "date_and_topic", "places", "description", "case_study", "interpretation", "session_guide", "interaction", "slides",
    "pre_reading", "host_roles", "tech_check", "recording", "resources", "documentation",
]  # fmt: skip
ALONE = "Ada Obi"


@pytest.fixture
def place(tmp_path: Path) -> SharersPlace:
    return SharersPlace(tmp_path)


def test_session_with_sharers_gets_a_checklist_and_each_sharer_the_plan(place: SharersPlace) -> None:
    session = place.clinic(30)
    assert list(place.items(session)) == CODES
    assert {i.state for i in place.items(session).values()} == {ItemState.OPEN}
    assert [s.participant_id for s in store.sharers(place.app.conn, [session.id])] == [place.ada, place.ben]
    assert place.tick() == ["prep_pack/checklist-1/0/1", "prep_pack/checklist-2/0/2"]
    words = letter_text(place, "prep_pack/checklist-1/0/1")
    assert "Tue 8 Dec – Confirm the date, the topic" in words and "(late)" not in words
    method, event = place.event("prep_pack/checklist-1/0/1")
    assert (method, str(event["SUMMARY"])) == ("REQUEST", "Try camera, sound and slides with us: Proposal writing")
    assert event["DTSTART"].dt == session.starts_at - 2 * DAY
    assert place.tick() == []


def test_kind_without_a_list_and_session_without_sharers_have_none(place: SharersPlace) -> None:
    assert place.items(place.clinic(30, sharers="")) == {}
    assert place.items(place.session("Coffee", kind="coffee", sharers="Ada Obi")) == {}
    assert checklists.listing(place.app) == []


def test_sharer_nobody_knows_is_said_until_a_person_says_who_it_is(place: SharersPlace) -> None:
    place.named("Eve One"), place.named("Eve One")
    session = place.clinic(30, sharers="Ada Obi; Eve One; Somebody Else")
    assert checklists.show(place.app, str(session.id)).unknown == ("Eve One", "Somebody Else")
    found = checklists.share(place.app, str(session.id), "Eve One", "4", "test")
    assert (found.unknown, [s.participant_id for s in found.sharers]) == (("Somebody Else",), [1, 4])
    with pytest.raises(UserError, match="is no sharer"):
        checklists.share(place.app, str(session.id), "Eve Two", "4", "test")
    place.named("Somebody Else")
    assert checklists.arrange_all(place.app) == 1
    assert checklists.show(place.app, str(session.id)).unknown == ()


def test_erased_namesake_leaves_one_who_is_meant(place: SharersPlace) -> None:
    gone, here = place.named("Eve One"), place.named("Eve One")
    place.app.conn.execute("update participants set erased_at = '0' where id = ?", (gone,))  # by its mark alone
    session = place.clinic(30, sharers="Eve One")
    assert [s.participant_id for s in store.sharers(place.app.conn, [session.id])] == [here]


def test_sharer_named_twice_has_the_place_of_the_first(place: SharersPlace) -> None:
    place.named("Eve One"), place.named("Eve One")
    session = place.clinic(30, sharers="Ada Obi; Ben Silva; Eve One")
    checklists.share(place.app, str(session.id), "Eve One", str(place.ada), "test")
    assert [s.participant_id for s in store.sharers(place.app.conn, [session.id])] == [place.ada, place.ben]


def test_cancelled_session_gets_no_checklist(place: SharersPlace) -> None:
    session = place.clinic(30, sharers="Somebody Else")
    sessions.cancel(place.app, str(session.id), "", "test")
    place.named("Somebody Else")
    with database.write(place.app.conn) as conn:
        arranging.arrange(place.app, conn, sessions.find(place.app, str(session.id)), place.time)
    assert (store.sharers(place.app.conn, [session.id]), place.items(session)) == ([], {})


def test_arranging_again_changes_nothing(place: SharersPlace) -> None:
    place.clinic(30)
    changes = place.app.conn.total_changes
    checklists.arrange_all(place.app)
    assert place.app.conn.total_changes == changes


def test_changed_duties_reach_open_items_alone(place: SharersPlace) -> None:
    session = place.clinic(30)
    done = place.items(session)["places"]
    checklists.tick(place.app, done.id, Answered(ItemState.DONE, "12"), "test")
    duties = tuple(
        replace(d, offset=d.offset - DAY) for d in place.programme.duties["clinic"] if d.code in ("places", "slides")
    )
    app = replace(place.app, programme=replace(place.programme, duties={"clinic": duties}))
    with database.write(app.conn) as conn:
        arranging.arrange(app, conn, session, place.time)
    assert {code: item.offset for code, item in place.items(session).items()} == {
        "places": -13 * DAY, "slides": -6 * DAY,
    }  # fmt: skip


# -- asking ---------------------------------------------------------------------------------------------------


def test_one_ask_at_a_time_and_the_next_when_it_is_due(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    place.tick()
    assert place.left(days=15) == [f"{place.key(session, 'date_and_topic', 1)} email"]
    place.replies(place.key(session, "date_and_topic", 1), "Done")
    assert place.left(days=1) == [f"{place.key(session, 'places', 1)} email"]
    place.replies(place.key(session, "places", 1), "About 25")
    assert place.items(session)["places"].answer == "25"
    assert place.desk() == []


def test_silent_sharer_then_the_co_sharer_then_a_coordinator(place: SharersPlace) -> None:
    session = place.clinic(30)
    place.tick()
    item = place.items(session)["date_and_topic"].id
    found = [one for one in place.left(days=20) if f"item-{item}/" in one]
    assert found == [
        f"checklist_ask/item-{item}/0/1 email",
        f"checklist_ask_again/item-{item}/0/1 email",
        f"checklist_co_sharer/item-{item}/0/2 email",
        f"checklist_coordinator/item-{item}/0/1 desk",
    ]
    assert f"item-{item}" in place.desk()
    assert "You share Proposal writing with Ada Obi" in letter_text(place, f"checklist_co_sharer/item-{item}/0/2")
    place.replies(f"checklist_co_sharer/item-{item}/0/2", "done")
    assert place.states(session)["date_and_topic"] == "done"
    assert f"item-{item}" not in place.desk()


def test_everything_ticked_is_silent(place: SharersPlace) -> None:
    session = place.clinic(30)
    place.tick()
    for item in place.items(session).values():
        checklists.tick(place.app, item.id, Answered(ItemState.NOT_NEEDED), "test")
    assert place.left(days=45) == []
    assert (checklists.listing(place.app), len(checklists.listing(place.app, everything=True))) == ([], 1)


def test_item_done_between_plan_and_delivery_is_not_asked_about(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    place.tick()
    place.time = session.starts_at - 16 * DAY
    place.plan()
    key = place.key(session, "date_and_topic", 1)
    assert place.outbox()[key] == "queued"
    checklists.tick(place.app, place.items(session)["date_and_topic"].id, Answered(ItemState.DONE), "test")
    place.deliver()
    assert (place.outbox()[key], place.by_key(key).note) == ("cancelled", "it is done")


def test_made_late_says_what_is_late_and_still_reaches_the_desk_in_time(place: SharersPlace) -> None:
    session = place.clinic(2, ALONE)
    assert place.round()[0][1] == "prep_pack/checklist-1/0/1"
    words = letter_text(place, "prep_pack/checklist-1/0/1")
    assert "There is less time than usual" in words and words.count("(late)") == 10
    place.left(days=2, hours=1, minutes=30)  # half an hour before the session
    before = [f"item-{item.id}" for item in place.items(session).values() if not item.after]
    assert sorted(place.desk()) == sorted(before)


def test_forecast_of_a_checklist_is_what_comes(place: SharersPlace) -> None:
    place.clinic(18, ALONE)
    place.round()
    ahead = [one for one in forecast(place.app, 30) if one.verdict == "send"]
    foreseen = {(one.key, one.channel) for one in ahead if not one.key.startswith("audience_")}
    came = {(key, channel) for _, key, channel in place.through(days=30)}
    assert foreseen == came and len(came) > 20


# -- the session changes --------------------------------------------------------------------------------------


def test_moved_session_moves_its_plan_and_reopens_what_must_be_done_anew(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    place.tick()
    for code in ("date_and_topic", "places"):
        words = "12" if code == "places" else ""
        checklists.tick(place.app, place.items(session)[code].id, Answered(ItemState.DONE, words), "test")
    place.later(days=1)
    session = place.change(session, start=iso(session.starts_at + 7 * DAY))
    assert (place.states(session)["date_and_topic"], place.items(session)["places"].answer) == ("open", "12")
    assert place.tick() == ["prep_pack/checklist-1/1/1"]
    assert "has another date, and your plan moves with it" in letter_text(place, "prep_pack/checklist-1/1/1")
    uids = {str(place.event(f"prep_pack/checklist-1/{n}/1")[1]["UID"]) for n in (0, 1)}
    assert len(uids) == 1 and int(place.event("prep_pack/checklist-1/1/1")[1]["SEQUENCE"]) == 1
    found = checklists.show(place.app, str(session.id))
    assert {line.item.code: line.dated.due for line in found.lines}["slides"] == session.starts_at - 5 * DAY


def test_moved_session_settles_tasks_about_the_old_dates(place: SharersPlace) -> None:
    session = place.clinic(20, ALONE)
    place.left(days=11)
    assert place.desk()
    place.change(session, start=iso(session.starts_at + 30 * DAY))
    assert place.desk() == []


def test_cancelled_session_ends_everything(place: SharersPlace) -> None:
    session = place.clinic(20, ALONE)
    place.left(days=11)
    place.cancel(session)
    assert place.left(days=30) == ["prep_released/released-1/0/1 email"]
    assert (place.desk(), checklists.listing(place.app)) == ([], [])
    assert "will not take place" in letter_text(place, "prep_released/released-1/0/1")
    taken_back(place, "prep_released/released-1/0/1", "prep_pack/checklist-1/0/1")


def taken_back(place: SharersPlace, release: str, pack: str) -> None:
    """That letter takes the entry of that plan out of the calendar (RFC 5546 section 3.2.5)."""
    (asked, before), (method, after) = place.event(pack), place.event(release)
    assert (asked, method, str(after["STATUS"])) == ("REQUEST", "CANCEL", "CANCELLED")
    assert (str(after["UID"]), str(after["ATTENDEE"])) == (str(before["UID"]), str(before["ATTENDEE"]))
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_sharer_who_never_had_the_plan_is_not_told_that_it_is_over(place: SharersPlace) -> None:
    session = place.clinic(20, ALONE)
    place.cancel(session)
    assert place.left(days=30) == []


def test_session_that_moved_and_was_cancelled_takes_back_the_newest_entry(place: SharersPlace) -> None:
    session = place.clinic(20, ALONE)
    place.tick()
    place.later(days=1)
    session = place.change(session, start=iso(session.starts_at + 7 * DAY))
    place.tick()
    place.cancel(session)
    place.tick()
    taken_back(place, "prep_released/released-1/1/1", "prep_pack/checklist-1/1/1")


def test_taken_over_and_moved_takes_the_entry_at_the_old_date_back(place: SharersPlace) -> None:
    session = place.clinic(20, ALONE)
    place.left(days=12)
    checklist_desk.settle(place.app, "1", Settling.TAKE_OVER, "test")
    assert place.left(days=1) == []
    place.change(session, start=iso(session.starts_at + 7 * DAY))
    assert place.left(days=1) == ["prep_released/released-1/1/1 email"]
    taken_back(place, "prep_released/released-1/1/1", "prep_pack/checklist-1/0/1")
    assert "We see to what was still to prepare" in letter_text(place, "prep_released/released-1/1/1")


def test_other_sharers_take_over(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    place.tick()
    place.change(session, sharers="Ben Silva")
    assert [s.participant_id for s in store.sharers(place.app.conn, [session.id])] == [place.ben]
    assert place.tick() == ["prep_pack/checklist-2/0/2", "prep_released/released-1/0/1"]
    taken_back(place, "prep_released/released-1/0/1", "prep_pack/checklist-1/0/1")
    assert "no longer among those who share" in letter_text(place, "prep_released/released-1/0/1")
    assert place.left(days=15) == [f"{place.key(session, 'date_and_topic', 2)} email"]
    place.change(session, sharers="Ada Obi; Ben Silva")  # back again: the same checklist, and the entry anew
    assert [s.id for s in store.sharers(place.app.conn, [session.id])] == [1, 2]
    assert "prep_pack/checklist-1/2/1" in place.tick()
    assert int(place.event("prep_pack/checklist-1/2/1")[1]["SEQUENCE"]) == 2


# -- answers --------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(place: SharersPlace) -> SharersPlace:
    """Ada was asked to confirm the date of her clinic."""
    place.clinic(16, ALONE)
    place.left(days=1)
    return place


@pytest.mark.parametrize(
    ("words", "state"),
    [("done", "done"), ("Hecho, gracias", "done"), ("not needed", "not_needed"), ("help", "help"), ("why?", "open")],
)
def test_reply_by_mail(asked: SharersPlace, words: str, state: str) -> None:
    asked.replies("checklist_ask/item-1/0/1", words)
    (item,) = [i for i in store.items_of(asked.app.conn, [1])[1] if i.id == 1]
    assert item.state.value == state
    (kind,) = asked.app.conn.execute("select state from inbox").fetchone()
    assert kind == ("for_person" if state == "open" else "read")
    assert asked.desk() == (["item-1"] if state == "help" else [])


def test_reply_stop_is_heeded_and_what_is_open_goes_to_the_desk(asked: SharersPlace) -> None:
    asked.replies("checklist_ask/item-1/0/1", "STOP")
    assert all(one.endswith("desk") for one in asked.left(days=14))
    assert "item-1" in asked.desk()


def test_help_is_a_task_that_ends_with_the_item(asked: SharersPlace) -> None:
    asked.replies("checklist_ask/item-1/0/1", "I need help")
    assert not any("item-1/" in one for one in asked.left(days=3))  # nobody presses somebody who asked for help
    checklists.tick(asked.app, 1, Answered(ItemState.OPEN), "test")
    assert asked.desk() == ["item-1"]
    checklists.tick(asked.app, 1, Answered(ItemState.DONE), "test")
    assert asked.desk() == []


def test_link_of_an_item_becomes_a_resource_of_the_session(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    checklists.tick(place.app, place.items(session)["slides"].id, Answered(ItemState.DONE, LINK), "test")
    assert [(r.kind.value, r.url) for r in resources.listing(place.app.conn, session.id)] == [("slides", LINK)]


@pytest.mark.parametrize(
    ("code", "words"), [("slides", "soon"), ("slides", ""), ("places", "many"), ("description", " "), ("places", "-3")]
)
def test_answer_of_another_kind_is_refused(place: SharersPlace, code: str, words: str) -> None:
    session = place.clinic(30, ALONE)
    with pytest.raises(UserError):
        checklists.tick(place.app, place.items(session)[code].id, Answered(ItemState.DONE, words), "test")
    assert place.states(session)[code] == "open"


def test_person_who_left_the_session_answers_nothing_any_more(asked: SharersPlace) -> None:
    session = checklists.show(asked.app, "1").session
    asked.change(session, sharers="Ben Silva")
    asked.replies("checklist_ask/item-1/0/1", "done")
    assert asked.states(session)["date_and_topic"] == "open"


def test_erased_sharer_leaves_no_words(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    item = place.items(session)["interaction"].id
    with database.write(place.app.conn) as conn:
        said = Answered(ItemState.DONE, "For my friends")
        checklists.answer(place.app, conn, item, said, "mail", place.time, place.ada)
    assert persons.export(place.app, "1")["checklist_items"][0]["answer"] == "For my friends"
    persons.erase(place.app, "1", "test")
    assert place.items(session)["interaction"].answer == ""
    assert place.left(days=20) == []


def test_no_message_about_preparing_leaves_without_a_session_ahead(place: SharersPlace) -> None:
    place.clinic(1 / 24, ALONE)
    place.time += timedelta(hours=4)
    assert [key for key in place.tick() if "prep_pack" in key] == []


# -- small print ----------------------------------------------------------------------------------------------


def test_same_answer_again_changes_nothing(place: SharersPlace) -> None:
    item = place.items(place.clinic(30, ALONE))["places"].id
    with database.write(place.app.conn) as conn:
        checklists.answer(place.app, conn, item, Answered(ItemState.DONE, "12"), "mail", place.time, place.ada)
        changes = conn.total_changes
        later = place.time + DAY
        checklists.answer(place.app, conn, item, Answered(ItemState.DONE, "12"), "page", later, place.ada)
        assert conn.total_changes == changes


def test_help_that_a_coordinator_enters_is_no_task_and_an_opened_item_has_no_date(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    item = place.items(session)["places"].id
    checklists.tick(place.app, item, Answered(ItemState.HELP), "test")
    assert (place.desk(), place.items(session)["places"].answered_at) == ([], place.time)
    checklists.tick(place.app, item, Answered(ItemState.OPEN), "test")
    assert place.items(session)["places"].answered_at is None


def test_overdue_is_what_is_open_past_its_date(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    found = checklists.show(place.app, "1")
    codes = [line.item.code for line in found.overdue(session.starts_at - 13 * DAY)]
    assert codes == ["date_and_topic", "places"]


def test_sharers_in_another_order_lead_in_that_order(place: SharersPlace) -> None:
    session = place.clinic(30)
    place.change(session, sharers="Ben Silva; Ada Obi")
    assert [one.participant_id for one in store.sharers(place.app.conn, [session.id])] == [place.ben, place.ada]


def test_nothing_to_prepare_from_the_start_brings_no_plan(place: SharersPlace) -> None:
    for item in place.items(place.clinic(30, ALONE)).values():
        checklists.tick(place.app, item.id, Answered(ItemState.NOT_NEEDED), "test")
    assert place.tick() == []


def test_done_item_outlives_its_duty(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    checklists.tick(place.app, place.items(session)["places"].id, Answered(ItemState.DONE, "12"), "test")
    app = replace(place.app, programme=replace(place.programme, duties={"clinic": ()}))
    with database.write(app.conn) as conn:
        arranging.arrange(app, conn, session, place.time)
    assert list(place.items(session)) == ["places"]


def test_settled_task_waits_no_more(place: SharersPlace) -> None:
    session = place.clinic(20, ALONE)
    place.left(days=11)
    assert checklists.show(place.app, "1").waiting
    place.change(session, start=iso(session.starts_at + 30 * DAY))
    assert checklists.show(place.app, "1").waiting == ()


def test_page_answers_for_its_own_session_while_it_stands(place: SharersPlace) -> None:
    first, second = place.clinic(30, ALONE), place.clinic(31, ALONE)
    done, checklist = Answered(ItemState.DONE), store.sharers(place.app.conn, [first.id])[0].id
    other, own = place.items(second)["date_and_topic"].id, place.items(first)["date_and_topic"].id
    assert not checklist_answers.by_page(place.app, checklist, other, done)
    place.cancel(first)
    assert not checklist_answers.by_page(place.app, checklist, own, done)
    assert {place.states(one)["date_and_topic"] for one in (first, second)} == {"open"}


def test_yes_of_the_co_sharer_is_a_promise_and_for_a_person(place: SharersPlace) -> None:
    session = place.clinic(18)
    place.left(days=6)
    place.replies(place.key(session, "date_and_topic", place.ben, "checklist_co_sharer"), "Yes")
    assert place.states(session)["date_and_topic"] == "open"
    (state,) = place.app.conn.execute("select state from inbox").fetchone()
    assert state == "for_person"


def test_session_that_moves_late_squeezes_its_plan_from_then_on(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    place.later(days=20)
    place.change(session, start=iso(place.time + 3 * DAY))
    lines = [line for line in checklists.show(place.app, "1").lines if not line.item.after]
    assert min(line.dated.due for line in lines) > place.time
