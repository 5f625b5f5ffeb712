"""A survey's questions as messages show them, and the link to its page. Translations are left to `templates_email/`."""

from collections.abc import Sequence
from typing import Any

from channels.telegram_message import Button, opens
from domain.cadences import Purpose
from domain.errors import Problem, UserError
from domain.facts import Facts
from domain.survey_values import LETTERS
from domain.surveys import Kind, Question, Request, Survey, may_be_asked
from domain.touches import Touch
from steps import chat_words, page_links, survey_answers
from steps.app import App
from steps.page_links import Page
from steps.survey_answers import Interview
from store import surveys
from templates_email import labels
from templates_email.fields import Letter
from templates_email.formats import Moment
from templates_email.surveys import AskSurvey, OptionLine, QuestionLine, RemindOfSurvey


def texts(survey: Survey) -> tuple[str, ...]:
    """Every text of a survey that people are shown."""
    found = [survey.title]
    for question in survey.questions:
        found += [question.text, *(option.label for option in question.options)]
    return tuple(dict.fromkeys(found))


def link(app: App, request: Request) -> str:
    """The person's page, good until the survey closes; "" while there are no pages."""
    return page_links.url(app, Page.SURVEY, request.id, request.closes_at)


def line(question: Question, questions: Sequence[Question]) -> QuestionLine:
    """`questions`: all of the letter, whose order gives the numbers."""
    numbers = {one.code: number for number, one in enumerate(questions, 1)}
    of, given = 0, ""
    if question.only_if is not None and question.only_if[0] in numbers:
        other = next(one for one in questions if one.code == question.only_if[0])
        labels = [option.label for option in other.options if option.value in question.only_if[1]]
        of, given = numbers[other.code], labels[0] if len(labels) == 1 else ""
    return QuestionLine(
        number=numbers.get(question.code, 1),
        kind=question.kind.value,
        text=question.text,
        options=tuple(
            OptionLine(mark(question, at), option.label) for at, option in enumerate(question.options)
        ),
        of=of,
        given=given,
    )


def mark(question: Question, at: int) -> str:
    """What one replies with to choose the option at that place (from 0)."""
    if question.kind is Kind.RATING:
        return question.options[at].value
    return LETTERS[at] if question.kind is Kind.CHOICE else ""


def _opening(app: App, facts: Facts) -> tuple[Interview, Question]:
    """The survey that a touch is about, and the question that is put first. UserError when it is not known any more."""
    assert facts.subject is not None
    there = survey_answers.interview(app, app.conn, facts.subject.id, app.now())
    first = there.next or next(iter(there.questions), None) if there else None
    if there is None or first is None:
        raise UserError(Problem("the survey has no questions in surveys.toml any more", f"request {facts.subject.id}"))
    return there, first


def letter_of(app: App, touch: Touch, facts: Facts, letter: dict[str, Any]) -> Letter:
    """The letter that asks, first or again, for `letter`'s reader."""
    there, first = _opening(app, facts)
    survey, request = there.survey, there.request
    zone, session = facts.person.zone or app.programme.zone, facts.session
    address = link(app, request)
    before = surveys.answered_before(app.conn, request)
    about = {
        **letter,
        "survey": survey.title,
        "title": session.told("title") if session else app.programme.name,
        "first": line(first, survey.questions),
        "more": tuple(
            line(q, survey.questions) for q in may_be_asked(survey, request.version, before) if q is not first
        ),
        "anonymous": survey.anonymous,
        "has_link": bool(address),
        "link": address,
    }
    if touch.purpose is Purpose.SURVEY:
        starts, minutes = (session.starts_at, session.minutes) if session else (request.opened_at, 0)
        return AskSurvey(**about, check=survey.check, when=Moment(starts, minutes, zone))
    rungs = {p.code: p.rung for p in app.programme.rules.timed if p.purpose is Purpose.SURVEY_REMINDER}
    last = rungs[touch.touchpoint] == max(rungs.values())
    return RemindOfSurvey(**about, until=Moment(request.closes_at, 0, zone), last=last)


def buttons_of(app: App, facts: Facts, language: str) -> tuple[tuple[Button, ...], ...]:
    """Below the first question in a chat: its answers, and the page."""
    there, first = _opening(app, facts)
    rows = [row.buttons(language) for row in chat_words.survey_rows(there.request.id, first)]
    address = link(app, there.request)
    if opens(address):
        rows.append((Button(labels.label("open_page", language), url=address),))
    return tuple(rows)
