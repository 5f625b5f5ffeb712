"""Issues of the newsletter, of the digest of opportunities, and of the advisers' brief: what one holds, who reads it
in which language, when the next is due. Pure.

`Content` is everything an issue says, in no language yet: facts by rule, and what coordinators wrote, in as many
languages as they wrote it in. Words around it are in `templates_email/`; who may be written to is in `planning.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from domain.translations import Field, Localized, Translation, told


class IssueKind(StrEnum):
    """The values are also the codes of touchpoints and the names of messages."""

    NEWSLETTER = "newsletter"
    DIGEST = "digest"
    BRIEF = "brief"


class IssueState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"  # to be recorded in the outbox by the next plan
    SENDING = "sending"  # partly recorded
    SENT = "sent"  # recorded for everybody on its list
    SKIPPED = "skipped"  # there was nothing to say
    DROPPED = "dropped"  # a person decided against it


# Whose turn it is: an issue of these states is the only one of its kind.
OPEN = (IssueState.DRAFT, IssueState.APPROVED, IssueState.SENDING)

Section = Literal["opening", "news", "missed", "coming", "opportunities", "movement", "numbers", "thanks"]
# Sections that coordinators write; the others are put together from the store.
# What is written for "coming" is a session's translation and has its code for a name.
WRITTEN: tuple[Section, ...] = ("opening", "news", "movement", "thanks", "coming")
Every = Literal["week", "two_weeks", "month", "two_months"]
_WEEKS = {"week": 1, "two_weeks": 2}
LATE = timedelta(days=6)  # an issue that nobody drafted for so long waits for its next day
ANCHOR = date(2024, 1, 1)  # a Monday in an odd month: fortnights and pairs of months are counted from it
NUMBERS = ("people", "newcomers", "countries", "sessions", "took_part", "resources")


@dataclass(frozen=True, slots=True)
class IssueRule:
    """When issues of a kind are due, and of what they are made. `weekday` 0 is Monday, `hour` is the programme's."""

    kind: IssueKind
    every: Every
    weekday: int
    hour: int
    sections: tuple[Section, ...]
    look_ahead: timedelta
    public: bool  # has a page, stands in the feed, and is posted to groups


@dataclass(frozen=True, slots=True)
class Words:
    """A block's text in one language: a title ("" for none) on one line, and Markdown."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Block:
    """What coordinators wrote for one place, by language (BCP 47)."""

    section: Section
    name: str
    words: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class ResourceLine:
    kind: str
    title: str
    url: str
    language: str
    size: int | None  # bytes


@dataclass(frozen=True, slots=True)
class PastSession:
    id: int
    title: str
    starts_at: datetime
    minutes: int
    resources: tuple[ResourceLine, ...]
    languages: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()

    def told(self, field: Literal["title"]) -> Localized:
        """As `Session.told`."""
        return told(field, self.title, self.languages, self.translations)


@dataclass(frozen=True, slots=True)
class ComingSession:
    """`skills`: codes of what it teaches; they decide what stands first for whom."""

    id: int
    title: str
    starts_at: datetime
    minutes: int
    purpose: str
    audience: str
    preparation: str
    languages: tuple[str, ...]
    interpretation: tuple[str, ...]
    sharers: tuple[str, ...]
    skills: tuple[str, ...]
    code: str = ""
    translations: tuple[Translation, ...] = ()

    def told(self, field: Field) -> Localized:
        """As `Session.told`."""
        return told(field, getattr(self, field), self.languages, self.translations)


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Something offered elsewhere. `title` is its own name, whatever the reader's language; `words` describes it."""

    id: int
    title: str
    organiser: str
    url: str
    until: date | None
    languages: tuple[str, ...]
    words: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Content:
    """`until`: the moment up to which it speaks. `thanks`: names of sharers who agreed to be named; `thanked` is how
    many others shared. `numbers`: (one of NUMBERS, value), those that are not zero."""

    kind: IssueKind
    until: datetime
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...] = ()
    missed: tuple[PastSession, ...] = ()
    coming: tuple[ComingSession, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()
    thanks: tuple[str, ...] = ()
    thanked: int = 0

    def written(self, section: Section) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.section == section)

    def lasting(self) -> "Content":
        """Without what moves by itself when people come and go: that alone is no other content."""
        return replace(self, numbers=())


