"""Whom surveys are opened for, and when; later versions; what is planned, and what a closed survey stops."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.sessions import Session
from domain.surveys import Kind, Question, Request
from domain.times import iso
from steps import survey_answers, surveys
from store import surveys as stored
from tests.programme import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    for _ in range(3):
        place.person()
    place.welcomed()
    return place


def clinic(place: Place, kind: str = "clinic") -> Session:
    """To which 1, 2 and 3 said yes; it has just ended."""
    session = place.session(start="2026-11-22T13:00Z", minutes="60", kind=kind)
    for person in (1, 2, 3):
        place.register(person, session)
    place.tick()
    place.app.conn.execute("update invitations set partstat = 'ACCEPTED', answered_at = created_at")
    place.later(hours=2)
    return session


def attended(place: Place, session: Session, *people: int) -> None:
    for person in people:
        row = "insert into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)"
        place.app.conn.execute(row, (session.id, person, iso(place.time)))


def asked(place: Place, survey: str = "clinic") -> dict[int, bool]:
    """Person -> whether their request is open."""
    rows = place.app.conn.execute("select * from survey_requests where survey = ? order by participant_id", (survey,))
    return {row["participant_id"]: row["closed_at"] is None for row in rows}


def answer(place: Place, request: int, **given: str) -> None:
    before = survey_answers.interview(place.app, place.app.conn, request, place.time)
    assert before is not None
    survey_answers.take(place.app, place.app.conn, before, given, "coordinator", place.time)


def test_those_on_the_list_are_asked(place: Place) -> None:
    session = clinic(place)
    attended(place, session, 1, 3)
    assert surveys.look_after(place.app, dry_run=True) == surveys.SurveyReport(opened=2)
    assert asked(place) == {}
    assert surveys.look_after(place.app) == surveys.SurveyReport(opened=2)
    assert asked(place) == {1: True, 3: True}
    assert surveys.look_after(place.app) == surveys.SurveyReport()


def test_what_is_asked_is_looked_at_again_before_it_leaves(place: Place) -> None:
    """A survey hangs on more than the facts of the person whom it asks."""
    attended(place, clinic(place), 1)
    surveys.look_after(place.app)
    place.plan()
    row = place.app.conn.execute("select decided_on, stands_until from outbox where purpose = 'survey'").fetchone()
    assert tuple(row) == (None, None)


def test_list_is_waited_for_and_then_those_who_said_yes_are_asked(place: Place) -> None:
    clinic(place)
    assert surveys.look_after(place.app) == surveys.SurveyReport(waiting=1)
    place.later(hours=22)
    assert surveys.look_after(place.app) == surveys.SurveyReport(waiting=1)
    place.later(hours=2)
    assert surveys.look_after(place.app) == surveys.SurveyReport(opened=3)


def test_list_that_comes_late_puts_it_right(place: Place) -> None:
    session = clinic(place)
    place.app.conn.execute("update invitations set partstat = 'DECLINED' where participant_id = 3")
    place.later(hours=24)
    surveys.look_after(place.app)
    assert asked(place) == {1: True, 2: True}
    answer(place, 1, rating="4")
    attended(place, session, 3)
    assert surveys.look_after(place.app) == surveys.SurveyReport(opened=1, closed=1)
    assert asked(place) == {1: True, 2: False, 3: True}  # 1 has answered, and was there, whatever the list says
    attended(place, session, 2)
    surveys.look_after(place.app)
    assert asked(place) == {1: True, 2: True, 3: True}


def test_cancelled_session_opens_none_and_closes_what_is_open(place: Place) -> None:
    session = clinic(place)
    attended(place, session, 1)
    surveys.look_after(place.app)
    place.cancel(session)
    assert surveys.look_after(place.app) == surveys.SurveyReport(closed=1)
    attended(place, session, 2)
    assert surveys.look_after(place.app) == surveys.SurveyReport()


def test_sharers_are_not_asked_about_their_own_session(place: Place) -> None:
    session = clinic(place)
    place.app.conn.execute(
        "insert into sharers (session_id, position, name, participant_id) values (?, 9, 'Ada', 1)", (session.id,)
    )
    attended(place, session, 1, 2)
    surveys.look_after(place.app)
    assert asked(place) == {2: True}


def test_one_to_one_asks_those_who_said_yes_at_once(place: Place) -> None:
    clinic(place, kind="coffee")
    surveys.look_after(place.app)
    assert asked(place, "one_to_one") == {1: True, 2: True, 3: True}


def test_practice_checks_come_after_30_and_90_days_and_not_long_after(place: Place) -> None:
    session = clinic(place)
    attended(place, session, 1)
    opened = []
    for day in range(130):
        before = place.app.conn.execute("select count(*) from survey_requests").fetchone()[0]
        surveys.look_after(place.app)
        rows = place.app.conn.execute("select survey from survey_requests where id > ?", (before,)).fetchall()
        opened += [(row["survey"], day) for row in rows]
        place.later(days=1)
    assert opened == [("clinic", 0), ("practice_30", 30), ("practice_90", 90)]
    attended(place, session, 2)
    assert surveys.look_after(place.app).opened == 0


def test_answers_until_the_end_count(place: Place) -> None:
    session = clinic(place)
    attended(place, session, 1, 2)
    surveys.look_after(place.app)
    answer(place, 1, rating="4", met_expectations="")
    place.later(days=14)
    assert surveys.look_after(place.app) == surveys.SurveyReport(closed=2)
    (response,) = stored.answers(place.app.conn, "clinic")
    assert (response.answers, response.complete, len(response.asked)) == ({"rating": "4"}, False, 6)
    assert surveys.look_after(place.app) == surveys.SurveyReport()


def test_answer_that_another_one_made_moot_does_not_count(place: Place) -> None:
    clinic(place, kind="coffee")
    surveys.look_after(place.app)
    answer(place, 1, did_meet="yes", rating="5")
    answer(place, 1, did_meet="no")
    answer(place, 1, connectivity_trouble="yes", follow_up="yes", open_text="")
    (response,) = stored.answers(place.app.conn, "one_to_one")
    assert response.answers == {"did_meet": "no", "connectivity_trouble": "yes", "follow_up": "yes"}
    assert response.asked == ["did_meet", "connectivity_trouble", "follow_up", "open_text"]


def newer(place: Place) -> None:
    """Version 2 of the clinic's survey asks one thing more."""
    old = place.programme.surveys["clinic"]
    more = Question("pace", Kind.YES_NO, "Was it too fast?", old.questions[1].options, since=2)
    survey = replace(old, version=2, questions=(*old.questions, more))
    place.programme = replace(place.programme, surveys={**place.programme.surveys, "clinic": survey})
    place.app.close()
    place.app = place.another()


