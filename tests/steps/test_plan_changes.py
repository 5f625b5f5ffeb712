"""What the invited hear when a session changes or is cancelled, and when they decline, leave and come back."""

import pytest

from domain.deliveries import Outcome
from domain.invitations import Rsvp, RsvpSource
from store import database, invitations
from tests.programme import Place


def answer(place: Place, person: int, session_id: int, partstat: str, sequence: int = 0) -> None:
    invitation = invitations.of_session(place.app.conn, session_id, [person])[person]
    session = place.app.conn.execute("select time_sequence from sessions where id = ?", (session_id,)).fetchone()
    rsvp = Rsvp(invitation.id, type(invitation.partstat)(partstat), RsvpSource.PAGE, sequence, place.time)
    with database.write(place.app.conn) as conn:
        invitations.record_rsvp(conn, rsvp, session["time_sequence"], place.time)


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
