"""What any door does with answers to a survey: keep them, and say what is still open.

The doors (mail, chat, page) read what a person said; here it is kept question by question, so that one may begin in
one door and go on in another. With the last answer it becomes a response; an anonymous one is then kept apart from
the person, who is only known to have answered.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.surveys import Question, Request, Survey, asked, following
from steps.app import App, new_response_id
from store import contact_points, database, surveys


@dataclass(frozen=True, slots=True)
class Interview:
    """One person's survey as it stands. `questions`: what they are asked, given their answers so far, in order."""

    request: Request
    survey: Survey
    questions: tuple[Question, ...]
    answers: Mapping[str, str]
    open: bool

    @property
    def next(self) -> Question | None:
        return following(self.questions, self.answers) if self.open else None

    def number(self, question: Question) -> int:
        """Its place among the questions, from 1."""
        return self.questions.index(question) + 1

    @property
    def left(self) -> tuple[Question, ...]:
        return tuple(q for q in self.questions if q.code not in self.answers) if self.open else ()


def interview(app: App, conn: sqlite3.Connection, request_id: int, now: datetime) -> Interview | None:
    """None when there is no such request, or its survey is not known any more."""
    request = surveys.get(conn, request_id)
    survey = app.programme.surveys.get(request.survey) if request else None
    if request is None or survey is None:
        return None
    answers = surveys.drafts(conn, request.id)
    questions = asked(survey, request.version, answers, surveys.answered_before(conn, request))
    return Interview(request, survey, questions, answers, request.takes_answers(now))


def take(
    app: App, conn: sqlite3.Connection, before: Interview, given: Mapping[str, str], source: str, now: datetime,
    inbox_id: int | None = None,
) -> Interview:  # fmt: skip
    """Keep `given` (question -> checked value, SKIPPED to pass one over), inside the caller's transaction.

    The survey as it stands afterwards; closed answers change nothing. `inbox_id`: the filed mail or update that
    brought them, which is emptied with an anonymous survey's end.
    """
    if not before.open:
        return before
    surveys.put(conn, before.request.id, given, source, now, inbox_id)
    after = interview(app, conn, before.request.id, now)
    assert after is not None
    if after.next is None:
        finish(app, conn, after.request, now, complete=True)
        closed = surveys.get(conn, after.request.id)
        assert closed is not None
        return Interview(closed, after.survey, after.questions, after.answers, open=False)
    return after


def by_page(app: App, request_id: int, question: str, value: str) -> None:
    """Keep one checked answer that somebody gave on their page; nothing once the survey is closed."""
    now = app.now()
    with database.write(app.conn) as conn:
        before = interview(app, conn, request_id, now)
        if before is not None and before.open and question in {q.code for q in before.questions}:
            contact_points.sign_of_life(conn, before.request.participant_id, None, now)
            take(app, conn, before, {question: value}, "page", now)


def finish(app: App, conn: sqlite3.Connection, request: Request, now: datetime, *, complete: bool = False) -> None:
    """Close a request; what was answered becomes a response. Of a survey that is not known any more, all words are
    taken for the person's own, and nobody's name is kept."""
    answers = surveys.drafts(conn, request.id)
    if not answers:
        surveys.close(conn, request.id, now)
        return
    survey = app.programme.surveys.get(request.survey)
    codes, free, anonymous = tuple(answers), frozenset(answers), True
    if survey is not None:
        questions = asked(survey, request.version, answers, surveys.answered_before(conn, request))
        codes, anonymous = tuple(q.code for q in questions), survey.anonymous
        free = frozenset(q.code for q in survey.questions if q.free)
        # An answer to what would not be asked now (the one before it was changed) does not count.
        surveys.drop(conn, request.id, set(answers) - set(codes))
    surveys.finish(
        conn, request, new_response_id(), codes, free, anonymous=anonymous, complete=complete, now=now
    )
