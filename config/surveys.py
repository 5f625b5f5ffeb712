"""surveys.toml: which questions are put to whom, checked with every problem at once. What they mean is in
`domain/surveys.py`; their translations are in the catalogues."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, Field

from config.toml_file import STRICT, Duration, read
from domain.errors import Problem
from domain.surveys import RATINGS, YES_NO, Audience, Kind, Option, Question, Survey

SHIPPED = Path(__file__).with_name("surveys.toml")
CODE = r"^[a-z][a-z0-9_]{0,19}$"  # with a request's number it fits into a button
MOST_OPTIONS = 8
MOST_QUESTIONS = 12
LONGEST_LABEL = 60  # of a button
YES, NO = "Yes", "No"  # as the catalogues have them


class _Model(BaseModel):
    model_config = STRICT


class _Option(_Model):
    value: str = Field(pattern=CODE)
    label: str = Field(min_length=1, max_length=LONGEST_LABEL)


class _Question(_Model):
    code: str = Field(pattern=CODE)
    kind: Kind
    text: str = Field(min_length=1, max_length=300)
    labels: list[str] = []
    options: list[_Option] = []
    since: int = Field(default=1, ge=1)
    until: int | None = Field(default=None, ge=1)
    only_if: dict[str, list[str]] = {}


class _Survey(_Model):
    version: int = Field(ge=1)
    title: str = Field(min_length=1, max_length=100)
    kinds: list[str] = Field(min_length=1)
    audience: Audience
    after: Duration = timedelta()
    wait: Duration = timedelta(hours=24)
    open_for: Duration = timedelta(days=14)
    late: Duration = timedelta(days=14)
    anonymous: bool = False
    asks_sharers: bool = False
    check: bool = False
    questions: list[_Question] = Field(min_length=1, max_length=MOST_QUESTIONS)


class _File(_Model):
    surveys: dict[str, _Survey] = {}


def load(folder: Path, kinds: Collection[str], problems: list[Problem]) -> tuple[Survey, ...]:
    """The surveys of surveys.toml in `folder` (the shipped one where it has none), in its order.

    `kinds`: of sessions that the programme knows. What is wrong is added to `problems`.
    """
    own = folder / SHIPPED.name
    path = own if own.exists() else SHIPPED
    file = read(path, _File, problems)
    if file is None:
        return ()
    known = kinds if path == own else None  # a programme with kinds of its own need not know the shipped ones
    found = [problem for code, one in file.surveys.items() for problem in _problems(code, one, known)]
    problems += found
    return () if found else tuple(_survey(code, one) for code, one in file.surveys.items())


def _problems(code: str, survey: _Survey, kinds: Collection[str] | None) -> Iterator[Problem]:
    def bad(key: str, what: str, remedy: str) -> Problem:
        return Problem(what, f"surveys.toml: surveys.{code}.{key}", remedy)

    for kind in survey.kinds if kinds is not None else ():
        if kind not in (kinds or ()):
            yield bad("kinds", f"{kind} is no kind of session", f"Known: {', '.join(kinds or ())}")
    for key in ("after", "wait"):
        if getattr(survey, key) < timedelta():
            yield bad(key, "is before the session's end", "Write a time from 0h on")
    for key in ("open_for", "late"):
        if getattr(survey, key) < timedelta(hours=1):
            yield bad(key, "is too short", "Write 1h or more")
    if survey.questions[0].kind in (Kind.TEXT, Kind.LINK):
        yield bad("questions", "the first one cannot be answered in one word", "Begin with a rating, yes_no or choice")
    for name, number in Counter(q.code for q in survey.questions).items():
        if number > 1:
            yield bad(f"questions.{name}", "there are several of that code", "Give each its own")
    if [q.since for q in survey.questions] != sorted(q.since for q in survey.questions):
        yield bad("questions", "a later version's question stands before an earlier one's", "Add questions at the end")
    earlier: dict[str, _Question] = {}
    for question in survey.questions:
        for key, what, remedy in _wrong(question, survey, earlier):
            yield bad(f"questions.{question.code}.{key}", what, remedy)
        earlier[question.code] = question


def _wrong(question: _Question, survey: _Survey, earlier: dict[str, _Question]) -> Iterator[tuple[str, str, str]]:
    if (question.kind is Kind.RATING) != bool(question.labels) or len(question.labels) not in (0, len(RATINGS)):
        yield "labels", "a rating has five, from 1 to 5, and nothing else has any", "Mend them"
    if any(not 0 < len(label) <= LONGEST_LABEL for label in question.labels):
        yield "labels", "one is empty or too long", f"Use 1 to {LONGEST_LABEL} characters"
    if (question.kind is Kind.CHOICE) != (2 <= len(question.options) <= MOST_OPTIONS):
        yield "options", f"a choice has 2 to {MOST_OPTIONS}, and nothing else has any", "Mend them"
    if len({option.value for option in question.options}) < len(question.options):
        yield "options", "several have the same value", "Give each its own"
    if not question.since <= (question.until or survey.version) <= survey.version:
        yield "since", "the survey has no such version", f"Write 1 to {survey.version}, `until` not before `since`"
    if len(question.only_if) > 1:
        yield "only_if", "names more than one question", "Name one"
    for other, values in question.only_if.items():
        if survey.anonymous:
            # what a chat asks next would tell what was answered
            yield "only_if", "an anonymous survey asks everybody the same", "Remove it"
        elif other not in earlier or earlier[other].kind in (Kind.TEXT, Kind.LINK):
            yield "only_if", f"{other} is no earlier question with given answers", "Name one"
        elif unknown := set(values) - {option.value for option in _options(earlier[other])}:
            yield "only_if", f"{', '.join(sorted(unknown))}: not an answer to {other}", "Mend it"


def _options(question: _Question) -> tuple[Option, ...]:
    match question.kind:
        case Kind.RATING:
            return tuple(Option(value, label) for value, label in zip(RATINGS, question.labels, strict=True))
        case Kind.YES_NO:
            return tuple(Option(value, label) for value, label in zip(YES_NO, (YES, NO), strict=True))
    return tuple(Option(option.value, option.label) for option in question.options)


def _survey(code: str, survey: _Survey) -> Survey:
    return Survey(
        code=code,
        version=survey.version,
        title=survey.title,
        questions=tuple(_question(question) for question in survey.questions),
        kinds=frozenset(survey.kinds),
        audience=survey.audience,
        after=survey.after,
        open_for=survey.open_for,
        late=survey.late,
        wait=survey.wait,
        anonymous=survey.anonymous,
        asks_sharers=survey.asks_sharers,
        check=survey.check,
    )


def _question(question: _Question) -> Question:
    only_if = next(((code, frozenset(values)) for code, values in question.only_if.items()), None)
    return Question(
        code=question.code,
        kind=question.kind,
        text=question.text,
        options=_options(question),
        since=question.since,
        until=question.until,
        only_if=only_if,
    )
