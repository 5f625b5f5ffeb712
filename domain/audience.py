"""Who is coming to a session, in numbers that name nobody."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FEW = 3  # fewer people than this are no group of their own
MOST = 8  # groups of one kind

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """What one person who is coming said of themselves. `languages`: BCP 47, the one they read first in front."""

    languages: Sequence[str] = ()
    connectivity: str = ""
    wishes: Sequence[str] = ()  # titles of skills that they want to learn
    levels: Sequence[str] = ()  # how well they know what the session is about


@dataclass(frozen=True, slots=True)
class Audience:
    """`interpretation`: languages that enough people read first and understand no language of the session. A group
    "" holds all others together."""

    people: int
    languages: Counts
    interpretation: tuple[str, ...]
    levels: Counts
    connectivity: Counts
    hopes: Counts


def grouped(values: Iterable[str], few: int = FEW) -> Counts:
    """Counts of what people said, the largest first; small groups together as "", or not at all where even together
    they are few, since one more sum would tell who they are."""
    counts = Counter(value for value in values if value)
    large = [(value, count) for value, count in sorted(counts.items(), key=lambda x: (-x[1], x[0])) if count >= few]
    rest = counts.total() - sum(count for _, count in large[:MOST])
    return (*large[:MOST], ("", rest)) if rest >= few else tuple(large[:MOST])


def describe(members: Sequence[Member], spoken: Sequence[str], interpreted: Sequence[str]) -> Audience:
    """`spoken` and `interpreted`: the languages of the session (BCP 47)."""
    understood = {_primary(code) for code in (*spoken, *interpreted)}
    first = [_primary(one.languages[0]) for one in members if one.languages]
    lost = Counter(
        _primary(one.languages[0])
        for one in members
        if one.languages and understood and not understood & {_primary(code) for code in one.languages}
    )
    wanted = sorted((code for code, count in lost.items() if count >= FEW), key=lambda code: (-lost[code], code))
    return Audience(
        people=len(members),
        languages=tuple((code, count) for code, count in grouped(first) if code),
        interpretation=tuple(wanted),
        levels=grouped(level for one in members for level in set(one.levels)),
        connectivity=grouped(one.connectivity for one in members),
        hopes=tuple((wish, count) for wish, count in grouped(w for one in members for w in set(one.wishes)) if wish),
    )


def _primary(code: str) -> str:
    return code.replace("_", "-").partition("-")[0].lower()
