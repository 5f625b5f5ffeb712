"""Facts to outbox: who gets what when sessions are added, changed and cancelled and people come, go and decline."""

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from domain.deliveries import Outcome
from domain.invitations import Rsvp, RsvpSource
from domain.times import QuietHours
from steps import outbox, persons, planned
from steps import plan as planning
from store import contact_points, database, invitations, meta, next_due
from tests.programme import NOON, Place


def answer(place: Place, person: int, session_id: int, partstat: str, sequence: int = 0) -> None:
    invitation = invitations.of_session(place.app.conn, session_id, [person])[person]
    session = place.app.conn.execute("select time_sequence from sessions where id = ?", (session_id,)).fetchone()
    rsvp = Rsvp(invitation.id, type(invitation.partstat)(partstat), RsvpSource.PAGE, sequence, place.time)
    with database.write(place.app.conn) as conn:
        invitations.record_rsvp(conn, rsvp, session["time_sequence"], place.time)


@pytest.fixture
def ada(place: Place) -> int:
    person = place.person()
    place.welcomed()
    return person


def test_plan_registration_brings_an_invitation(place: Place, ada: int) -> None:
    session = place.session()
    assert place.tick() == []
    place.register(ada, session)
    assert place.tick() == ["invite/1/0/1"]
    method, event = place.event("invite/1/0/1")
    assert (method, event["SEQUENCE"]) == ("REQUEST", 0)
    assert event["UID"] == place.app.uid(1, 1)
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (
        datetime(2026, 12, 3, 14, tzinfo=UTC),
        datetime(2026, 12, 3, 16, tzinfo=UTC),
    )
    assert place.purposes() == {"invite/1/0/1": "invitation"}


def test_plan_again_does_nothing(place: Place, ada: int) -> None:
    place.register(ada, place.session())
    first, again = place.plan(), place.plan()
    assert (first.send, again.send) == (1, 0)
    assert len(place.outbox()) == 1


def test_plan_dry_run_records_nothing_and_counts_the_same(place: Place, ada: int) -> None:
    place.register(ada, place.session())
    foreseen = place.plan(dry_run=True)
    assert place.outbox() == {} and place.app.conn.execute("select count(*) from step_runs").fetchone()[0] == 0
    assert foreseen == place.plan()


def test_plan_of_one_session_leaves_the_others(place: Place, ada: int) -> None:
    one, other = place.session("One"), place.session("Other")
    place.register(ada, one)
    place.register(ada, other)
    assert place.plan(session_id=other.id).send == 1
    assert list(place.outbox()) == ["invite/2/0/1"]


def test_plan_welcome_once(place: Place) -> None:
    place.person()
    assert place.tick() == ["welcome/1"]
    assert place.tick() == []


def test_plan_general_invitation_to_everybody_eligible(place: Place) -> None:
    for consents in ({}, {"invitations": True}, {"invitations": False}):
        place.person(consents=consents)
    place.person(programme=False)  # known, but never registered
    session = place.session(kind="conversation")
    sent = place.tick()
    assert [key for key in sent if key.startswith("invite/")] == ["invite/1/0/1", "invite/1/0/2"]
    rows = place.app.conn.execute("select participant_id, because from decisions").fetchall()
    assert [tuple(row) for row in rows] == [(3, "did not agree to general invitations")]
    assert session.invites == "everybody"


