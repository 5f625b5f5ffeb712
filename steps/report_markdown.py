"""The evaluation report as Markdown (CommonMark with tables). What participants wrote is escaped."""

import re
from collections.abc import Iterable, Sequence

from domain.figures import Figure, Shape
from domain.reports import Report, Section, basis, cell_lines, headline, others, plain, summary

# Emphasis, code, links, tags, table cells, entities, mathematics; what GitHub makes a link of by itself.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&$@]|^[#+=-]|^\d+(?=[.)])|:(?=//)|(?<=www)\.)", re.I)


def escaped(text: object) -> str:
    """Text that no reader of Markdown takes for anything but text, on one line."""
    return _SPECIAL.sub(_escape, " ".join(str(text).split()))


def _escape(match: re.Match[str]) -> str:
    """A backslash before the sign; behind a number that would begin a list."""
    return f"{match[0]}\\" if match[0].isdecimal() else f"\\{match[0]}"


def write(report: Report) -> str:
    parts = [
        f"# {escaped(report.programme)}: evaluation report",
        escaped(summary(report)),
        f"Groups of fewer than {report.small} people are not shown." if report.small > 1 else "",
        *(_section(number, section, report.small) for number, section in enumerate(report.sections, 1)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(number: int, section: Section, small: int) -> str:
    parts = [f"## {number}. {escaped(section.question)}", *(_figure(one, small) for one in section.figures)]
    if section.targets:
        rows = [
            (escaped(t.title), escaped(t.target), escaped(t.actual), {True: "yes", False: "no", None: "-"}[t.reached])
            for t in section.targets
        ]
        parts.append("### Targets and what was done\n\n" + table(("target", "planned", "done", "reached"), rows))
    return "\n\n".join(parts)


def _figure(figure: Figure, small: int) -> str:
    definition = figure.definition
    said = headline(figure, small)
    lines = [f"### {escaped(definition.title)}"]
    if said:
        lines.append(f"**{escaped(said)}**")
    body = _table(figure)
    if body:
        lines.append(body)
    how = ". ".join(part for part in (definition.formula, basis(figure)) if part)
    lines.append(f"*How it is counted:* {escaped(how)}. Query `{definition.code}`. {escaped(definition.note)}".rstrip())
    return "\n\n".join(lines)


def _table(figure: Figure) -> str:
    if figure.definition.shape is Shape.TABLE:
        rows = [[plain(c) if isinstance(c, int | float) else escaped(c or "-") for c in row] for row in figure.rows]
        return table([escaped(name) for name in figure.header], rows) if rows else ""
    if not figure.cells and not figure.others:
        return ""
    grouped = any(cell.group for cell in figure.cells)
    lines = [
        [*([escaped(cell.group)] if grouped else []), escaped(cell.label), str(cell.n), share]
        for cell, share in cell_lines(figure)
    ]
    if rest := others(figure):
        lines.append([*(["-"] if grouped else []), escaped(rest), str(figure.others_n or "-"), "-"])
    return table([*(["group"] if grouped else []), "what", figure.definition.unit, "share"], lines)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns that hold numbers only stand to the right. Cells are escaped already."""
    found = [list(row) for row in rows]
    right = [all(re.fullmatch(r"-|[\d.]+( %)?", row[i]) for row in found) for i in range(len(header))]
    lines = [list(header), ["---:" if r else "---" for r in right], *found]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
