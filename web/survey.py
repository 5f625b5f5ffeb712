"""A survey, one question a page, each answer saved when it is sent; one may stop, and go on here or in another door.

The pages are made from the survey's definition. What an answer changes is in `steps/survey_answers.py`.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from domain.surveys import LONGEST_LINK, LONGEST_TEXT, SKIPPED, Kind, Question, link_of
from steps import survey_answers
from steps.page_links import Page
from steps.survey_answers import Interview
from steps.survey_words import texts
from store import participants, sessions
from templates_email.catalogues import pages
from templates_email.directions import words
from web.refusals import Refused
from web.room import Spot
from web.visit import Visit


@dataclass(frozen=True, slots=True)
class Shown:
    """A question in the page's language. `options`: (value, label)."""

    code: str
    kind: str
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer so far, as the page shows it; "" for a question that was passed over."""

    code: str
    text: str
    answer: str


def show(visit: Visit) -> Response:
    there = _interview(visit)
    wanted = visit.request.query_params.get("q", "")
    return visit.page("survey", **_values(visit, there, _asked(there, wanted) or there.next))


def send(visit: Visit) -> Response:
    there = _interview(visit)
    question = _asked(there, visit.form.raw("question"))
    if question is None:  # closed meanwhile, or not asked any more since another answer was changed
        return visit.back()
    value: str | None = SKIPPED
    if visit.form.raw("go") != "skip":
        value = _value(visit, question)
    if visit.form.problems or value is None:
        return visit.wrong("survey", **_values(visit, there, question, visit.form.raw("answer")))
    survey_answers.by_page(visit.app, there.request.id, question.code, value)
    return visit.back()


def _interview(visit: Visit) -> Interview:
    there = survey_answers.interview(visit.app, visit.app.conn, visit.ident, visit.now)
    if there is None:
        raise Refused(410, "over")
    person = participants.load(visit.app.conn, [there.request.participant_id], visit.now)
    visit.speaks(person[there.request.participant_id].languages, texts(there.survey))
    return there


def _asked(there: Interview, code: str) -> Question | None:
    return next((q for q in there.questions if q.code == code), None) if there.open else None


def _value(visit: Visit, question: Question) -> str | None:
    """The checked answer; what is wrong with it is in the form's problems."""
    if question.kind is Kind.LINK:
        link = link_of(visit.form.line("answer", LONGEST_LINK, needed=True))
        if link is None:
            visit.form.problems.setdefault("answer", "link")
        return link
    if question.kind is Kind.TEXT:
        return visit.form.text("answer", LONGEST_TEXT, needed=True)
    return visit.form.choice("answer", [option.value for option in question.options], needed=True)


def _values(visit: Visit, there: Interview, question: Question | None, given: str | None = None) -> dict[str, Any]:
    code = visit.language("survey")

    def say(text: str) -> str:
        return pages().text(text, code)

    def label(one: Question, value: str) -> str:
        return say(next((option.label for option in one.options if option.value == value), value))

    request = there.request
    session = sessions.get(visit.app.conn, request.session_id) if request.session_id is not None else None
    value = there.answers.get(question.code, "") if question and given is None else given
    return {
        "here": visit.here,
        "survey": say(there.survey.title),
        "session": words(session.told("title"), code) if session else "",
        "over": not there.open and not request.complete,
        "anonymous": there.survey.anonymous,
        "question": _shown(question, say) if question else None,
        "number": there.number(question) if question else 0,
        "total": len(there.questions),
        "value": value,
        "longest": LONGEST_TEXT,
        "given": [
            Given(one.code, say(one.text), label(one, there.answers[one.code]) if there.answers[one.code] else "")
            for one in there.questions
            if one.code in there.answers and one is not question
        ],
    }


def _shown(question: Question, say: Any) -> Shown:
    options = tuple((option.value, _label(question, option.value, say(option.label))) for option in question.options)
    return Shown(question.code, question.kind.value, say(question.text), options)


def _label(question: Question, value: str, label: str) -> str:
    return f"{value}: {label}" if question.kind is Kind.RATING else label


SPOTS = (Spot("/survey/{token}", show, send, Page.SURVEY),)