def requests(place: Place) -> list[Request]:
    rows = place.app.conn.execute("select * from survey_requests order by id")
    return [stored.from_row(row) for row in rows]


def test_later_version_asks_only_what_was_not_asked(place: Place) -> None:
    session = clinic(place)
    attended(place, session, 1, 2)
    surveys.look_after(place.app)
    answer(place, 1, **dict.fromkeys(("documents_useful", "shared_on", "connectivity_trouble", "open_text"), ""),
           rating="4", met_expectations="yes")  # fmt: skip
    newer(place)
    assert surveys.look_after(place.app) == surveys.SurveyReport(opened=1)
    assert [(r.participant_id, r.version, r.closed_at is None) for r in requests(place)] == [
        (1, 1, False), (2, 2, True), (1, 2, True),
    ]  # fmt: skip
    counts = []
    for one in (2, 3):
        interview = survey_answers.interview(place.app, place.app.conn, one, place.time)
        assert interview is not None
        counts.append([q.code for q in interview.questions])
    assert (len(counts[0]), counts[1]) == (7, ["pace"])
    answer(place, 3, pace="no")
    found = stored.answers(place.app.conn, "clinic")
    assert sorted((r.version, len(r.asked), r.answers.get("pace")) for r in found) == [(1, 6, None), (2, 1, "no")]
    assert surveys.look_after(place.app) == surveys.SurveyReport()


def test_reminders_count_from_when_the_survey_was_put_after_idle_days(place: Place) -> None:
    attended(place, clinic(place), 1)
    surveys.look_after(place.app)
    place.later(days=4)
    came = []
    for _ in range(12):
        before = place.outbox()
        place.tick()
        came.append([key.partition("/")[0] for key in place.outbox() if key not in before and "/survey-1/" in key])
        place.later(days=1)
    assert came == [["survey_first"], [], [], [], ["survey_second"], [], [], [], [], ["survey_last"], [], []]  # at 10


def test_letter_that_waits_is_taken_back_when_the_survey_is_answered(place: Place) -> None:
    session = clinic(place)
    attended(place, session, 1)
    surveys.look_after(place.app)
    place.plan()
    key = "survey_first/survey-1/1"
    assert place.outbox()[key] == "queued"
    answer(place, 1, rating="4")
    place.deliver()
    assert place.outbox()[key] == "cancelled"


def test_letter_is_in_one_language_and_shows_the_page(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    place.person(language="fr")
    place.welcomed()
    session = place.session(start="2026-11-22T13:00Z")
    place.later(hours=4)
    attended(place, session, 1)
    surveys.look_after(place.app)
    place.tick()
    letter = place.letter("survey_first/survey-1/1")
    text = letter.get_body(("plain",)).get_content()
    assert letter["Subject"] == "Votre avis sur la session (Proposal writing)"
    assert "1. Cette session vous a-t-elle été utile ?" in text and "très utile" in text
    assert "https://pages.example.org/survey/1-" in text


def test_survey_in_words_of_ones_own_speaks_one_language(place: Place) -> None:
    """A question that no catalogue has: the whole letter is in English, not half of it."""
    place.app.conn.execute("update participants set languages = '[\"es\"]'")
    session = clinic(place)
    attended(place, session, 1)
    newer(place)
    surveys.look_after(place.app)
    place.tick()
    text = place.letter("survey_first/survey-1/1").get_body(("plain",)).get_content()
    assert "How useful was this session for you?" in text and "Was it too fast?" in text and "útil" not in text


def test_show_counts_answers_with_their_base(place: Place) -> None:
    session = clinic(place)
    attended(place, session, 1, 2)
    surveys.look_after(place.app)
    answer(place, 1, rating="4", open_text="Good")
    answer(place, 2, rating="5")
    place.later(days=14)
    surveys.look_after(place.app)
    shown = surveys.show(place.app, "clinic", str(session.id))
    rating, words = shown["questions"][0], shown["questions"][-1]
    assert (rating["base"], rating["answered"], rating["counts"]["4"], rating["counts"]["5"]) == (2, 2, 1, 1)
    assert (words["base"], words["answered"], words["words"]) == (2, 1, ["Good"])
    (standing,) = surveys.standings(place.app)
    assert (standing.asked, standing.answered, standing.complete) == (2, 2, 0)
