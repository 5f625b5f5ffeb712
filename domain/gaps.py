"""Where the programme falls short: skills that people want to learn and nobody teaches, and sessions that are overdue.

Pure. What is counted comes from `store/skills.py` and the sessions; targets are config/targets.toml's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LEAD = timedelta(days=21)  # a clinic takes two weeks to prepare, and somebody has to be found first


class Cover(StrEnum):
    """What is done about a skill, the best that holds."""

    GIVEN = "given"  # a session was about it
    COMING = "coming"  # one is planned
    SHARER = "sharer"  # none is, and somebody is willing to share it
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Skill:
    """How many want to learn a skill and are willing to share it, and how many sessions were or will be about it."""

    code: str
    learn: int
    share: int
    given: int
    coming: int

    @property
    def cover(self) -> Cover:
        if self.given:
            return Cover.GIVEN
        if self.coming:
            return Cover.COMING
        return Cover.SHARER if self.share else Cover.NOBODY


def prioritised(skills: Iterable[Skill], people: int, share: float) -> list[Skill]:
    """The skills that at least `share` of `people` (who said what they want to learn) want, the most wanted first."""
    wanted = [one for one in skills if one.learn and one.learn >= share * people]
    return sorted(wanted, key=lambda one: (-one.learn, one.code))


def gaps(skills: Iterable[Skill]) -> list[Skill]:
    """The wanted skills that no session was or will be about: first those with a sharer to ask, then by demand.

    A skill with a willing sharer is one letter away from a clinic, so it leads among those equally wanted.
    """
    open_ = [one for one in skills if one.learn and one.cover in (Cover.SHARER, Cover.NOBODY)]
    return sorted(open_, key=lambda one: (-one.learn, not one.share, -one.share, one.code))


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a target of so many sessions in so long stands. `due`: by when the next one must be, None before the
    programme's first session; `short`: it will not."""

    last: datetime | None
    next: datetime | None
    due: datetime | None
    short: bool


def cadence(
    starts: Iterable[datetime], count: int, every: timedelta, began: datetime | None, now: datetime
) -> Cadence:
    """`starts`: of the sessions that count, any order. `count` in `every` means one in each `count`-th part of it,
    from the last one on, or from when the programme `began`.

    Short when none starts by the due moment (one that is over: by now), and that moment is near enough to act.
    """
    known = sorted(starts)
    last = max((start for start in known if start <= now), default=None)
    following = min((start for start in known if start > now), default=None)
    since = last or (began if began is not None and began <= now else None)
    if since is None:
        return Cadence(last, following, None, short=False)
    due = since + every / count
    late = following is None or following > max(due, now)
    return Cadence(last, following, due, late and due - now <= LEAD)
