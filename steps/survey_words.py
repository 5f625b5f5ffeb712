"""A survey's questions as messages show them, and the link to its page. Translations are left to `templates_email/`."""

from collections.abc import Sequence

from domain.survey_replies import LETTERS
from domain.surveys import Kind, Question, Request, Survey
from steps import page_links
from steps.app import App
from steps.page_links import Page
from templates_email.surveys import OptionLine, QuestionLine


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