def test_plan_invite_everybody_later_keeps_the_sequence(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    place.person()
    changed = place.change(session, invites="everybody")
    assert changed.sequence == 0
    assert [key for key in place.tick() if "invite/" in key] == ["invite/1/0/2"]


def test_plan_update_on_change(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    place.change(session, venue="https://meet.example.org/other")
    assert place.tick() == ["invite/1/1/1"]
    method, event = place.event("invite/1/1/1")
    old = place.event("invite/1/0/1")[1]
    assert (method, event["SEQUENCE"], event["UID"]) == ("REQUEST", 1, old["UID"])
    assert place.purposes()["invite/1/1/1"] == "update"
    assert place.tick() == []


def test_plan_change_before_delivery_is_still_an_invitation(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.plan()
    place.change(session, start="2026-12-04T14:00Z")
    assert place.tick() == ["invite/1/1/1"]
    assert place.purposes() == {"invite/1/0/1": "invitation", "invite/1/1/1": "invitation"}
    assert place.outbox() == {"invite/1/0/1": "cancelled", "invite/1/1/1": "sent"}


@pytest.mark.parametrize(("outcome", "purpose"), [(Outcome.UNSURE, "update"), (Outcome.LATER, "invitation")])
def test_plan_change_after_a_doubtful_delivery(place: Place, ada: int, outcome: Outcome, purpose: str) -> None:
    """Who may have the first one hears of a change; who certainly has not is invited."""
    session = place.session()
    place.register(ada, session)
    place.channel.outcomes["p1@example.org"] = outcome
    place.tick()
    place.change(session, start="2026-12-04T14:00Z")
    place.channel.outcomes.clear()
    assert place.tick() == ["invite/1/1/1"]
    assert place.purposes()["invite/1/1/1"] == purpose


@pytest.mark.parametrize(
    "fields", [{"capacity": "7"}, {"code": "other"}, {"zone": "Africa/Lagos"}, {"title": "Proposal  writing"}]
)
def test_plan_change_that_no_calendar_shows_tells_nobody(place: Place, ada: int, fields: dict[str, str]) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    assert place.change(session, **fields).sequence == 0
    assert place.tick() == []


def test_plan_late_registrant_gets_todays_state(place: Place, ada: int) -> None:
    session = place.session()
    place.change(session, start="2026-12-05T14:00Z")
    place.change(session, title="Better proposals")
    place.register(ada, session)
    assert place.tick() == ["invite/1/2/1"]
    event = place.event("invite/1/2/1")[1]
    assert (str(event["SUMMARY"]), event["SEQUENCE"]) == ("Better proposals", 2)
    assert place.purposes() == {"invite/1/2/1": "invitation"}


def test_plan_cancellation_only_to_those_who_have_it(place: Place) -> None:
    has, queued, never = (place.person() for _ in range(3))
    place.welcomed()
    session = place.session()
    place.register(has, session)
    place.tick()
    place.register(queued, session)
    place.plan()
    place.register(never, session)
    place.cancel(session, "the sharer is ill")
    assert place.tick() == ["cancel/1/1/1"]
    method, event = place.event("cancel/1/1/1")
    assert (method, event["SEQUENCE"], event["STATUS"]) == ("CANCEL", 1, "CANCELLED")
    assert event["UID"] == place.app.uid(1, has)
    assert place.outbox()["invite/1/0/2"] == "cancelled"
    assert place.tick() == []


def test_plan_cancel_again_changes_nothing(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    assert place.cancel(session).sequence == place.cancel(session).sequence == 1
    assert (place.tick(), place.tick()) == (["cancel/1/1/1"], [])


def test_plan_declined_hears_of_nothing_unless_it_moves(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    answer(place, ada, session.id, "DECLINED")
    place.change(session, title="Other words")
    assert place.tick() == []
    place.change(session, start="2026-12-06T14:00Z")
    assert place.partstat(ada, session) == "NEEDS-ACTION"
    assert place.tick() == ["invite/1/2/1"]
    assert place.event("invite/1/2/1")[1]["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"


def test_plan_declined_gets_no_cancellation(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    answer(place, ada, session.id, "DECLINED")
    place.cancel(session)
    assert place.tick() == []


def test_plan_accepted_stays_accepted_in_an_update(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    answer(place, ada, session.id, "ACCEPTED")
    place.change(session, title="Other words")
    place.tick()
    assert place.event("invite/1/1/1")[1]["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_plan_withdrawn_gets_a_cancel_and_comes_back_above_it(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    place.withdraw(ada, session)
    assert place.tick() == ["cancel/1/1/1"]
    method, event = place.event("cancel/1/1/1")
    assert (method, event["SEQUENCE"]) == ("CANCEL", 1)
    place.register(ada, session)
    assert place.tick() == ["invite/1/2/1"]
    method, event = place.event("invite/1/2/1")
    assert (method, event["SEQUENCE"], event["UID"]) == ("REQUEST", 2, place.app.uid(1, 1))
    place.change(session, title="Other words")
    assert place.tick() == ["invite/1/3/1"]
    place.cancel(session)
    assert place.tick() == ["cancel/1/4/1"]


def test_plan_withdrawn_before_anything_left_hears_nothing(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.plan()
    place.withdraw(ada, session)
    assert place.tick() == []
    place.register(ada, session)
    assert place.tick() == ["invite/1/2/1"]
    assert place.purposes()["invite/1/2/1"] == "invitation"


def test_plan_declined_then_registered_again_is_invited(place: Place, ada: int) -> None:
    """Registering again says more than the decline before it."""
    session = place.session()
    place.register(ada, session)
    place.tick()
    answer(place, ada, session.id, "DECLINED")
    place.withdraw(ada, session)
    assert place.tick() == []
    place.register(ada, session)
    assert place.tick() == ["invite/1/2/1"]
    assert place.event("invite/1/2/1")[1]["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert place.purposes()["invite/1/2/1"] == "invitation"


def test_plan_back_before_the_cancel_left_is_invited(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.tick()
    place.withdraw(ada, session)
    place.plan()
    place.register(ada, session)
    assert place.tick() == ["invite/1/2/1"]
    assert place.purposes() == {
        "invite/1/0/1": "invitation", "cancel/1/1/1": "cancellation", "invite/1/2/1": "invitation",
    }  # fmt: skip
    assert place.outbox()["cancel/1/1/1"] == "cancelled"


def test_plan_past_sessions_say_nothing(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.time = session.starts_at
    assert place.tick() == []
    place.time = session.ends_at
    place.cancel(session)
    assert (place.tick(), place.plan().skip) == ([], 0)


def because(place: Place) -> str:
    place.plan()
    ((text,),) = [tuple(row) for row in place.app.conn.execute("select because from decisions")]
    return str(text)


def test_plan_suppressed_hears_nothing(place: Place, ada: int) -> None:
    place.register(ada, place.session())
    contact_points.suppress(place.app.conn, ada, "sessions", "test", NOON)
    assert because(place) == "asked for no more messages about sessions"
    contact_points.lift(place.app.conn, ada, "sessions", NOON)
    assert place.tick() == ["invite/1/0/1"]
    assert place.app.conn.execute("select count(*) from decisions").fetchone()[0] == 0


def test_plan_refusing_address_hears_nothing(place: Place, ada: int) -> None:
    place.register(ada, place.session())
    place.set_address(ada, "hard")
    assert because(place) == "the e-mail address refuses mail"


def test_plan_person_without_address_hears_nothing(place: Place) -> None:
    person = place.person(email=None)
    place.welcomed()
    place.register(person, place.session())
    assert because(place) == "no e-mail address is known"


def test_plan_suppressed_between_planning_and_leaving(place: Place, ada: int) -> None:
    place.register(ada, place.session())
    place.plan()
    contact_points.suppress(place.app.conn, ada, "*", "test", NOON)
    assert place.deliver().dropped == 1
    assert place.outbox() == {"invite/1/0/1": "cancelled"}


def test_plan_quiet_hours_of_each_person(place: Place) -> None:
    for zone in ("UTC", "Asia/Kathmandu", "Pacific/Apia", "America/New_York"):
        place.person(zone=zone)
    place.time = NOON.replace(hour=1)  # 01:00, 06:45, 14:00, 20:00
    place.session(kind="orientation")
    assert [key for key in place.tick() if "invite" in key] == ["invite/1/0/3", "invite/1/0/4"]
    place.time = NOON.replace(hour=2, minute=15)
    assert place.tick() == ["invite/1/0/2"]
    place.time = NOON.replace(hour=7, minute=59)
    assert place.tick() == []
    place.time = NOON.replace(hour=8)
    assert place.tick() == ["invite/1/0/1"]


def test_plan_mass_becomes_drafts_until_approved(tmp_path: Path) -> None:
    place = Place(tmp_path, mass_plan=3)
    for _ in range(4):
        place.person()
    place.welcomed()
    session = place.session()
    for person in (1, 2, 3):
        place.register(person, session)
    assert place.plan().drafts == 0
    other = place.session("Another")
    for person in (1, 2, 3, 4):
        place.register(person, other)
    report = place.plan()
    assert (report.send, report.drafts) == (4, 4)
    assert place.deliver().sent == 3
    assert place.plan().send == 0
    assert outbox.approve(place.app, None, "test") == 4
    assert place.deliver().sent == 4


def test_plan_mass_guard_counts_each_sending_by_itself(tmp_path: Path) -> None:
    place = Place(tmp_path, mass_plan=3)
    for _ in range(3):
        place.person()
    place.session(kind="orientation")
    report = place.plan()
    assert (report.send, report.drafts) == (6, 0)  # three welcomes, three invitations


def test_plan_quiet_hours_do_not_slip_a_mass_past_the_guard(tmp_path: Path) -> None:
    """A general invitation goes out zone by zone; it is one sending all the same."""
    place = Place(tmp_path, mass_plan=3)
    for zone in ("UTC", "UTC", "Pacific/Apia", "Pacific/Apia"):
        place.person(zone=zone)
    place.welcomed()
    place.app.conn.execute("update participants set registered_at = created_at")
    place.app.conn.execute("insert into outbox (key, participant_id, channel, touchpoint, purpose, topic, state,"
                           " because, language, not_before, message_id, sender, recipient, created_at)"
                           " select 'welcome/' || id, id, 'email', 'welcome', 'welcome', 'programme', 'sent', '',"
                           " 'en', '', id, '', '', '' from participants")  # fmt: skip
    place.time = NOON.replace(hour=1)
    place.session(kind="orientation")
    report = place.plan()
    assert (report.send, report.drafts, report.hold) == (2, 2, 2)
    place.time = NOON.replace(hour=8)
    report = place.plan()
    assert (report.send, report.drafts, report.hold) == (2, 2, 0)


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


def test_rules_quiet_hours_off(tmp_path: Path) -> None:
    place = Place(tmp_path)
    rules = replace(place.programme.rules, quiet=QuietHours(time(0), time(0)))
    place = Place(tmp_path, now=NOON.replace(hour=3), rules=rules)
    place.person()
    place.session(kind="orientation")
    assert place.tick() == ["invite/1/0/1", "welcome/1"]


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


@pytest.mark.parametrize("kept", [0, 3])
def test_guard_counts_those_who_are_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(planning, "KEPT", kept)
    place = Place(tmp_path)
    place.programme = replace(place.programme, mass_plan=4)
    place.app = place.another()
    for _ in range(5):
        place.person()
    report = place.plan()
    assert (report.send, report.drafts, set(place.outbox().values())) == (5, 5, {"draft"})


def test_record_restored_under_the_planner_is_held(place: Place, ada: int, monkeypatch: pytest.MonkeyPatch) -> None:
    place.register(ada, place.session())
    compose = planned.compose

    def restored_meanwhile(*args: object) -> object:
        meta.put(place.app.conn, meta.RESTORED, "just now")
        return compose(*args)

    monkeypatch.setattr(planned, "compose", restored_meanwhile)
    place.plan()
    assert place.outbox() == {"invite/1/0/1": "held"}


def test_plan_allowed_again_gets_what_was_taken_back(place: Place, ada: int) -> None:
    place.register(ada, place.session())
    place.plan()
    persons.suppress(place.app, str(ada), "sessions", "test")
    assert (place.tick(), place.outbox()) == ([], {"invite/1/0/1": "cancelled"})
    persons.allow(place.app, str(ada), "sessions", "test")
    assert (place.tick(), place.tick()) == (["invite/1/0/1"], [])


def test_plan_registered_after_a_general_invitation_was_taken_back(place: Place) -> None:
    ada = place.person()
    session = place.session(kind="orientation")
    place.plan()
    persons.suppress(place.app, str(ada), "general_invitations", "test")
    assert place.tick() == ["welcome/1"]
    place.register(ada, session)
    assert place.tick() == ["invite/1/0/1"]
    assert place.by_key("invite/1/0/1").because == "registered for the session"
