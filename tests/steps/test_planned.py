"""What the planner writes down: on which facts, for whom, and that neither a restore nor another planner is overrun."""

from domain.times import iso
from steps.plan import looked_at
from steps.planned import record
from store import database, looks, meta
from tests.programme import NOON, Place


def test_invitation_keeps_its_uid_and_whether_it_was_asked_for(place: Place) -> None:
    """The UID is the one that a feed has already; nobody presses those who were invited with everybody."""
    session = place.session("Open", kind="orientation", start="2026-12-01T14:00Z")
    asked, invited = place.person("Ada"), place.person("Ben")
    place.register(asked, session)
    place.plan()
    rows = place.app.conn.execute("select participant_id, origin, uid from invitations order by id").fetchall()
    assert [tuple(row) for row in rows] == [
        (asked, "registration", place.app.uid(session.id, asked)),
        (invited, "general", place.app.uid(session.id, invited)),
    ]


def test_planned_after_a_restore_waits_for_a_person(place: Place) -> None:
    place.person()
    with database.write(place.app.conn) as conn:
        meta.put(conn, meta.RESTORED, iso(NOON))
    place.plan()
    assert place.outbox() == {"welcome/1": "held"}


def test_plan_made_before_another_planner_recorded_is_dropped(place: Place) -> None:
    """What it decided, it decided without what the other recorded: the weekly cap, say."""
    place.plan()  # the rules are known from here on: nobody is looked at anew because of them
    place.person()
    page = looked_at(place.app, [1], None, place.time)
    assert [send.touch.key for _, send in page[0].sends] == ["welcome/1"]
    place.plan()
    assert looks.versions(place.app.conn, [1])[1] > page[0].version
    assert record(place.app, page, True, set(), place.time).total() == 0
