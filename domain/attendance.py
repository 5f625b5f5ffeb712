"""Who a line of a meeting tool's list is: the same name in another order, with initials, half of it; and how sure.

Pure. A person is taken only when their mail is known or one name fits and no other; everything less sure is left to a
person to decide. Reading the list is `steps/import_attendance.py`'s.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher

from domain.participants import folded_name

SURE = 90  # per cent: enough to take somebody, when nobody else fits as well
WORTH_ASKING = 60  # enough to ask a coordinator
OF_THOSE_EXPECTED = 40  # enough to ask, of people who were expected
MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Attendee:
    """One in a meeting, after all their lines were put together. `key` is what those lines share."""

    key: str
    name: str
    address: str = ""
    canonical: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One stay in a meeting, as a tool lists it. `name` and `address` are cleaned."""

    name: str
    address: str
    canonical: str
    joined: datetime | None
    left: datetime | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """A person as far as a name can be compared with them. `expected`: they registered for it or said yes."""

    id: int
    name: str
    wiki_user: str = ""
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """`confidence` in per cent."""

    participant_id: int
    confidence: int
    reason: str


@dataclass(frozen=True, slots=True)
class Match:
    """`person` where somebody was found for sure; else whom it may be, the likeliest first."""

    person: Candidate | None = None
    candidates: tuple[Candidate, ...] = ()


# -- lines into people -----------------------------------------------------------------------------------


def together(lines: Iterable[Line]) -> list[Attendee]:
    """Everybody once: by mailbox, else by name; minutes of all their stays, two devices at once counted once."""
    stays: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        stays[key_of(line.name, line.canonical)].append(line)
    return [_one(key, found) for key, found in stays.items()]


def _one(key: str, stays: Sequence[Line]) -> Attendee:
    name = next((stay.name for stay in stays if stay.name), "")
    return Attendee(key, name, stays[0].address, stays[0].canonical, _minutes(stays))


def key_of(name: str, canonical: str) -> str:
    """`mail:...` or `name:...`: what two lines of one person share."""
    return f"mail:{canonical}" if canonical else f"name:{' '.join(_tokens(name)) or folded_name(name)}"


def _minutes(stays: Sequence[Line]) -> int | None:
    spans = sorted((s.joined, s.left) for s in stays if s.joined and s.left and s.joined <= s.left)
    if len(spans) == len(stays):
        seconds, end = 0.0, spans[0][0]
        for joined, left in spans:
            seconds += max(0.0, (left - max(joined, end)).total_seconds())
            end = max(end, left)
        return round(seconds / 60)
    said = [s.minutes for s in stays if s.minutes is not None]
    return sum(said) if said else None


_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
_WORDS = re.compile(r"(?:(\d+)\s*h\w*\.?)?\s*(?:(\d+)\s*m\w*\.?)?\s*(?:(\d+)\s*s\w*\.?)?", re.I)


def parse_minutes(text: str) -> int | None:
    """`57`, `01:02:03`, `1 hr 2 min`, `1h 27m 51s`; None for anything else."""
    text = text.strip()
    if text.isdecimal():
        return int(text)
    match = _CLOCK.fullmatch(text) or _WORDS.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return round(hours * 60 + minutes + seconds / 60)


# -- names -----------------------------------------------------------------------------------------------

_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
_AFTER = re.compile(r"\s[-–—|/@]\s.*$|[|/@].*$")


def variants(name: str) -> list[tuple[str, ...]]:
    """The names that a display name may hold, as folded words: without brackets, pronouns and what stands behind a
    dash or bar; what stands behind a colon (User:Name); and in the brackets (Zoom's original name)."""
    bare = _BRACKETS.sub(" ", name)
    found = [_tokens(_AFTER.sub("", bare)), _tokens(bare), _tokens(bare.rpartition(":")[2])]
    found += [_tokens(inside) for inside in _BRACKETS.findall(name)]
    return list(dict.fromkeys(tokens for tokens in found if tokens))


def _tokens(name: str) -> tuple[str, ...]:
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in name if c not in "'’ʼ")
    return tuple(folded_name(kept).split())


