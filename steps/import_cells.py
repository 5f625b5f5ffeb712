"""The cells of some fields of one row, and what is told about them; what was made of them is remembered.

Most people choose what others chose, so the same cells are read once. What they mean is `import_fields.py`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Generic, TypeVar

from domain.imports import clean
from steps.import_columns import Columns

# Longest text of a field, in characters; an answer to a question of the form's own has the last.
LONGEST = {"name": 200, "region": 200, "affiliate": 300, "group_name": 200, "wiki_user": 255, "tenure": 200}
LONGEST_TEXT = 10_000
REMEMBERED = 200_000  # characters of cells, of each group of fields
Told = tuple[str, str, str]  # field, what, remedy
Made = TypeVar("Made")


@dataclass(slots=True)
class Notes:
    """What is told beside the values. Problems refuse the row, warnings do not; `kept` stays readable as answers."""

    problems: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def problem(self, code: str, what: str, remedy: str = "") -> None:
        self.problems.append((code, what, remedy))

    def warn(self, code: str, what: str, remedy: str = "") -> None:
        self.warnings.append((code, what, remedy))

    def measure(self, code: str, text: str, longest: int | None = None) -> None:
        longest = longest or LONGEST.get(code, LONGEST_TEXT)
        if len(text) > longest:
            self.problem(code, f"is longer than {longest:,} characters", "Shorten it")

    def add(self, other: "Notes") -> None:
        self.problems += other.problems
        self.warnings += other.warnings
        self.kept |= other.kept

    def __bool__(self) -> bool:
        return bool(self.problems or self.warnings or self.kept)


@dataclass(frozen=True, slots=True)
class Cells:
    """Cleaned texts by field, empty ones left out."""

    by_code: Mapping[str, Sequence[str]]
    columns: Columns
    notes: Notes

    def texts(self, code: str) -> Sequence[str]:
        return self.by_code.get(code, ())

    def first(self, code: str) -> str:
        return next(iter(self.texts(code)), "")

    def line(self, code: str) -> str:
        """On one line, and measured."""
        text = " ".join(self.first(code).split())
        self.notes.measure(code, text)
        return text

    def keep(self, code: str, text: str) -> None:
        """What no field can hold stays readable, as an answer."""
        self.notes.kept[self.columns.title(code)] = text


class Group(Generic[Made]):
    """Makes a value of the cells of the fields `codes`. `remembers`: whether others are likely to have the same."""

    __slots__ = ("_codes", "_columns", "_known", "_pick", "_read", "_room")

    def __init__(
        self, columns: Columns, codes: Sequence[str], read: Callable[[Cells], Made], remembers: bool = True
    ) -> None:
        self._columns, self._read = columns, read
        self._room = REMEMBERED if remembers else 0
        self._codes = tuple(code for code in codes for _ in columns.fields.get(code, ()))
        at = [at for code in codes for at in columns.fields.get(code, ())]
        self._pick = _picking(at)
        self._known: dict[tuple[str, ...], tuple[Made, Notes | None]] = {}

    def __call__(self, row: Sequence[str], notes: Notes) -> Made:
        cells = self._pick(row)
        found = self._known.get(cells)
        if found is None:
            mine = Notes()
            made = self._read(self._cleaned(cells, mine))
            found = made, mine if mine else None
            if self._room:
                self._remember(cells, found)
        made, told = found
        if told is not None:
            notes.add(told)
        return made

    def _remember(self, cells: tuple[str, ...], found: tuple[Made, Notes | None]) -> None:
        self._room -= sum(map(len, cells)) + 1
        if self._room <= 0:
            self._known.clear()
            self._room = REMEMBERED
        self._known[cells] = found

    def _cleaned(self, cells: Sequence[str], notes: Notes) -> Cells:
        by_code: dict[str, list[str]] = {}
        for code, cell in zip(self._codes, cells, strict=True):
            if cell and (text := cleaned(cell)):
                by_code.setdefault(code, []).append(text)
        return Cells(by_code, self._columns, notes)


def _picking(at: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """The cells at these places, always as a tuple."""
    if not at:
        return lambda _: ()
    if len(at) == 1:
        one = at[0]
        return lambda row: (row[one],)
    return itemgetter(*at)


def cleaned(cell: str) -> str:
    """As people wrote it: `channels.tables.safe_cell`'s quote is taken back, so that corrected rejections read as they
    were."""
    if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@"):
        cell = cell[1:]
    return clean(cell)
