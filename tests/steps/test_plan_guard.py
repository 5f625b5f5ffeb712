"""Large sendings wait as drafts for approval, however their people are come upon."""

from dataclasses import replace
from pathlib import Path

import pytest

from steps import outbox
from steps import plan as planning
from tests.programme import NOON, Place


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
