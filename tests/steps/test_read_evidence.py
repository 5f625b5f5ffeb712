"""What comes back proves that a message arrived of which nobody knew whether it left."""

import pytest

from domain.deliveries import Outcome
from domain.sessions import Session
from tests.programme import Place
from tests.steps.mails_in import KEY, bounce, calendar_answer, read, reply_by_text


@pytest.fixture
def unsure(place: Place) -> Session:
    """Ada's invitation: nobody knows whether it arrived, and its one repeat met the same fate."""
    session = place.session()
    place.register(place.person(), session)
    place.welcomed()
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    place.later(minutes=5)
    place.deliver()
    assert place.outbox() == {KEY: "unsure"}
    return session


def test_unsure_becomes_sent_when_answered(place: Place, unsure: Session) -> None:
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    assert (place.outbox(), place.by_key(KEY).note) == ({KEY: "sent"}, "answered, so it arrived")


def test_unsure_becomes_sent_when_it_comes_back(place: Place, unsure: Session) -> None:
    read(place, bounce("5.1.1", to=place.by_key(KEY).sender))
    assert place.outbox() == {KEY: "sent"}


def test_unsure_repeat_is_not_sent_once_answered(place: Place) -> None:
    session = place.session()
    place.register(place.person(), session)
    place.welcomed()
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    assert place.by_key(KEY).repeats == 1
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    place.later(minutes=5)
    assert (place.deliver().sent, place.outbox()) == (0, {KEY: "sent"})


def test_unsure_confirmation_is_not_proven_by_an_answer_to_the_invitation(place: Place, session: Session) -> None:
    read(place, reply_by_text("Yes", to=place.by_key(KEY).message_id))
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    assert place.outbox()["rsvp/1"] == "unsure"
    place.later(minutes=1)
    read(place, reply_by_text("No", to=place.by_key(KEY).message_id, ident="r2"))
    assert place.outbox()["rsvp/1"] == "unsure"
    place.later(minutes=1)
    read(place, reply_by_text("Maybe", to=place.by_key("rsvp/1").message_id, ident="r3"))
    assert place.outbox()["rsvp/1"] == "sent"


def test_unsure_update_is_not_proven_by_an_answer_to_what_came_before(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    place.later(minutes=5)
    place.deliver()
    assert place.outbox()["invite/1/1/1"] == "unsure"
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED", sequence=0))
    assert place.outbox()["invite/1/1/1"] == "unsure"
    read(place, calendar_answer(place.app.uid(1, 1), "DECLINED", sequence=None, ident="c2"))  # to either
    assert place.outbox()["invite/1/1/1"] == "unsure"
    read(place, calendar_answer(place.app.uid(1, 1), "TENTATIVE", sequence=1, dtstamp=place.time, ident="c3"))
    assert place.outbox()["invite/1/1/1"] == "sent"
