"""What a registration says, and the rules by which it meets what is known: cleaning, matching, merging, guarding.

Pure. Reading files is `channels/tables.py`, the names of columns and values are `config/mapping.py`, timestamps
are `domain/timestamps.py`, and who is the same person is decided by `store/imports.py` where the people are.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from domain.errors import Problem

# Separators of lists in one cell; the last two are the Arabic comma and semicolon.
SEPARATORS = ",;\n\u060c\u061b"
_PIECES = re.compile(f"([{SEPARATORS}])")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")  # can disguise text


@dataclass(frozen=True, slots=True)
class RowProblem(Problem):
    """A problem of one row. `line` is the physical line of the file on which the row starts, from 1."""

    line: int = 0
    field: str = ""


def row_problem(line: int, field: str, what: str, remedy: str = "") -> RowProblem:
    """`field` is the field's code, such as `email`, or the column's name for one that has none."""
    return RowProblem(what, f"line {line}, {field}" if field else f"line {line}", remedy, line, field)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says about themselves. "" and () are "nothing said"."""

    name: str
    country: str = ""  # ISO 3166-1 alpha-2
    region: str = ""
    zone: str = ""  # IANA
    languages: tuple[str, ...] = ()  # BCP 47, in order of preference
    wiki_user: str = ""
    home_wikis: tuple[str, ...] = ()
    affiliate: str = ""
    tenure: str = ""
    connectivity: str = ""
    support_needed: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One checked address: as written on the envelope, and what its spellings share."""

    address: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One known option found in a cell, with what stood behind it: `Title (level): example`."""

    code: str
    level: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """One good row. `submitted_at` is the form's own time (aware), None where it has none."""

    profile: Profile
    email: Mail
    second: Mail | None = None
    submitted_at: datetime | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    learn: tuple[Choice, ...] = ()
    share: tuple[Choice, ...] = ()
    sessions: tuple[int, ...] = ()
    as_group: bool = False
    group_name: str = ""
    members: tuple[tuple[str, Mail], ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


_NO_LABEL = {code: None for code in range(128) if not chr(code).isalnum()}


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Text without case, accents, blanks and punctuation: what two spellings of one label share."""
    if text.isascii():
        return text.lower().translate(_NO_LABEL)
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in bare if c.isalnum())


def clean(text: str) -> str:
    """Text of several lines without control, surrogate and text-direction characters; NFC, trimmed.

    Line breaks become "\\n", tabs a blank. Joiners stay: Persian and the Indic scripts need them.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("\r\n", "\n").translate(_BREAKS)
    kept = "".join(c for c in text if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _BIDI))
    return unicodedata.normalize("NFC", kept).strip()


_BREAKS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\t": " "})


def clean_line(text: str) -> str:
    """`clean`, on one line, with single blanks."""
    return " ".join(clean(text).split())


def split_list(text: str) -> list[str]:
    """The items of a list in one cell, cleaned, in order, without repeats."""
    items = (clean_line(piece) for piece in _PIECES.split(clean(text))[::2])
    return list(dict.fromkeys(item for item in items if item))


def choices(text: str, known: Mapping[str, str]) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
    """The options chosen in one multi-select cell, and what is no option. `known` maps folded titles to codes.

    Forms join options with ", " whatever the options contain, so the longest run of pieces that is an option is
    taken, from left to right. `Title (level): example` carries a level and an example; the example ends at a
    semicolon, a line break, or where another option starts.
    """
    parts = _PIECES.split(clean(text))
    pieces, marks = parts[::2], [*parts[1::2], "\n"]
    found: dict[str, Choice] = {}
    strange: list[str] = []
    at = 0
    while at < len(pieces):
        if not pieces[at].strip():
            at += 1
            continue
        end, choice = _longest(pieces, marks, at, known)
        if choice is None:
            strange.append(clean_line(pieces[at]))
            at += 1
            continue
        example = choice.example
        while example and end < len(pieces) and marks[end - 1] in ",\u060c":
            if _longest(pieces, marks, end, known)[1] is not None:
                break
            example += marks[end - 1] + pieces[end]
            end += 1
        found.setdefault(choice.code, replace(choice, example=clean_line(example)) if example else choice)
        at = end
    return tuple(found.values()), tuple(dict.fromkeys(strange))


_MOST_COMMAS = 8  # in one option


