"""Badges: who has earned which, from the sessions that they took part in and led. Rules are config/badges.toml's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class By(StrEnum):
    ATTENDANCE = "attendance"  # sessions that a person took part in, and did not lead
    SHARING = "sharing"  # sessions that they led


@dataclass(frozen=True, slots=True)
class Rule:
    """`count` sessions of `kinds` (() for any) earn the badge. `titles`: language (BCP 47) -> title; "en" is there."""

    code: str
    by: By
    kinds: tuple[str, ...]
    count: int
    titles: Mapping[str, str]

    def title(self, languages: Sequence[str]) -> str:
        """In the first of `languages` that has one ("pt-BR" stands for "pt" too), else in English."""
        for wanted in languages:
            for code in (wanted, wanted.partition("-")[0]):
                if code in self.titles:
                    return self.titles[code]
        return self.titles["en"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One session that took place and is over, in which a person was; `led`: as a sharer."""

    session_id: int
    kind: str
    led: bool
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Earned:
    """`sessions`: ids of those that earned it, oldest first; `at`: when the last of them ended."""

    badge: str
    sessions: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Badge:
    """One that was issued, for ever; `revoked_at`: taken back by a person, and not issued again."""

    id: int
    badge: str
    participant_id: int
    sessions: tuple[int, ...]
    earned_at: datetime
    issued_at: datetime
    exported_at: datetime | None = None
    revoked_at: datetime | None = None


def earned(rules: Iterable[Rule], taken: Iterable[Taken]) -> Iterator[Earned]:
    """The badges that one person's sessions earn. Who led a session and stands on its list of attendance led it."""
    led = {one.session_id: one for one in taken if one.led}
    attended = {one.session_id: one for one in taken if not one.led and one.session_id not in led}
    for rule in rules:
        found = led if rule.by is By.SHARING else attended
        counting = [one for one in found.values() if not rule.kinds or one.kind in rule.kinds]
        counting.sort(key=lambda one: (one.ended_at, one.session_id))
        if len(counting) >= rule.count:
            first = counting[: rule.count]
            yield Earned(rule.code, tuple(one.session_id for one in first), first[-1].ended_at)
