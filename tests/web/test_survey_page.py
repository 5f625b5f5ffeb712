"""The survey's page: made from the definition, saved question by question, gone on with in any door."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.surveys import Request
from domain.times import iso
from steps import survey_answers, surveys
from steps.survey_words import link
from store import surveys as stored
from tests.programme import Place
from tests.visitor import HOST, Visitor, with_pages


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


def asked(place: Place, kind: str = "clinic", **about: str) -> Request:
    """The request of somebody who was at a session that is over."""
    person = place.person(**about)
    place.welcomed()
    session = place.session(start="2026-11-22T13:00Z", kind=kind)
    place.later(hours=3)
    rows = "insert into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)"
    place.app.conn.execute(rows, (session.id, person, iso(place.time)))
    if kind in ("coffee", "cluster"):
        place.register(person, session)
    surveys.look_after(place.app)
    (request,) = stored.open_for(place.app.conn, person, place.time)
    return request


def answers(place: Place, survey: str = "clinic") -> list[dict[str, str]]:
    return [dict(response.answers) for response in stored.answers(place.app.conn, survey)]


def test_questions_are_answered_one_by_one_and_saved_at_once(place: Place) -> None:
    request = asked(place)
    visitor = Visitor(place)
    visitor.get(link(place.app, request))
    assert "Question 1 of 6" in visitor.text and "4: very useful" in visitor.text
    visitor.send("save", answer="4")
    assert "Question 2 of 6" in visitor.text
    assert stored.drafts(place.app.conn, request.id) == {"rating": "4"}
    for answer in ("yes", "no", "no", "no"):
        visitor.send("save", answer=answer)
    visitor.send("save", answer="Fewer slides\n<b>& more time</b>")
    assert "We have all your answers" in visitor.text
    assert answers(place) == [
        {
            "rating": "4", "met_expectations": "yes", "documents_useful": "no", "shared_on": "no",
            "connectivity_trouble": "no", "open_text": "Fewer slides\n<b>& more time</b>",
        }
    ]  # fmt: skip


def test_opening_the_page_answers_nothing(place: Place) -> None:
    request = asked(place)
    for method in ("GET", "HEAD"):
        assert Visitor(place).ask(method, link(place.app, request)).status_code == 200
    assert stored.get(place.app.conn, request.id) == request


def test_one_stops_and_goes_on_where_another_door_left_off(place: Place) -> None:
    request = asked(place)
    before = survey_answers.interview(place.app, place.app.conn, request.id, place.time)
    assert before is not None
    survey_answers.take(place.app, place.app.conn, before, {"rating": "5", "met_expectations": ""}, "mail", place.time)
    visitor = Visitor(place)
    visitor.get(link(place.app, request))
    assert "Question 3 of 6" in visitor.text
    shown = visitor.text
    assert ("5: extremely useful" in shown, "extremely useful" in shown, "skipped" in shown) == (False, True, True)


def test_skipped_question_is_asked_and_has_no_answer(place: Place) -> None:
    request = asked(place)
    visitor = Visitor(place)
    visitor.get(link(place.app, request))
    visitor.send("save", answer="3")
    for _ in range(5):
        visitor.send("skip")
    assert answers(place) == [{"rating": "3"}]
    (response,) = stored.answers(place.app.conn, "clinic")
    assert (len(response.asked), response.complete) == (6, True)


def test_earlier_answer_is_changed(place: Place) -> None:
    request = asked(place)
    visitor = Visitor(place)
    address = link(place.app, request)
    visitor.get(address)
    visitor.send("save", answer="3")
    visitor.get(f"{address}?q=rating")
    assert "Question 1 of 6" in visitor.text
    visitor.send("save", answer="5")
    assert stored.drafts(place.app.conn, request.id) == {"rating": "5"}


def test_what_depends_on_an_answer_is_asked_of_those_who_gave_it(place: Place) -> None:
    request = asked(place, kind="coffee")
    visitor = Visitor(place)
    visitor.get(link(place.app, request))
    assert "Did you meet?" in visitor.text
    visitor.send("save", answer="no")
    assert "Question 2 of 4" in visitor.text and "bad connection" in visitor.text


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [("", "This is needed."), ("9", "Please choose one of the answers"), ("5' or 1=1", "Please choose one of")],
)
def test_wrong_answer_is_said_and_saves_nothing(place: Place, answer: str, wrong: str) -> None:
    request = asked(place)
    visitor = Visitor(place)
    visitor.get(link(place.app, request))
    visitor.send("save", answer=answer)
    assert (visitor.answer.status_code, wrong in visitor.text) == (422, True)
    assert stored.drafts(place.app.conn, request.id) == {}


def test_link_must_be_one_and_what_was_written_stays(place: Place) -> None:
    request = asked(place, kind="coffee")
    place.later(days=30)
    surveys.look_after(place.app)
    (check,) = stored.open_for(place.app.conn, request.participant_id, place.time)
    assert check.survey == "practice_30"
    visitor = Visitor(place)
    visitor.get(link(place.app, check))
    visitor.send("save", answer="yes")
    visitor.send("save", answer="Wrote a guide")
    visitor.send("save", answer="javascript:alert(1)")
    assert "This is not a link" in visitor.text and "javascript:alert(1)" in visitor.answer.text
    visitor.send("save", answer="https://meta.example.org/guide")
    assert answers(place, "practice_30") == [
        {"used_it": "yes", "what": "Wrote a guide", "link": "https://meta.example.org/guide"}
    ]


def test_sent_twice_is_one(place: Place) -> None:
    request = asked(place)
    visitor = Visitor(place)
    address = link(place.app, request)
    visitor.get(address)
    key = visitor.tree().find(".//*[@name='key']")
    fields = {"key": key.get("value", ""), "question": "rating", "answer": "4", "go": "save"}
    codes = [visitor.post(address, fields).status_code for _ in range(2)]
    assert codes == [303, 303]
    assert stored.drafts(place.app.conn, request.id) == {"rating": "4"}


def test_closed_survey_takes_no_answers(place: Place) -> None:
    request = asked(place)
    visitor = Visitor(place)
    visitor.get(link(place.app, request))
    place.time = request.closes_at + timedelta(seconds=1)
    visitor.send("save", answer="4")
    assert "closed by now" in visitor.text
    assert answers(place) == [] and stored.drafts(place.app.conn, request.id) == {}


def test_page_speaks_the_persons_language(place: Place) -> None:
    request = asked(place, language="ar")
    visitor = Visitor(place)
    visitor.get(link(place.app, request))
    assert 'lang="ar" dir="rtl"' in visitor.answer.text
    assert "ما مدى فائدة هذه الجلسة لكم؟" in visitor.text and "4: مفيد جدًا" in visitor.text
    visitor.get(f"{link(place.app, request)}?lang=fr")
    assert "Question 1 sur 6" in visitor.text and "très utile" in visitor.text


def test_erased_persons_page_is_over(place: Place) -> None:
    from steps import persons

    request = asked(place)
    address = link(place.app, request)
    persons.erase(place.app, str(request.participant_id), "test")
    visitor = Visitor(place)
    visitor.get(address)
    assert "closed by now" in visitor.text


def test_address_holds_nothing_of_a_person(place: Place) -> None:
    request = asked(place, name="Ada Obi", email="ada@example.org")
    assert link(place.app, request).startswith(f"{HOST}/survey/{request.id}-")
