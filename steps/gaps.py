"""What is missing: topics that people want to learn (R12), and sessions that the targets ask for (R11).

Counts only. What counts as prioritised is the report's share in programme.toml; targets are in targets.toml.
"""

from dataclasses import dataclass
from datetime import datetime

from config import targets as targets_file
from domain.gaps import Cover, Skill, cadence, gaps, prioritised
from domain.sessions import SessionState
from steps.app import App
from store import sessions, skills


@dataclass(frozen=True, slots=True)
class Topic:
    """A wanted skill that no session was or will be about."""

    skill: str
    title: str
    learn: int
    share: int
    cover: Cover
    prioritised: bool


@dataclass(frozen=True, slots=True)
class Target:
    """How one target of sessions stands; `short`: no session is planned in time."""

    code: str
    title: str
    last: datetime | None
    next: datetime | None
    due: datetime | None
    short: bool


@dataclass(frozen=True, slots=True)
class Gaps:
    """`people`: who said what they want to learn; `covered` of `prioritised` skills had a session."""

    people: int
    prioritised: int
    covered: int
    topics: tuple[Topic, ...]
    targets: tuple[Target, ...]


def find(app: App) -> Gaps:
    """Everything that is missing now."""
    known = skills.demand(app.conn, app.now())
    people = skills.learners(app.conn)
    first = prioritised(known, people, app.programme.report.prioritised)
    codes = {one.code for one in first}
    titles = {skill.code: skill.title for skill in app.programme.skills}
    return Gaps(
        people=people,
        prioritised=len(first),
        covered=sum(one.cover is Cover.GIVEN for one in first),
        topics=tuple(_topic(one, titles, codes) for one in gaps(known)),
        targets=tuple(targets(app)),
    )


def _topic(one: Skill, titles: dict[str, str], first: set[str]) -> Topic:
    return Topic(one.code, titles.get(one.code, one.code), one.learn, one.share, one.cover, one.code in first)


def targets(app: App) -> list[Target]:
    """How each target of sessions stands."""
    wanted = targets_file.load(app.settings.programme, tuple(app.programme.kinds)).sessions
    there = [s for s in sessions.listing(app.conn) if s.state is SessionState.CONFIRMED]
    began = min((s.starts_at for s in there), default=None)
    found = []
    for one in wanted:
        counting = [s.starts_at for s in there if s.kind in one.kinds and (not one.led_by or s.led_by in one.led_by)]
        stands = cadence(counting, one.count, one.every, began, app.now())
        found.append(Target(one.code, one.title, stands.last, stands.next, stands.due, stands.short))
    return found
