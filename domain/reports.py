"""The evaluation report as a value: figures by learning question, and targets beside what was done.

Renderers (`steps/report_*.py`) turn it into Markdown, HTML, wikitext and JSON; nothing else is known to them, so the
same report gives the same bytes.
"""

from dataclasses import dataclass
from datetime import date

from domain.figures import Cell, Figure, Shape, percent

# The pilot's learning questions, in the order of the files in store/figures/.
QUESTIONS = {
    "q1_participation": "Did community members promote community participation in the programme?",
    "q2_usefulness": "Is it useful for participants, and are they motivated to continue?",
    "q3_methods": "Were the methodologies, spaces and tools useful to promote learning?",
    "q4_leading_role": "Do community members feel that they have a leading role, and is the support the right one?",
    "q5_scaling": "Do we have a clear idea of what is needed to continue and scale this?",
    "q6_culture": "Did we manage to promote a good learning culture and environment?",
}


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target beside what was done. `actual` None: nothing to compare, or not shown."""

    title: str
    target: str
    actual: str
    reached: bool | None


@dataclass(frozen=True, slots=True)
class Section:
    question: str
    figures: tuple[Figure, ...]
    targets: tuple[TargetLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`last` is the last day of the range. `small`: groups of fewer people are not shown."""

    programme: str
    first: date
    last: date
    small: int
    sections: tuple[Section, ...]

    def figure(self, code: str) -> Figure:
        return next(f for s in self.sections for f in s.figures if f.definition.code == code)


def summary(report: Report) -> str:
    """One sentence that the report begins with."""
    registered, people = report.figure("registered"), report.figure("people_in_spaces")
    return (
        f"{plain(registered.value)} people are registered; {plain(people.value)} took part in learning clinics and"
        f" connections from {report.first} to {report.last}, counted each time."
    )


def plain(number: float | int | None) -> str:
    """A number without needless digits, at most one after the point; "-" for none."""
    if number is None:
        return "-"
    return str(int(number)) if float(number).is_integer() else f"{number:.1f}"


def headline(figure: Figure, small: int) -> str:
    """What the figure says, in a few words."""
    shape = figure.definition.shape
    if figure.is_hidden:
        return f"not shown, since it would tell of fewer than {small} people"
    if figure.empty:
        return "nothing yet"
    if shape is Shape.SHARE:
        return f"{percent(figure.part, figure.base)} % ({figure.part} of {figure.base} {figure.definition.unit})"
    if shape is Shape.MEAN:
        return plain(figure.value)
    return plain(figure.value) if shape is Shape.COUNT else ""


def basis(figure: Figure) -> str:
    """Base n and missing n, as every figure says them; "" for tables of the programme's own doings."""
    if figure.definition.shape is Shape.TABLE or figure.is_hidden:
        return ""
    return f"base n = {figure.base}, missing n = {figure.missing}"


def others(figure: Figure) -> str:
    """The line about cells that are not shown one by one; "" without any."""
    if not figure.others:
        return ""
    if figure.definition.shape is Shape.CHOICES:
        return f"{figure.others} more, each too small, or too nearly everybody, to be shown"
    what = "one other" if figure.others == 1 else f"{figure.others} others"
    return f"{what}, not shown one by one"


def cell_lines(figure: Figure) -> list[tuple[Cell, str]]:
    """Each cell that is shown with its share of the base."""
    return [(cell, f"{percent(cell.n, figure.base)} %" if figure.base else "-") for cell in figure.cells]
