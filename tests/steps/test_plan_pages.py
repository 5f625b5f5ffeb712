"""Planning goes through people page by page: each once, and what changes meanwhile is left for the next time."""

import pytest

from steps import plan as planning
from steps import planned
from store import meta, next_due
from tests.programme import NOON, Place


def test_plan_person_who_cannot_be_written_to_stops_nobody(place: Place) -> None:
    place.person(name="Evil\r\nBcc: x@example.org")
    place.person()
    report = place.plan()
    assert (report.send, report.unwritable) == (1, 1)
    assert place.outbox() == {"welcome/2": "queued"}


def test_record_facts_that_changed_under_the_planner_are_left_for_the_next(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    (page,) = next_due.due_pages(place.app.conn, place.time)
    people = planning.looked_at(place.app, page, None, place.time)
    place.change(session, start="2026-12-09T10:00Z")
    done = planned.record(place.app, people, True, set(), place.time)
    assert (done["send"], place.outbox()) == (0, {})
    assert place.tick() == ["invite/1/1/1"]


def test_pages_hold_every_candidate_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_due, "PAGE", 3)
    for _ in range(8):
        place.person()
    place.session(kind="orientation")
    seen = [person.id for person in planning.gathered(place.app, next_due.due_pages(place.app.conn, NOON), NOON)]
    assert seen == list(range(1, 9))
    assert place.plan().send == 16
    assert list(next_due.due_pages(place.app.conn, NOON)) == []  # nobody is looked at again before something is due


@pytest.mark.parametrize("kept", [0, 3, 8, 100])
def test_plan_more_people_than_are_kept_get_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(next_due, "PAGE", 3)
    monkeypatch.setattr(planning, "RECORDED", 2)
    monkeypatch.setattr(planning, "KEPT", kept)
    for _ in range(8):
        place.person()
    place.session(kind="orientation")
    report = place.plan()
    assert (report.send, report.by_purpose) == (16, {"invitation": 8, "welcome": 8})
    assert len(place.outbox()) == 16
    assert list(next_due.due_pages(place.app.conn, NOON)) == []


def test_record_restored_under_the_planner_is_held(place: Place, ada: int, monkeypatch: pytest.MonkeyPatch) -> None:
    place.register(ada, place.session())
    compose = planned.compose

    def restored_meanwhile(*args: object) -> object:
        meta.put(place.app.conn, meta.RESTORED, "just now")
        return compose(*args)

    monkeypatch.setattr(planned, "compose", restored_meanwhile)
    place.plan()
    assert place.outbox() == {"invite/1/0/1": "held"}