def _longest(
    pieces: Sequence[str], marks: Sequence[str], at: int, known: Mapping[str, str]
) -> tuple[int, Choice | None]:
    """The longest run from `at` that is an option, and where it ends."""
    found: tuple[int, Choice | None] = at + 1, None
    folded = run = ""
    for end in range(at + 1, min(len(pieces), at + _MOST_COMMAS) + 1):
        piece = pieces[end - 1]
        folded += fold(piece)
        run = f"{run},{piece}" if run else piece
        code = known.get(folded or "-")  # punctuation alone is no option
        if code is not None:
            found = end, Choice(code)
        elif "(" in run or ":" in run:
            choice = _explained(run, known)
            found = (end, choice) if choice is not None else found
        if marks[end - 1] not in ",\u060c":
            break
    return found


def _explained(run: str, known: Mapping[str, str]) -> Choice | None:
    """An option with a level or an example behind it."""
    for head, level, example in _readings(run):
        if "," in example:
            continue  # whether an example goes on behind a comma is for the caller to see
        code = known.get(fold(head) or "-")
        if code is not None:
            return Choice(code, clean_line(level), example)
    return None


def _readings(text: str) -> Iterator[tuple[str, str, str]]:
    """`text` as (title, level, example), the longest title first; the whole text is no reading."""
    head, colon, example = text.partition(":")
    if colon:
        yield head, "", example
    for title, tail in ((text, ""), (head, example)):
        title, bracket, level = title.rstrip().rpartition("(")
        if bracket and level.endswith(")"):
            yield title, level[:-1], tail


def merge(stored: Profile, new: Profile, newer: bool) -> Profile:
    """What is known after `new`: the newer submission wins per field that says something, an older one fills gaps."""
    names = [n for n in Profile.__slots__ if getattr(new, n) and (newer or not getattr(stored, n))]
    merged = replace(stored, **{n: getattr(new, n) for n in names})
    if merged.country != stored.country and stored.country:  # moved: where they were says nothing now
        return replace(merged, zone=new.zone, region=new.region)
    if new.country and new.country != merged.country:  # an older submission from elsewhere
        return replace(merged, zone=stored.zone, region=stored.region)
    return merged


AT_LEAST_WITHDRAWN = 5


def withdraws_too_much(withdrawn: int, granted: int, share: float) -> bool:
    """Whether turning `withdrawn` of `granted` consents from yes to no looks like a wrong file rather than people."""
    return withdrawn >= AT_LEAST_WITHDRAWN and withdrawn > share * granted


_MEMBER = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?P<address>[^<>]*?)\s*>\s*")
# As people write it who were never told of brackets: name, something between, address.
_PLAINLY = re.compile(r"\s*(?P<name>[^<>@]*?)[\s,:،(–-]+(?P<address>[^\s<>@(),،]+@[^\s<>@(),،]+)\)?\s*")


def members(text: str, check: Callable[[str], Mail | str]) -> tuple[list[tuple[str, Mail]], list[str]]:
    """The people of `Name <mail>; Name mail` and what is wrong with the rest; `check` gives a Mail or a reason."""
    found: dict[str, tuple[str, Mail]] = {}
    wrong: list[str] = []
    entries = [e for e in re.split(r"[;\n\u061b]|(?<=>)\s*,", clean(text)) if e.strip()]
    for number, entry in enumerate(entries, 1):
        match = _MEMBER.fullmatch(entry) or _PLAINLY.fullmatch(entry)
        if match is None or not match["name"]:
            wrong.append(f"member {number} is not written as Name <address>")
            continue
        mail = check(match["address"])
        if isinstance(mail, str):
            wrong.append(f"member {number}: {mail}")
        else:
            found.setdefault(mail.canonical, (clean_line(match["name"]).strip("\"' "), mail))
    return list(found.values()), wrong


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, counted in rows; `rejected` rows are kept for correction, rows of people who asked to be
    `erased` are passed over. Nothing of a person is in it.

    `run_id` is None for a dry run and for a file that could not be read at all. The longest lists end with how
    many more there are.
    """

    run_id: int | None
    source: str  # a file's name, or "link"
    accepted: int = 0
    merged: int = 0
    unchanged: int = 0
    rejected: int = 0
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    erased: int = 0

    def counted(self) -> str:
        """In words."""
        told = f"{self.accepted} accepted, {self.merged} merged, {self.unchanged} unchanged, {self.rejected} rejected"
        return told + passed_over(self.erased)


def passed_over(rows: int) -> str:
    """What a report adds where rows were left out because of an erasure; "" for none."""
    if not rows:
        return ""
    return f", {rows} {'row' if rows == 1 else 'rows'} of people who asked to be erased passed over"
