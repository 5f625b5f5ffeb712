"""Facts to outbox: who is invited and welcomed, once, and at what hour of theirs."""

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

from domain.times import QuietHours
from tests.programme import NOON, Place


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


def test_plan_late_registrant_gets_todays_state(place: Place, ada: int) -> None:
    session = place.session()
    place.change(session, start="2026-12-05T14:00Z")
    place.change(session, title="Better proposals")
    place.register(ada, session)
    assert place.tick() == ["invite/1/2/1"]
    event = place.event("invite/1/2/1")[1]
    assert (str(event["SUMMARY"]), event["SEQUENCE"]) == ("Better proposals", 2)
    assert place.purposes() == {"invite/1/2/1": "invitation"}


def test_plan_past_sessions_say_nothing(place: Place, ada: int) -> None:
    session = place.session()
    place.register(ada, session)
    place.time = session.starts_at
    assert place.tick() == []
    place.time = session.ends_at
    place.cancel(session)
    assert (place.tick(), place.plan().skip) == ([], 0)


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


def test_rules_quiet_hours_off(tmp_path: Path) -> None:
    place = Place(tmp_path)
    rules = replace(place.programme.rules, quiet=QuietHours(time(0), time(0)))
    place = Place(tmp_path, now=NOON.replace(hour=3), rules=rules)
    place.person()
    place.session(kind="orientation")
    assert place.tick() == ["invite/1/0/1", "welcome/1"]
