"""The evaluation report as text with marks, for any markup: what stands where. How a mark is written is a `Markup`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from domain.figures import Figure, Shape
from domain.reports import Report, Section, basis, cell_lines, headline, others, plain, summary


@dataclass(frozen=True, slots=True)
class Markup:
    """`escaped` makes text that stays text; the others are given such text. `nothing` stands in an empty cell;
    `numbered`: sections are, which a wiki does by itself. A table is made of a header and rows."""

    escaped: Callable[[object], str]
    heading: Callable[[int, str], str]
    strong: Callable[[str], str]
    emphasis: Callable[[str], str]
    code: Callable[[str], str]
    table: Callable[[Sequence[str], Iterable[Sequence[str]]], str]
    nothing: str
    numbered: bool


def write(report: Report, mark: Markup) -> str:
    parts = [
        mark.heading(1, f"{mark.escaped(report.programme)}: evaluation report"),
        mark.escaped(summary(report)),
        f"Groups of fewer than {report.small} people are not shown." if report.small > 1 else "",
    ]
    for number, section in enumerate(report.sections, 1):
        before = f"{number}. " if mark.numbered else ""
        parts.append(mark.heading(2, before + mark.escaped(section.question)))
        parts += [_figure(one, report.small, mark) for one in section.figures]
        parts += _targets(section, mark)
    return "\n\n".join(part for part in parts if part) + "\n"


def _targets(section: Section, mark: Markup) -> list[str]:
    if not section.targets:
        return []
    reached = {True: "yes", False: "no", None: mark.nothing}
    rows = [
        (mark.escaped(one.title), mark.escaped(one.target), mark.escaped(one.actual), reached[one.reached])
        for one in section.targets
    ]
    return [mark.heading(3, "Targets and what was done"), mark.table(("target", "planned", "done", "reached"), rows)]


def _figure(figure: Figure, small: int, mark: Markup) -> str:
    definition = figure.definition
    said = headline(figure, small)
    how = ". ".join(part for part in (definition.formula, basis(figure)) if part)
    counted = f"{mark.emphasis('How it is counted:')} {mark.escaped(how)}. Query {mark.code(definition.code)}."
    parts = [
        mark.heading(3, mark.escaped(definition.title)),
        mark.strong(mark.escaped(said)) if said else "",
        _table(figure, mark),
        f"{counted} {mark.escaped(definition.note)}".rstrip(),
    ]
    return "\n\n".join(part for part in parts if part)


def _table(figure: Figure, mark: Markup) -> str:
    if figure.definition.shape is Shape.TABLE:
        rows = [
            [plain(c) if isinstance(c, int | float) else mark.escaped(c or mark.nothing) for c in row]
            for row in figure.rows
        ]
        return mark.table([mark.escaped(name) for name in figure.header], rows) if rows else ""
    if not figure.cells and not figure.others:
        return ""
    grouped = any(cell.group for cell in figure.cells)
    lines = [
        [*([mark.escaped(cell.group)] if grouped else []), mark.escaped(cell.label), str(cell.n), share]
        for cell, share in cell_lines(figure)
    ]
    if rest := others(figure):
        none = mark.nothing
        lines.append([*([none] if grouped else []), mark.escaped(rest), str(figure.others_n or none), none])
    return mark.table([*(["group"] if grouped else []), "what", figure.definition.unit, "share"], lines)
