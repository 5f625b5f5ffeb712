"""A person's hand on the outbox: approve, hold, release, send again, say what became of an unsure one."""

import pytest

from domain.deliveries import Outcome
from domain.errors import UserError
from steps import outbox
from tests.programme import Place


@pytest.fixture
def three(place: Place) -> Place:
    """Three welcomes, queued."""
    for _ in range(3):
        place.person()
    place.plan()
    return place


def set_state(place: Place, state: str, *ids: int) -> None:
    for one in ids:
        place.app.conn.execute("update outbox set state = ? where id = ?", (state, one))


def states(place: Place) -> list[str]:
    return list(place.outbox().values())


def test_approve_some_or_all(three: Place) -> None:
    set_state(three, "draft", 1, 2, 3)
    assert three.deliver().sent == 0
    assert outbox.approve(three.app, [2], "test") == 1
    assert states(three) == ["draft", "queued", "draft"]
    assert outbox.approve(three.app, None, "test") == 2
    assert outbox.approve(three.app, None, "test") == 0
    assert three.deliver().sent == 3


def test_hold_and_release(three: Place) -> None:
    set_state(three, "draft", 3)
    assert outbox.hold(three.app, [1, 3], "test") == 2
    assert (three.deliver().sent, states(three)) == (1, ["held", "sent", "held"])
    assert outbox.release(three.app, [1], "test") == 1
    assert outbox.release(three.app, None, "test") == 1
    assert three.deliver().sent == 2


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (outbox.approve, ["message 1: is sent, not draft", "message 3: is queued, not draft"]),
        (outbox.hold, ["message 1: is sent, not queued or draft"]),
        (outbox.release, [f"message {n}: is {now}, not held" for n, now in ((1, "sent"), (2, "draft"), (3, "queued"))]),
    ],
)  # fmt: skip
def test_move_is_all_or_nothing_and_names_every_problem(three: Place, action: object, words: list[str]) -> None:
    set_state(three, "sent", 1)
    set_state(three, "draft", 2)
    with pytest.raises(UserError) as error:
        action(three.app, [1, 2, 3], "test")
    assert [str(problem) for problem in error.value.problems] == words
    assert states(three) == ["sent", "draft", "queued"]


def test_move_of_what_is_not_there(three: Place) -> None:
    with pytest.raises(UserError, match=r"there is no message 99"):
        outbox.hold(three.app, [1, 99], "test")
    assert states(three) == ["queued"] * 3


def test_every_move_is_in_the_journal(three: Place) -> None:
    outbox.hold(three.app, [1], "ann")
    outbox.hold(three.app, [2, 3], "ann")
    outbox.release(three.app, None, "bob")
    rows = three.app.conn.execute("select who, what, subject, detail from journal order by id").fetchall()
    assert [tuple(row) for row in rows] == [
        ("ann", "held", "message/1", ""),
        ("ann", "held", "outbox", "2 messages"),
        ("bob", "released", "outbox", "3 messages"),
    ]


@pytest.mark.parametrize(("arrived", "state", "leaves"), [(True, "sent", 0), (False, "queued", 1)])
def test_resolve_unsure(place: Place, arrived: bool, state: str, leaves: int) -> None:
    place.person()
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    assert place.outbox() == {"welcome/1": "unsure"}
    place.channel.outcomes.clear()
    outbox.resolve(place.app, 1, arrived, "test")
    assert place.outbox() == {"welcome/1": state}
    assert place.deliver().sent == leaves
    assert place.by_key("welcome/1").sent_at == place.time
    with pytest.raises(UserError, match=r"is sent, not unsure"):
        outbox.resolve(place.app, 1, True, "test")


def test_resend_is_a_new_message_with_the_same_words(three: Place) -> None:
    three.deliver()
    assert outbox.resend(three.app, 1, "test") == 4
    assert outbox.resend(three.app, 1, "test") == 5
    assert list(three.outbox().items())[3:] == [("welcome/1#2", "queued"), ("welcome/1#3", "queued")]
    assert three.deliver().sent == 2
    first, copy = three.letter("welcome/1"), three.letter("welcome/1#2")
    assert first["Message-ID"] != copy["Message-ID"] == three.by_key("welcome/1#2").message_id
    assert (first["Subject"], first["To"]) == (copy["Subject"], copy["To"])
    assert three.plan().send == 0


@pytest.mark.parametrize("state", ["draft", "queued", "held"])
def test_resend_of_what_has_not_left(three: Place, state: str) -> None:
    set_state(three, state, 1)
    with pytest.raises(UserError, match=rf"has not left yet \(it is {state}\)"):
        outbox.resend(three.app, 1, "test")


def test_resend_of_a_calendar_message_that_was_overtaken_is_dropped(place: Place) -> None:
    session = place.session()
    place.register(place.person(), session)
    place.welcomed()
    place.tick()
    place.change(session, title="Moved on")
    place.tick()
    outbox.resend(place.app, 1, "test")
    assert (place.deliver().dropped, place.outbox()["invite/1/0/1#2"]) == (1, "cancelled")
    outbox.resend(place.app, 2, "test")
    assert place.deliver().sent == 1


def test_resend_to_an_address_that_is_no_longer_theirs(place: Place) -> None:
    """The words and the address are frozen: a copy would go where the first one failed."""
    place.person()
    place.channel.outcomes["p1@example.org"] = Outcome.REFUSED_RECIPIENT
    place.tick()
    assert place.outbox() == {"welcome/1": "failed"}
    place.app.conn.execute("update contact_points set address = 'new@example.org', canonical = 'new@example.org'")
    with pytest.raises(UserError, match=r"the person has another address now"):
        outbox.resend(place.app, 1, "test")


def test_listing_filters(three: Place) -> None:
    session = three.session()
    three.register(2, session)
    three.plan()
    assert [m.id for m in outbox.listing(three.app, {"participant_id": 2})] == [2, 4]
    assert [m.id for m in outbox.listing(three.app, {"session_id": session.id, "state": "queued"})] == [4]
    assert [m.id for m in outbox.listing(three.app, {}, most=2)] == [1, 2]
