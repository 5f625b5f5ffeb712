"""Answers to surveys: kept question by question, and apart from the person when they are anonymous."""

import json
import sqlite3
from datetime import timedelta

import pytest

from domain.surveys import Request
from steps import housekeeping, persons
from store import database, surveys
from tests.programme import NOON, Place

CLOSES = NOON + timedelta(days=14)


@pytest.fixture
def asked(place: Place) -> tuple[sqlite3.Connection, Request]:
    """Ada was asked about a clinic and has given two answers by mail, one from a chat, and passed one over."""
    person, session = place.person(), place.session()
    conn = place.app.conn
    place.file(b"mail")
    conn.execute("update inbox set state = 'read', participant_id = ?", (person,))
    with database.write(conn):
        assert surveys.open_request(conn, "clinic", 1, session.id, person, NOON, CLOSES)
        surveys.put(conn, 1, {"rating": "4", "open_text": "More time"}, "mail", NOON, inbox_id=1)
        surveys.put(conn, 1, {"met_expectations": "yes", "shared_on": ""}, "telegram", NOON)
    request = surveys.get(conn, 1)
    assert request is not None
    return conn, request


def finish(conn: sqlite3.Connection, request: Request, anonymous: bool) -> None:
    codes = ("rating", "met_expectations", "shared_on", "open_text")
    with database.write(conn):
        surveys.finish(
            conn, request, "f00d", codes, frozenset({"open_text"}), anonymous=anonymous, complete=True, now=NOON
        )


def test_open_request_twice_is_one(place: Place) -> None:
    person, session = place.person(), place.session()
    conn = place.app.conn
    first = surveys.open_request(conn, "clinic", 1, session.id, person, NOON, CLOSES)
    again = surveys.open_request(conn, "clinic", 1, session.id, person, NOON, CLOSES)
    programme = [surveys.open_request(conn, "clinic", 1, None, person, NOON, CLOSES) for _ in range(2)]
    assert (first, again, programme) == (True, False, [True, False])


def test_put_the_newest_answer_counts(asked: tuple[sqlite3.Connection, Request]) -> None:
    conn, request = asked
    assert request.answered_at == NOON
    assert surveys.put(conn, 1, {"rating": "4"}, "page", NOON) is False
    assert surveys.put(conn, 1, {"rating": "5"}, "page", NOON) is True
    assert surveys.drafts(conn, 1) == {
        "rating": "5", "open_text": "More time", "met_expectations": "yes", "shared_on": ""
    }  # fmt: skip


def test_finish_of_a_named_survey_keeps_whose_it_is(asked: tuple[sqlite3.Connection, Request]) -> None:
    conn, request = asked
    finish(conn, request, anonymous=False)
    (response,) = surveys.answers(conn, "clinic")
    assert (response.request_id, response.participant_id, response.source) == (1, 1, "mixed")
    assert response.answers == {"rating": "4", "met_expectations": "yes", "open_text": "More time"}
    assert response.asked == ["rating", "met_expectations", "shared_on", "open_text"]
    assert (response.free, response.answered_on) == ({"open_text"}, NOON.date())
    assert surveys.drafts(conn, 1) == {}


def test_finish_of_an_anonymous_survey_leaves_nothing_that_joins(asked: tuple[sqlite3.Connection, Request]) -> None:
    """No column of the response is that of the person, and what brought the answers is empty."""
    conn, request = asked
    finish(conn, request, anonymous=True)
    row = dict(conn.execute("select * from responses").fetchone())
    assert row == {
        "id": "f00d", "survey": "clinic", "version": 1, "session_id": 1, "request_id": None, "participant_id": None,
        "source": "", "asked": json.dumps(["rating", "met_expectations", "shared_on", "open_text"]), "complete": 1,
        "answered_on": "2026-11-16", "import_run_id": None, "row_key": None,
    }  # fmt: skip
    after = surveys.get(conn, 1)
    assert after is not None and (after.complete, after.answered_at) == (True, NOON)
    assert conn.execute("select raw from inbox").fetchone()[0] == b""
    assert conn.execute("select count(*) from survey_drafts").fetchone()[0] == 0


def test_finish_of_an_anonymous_survey_leaves_nothing_in_the_file(place: Place) -> None:
    person, session, conn = place.person(), place.session(), place.app.conn
    place.file(b"Subject: zebra\n\n4\n")
    conn.execute("update inbox set state = 'read'")
    with database.write(conn):
        surveys.open_request(conn, "clinic", 1, session.id, person, NOON, CLOSES)
        surveys.put(conn, 1, {"rating": "4", "what": "giraffe"}, "mail", NOON, inbox_id=1)
        surveys.drop(conn, 1, ["what"])
    request = surveys.get(conn, 1)
    assert request is not None and b"zebra" in place.app.settings.db.read_bytes()
    finish(conn, request, anonymous=True)
    assert b"zebra" not in place.app.settings.db.read_bytes()


def test_finish_of_an_anonymous_survey_leaves_a_mail_that_waits_for_a_person(
    asked: tuple[sqlite3.Connection, Request],
) -> None:
    conn, request = asked
    conn.execute("update inbox set state = 'for_person'")
    finish(conn, request, anonymous=True)
    assert conn.execute("select raw from inbox").fetchone()[0] == b"mail"


def test_record_an_imported_row_twice_is_one(place: Place) -> None:
    session = place.session()
    conn = place.app.conn
    one = surveys.Response(
        "a", "clinic", 1, session.id, ("rating",), {"rating": "4"}, frozenset(), True, NOON.date(),
        source="import", row_key="k",
    )  # fmt: skip
    again = surveys.Response(
        "b", "clinic", 1, session.id, ("rating",), {"rating": "4"}, frozenset(), True, NOON.date(),
        source="import", row_key="k",
    )  # fmt: skip
    assert [surveys.record(conn, one), surveys.record(conn, again)] == [True, False]
    assert [found.id for found in surveys.answers(conn, "clinic", [session.id])] == ["a"]
    assert surveys.answers(conn, "clinic", []) == []


def test_erased_person_leaves_figures_and_no_words(place: Place, asked: tuple[sqlite3.Connection, Request]) -> None:
    conn, request = asked
    finish(conn, request, anonymous=False)
    exported = persons.export(place.app, "1")
    assert [row["value"] for row in exported["response_answers"]] == ["yes", "More time", "4"]
    persons.erase(place.app, "1", "test")
    (response,) = surveys.answers(place.app.conn, "clinic")
    assert (response.participant_id, response.request_id) == (None, None)
    assert response.answers == {"rating": "4", "met_expectations": "yes"}


def test_erased_person_leaves_no_answers_on_the_way(place: Place, asked: tuple[sqlite3.Connection, Request]) -> None:
    persons.erase(place.app, "1", "test")
    closed = surveys.get(place.app.conn, 1)
    assert closed is not None and closed.closed_at == NOON
    assert surveys.drafts(place.app.conn, 1) == {}


def test_tidy_takes_people_off_old_answers(place: Place, asked: tuple[sqlite3.Connection, Request]) -> None:
    conn, request = asked
    finish(conn, request, anonymous=False)
    place.later(days=365)
    assert housekeeping.tidy(place.app)["answers to surveys"] == 0
    place.later(days=2)
    assert housekeeping.tidy(place.app)["answers to surveys"] == 1
    assert [r.participant_id for r in surveys.answers(conn, "clinic")] == [None]
