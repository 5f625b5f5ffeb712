"""Surveys as data: questions, what becomes of an answer, whom a survey is opened for and when it closes.

Pure. Reading words into answers is `survey_replies.py`'s, the file is read by `config/surveys.py`, rows are kept by
`store/surveys.py`. Texts are those of surveys.toml, in English; whoever shows them looks the translation up.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from domain.sessions import Session, SessionState

SKIPPED = ""  # the value of a question that was passed over
LONGEST_TEXT = 4000
LONGEST_LINK = 500
RATINGS = ("1", "2", "3", "4", "5")
YES_NO = ("yes", "no")


class Kind(StrEnum):
    RATING = "rating"  # 1 to 5
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"
    LINK = "link"


FREE = frozenset({Kind.TEXT, Kind.LINK})  # the person's own words


class Audience(StrEnum):
    ATTENDED = "attended"  # on the attendance list; where none came in, those who said yes
    ACCEPTED = "accepted"  # said yes, or were there


@dataclass(frozen=True, slots=True)
class Option:
    """`value` is what is kept, `label` what is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """`since`: the survey's version that asked it first; `until`: the last one that did. `only_if`: (another question's
    code, its values): asked only of those who gave one of them. `options`: of ratings from 1 to 5."""

    code: str
    kind: Kind
    text: str
    options: tuple[Option, ...] = ()
    since: int = 1
    until: int | None = None
    only_if: tuple[str, frozenset[str]] | None = None

    @property
    def free(self) -> bool:
        return self.kind in FREE


@dataclass(frozen=True, slots=True)
class Survey:
    """`after`: from the session's end to its opening. `late`: for how long after that it may still be opened.
    `wait`: for how long after the session's end the attendance list is waited for."""

    code: str
    version: int
    title: str
    questions: tuple[Question, ...]
    kinds: frozenset[str]  # of sessions
    audience: Audience
    after: timedelta
    open_for: timedelta
    late: timedelta
    wait: timedelta
    anonymous: bool
    asks_sharers: bool
    check: bool = False  # a practice check, weeks later: its letters have words of their own

    def question(self, code: str) -> Question | None:
        return next((q for q in self.questions if q.code == code), None)


@dataclass(frozen=True, slots=True)
class Request:
    """One survey, in one version, put to one person about one session (None: the programme)."""

    id: int
    survey: str
    version: int
    session_id: int | None
    participant_id: int
    opened_at: datetime
    closes_at: datetime
    answered_at: datetime | None = None
    complete: bool = False
    closed_at: datetime | None = None
    in_chat: str = ""  # the question that was put last in the person's chat
    in_chat_at: datetime | None = None

    def takes_answers(self, now: datetime) -> bool:
        return self.closed_at is None and now < self.closes_at


# -- questions ------------------------------------------------------------------------------------------


def asked(survey: Survey, version: int, answers: Mapping[str, str], before: int = 0) -> tuple[Question, ...]:
    """What somebody with these answers is asked in `version`, in order; only what versions up to `before`, in which
    they answered already, did not ask (R5: a later question is asked of those who never saw it)."""
    return tuple(
        q
        for q in survey.questions
        if before < q.since <= version and (q.until is None or version <= q.until) and _applies(q, answers)
    )


def _applies(question: Question, answers: Mapping[str, str]) -> bool:
    if question.only_if is None:
        return True
    code, values = question.only_if
    return answers.get(code) in values


def may_be_asked(survey: Survey, version: int, before: int = 0) -> tuple[Question, ...]:
    """All that `asked` may come to, whatever is answered."""
    return tuple(
        q for q in survey.questions if before < q.since <= version and (q.until is None or version <= q.until)
    )


def following(questions: tuple[Question, ...], answers: Mapping[str, str]) -> Question | None:
    """The first that was neither answered nor passed over; None when all were."""
    return next((q for q in questions if q.code not in answers), None)


_WEB = re.compile(r"https?://[^\s<>\"']+", re.I)


def value_of(question: Question, given: str) -> str | None:
    """What is kept of an answer from a form or button; None when it is no answer to this question."""
    text = given.strip()
    match question.kind:
        case Kind.TEXT:
            text = "".join(c for c in text if c in "\n\t" or c.isprintable())
            return text if 0 < len(text) <= LONGEST_TEXT else None
        case Kind.LINK:
            return link_of(text)
    return text if any(option.value == text for option in question.options) else None


def link_of(text: str) -> str | None:
    """The address, when `text` is one that a browser opens and nothing else; "www." is completed."""
    if text.lower().startswith("www."):
        text = f"https://{text}"
    if len(text) > LONGEST_LINK or not _WEB.fullmatch(text) or not text.isprintable():
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    return text if "." in host.strip(".") and parts.username is None else None


# -- whom it is opened for ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guests:
    """People of one session: on its attendance list, with a yes, leading it."""

    attended: Set[int] = frozenset()
    accepted: Set[int] = frozenset()
    sharers: Set[int] = frozenset()


def guests_of(survey: Survey, session: Session, guests: Guests, now: datetime) -> Set[int]:
    """Whom the survey is for, as far as is known now. Empty for a session that was cancelled, and while its
    attendance list is waited for."""
    if session.state is SessionState.CANCELLED:
        return frozenset()
    if survey.audience is Audience.ACCEPTED:
        found = guests.attended | guests.accepted
    elif guests.attended:
        found = guests.attended
    else:
        found = guests.accepted if now >= session.ends_at + survey.wait else frozenset()
    return found if survey.asks_sharers else found - guests.sharers


def opens(survey: Survey, session: Session, now: datetime) -> bool:
    """Whether the survey may be opened now: since some time after the session's end, and not too late."""
    due = session.ends_at + survey.after
    return session.kind in survey.kinds and due <= now < due + survey.late


# -- what is kept ---------------------------------------------------------------------------------------


def coarse(now: datetime) -> date:
    """All that is kept of when an anonymous answer came."""
    return coarse_day(now.date())


def coarse_day(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())