def something_to_say(content: Content) -> bool:
    """Numbers and thanks alone are not worth a letter."""
    written = any(block.section != "coming" for block in content.blocks)
    return bool(written or content.missed or content.coming or content.opportunities)


def languages_of(content: Content, spoken: Sequence[str]) -> tuple[str, ...]:
    """Of `spoken`, in which the fixed words can be said, those in which every block was written: one letter, one
    language. "pt" serves for a block in "pt-BR" as well.
    """
    return tuple(code for code in spoken if not lacking(content, code))


def lacking(content: Content, language: str) -> tuple[str, ...]:
    """What was written and keeps the issue from being said in `language`: section/name. Sessions never do: they have
    words of their own."""
    return tuple(
        f"{one.section}/{one.name}"
        for one in content.blocks
        if one.section != "coming" and words_in(one.words, language) is None
    )


def session_words(content: Content, session: ComingSession, language: str) -> Words | None:
    """What was written for this issue of a coming session in `language`; None where it speaks for itself."""
    found = (words_in(one.words, language) for one in content.written("coming") if one.name == session.code)
    return next(found, None)


def words_in(words: Mapping[str, Words], language: str) -> Words | None:
    """The text for readers of `language`, in it or in a variety of it."""
    wanted = _plain(language)
    for code, text in sorted(words.items()):
        if _plain(code) == wanted or _plain(code).startswith(f"{wanted}-"):
            return text
    return None


def reader_language(chain: Sequence[str], available: Sequence[str]) -> str:
    """The first of `chain` that is available ("pt-BR" stands for itself, then "pt": RFC 4647 section 3.4), else the
    first available. ValueError when none is.
    """
    known = {_plain(code): code for code in available}
    for wanted in chain:
        subtags = _plain(wanted).split("-")
        for length in range(len(subtags), 0, -1):
            if code := known.get("-".join(subtags[:length])):
                return code
    if not available:
        raise ValueError("the issue can be said in no language")
    return available[0]


def _plain(code: str) -> str:
    return code.strip().replace("_", "-").lower()


def in_order(coming: Sequence[ComingSession], wished: Collection[str]) -> list[tuple[int, ComingSession]]:
    """What this person wants to learn first, then by time; each with its place in `coming`."""
    return sorted(enumerate(coming), key=lambda pair: (not matches(pair[1], wished), pair[0]))


def matches(session: ComingSession, wished: Collection[str]) -> bool:
    return any(skill in wished for skill in session.skills)


def due_day(rule: IssueRule, today: date) -> date:
    """The last day, `today` or before, on which an issue of this kind is drafted."""
    day = today - timedelta(days=(today.weekday() - rule.weekday) % 7)
    while not _is_day(rule, day):
        day -= timedelta(days=7)
    return day


def _is_day(rule: IssueRule, day: date) -> bool:
    weeks = _WEEKS.get(rule.every)
    if weeks is not None:
        return (day - ANCHOR).days // 7 % weeks == 0
    first_of_month = day.day <= 7
    return first_of_month and (rule.every == "month" or day.month % 2 == ANCHOR.month % 2)


def is_due(rule: IssueRule, last: date | None, local_now: datetime) -> bool:
    """Whether an issue is to be drafted now. `last`: the (local) day on which the last one was, whatever became of
    it. What was missed for longer than LATE waits for its next day.
    """
    today = local_now.date()
    day = due_day(rule, today)
    if day == today and local_now.hour < rule.hour:
        return False
    return today - day <= LATE and (last is None or last < day)
