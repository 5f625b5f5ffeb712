"""Replies to surveys' letters: kept, thanked for, or passed to a person; by whoever was asked, while it is open."""

from pathlib import Path

import pytest

from domain.times import iso
from steps import persons, surveys
from steps.inbox import InboxReport, read_filed
from store import surveys as stored
from tests.programme import Place
from tests.steps.mails_in import reply_by_text


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Ada and Ben were at a clinic, and their letters have left."""
    place = Place(tmp_path)
    for name in ("Ada", "Ben"):
        place.person(name)
    place.welcomed()
    session = place.session(start="2026-11-22T13:00Z")
    place.later(hours=4)
    rows = [(session.id, person, iso(place.time)) for person in (1, 2)]
    insert = "insert into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)"
    place.app.conn.executemany(insert, rows)
    surveys.look_after(place.app)
    place.tick()
    return place


def reply(place: Place, words: str, person: int = 1, **more: str) -> InboxReport:
    to = place.by_key(f"survey_first/survey-{person}/{person}").message_id
    (number,) = place.app.conn.execute("select count(*) from inbox").fetchone()
    place.file(reply_by_text(words, to=to, ident=f"reply-{number}", **more))
    return read_filed(place.app)


def reading(place: Place) -> tuple[str, str, str]:
    row = place.app.conn.execute("select state, kind, reason from inbox order by id desc").fetchone()
    return tuple(row)


def thanks(place: Place) -> list[str]:
    return [key for key, purpose in place.purposes().items() if purpose == "survey_thanks"]


def test_answer_is_kept_and_thanked_for_without_saying_it(place: Place) -> None:
    assert reply(place, "2 a little useful") == InboxReport(surveys=1)
    assert stored.drafts(place.app.conn, 1) == {"rating": "2"}
    assert reading(place) == ("read", "survey", "")
    (key,) = thanks(place)
    letter = place.letter(key)
    text = letter.get_body(("plain",)).get_content()
    assert letter["In-Reply-To"] == "<reply-0@mail.example.org>"
    assert "We have noted your answer to: 1." in text and "2. Did the session meet your expectations?" in text
    assert "1. How useful" not in text and "a little useful" not in text
    assert place.tick() == [key]


def test_answer_with_more_to_read_is_kept_and_passed_on(place: Place) -> None:
    assert reply(place, "4 very useful. Where are the slides?") == InboxReport(surveys=1, for_person=1)
    assert stored.drafts(place.app.conn, 1) == {"rating": "4"}
    assert reading(place) == ("for_person", "survey", "answers a survey, and says more")


def test_mail_that_ends_an_anonymous_survey_stays_while_a_person_must_read_it(place: Place) -> None:
    whole = "1. 5\n3. yes\n4. no\n5. no\n6. Thanks to the sharer\n2. yes"
    reply(place, f"{whole}, and can you send me the slides?")
    reply(place, whole, person=2)
    assert len(stored.answers(place.app.conn, "clinic")) == 2
    raws = place.app.conn.execute("select state, raw <> x'' as kept from inbox order by id")
    assert [tuple(row) for row in raws] == [("for_person", 1), ("read", 0)]


def test_words_that_are_no_answer_go_to_a_person(place: Place) -> None:
    assert reply(place, "It was so so, I think") == InboxReport(for_person=1)
    assert (stored.drafts(place.app.conn, 1), thanks(place)) == ({}, [])


def test_stop_ends_surveys_and_answers_nothing(place: Place) -> None:
    assert reply(place, "STOP") == InboxReport(stops=1)
    place.later(days=20)
    assert [key for key in place.tick() if key.endswith("/1")] == []


def test_newest_answer_counts_whichever_letter_it_answers(place: Place) -> None:
    reply(place, "3")
    place.later(hours=1)
    reply(place, "1. 5\n2. yes")
    assert stored.drafts(place.app.conn, 1) == {"rating": "5", "met_expectations": "yes"}


def test_bare_answer_to_the_thanks_is_to_the_next_question(place: Place) -> None:
    reply(place, "3")
    place.tick()
    (key,) = thanks(place)
    place.file(reply_by_text("yes", to=place.by_key(key).message_id, ident="second"))
    read_filed(place.app)
    assert stored.drafts(place.app.conn, 1) == {"rating": "3", "met_expectations": "yes"}


def test_reply_to_a_closed_survey_goes_to_a_person_or_was_answered(place: Place) -> None:
    reply(place, "1. 5\n2. yes\n3. yes\n4. no\n5. no\n6. Thanks to the sharer")
    reply(place, "4")
    assert reading(place) == ("read", "survey", "answered already")
    place.later(days=15)
    surveys.look_after(place.app)
    reply(place, "4", person=2)
    assert reading(place) == ("for_person", "survey", "answers a survey that is closed")
    assert len(stored.answers(place.app.conn, "clinic")) == 1


def test_reply_from_another_address_is_the_askeds(place: Place) -> None:
    """The letter says whose answer it is; a From line proves nothing."""
    reply(place, "4", sender="somebody@else.example")
    assert (stored.drafts(place.app.conn, 1), stored.drafts(place.app.conn, 2)) == ({"rating": "4"}, {})


def test_erased_persons_reply_changes_nothing(place: Place) -> None:
    to = place.by_key("survey_first/survey-1/1").message_id
    persons.erase(place.app, "1", "test")
    place.file(reply_by_text("4", to=to))
    read_filed(place.app)
    assert stored.answers(place.app.conn, "clinic") == [] and thanks(place) == []


def test_automatic_reply_is_no_answer(place: Place) -> None:
    reply(place, "4", headers={"Auto-Submitted": "auto-replied"})
    assert stored.drafts(place.app.conn, 1) == {}
