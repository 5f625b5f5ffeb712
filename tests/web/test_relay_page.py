"""Asking a session's sharers: words are passed on and answered, addresses never."""

import re
from pathlib import Path

import pytest

from domain.sessions import Session
from domain.times import iso
from steps import persons, relays, rsvps
from store import database
from tests.programme import Place
from tests.visitor import Visitor, with_pages


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


def shared(place: Place, *sharers: int) -> Session:
    """A session that these people share."""
    session = place.session()
    with database.write(place.app.conn) as conn:
        for position, person in enumerate(sharers):
            conn.execute(
                "insert into checklists (session_id, participant_id, position, created_at) values (?, ?, ?, ?)",
                (session.id, person, position, iso(place.time)),
            )
    return session


def ask(place: Place, session: Session, person: int, text: str) -> Visitor:
    visitor = Visitor(place)
    visitor.get(relays.link(place.app, session, person))
    visitor.send("Send", text=text)
    return visitor


def whole(place: Place, number: int) -> str:
    letter = place.letter(f"relay/{number}")
    texts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    return letter.as_string() + "".join(texts)


def link(place: Place, number: int) -> str:
    text = place.letter(f"relay/{number}").get_body(("plain",)).get_content()
    (found,) = re.findall(r"https://pages\.example\.org/answer/\S+", text)
    return str(found)


def test_question_and_answer_show_no_address(place: Place) -> None:
    sharer, person = place.person("Ngozi", "ngozi@example.org"), place.person("Ada", "ada@example.org")
    place.welcomed()
    session = shared(place, sharer)
    asked = ask(place, session, person, "What shall I bring?\n\nSee http://a.example")
    assert "We have passed your message on." in asked.text
    assert ("ngozi@example.org" in asked.answer.text, "ada@example.org" in whole(place, 1)) == (False, False)
    assert "What shall I bring?" in whole(place, 1)
    visitor = Visitor(place)
    visitor.get(link(place, 1))
    visitor.send("Send", text="A pen.")
    assert ("A pen." in whole(place, 2), "ngozi@example.org" in whole(place, 2)) == (True, False)
    assert place.by_key("relay/2").participant_id == person
    assert place.tick() == ["relay/1", "relay/2"]


def test_answers_can_go_on(place: Place) -> None:
    sharer, person = place.person("Ngozi"), place.person("Ada")
    session = shared(place, sharer)
    ask(place, session, person, "One?")
    for number, writer in ((1, "Ngozi"), (2, "Ada")):
        visitor = Visitor(place)
        visitor.get(link(place, number))
        assert f"Your name, {writer}, is shown" in visitor.text
        visitor.send("Send", text="Two.")
    assert place.by_key("relay/3").participant_id == sharer


def test_every_sharer_is_asked_but_not_oneself(place: Place) -> None:
    first, second = place.person("Ngozi"), place.person("Baraka")
    session = shared(place, first, second)
    ask(place, session, place.person("Ada"), "Hello")
    ask(place, session, first, "Hello")
    rows = place.app.conn.execute("select participant_id from outbox where key like 'relay/%' order by id")
    assert [row[0] for row in rows] == [first, second, second]


def test_session_without_known_sharers_offers_nothing(place: Place) -> None:
    session, person = place.session(), place.person()
    place.register(person, session)
    place.tick()
    assert relays.link(place.app, session, person) == ""
    assert "Ask whoever leads" not in Visitor(place).get(rsvps.link(place.app, session, person)).text


def test_invited_person_finds_the_way_on_the_page(place: Place) -> None:
    session, person = shared(place, place.person("Ngozi")), place.person("Ada")
    place.register(person, session)
    place.tick()
    visitor = Visitor(place)
    visitor.get(rsvps.link(place.app, session, person))
    assert relays.link(place.app, session, person) in visitor.links()


def test_empty_message_is_asked_for(place: Place) -> None:
    session = shared(place, place.person("Ngozi"))
    assert ask(place, session, place.person("Ada"), " ").answer.status_code == 422
    assert place.outbox() == {}


def test_five_a_day_are_passed_on(place: Place) -> None:
    session, person = shared(place, place.person("Ngozi")), place.person("Ada")
    answers = [ask(place, session, person, f"No. {n}").answer.status_code for n in range(6)]
    assert answers == [200] * 5 + [429]
    place.later(days=1, minutes=1)
    assert ask(place, session, person, "Again").answer.status_code == 200


def test_sharer_who_stopped_meanwhile_gets_nothing(place: Place) -> None:
    sharer = place.person("Ngozi", "ngozi@example.org")
    place.welcomed()
    session = shared(place, sharer)
    ask(place, session, place.person("Ada", programme=False), "Hello")
    persons.suppress(place.app, str(sharer), "*", "test")
    assert place.tick() == []
    assert place.outbox() == {"relay/1": "cancelled"}
    assert relays.question(place.app, session.id, sharer + 1) is None


@pytest.mark.parametrize(
    "fact",
    [
        "insert into suppressions (channel, canonical, topic, reason, since)"
        " values ('email', 'ngozi@example.org', 'relay', 'unsubscribed', '2026-11-22T12:00:00+00:00')",
        "insert into suppressions (channel, canonical, topic, reason, since)"
        " values ('email', 'ngozi@example.org', '*', 'unsubscribed', '2026-11-22T12:00:00+00:00')",
        "update contact_points set health = 'hard' where participant_id = 1",
        "update participants set erased_at = '2026-11-22T12:00:00+00:00' where id = 1",
    ],
)
def test_facts_are_asked_again_before_words_leave(place: Place, fact: str) -> None:
    sharer = place.person("Ngozi", "ngozi@example.org")
    place.welcomed()
    ask(place, shared(place, sharer), place.person("Ada", programme=False), "Hello")
    place.app.conn.execute(fact)
    place.deliver()
    assert place.outbox() == {"relay/1": "cancelled"}


def test_opening_the_pages_sends_nothing(place: Place) -> None:
    session = shared(place, place.person("Ngozi"))
    visitor = Visitor(place)
    visitor.get(relays.link(place.app, session, place.person("Ada")))
    assert place.outbox() == {}
