"""Learning spaces from text fields: what is understood, and every problem of what is not."""

from datetime import UTC, datetime

import pytest

from domain.errors import UserError
from domain.sessions import SessionState
from steps import sessions
from store import sessions as stored
from tests.programme import Place


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_add_with_the_kinds_defaults(place: Place) -> None:
    session = sessions.add(place.app, {"title": " Proposal\n writing ", "start": "2026-12-03T14:00Z"}, "test")
    assert (session.code, session.title, session.kind) == ("proposal-writing", "Proposal writing", "clinic")
    assert (session.minutes, session.capacity, session.invites, session.zone) == (120, 20, "registered", "UTC")
    assert sessions.find(place.app, "1") == session


@pytest.mark.parametrize(
    ("start", "zone", "expected"),
    [
        ("2026-12-03T14:00+01:00", "UTC", "2026-12-03T13:00"),
        ("2026-12-03T14:00", "Africa/Lagos", "2026-12-03T13:00"),
        ("2026-12-03 14:00", "Asia/Kathmandu", "2026-12-03T08:15"),
        ("2026-12-03T14:00:59Z", "Asia/Kathmandu", "2026-12-03T14:00"),
        ("2027-07-01T09:00", "America/New_York", "2027-07-01T13:00"),
        ("2027-03-14T03:00", "America/New_York", "2027-03-14T07:00"),
    ],
)
def test_add_start(place: Place, start: str, zone: str, expected: str) -> None:
    assert place.session(start=start, zone=zone).starts_at == utc(expected)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ["title: is needed", "start: is needed"]),
        ({"title": " ", "start": "2026-12-03T14:00Z"}, ["title: must not be empty"]),
        ({"title": "x" * 201, "start": "2026-12-03T14:00Z"}, ["title: is longer than 200 characters"]),
        ({"title": "A", "start": "2026-11-22T12:00Z"}, ["start: is in the past"]),
        ({"title": "A", "start": "2027-03-14T02:30", "zone": "America/New_York"},
         ["start: does not exist in America/New_York"]),
        ({"title": "A", "start": "2026-12-03"}, ["start: is not a date and time"]),
        ({"title": "A", "start": "tomorrow"}, ["start: is not a date and time"]),
        ({"title": "A", "start": "9999-12-31T23:59-12:00"}, ["start: is not a date and time"]),
        ({"title": "A", "start": "9999-12-31T23:30Z"}, ["start: is more than ten years ahead"]),
        ({"title": "A", "start": "0001-01-01T00:00+14:00"}, ["start: is not a date and time"]),
        (
            {"titel": "A", "start": "x", "zone": "Mars/Base", "minutes": "-1", "capacity": "0", "code": "12",
             "kind": "party", "invites": "nobody"},
            [
                "titel: is not a field of a session", "code: is not a code", "kind: is none of clinic",
                "invites: is none of registered, everybody", "minutes: is not a whole number from 5 to 10080",
                "capacity: is not a whole number", "zone: is not an IANA time zone", "start: is not a date and time",
                "title: is needed",
            ],
        ),
    ],
)  # fmt: skip
def test_add_names_every_problem(place: Place, fields: dict[str, str], words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        sessions.add(place.app, fields, "test")
    found = [str(problem) for problem in error.value.problems]
    assert [text[: len(start)] for text, start in zip(found, words, strict=True)] == words
    assert sessions.listing(place.app, upcoming=False) == []


def test_add_lists(place: Place) -> None:
    session = place.session(languages="en, fr", sharers="Ada Lovelace; Dr. Bob, PhD", interpretation="es")
    assert (session.languages, session.interpretation) == (("en", "fr"), ("es",))
    assert session.sharers == ("Ada Lovelace", "Dr. Bob, PhD")


def test_add_same_title_twice_makes_two_codes(place: Place) -> None:
    assert [place.session("Ñandú !").code for _ in range(3)] == ["nandu", "nandu-2", "nandu-3"]
    assert place.session("مرحبا").code == "session"
    with pytest.raises(UserError, match=r"code: is taken by another session"):
        place.session(code="nandu")


def test_find_by_id_code_and_title(place: Place) -> None:
    one, other = place.session("Same"), place.session("Same")
    assert sessions.find(place.app, "2") == sessions.find(place.app, "same-2") == other
    with pytest.raises(UserError, match=r"more than one session is called ' SAME'. Use a code: same, same-2"):
        sessions.find(place.app, " SAME")
    with pytest.raises(UserError, match=r"there is no session 'other'"):
        sessions.find(place.app, "other")
    assert one.code == "same"


def test_change_counts_sequence_and_remembers(place: Place) -> None:
    session = place.session(sharers="Ada")
    changed = place.change(session, title="Other", venue="Hall")
    moved = place.change(session, start="2026-12-04T14:00Z")
    assert [(s.sequence, s.time_sequence) for s in (session, changed, moved)] == [(0, 0), (1, 0), (2, 2)]
    shared = place.change(session, sharers="Ada; Bob", title="Proposal writing")
    assert (shared.sequence, shared.time_sequence, shared.sharers) == (3, 2, ("Ada", "Bob"))
    since = stored.changes_since(place.app.conn, session.id, 0)
    assert {name: pair for name, pair in since.items() if name != "starts_at"} == {
        "venue": ("https://meet.example.org/x", "Hall"),
        "sharers": ("Ada", "Ada; Bob"),
    }  # the title changed back
    assert stored.changes_since(place.app.conn, session.id, 3) == {}


def test_change_to_the_same_is_no_change(place: Place) -> None:
    session = place.session()
    assert place.change(session, title="Proposal writing", start="2026-12-03T15:00+01:00") == session
    assert place.app.conn.execute("select count(*) from journal").fetchone()[0] == 1


def test_change_of_a_cancelled_session_is_refused(place: Place) -> None:
    session = place.session()
    cancelled = place.cancel(session, "ill\x07")
    assert (cancelled.state, cancelled.cancel_reason, cancelled.sequence) == (SessionState.CANCELLED, "ill", 1)
    with pytest.raises(UserError, match=r"the session is cancelled. Add a new one instead"):
        place.change(session, title="Other")


def test_change_with_a_problem_changes_nothing(place: Place) -> None:
    session = place.session()
    with pytest.raises(UserError):
        place.change(session, title="Other", start="2020-01-01T00:00Z")
    assert sessions.find(place.app, "1") == session


def test_listing_upcoming_is_what_is_not_over(place: Place) -> None:
    session = place.session(minutes="60")
    place.time = utc("2026-12-03T14:59")
    assert sessions.listing(place.app) == [session]
    place.time = utc("2026-12-03T15:00")
    assert (sessions.listing(place.app), sessions.listing(place.app, upcoming=False)) == ([], [session])


def test_session_says_who_led_it_and_which_skills_it_is_about(place: Place) -> None:
    session = place.session(led_by="community", skills="storytelling, proposal-writing")
    assert (session.led_by, session.skills) == ("community", ("proposal-writing", "storytelling"))
    changed = place.change(session, led_by="unknown", skills="storytelling")
    assert (changed.led_by, changed.skills, changed.sequence) == ("", ("storytelling",), 0)
    assert sessions.find(place.app, str(session.id)) == changed


def test_session_with_an_unknown_skill_or_leader_is_refused(place: Place) -> None:
    with pytest.raises(UserError) as error:
        place.session(led_by="nobody", skills="juggling")
    assert [problem.where for problem in error.value.problems] == ["led_by", "skills"]
