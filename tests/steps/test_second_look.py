"""Decided twice, and spared where nothing has changed: a decision stands until a fact or the clock says no."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.cadences import Rules
from domain.invitations import PartStat, Rsvp, RsvpSource
from domain.messages import State
from steps.delivery import LEASE
from steps.second_look import FRESH, SecondLook
from store import claims, database, invitations, looks
from tests.programme import NOON, Place


def standing(place: Place) -> set[str]:
    conn = place.app.conn
    ids = [row["id"] for row in conn.execute("select id from outbox")]
    found = looks.standing(conn, ids, place.time)
    return {row["key"] for row in conn.execute("select id, key from outbox") if row["id"] in found}


@pytest.fixture
def planned(place: Place) -> Place:
    """Two people with a welcome; the first with an invitation too, which quiet hours do not hold back."""
    place.person("Ada")
    place.person("Ben")
    place.register(1, place.session())
    place.plan()
    return place


ALL = {"welcome/1", "welcome/2", "invite/1/0/1"}


def test_what_was_just_planned_stands(planned: Place) -> None:
    assert set(planned.outbox()) == ALL
    assert standing(planned) == ALL
    assert planned.deliver().sent == 3


@pytest.mark.parametrize(
    ("change", "left", "cancelled"),
    [
        ("update participants set registered_at = null where id = 1", {"welcome/2"}, {"welcome/1"}),
        ("update contact_points set health = 'hard' where participant_id = 1", {"welcome/2"},
         {"welcome/1", "invite/1/0/1"}),
        ("update sessions set state = 'cancelled'", {"welcome/2"}, {"invite/1/0/1"}),
        ("insert into suppressions (channel, canonical, topic, reason, since) values"
         " ('email', 'p2@example.org', '*', 'unsubscribed', '2026-11-22T12:00:00+00:00')",
         {"welcome/1", "invite/1/0/1"}, {"welcome/2"}),
    ],
)  # fmt: skip
def test_whose_facts_changed_is_looked_at_again(
    planned: Place, change: str, left: set[str], cancelled: set[str]
) -> None:
    planned.app.conn.execute(change)
    assert standing(planned) == left
    planned.deliver()
    assert {key for key, state in planned.outbox().items() if state == "cancelled"} == cancelled


def test_sent_message_makes_the_others_of_that_person_be_looked_at(planned: Place) -> None:
    planned.deliver(limit=1)
    assert len(standing(planned)) in (1, 2) and standing(planned) < ALL
    assert planned.deliver().sent == 2


def without_welcome(rules: Rules) -> Rules:
    point = replace(rules.touchpoints["welcome"], topic="sessions")
    return replace(rules, touchpoints={**rules.touchpoints, "welcome": point})


@pytest.mark.parametrize("rules_planned_by", [False, True])
def test_other_rules_are_asked(planned: Place, rules_planned_by: bool) -> None:
    """Whether or not the planner has met them: nothing stands by rules that are in force no more."""
    planned.app.conn.execute(
        "insert into suppressions (channel, canonical, topic, reason, since) values"
        " ('email', 'p2@example.org', 'sessions', 'unsubscribed', '2026-11-22T12:00:00+00:00')"
    )
    planned.plan()  # welcomes are of another topic: it stands again
    planned.app.conn.execute(
        "update outbox set decided_on = (select facts_version from participants where id = 2),"
        " stands_until = '2027' where key = 'welcome/2'"
    )
    assert "welcome/2" in standing(planned)
    planned.app.programme = replace(planned.app.programme, rules=without_welcome(planned.app.programme.rules))
    if rules_planned_by:
        planned.plan()
    planned.deliver()
    assert planned.outbox()["welcome/2"] == "cancelled"


@pytest.mark.parametrize(("hours", "state"), [(8.9, "sent"), (9, "queued"), (9.1, "queued")])
def test_quiet_hours_that_began_since(place: Place, hours: float, state: str) -> None:
    place.person("Ada")
    place.session("Open", kind="orientation", start="2026-12-01T14:00Z")
    place.plan()
    assert "invite/1/0/1" in standing(place)
    place.later(hours=hours)  # 21:00 is quiet
    assert ("invite/1/0/1" in standing(place)) == (state == "sent")
    place.deliver()
    assert place.outbox()["invite/1/0/1"] == state


def test_approved_hours_later_is_looked_at_again(tmp_path: object) -> None:
    place = Place(tmp_path, mass_plan=1)
    for _ in range(3):
        place.person()
    place.plan()
    place.later(days=8)
    assert (standing(place), place.time - NOON) == (set(), timedelta(days=8))


@pytest.mark.parametrize("stands", [True, False])
def test_facts_are_read_again_while_a_page_leaves_slowly(place: Place, stands: bool) -> None:
    """Whether the planner's decision was relied on so far, or the facts themselves."""
    conn = place.app.conn
    for name in ("Ada", "Ben"):
        place.person(name)
    place.plan()
    if not stands:
        conn.execute("update outbox set stands_until = ''")
    look, page = SecondLook(place.app), claims.claim(conn, "email", "me", place.time, place.time + LEASE, 10)
    look.begin(page, place.time)
    assert [message.participant_id for message in page] == [1, 2]
    assert look.at(page[0], page, place.time) is None
    conn.execute("update participants set registered_at = null where id = 2")
    place.time += FRESH + timedelta(seconds=1)
    verdict = look.at(page[1], page[1:], place.time)
    assert verdict is not None and verdict.state is State.CANCELLED


def test_confirmation_of_an_answer_that_is_gone_stays_here(place: Place) -> None:
    person, session = place.person(), place.session()
    place.register(person, session)
    place.tick()
    with database.write(place.app.conn) as conn:
        rsvp = Rsvp(1, PartStat.ACCEPTED, RsvpSource.MAIL_TEXT, 0, place.time)
        invitations.record_rsvp(conn, rsvp, 0, place.time)
    place.plan()
    assert place.outbox()["rsvp/1"] == "queued"
    place.app.conn.execute("update outbox set stands_until = ''")
    place.app.conn.execute("delete from rsvps")
    place.deliver()
    assert place.outbox()["rsvp/1"] == "cancelled"