def likeness(shown: Sequence[str], known: Sequence[str]) -> tuple[int, str]:
    """How sure it is, in per cent, that two names in folded words are one person's, and why; (0, "") for not at all."""
    if not shown or not known:
        return 0, ""
    if len(shown) == 1 or len(known) == 1:
        return _one_word(shown, known)
    if tuple(shown) == tuple(known):
        return 100, "the same name"
    if sorted(shown) == sorted(known):
        return 95, "the same name in another order"
    short, long = sorted((shown, known), key=len)
    if not set(short) - set(long):
        return 80, "a part of the name"
    if _abbreviated(short, long):
        return 70, "the same name with initials"
    if len(short) == len(long) and _nearly(short, long):
        return 75, "nearly the same name"
    return 0, ""


def _one_word(shown: Sequence[str], known: Sequence[str]) -> tuple[int, str]:
    if tuple(shown) == tuple(known):
        return 80, "the same name, of one word"
    if set(shown) & set(known) and min(map(len, set(shown) & set(known))) > 2:
        return 45, "one word of the name"
    return 0, ""


def _abbreviated(short: Sequence[str], long: Sequence[str]) -> bool:
    """Every word of the shorter is one of the longer, or its initial, in order; one of three letters is whole."""
    rest = list(long)
    whole = False
    for word in short:
        while rest and not (rest[0] == word or (1 in (len(word), len(rest[0])) and rest[0][0] == word[0])):
            rest.pop(0)
        if not rest:
            return False
        whole |= rest.pop(0) == word and len(word) > 2
    return whole


def _nearly(a: Sequence[str], b: Sequence[str]) -> bool:
    different = [pair for pair in zip(sorted(a), sorted(b), strict=True) if pair[0] != pair[1]]
    return len(different) == 1 and len(a) > 1 and SequenceMatcher(None, *different[0]).ratio() >= 0.8


# -- deciding --------------------------------------------------------------------------------------------


class People:
    """Everybody who is known, found by a word of their name or their wiki user name."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.known = {one.id: one for one in known}
        self.by_word: dict[str, set[int]] = defaultdict(set)
        for one in self.known.values():
            for word in _tokens(one.name):
                self.by_word[word].add(one.id)
            if one.wiki_user:
                self.by_word[_joined(one.wiki_user)].add(one.id)

    def candidates(self, name: str) -> list[Candidate]:
        """Whom the name may mean, the surest first."""
        best: dict[int, Candidate] = {}
        for shown in variants(name):
            whole = "".join(shown)
            for person in set().union(*(self.by_word.get(word, ()) for word in (*shown, whole))):
                found = self._compared(shown, whole, self.known[person])
                if found.confidence > best.get(person, found).confidence or person not in best:
                    best[person] = found
        return sorted((c for c in best.values() if c.confidence), key=lambda c: (-c.confidence, c.participant_id))

    @staticmethod
    def _compared(shown: Sequence[str], whole: str, one: Known) -> Candidate:
        if one.wiki_user and len(whole) > 3 and _joined(one.wiki_user) == whole:
            return Candidate(one.id, 95, "the wiki user name")
        return Candidate(one.id, *likeness(shown, _tokens(one.name)))


def _joined(wiki_user: str) -> str:
    return "".join(_tokens(wiki_user.rpartition(":")[2]))


def decide(attendee: Attendee, people: People, strange_mail: bool) -> Match:
    """Who it is by name. `strange_mail`: the tool gave a mailbox that nobody known has, so that even the very name is
    taken only of somebody who was expected: it may be a namesake."""
    found = people.candidates(attendee.name)
    expected = {c.participant_id for c in found if people.known[c.participant_id].expected}
    sure = [c for c in found if c.confidence >= SURE]
    if len(sure) > 1 and len(awaited := [c for c in sure if c.participant_id in expected]) == 1:
        sure = [replace(awaited[0], reason=f"{awaited[0].reason}; of those, the only one expected")]
    if len(sure) == 1 and (not strange_mail or sure[0].participant_id in expected):
        return Match(person=sure[0])
    asking = [
        c for c in found
        if c.confidence >= WORTH_ASKING or (c.participant_id in expected and c.confidence >= OF_THOSE_EXPECTED)
    ]  # fmt: skip
    return Match(candidates=tuple(asking[:MOST_CANDIDATES]))


def is_ignored(name: str, ignored: Collection[str]) -> bool:
    """Whether a name is none of a person: a note taker, or an account of the programme. `ignored` is folded."""
    words = "".join(_tokens(name))
    return any(words == one or (len(one) > 5 and words.startswith(one)) for one in ignored)
