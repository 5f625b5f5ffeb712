"""A figure of the evaluation: what it says, of how many, and which of it may be shown.

Counting is `store/figures/`'s, putting a report together is `steps/report.py`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.suppression import hidden, hidden_choices, hidden_nested


class Shape(StrEnum):
    COUNT = "count"  # one number
    SHARE = "share"  # part of base, each in or out
    MEAN = "mean"  # of `base` values
    PARTITION = "partition"  # everybody of the base is in exactly one cell
    CHOICES = "choices"  # everybody of the base may be in several cells
    TABLE = "table"  # rows of the programme's own doings


@dataclass(frozen=True, slots=True)
class Definition:
    """`people`: it tells of people, so that small groups are hidden. `labels`: what a cell's label is a code of."""

    code: str
    question: str  # the learning question it belongs to: the name of its file
    title: str
    formula: str
    shape: Shape
    people: bool
    sql: str
    note: str = ""
    labels: str = ""
    unit: str = "people"


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    n: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """`value`: a count or a mean, None where there is nothing to take one of. `base`: of how many; `missing`: how many
    would belong to the base and said nothing. `others`, `others_n`: cells that are not shown one by one."""

    definition: Definition
    value: float | None = None
    part: int = 0
    base: int = 0
    missing: int = 0
    cells: tuple[Cell, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str | int | float | None, ...], ...] = ()
    is_hidden: bool = False
    others: int = 0
    others_n: int = 0

    @property
    def number(self) -> float | None:
        """The one number that a target is compared with: a count, a mean, or a share in per cent."""
        if self.is_hidden:
            return None
        if self.definition.shape is Shape.SHARE:
            return 100 * self.part / self.base if self.base else None
        return self.value

    @property
    def empty(self) -> bool:
        match self.definition.shape:
            case Shape.TABLE:
                return not self.rows
            case Shape.PARTITION | Shape.CHOICES | Shape.SHARE:
                return self.base == 0
            case _:
                return self.value is None


def percent(part: int, base: int) -> int:
    """Whole per cent, half up; `base` above 0."""
    return (200 * part + base) // (2 * base)


def shown(figure: Figure, small: int) -> Figure:
    """The figure without what tells of fewer than `small` people, directly or by subtraction."""
    if not figure.definition.people or small <= 1:
        return figure
    shape = figure.definition.shape
    if shape is Shape.COUNT:
        return figure
    if 0 < figure.base < small:
        return _without(figure)
    if shape is Shape.SHARE:
        return _without(figure) if hidden((figure.part, figure.base - figure.part), small) else figure
    if shape in (Shape.PARTITION, Shape.CHOICES):
        return _with_others(figure, _hidden_cells(figure, small))
    return figure


def _without(figure: Figure) -> Figure:
    return replace(figure, value=None, part=0, base=0, missing=0, cells=(), rows=(), is_hidden=True)


def _hidden_cells(figure: Figure, small: int) -> set[int]:
    counts = [cell.n for cell in figure.cells]
    if figure.definition.shape is Shape.CHOICES:
        return hidden_choices(counts, figure.base, small)
    if any(cell.group for cell in figure.cells):
        return hidden_nested([(cell.group, cell.n) for cell in figure.cells], small)
    return hidden(counts, small)


def _with_others(figure: Figure, away: set[int]) -> Figure:
    """Of choices the sum of those not shown is not told: people may be in several."""
    if not away:
        return figure
    kept: Sequence[Cell] = [cell for i, cell in enumerate(figure.cells) if i not in away]
    told = figure.definition.shape is Shape.PARTITION
    total = sum(figure.cells[i].n for i in away) if told else 0
    return replace(figure, cells=tuple(kept), others=len(away), others_n=total)
