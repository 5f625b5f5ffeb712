"""Who hears nothing: who asked for no more, whose address refuses mail, who has none; and who allows it again."""

from steps import persons
from store import contact_points
from tests.programme import NOON, Place


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
