"""Who reads an issue, in which language, and who does not, with the reason. Reads the store in pages."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.facts import Facts
from domain.newsletter import IssueKind, reader_language
from domain.participants import Participant
from domain.planning import Hold, Skip, decide_mailing
from domain.routes import route
from steps.app import App
from store import next_due, participants
from store.newsletter import Issue, Reader


def key_of(issue: Issue, person: int) -> str:
    """Of the message that brings an issue to a person."""
    return f"{issue.kind}/{issue.id}/{person}"


@dataclass(frozen=True, slots=True)
class Audience:
    """`mark` changes when anybody comes or goes, or gets another language. `left_out`: how many, by reason."""

    mark: str
    count: int
    languages: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def refusal(app: App, issue: Issue, person: Participant, now: datetime) -> str:
    """Why this person does not get the issue; "" when they do. That it is night where they are is no reason."""
    decision = decide_mailing(issue.kind, key_of(issue, person.id), Facts(person), app.programme.rules, now)
    return decision.because if isinstance(decision, Skip) else ""


def waits_until(app: App, issue: Issue, person: Participant, now: datetime) -> datetime:
    """When it may leave: now, or after quiet hours or an absence."""
    decision = decide_mailing(issue.kind, key_of(issue, person.id), Facts(person), app.programme.rules, now)
    return decision.until if isinstance(decision, Hold) else now


def channel_of(app: App, kind: IssueKind, person: Participant) -> str:
    to, _ = route(app.programme.rules.touchpoints[kind].channel, person)
    return to.channel if to is not None else ""


def everybody(app: App, issue: Issue, now: datetime) -> Iterator[tuple[Participant, str]]:
    """Everybody who is not erased, by id, with the reason why they do not get it."""
    for ids in next_due.all_pages(app.conn):
        people = participants.load(app.conn, ids, now)
        for number in ids:
            yield people[number], refusal(app, issue, people[number], now)


def language_of(app: App, person: Participant, available: Sequence[str]) -> str:
    return reader_language((*person.languages, *app.programme.languages), available)


def audience(
    app: App, issue: Issue, available: Sequence[str], now: datetime, keep: Callable[[Reader], None] = lambda _: None
) -> Audience:
    """The list counted, not held in memory, as it may be long; each line of it is given to `keep`."""
    digest = hashlib.sha256()
    found = Audience("", 0)
    count = 0
    for person, why_not in everybody(app, issue, now):
        if why_not:
            found.left_out[why_not] += 1
            continue
        language = language_of(app, person, available)
        keep(Reader(person.id, language))
        digest.update(f"{person.id} {language}\n".encode())
        found.languages[language] += 1
        found.channels[channel_of(app, issue.kind, person)] += 1
        count += 1
    return Audience(digest.hexdigest(), count, found.languages, found.channels, found.left_out)


def newcomers(app: App, issue: Issue, approved: Iterator[int], now: datetime) -> int:
    """How many would get the issue now and are not on its `approved` list (ids, rising). Who left does not count."""
    count, listed = 0, next(approved, None)
    for person, why_not in everybody(app, issue, now):
        while listed is not None and listed < person.id:
            listed = next(approved, None)
        count += not why_not and listed != person.id
    return count
