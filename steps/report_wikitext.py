"""The evaluation report as wikitext for a wiki page: headings, wikitables, nothing that runs. Participants' text is
plain text there: every sign that the parser of MediaWiki knows is written as an entity."""

import re
from collections.abc import Iterable, Sequence

from domain.figures import Figure, Shape
from domain.reports import Report, Section, basis, cell_lines, headline, others, plain, summary

_SPECIAL = re.compile(
    r"[\[\]{}<>|&~!]"  # links, templates, tags, table cells, entities, signatures
    r"|^[=*#:;' -]|[=']$|(?<=')'|'(?=')"  # headings, lists, emphasis
    r"|(?<=_)_|(?<=-)-"  # behaviour switches, rules
    r"|(?<=[a-z]):(?=\S)|(?<=ISBN) |(?<=RFC) |(?<=PMID) ",  # addresses, magic links
    re.I,
)


def escaped(text: object) -> str:
    """Text that stays text wherever it stands in a line, on one line."""
    bare = " ".join(str(text).split())
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", bare)


def write(report: Report) -> str:
    parts = [
        f"= {escaped(report.programme)}: evaluation report =",
        escaped(summary(report)),
        f"Groups of fewer than {report.small} people are not shown." if report.small > 1 else "",
        *(_section(section, report.small) for section in report.sections),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section, small: int) -> str:
    parts = [f"== {escaped(section.question)} ==", *(_figure(one, small) for one in section.figures)]
    if section.targets:
        rows = [
            (escaped(t.title), escaped(t.target), escaped(t.actual), {True: "yes", False: "no", None: ""}[t.reached])
            for t in section.targets
        ]
        parts.append("=== Targets and what was done ===\n" + table(("target", "planned", "done", "reached"), rows))
    return "\n\n".join(parts)


def _figure(figure: Figure, small: int) -> str:
    definition = figure.definition
    lines = [f"=== {escaped(definition.title)} ==="]
    if said := headline(figure, small):
        lines.append(f"'''{escaped(said)}'''")
    if body := _table(figure):
        lines.append(body)
    how = ". ".join(part for part in (definition.formula, basis(figure), f"Query {definition.code}") if part)
    lines.append(f"''How it is counted:'' {escaped(how)}. {escaped(definition.note)}".rstrip())
    return "\n\n".join(lines)


def _table(figure: Figure) -> str:
    if figure.definition.shape is Shape.TABLE:
        rows = [[plain(c) if isinstance(c, int | float) else escaped(c or "") for c in row] for row in figure.rows]
        return table([escaped(name) for name in figure.header], rows) if rows else ""
    if not figure.cells and not figure.others:
        return ""
    grouped = any(cell.group for cell in figure.cells)
    lines = [
        [*([escaped(cell.group)] if grouped else []), escaped(cell.label), str(cell.n), share]
        for cell, share in cell_lines(figure)
    ]
    if rest := others(figure):
        lines.append([*([""] if grouped else []), escaped(rest), str(figure.others_n or ""), ""])
    return table([*(["group"] if grouped else []), "what", figure.definition.unit, "share"], lines)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A wikitable; cells are escaped already."""
    lines = ['{| class="wikitable"', *(f"! {name}" for name in header)]
    for row in rows:
        lines += ["|-", *(f"| {cell}".rstrip() for cell in row)]
    return "\n".join([*lines, "|}"])
