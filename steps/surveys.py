"""Surveys are opened after a session's end for those who were there, and closed when their time is over.

Whom one is opened for is decided in `domain/surveys.py`; its letters are planned like all others, from the rows made
here. Answers, through whichever door, are in `survey_answers.py`. Doing it again changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import Problem, UserError
from domain.sessions import Session
from domain.surveys import Audience, Guests, Request, Survey, guests_of, may_be_asked, opens
from steps import sessions as session_steps
from steps.app import App
from steps.survey_answers import finish
from store import database, journal, sessions, surveys


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """Counts of requests, a person and a session each. `waiting`: sessions whose attendance list is waited for."""

    opened: int = 0
    closed: int = 0
    waiting: int = 0


def look_after(app: App, *, dry_run: bool = False) -> SurveyReport:
    """Close what is over, open what is due. A dry run says how many there would be."""
    now = app.now()
    closed = surveys.over(app.conn, now)
    if not dry_run:
        for request in closed:
            with database.write(app.conn) as conn:
                fresh = surveys.get(conn, request.id)
                if fresh is not None and fresh.closed_at is None:
                    finish(app, conn, fresh, now)
    opened = withdrawn = waiting = 0
    for survey, session in _due(app, now):
        if dry_run:
            more, fewer = _openings(app, survey, session, surveys.guests(app.conn, session.id), now)
            new, gone = len(more), len(fewer)
        else:
            with database.write(app.conn) as conn:
                more, fewer = _openings(app, survey, session, surveys.guests(conn, session.id), now)
                new, gone = _carry_out(conn, survey, session, more, fewer, now), len(fewer)
        opened, withdrawn = opened + new, withdrawn + gone
        waiting += _waits(app, survey, session, now)
    report = SurveyReport(opened, len(closed) + withdrawn, waiting)
    if not dry_run and (report.opened or report.closed):
        with database.write(app.conn) as conn:
            run = journal.run_started(conn, "surveys", now)
            journal.run_finished(conn, run, app.now(), {"opened": report.opened, "closed": report.closed})
    return report


def _due(app: App, now: datetime) -> Iterator[tuple[Survey, Session]]:
    """Surveys with the sessions that they may be opened about now."""
    programme = app.programme.surveys.values()
    longest = max((s.after + s.late for s in programme), default=None)
    if longest is None:
        return
    for number in surveys.sessions_ended(app.conn, now - longest, now):
        session = sessions.get(app.conn, number)
        if session is not None:
            yield from ((survey, session) for survey in programme if opens(survey, session, now))


_Opening = tuple[int, Request | None]  # person, and the request that there is already


def _openings(
    app: App, survey: Survey, session: Session, guests: Guests, now: datetime
) -> tuple[list[_Opening], list[Request]]:
    """(requests to be made, raised to the newer version or opened again; requests to be withdrawn)."""
    wanted = guests_of(survey, session, guests, now)
    there = surveys.of_session(app.conn, survey.code, session.id)
    more = [(person, there.get(person)) for person in sorted(wanted) if _calls(survey, there.get(person), now)]
    # The attendance list came in, and who had said yes is not on it.
    listed = survey.audience is Audience.ATTENDED and bool(guests.attended)
    fewer = [
        request
        for person, request in there.items()
        if listed and person not in guests.attended and request.closed_at is None and request.answered_at is None
    ]
    return more, fewer


def _calls(survey: Survey, request: Request | None, now: datetime) -> bool:
    if request is None:
        return True
    if request.answered_at is None:
        open_again = request.closed_at is not None and now < request.closes_at
        return open_again or (request.version < survey.version and request.takes_answers(now))
    # Answered in an earlier version: only what that one did not ask (R5).
    return request.closed_at is not None and bool(may_be_asked(survey, survey.version, request.version))


def _carry_out(
    conn: database.Connection, survey: Survey, session: Session, more: list[_Opening], fewer: list[Request],
    now: datetime,
) -> int:  # fmt: skip
    """How many requests are new."""
    new = 0
    for person, request in more:
        if request is not None and request.answered_at is None:
            if request.closed_at is not None:
                surveys.reopen(conn, request.id)
            surveys.raise_version(conn, request.id, survey.version)
            continue
        closes = now + survey.open_for
        new += surveys.open_request(conn, survey.code, survey.version, session.id, person, now, closes)
    for request in fewer:
        surveys.close(conn, request.id, now)
    return new


def _waits(app: App, survey: Survey, session: Session, now: datetime) -> bool:
    """Whether the list of those who were there is still waited for."""
    attended = surveys.guests(app.conn, session.id).attended
    return survey.audience is Audience.ATTENDED and not attended and now < session.ends_at + survey.wait


# -- looking --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """One survey about one session: numbers of people. `open`: may still answer."""

    survey: str
    version: int
    session_id: int | None
    session: str
    asked: int
    answered: int
    complete: int
    open: int
    opened_at: str


def standings(app: App) -> list[Standing]:
    """What was put to people so far, oldest first."""
    return [Standing(**{**row, "session": row["session"] or ""}) for row in surveys.counts(app.conn)]


def show(app: App, code: str, session_ref: str | None = None) -> dict[str, Any]:
    """Every question of a survey with the counts of its answers, and what was said in own words.

    `base`: how many were asked the question; `answered`: how many answered it. Words of anonymous surveys come in no
    order that would tell who wrote them. UserError for an unknown survey or session.
    """
    survey = app.programme.surveys.get(code)
    if survey is None:
        known = ", ".join(app.programme.surveys)
        raise UserError(Problem(f"there is no survey {code!r}", "survey", f"Known: {known}"))
    among = None if session_ref is None else [session_steps.find(app, session_ref).id]
    found = surveys.answers(app.conn, code, among)
    questions = []
    for question in survey.questions:
        values = [r.answers[question.code] for r in found if question.code in r.answers]
        about: dict[str, Any] = {
            "code": question.code,
            "text": question.text,
            "kind": question.kind.value,
            "base": sum(question.code in r.asked for r in found),
            "answered": len(values),
        }
        if question.free:
            about["words"] = sorted(values)
        else:
            about["counts"] = {option.value: values.count(option.value) for option in question.options}
        questions.append(about)
    return {"survey": code, "anonymous": survey.anonymous, "responses": len(found), "questions": questions}
