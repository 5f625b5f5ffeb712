"""What is an answer, who is asked, and when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from config import programme, settings
from domain.sessions import Invites, Session, SessionState
from domain.survey_replies import read
from domain.surveys import Guests, asked, coarse, guests_of, link_of, opens, value_of

SURVEYS = programme.load(settings.ROOT / "config").surveys
CLINIC, CHECK, MEETING = SURVEYS["clinic"], SURVEYS["practice_30"], SURVEYS["one_to_one"]
ENDS = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
SESSION = Session(
    id=1, code="c", kind="clinic", title="Clinic", purpose="", audience="", preparation="", languages=(),
    interpretation=(), venue="", starts_at=ENDS - timedelta(hours=2), minutes=120, zone="UTC", capacity=None,
    invites=Invites.REGISTERED, state=SessionState.CONFIRMED, sequence=0, time_sequence=0, changed_at=ENDS,
)  # fmt: skip
GUESTS = Guests(attended=frozenset({1, 2}), accepted=frozenset({2, 3}), sharers=frozenset({2}))


def test_guests() -> None:
    assert guests_of(CLINIC, SESSION, GUESTS, ENDS) == {1}
    assert guests_of(MEETING, SESSION, GUESTS, ENDS) == {1, 2, 3}
    nobody = replace(GUESTS, attended=frozenset())
    late = ENDS + timedelta(hours=24)
    assert [guests_of(CLINIC, SESSION, nobody, at) for at in (late - timedelta(seconds=1), late)] == [set(), {3}]
    cancelled = replace(SESSION, state=SessionState.CANCELLED)
    assert guests_of(CLINIC, cancelled, GUESTS, late) == set()


@pytest.mark.parametrize(
    ("days", "clinic", "check"),
    [(-0.01, False, False), (0, True, False), (13.9, True, False), (14, False, False), (29.9, False, False),
     (30, False, True), (43.9, False, True), (44, False, False)],
)  # fmt: skip
def test_surveys_open_in_their_time_only(days: float, clinic: bool, check: bool) -> None:
    now = ENDS + timedelta(days=days)
    assert (opens(CLINIC, SESSION, now), opens(CHECK, SESSION, now)) == (clinic, check)
    assert not opens(MEETING, SESSION, now)  # another kind of session


def test_what_depends_on_an_answer_is_asked_of_those_who_gave_it() -> None:
    assert [q.code for q in asked(CHECK, 1, {})] == ["used_it"]
    assert [q.code for q in asked(CHECK, 1, {"used_it": "yes"})] == ["used_it", "what", "link"]
    assert [q.code for q in asked(CHECK, 1, {"used_it": "no"})] == ["used_it", "obstacle"]
    assert [q.code for q in asked(CHECK, 1, {"used_it": ""})] == ["used_it"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://meta.example.org/a?b=1#c", "https://meta.example.org/a?b=1#c"),
        ("www.example.org", "https://www.example.org"),
        ("http://localhost/x", None),
        ("https://user:secret@example.org/", None),
        ("javascript:alert(1)", None),
        ("https://example.org/a b", None),
        ("https://example.org/\u202ea", None),
        ("https://[::1", None),
        ("https://example.org:99999/", None),
        ("https://example.org/" + "a" * 500, None),
    ],
)
def test_link(text: str, expected: str | None) -> None:
    assert link_of(text) == expected


def test_value_of_own_words_has_no_controls_and_an_end() -> None:
    words = CLINIC.questions[-1]
    assert value_of(words, "  a\x00b\u202ec\nd ") == "abc\nd"
    assert [value_of(words, text) for text in ("", " \x00 ", "x" * 4001)] == [None, None, None]


def test_coarse_time_is_a_monday() -> None:
    assert {coarse(ENDS + timedelta(days=n)) for n in range(6)} == {date(2026, 11, 30)}


LIKELY = st.sampled_from("1234567890. ):-,/?\n>yesno muy útil4٤نعم⭐")


@settings_of(deadline=None)
@given(st.text(LIKELY, max_size=60) | st.text(max_size=200))
def test_whatever_is_written_answers_are_answers(text: str) -> None:
    for survey in (CLINIC, CHECK):
        reply = read(text, survey.questions, survey.questions[0], lambda label: [label])
        for code, value in reply.answers.items():
            question = survey.question(code)
            assert question is not None and (question.free or value in {o.value for o in question.options})
        assert reply.answers or reply.rest
