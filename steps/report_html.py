"""The evaluation report as one HTML file that needs nothing else: styles and charts are in it, and nothing is fetched.

For screens of any width, dark ones too, and for A4 paper in black and white. Participants' text is escaped.
"""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from domain.figures import Figure, Shape, percent
from domain.reports import Report, Section, TargetLine, basis, cell_lines, headline, others, plain, summary
from steps.charts import Bar, bars

STYLE = Path(__file__).with_name("report.css")
REACHED = {True: "reached", False: "not reached", None: "not known"}


def write(report: Report) -> str:
    title = f"{report.programme}: evaluation report"
    toc = "".join(f'<li><a href="#q{n}">{escape(s.question)}</a></li>' for n, s in enumerate(report.sections, 1))
    small = (
        f"Groups of fewer than {report.small} people are not shown, nor what would let them be worked out."
        if report.small > 1
        else "Groups of every size are shown: do not hand this on."
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>
{STYLE.read_text("utf-8").rstrip()}
</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p class="range">{report.first} to {report.last}</p>
<p>{escape(summary(report))} {small}</p>
</header>
<nav aria-label="Learning questions"><ol>{toc}</ol></nav>
<main>
{"".join(_section(n, section, report.small) for n, section in enumerate(report.sections, 1))}</main>
</body>
</html>
"""


# What stands side by side: figures of one number, figures with bars; tables need the whole width.
_GRIDS = {Shape.COUNT: "tiles", Shape.SHARE: "tiles", Shape.MEAN: "tiles", Shape.PARTITION: "pairs",
          Shape.CHOICES: "pairs", Shape.TABLE: "wide"}  # fmt: skip


def _section(number: int, section: Section, small: int) -> str:
    grids = [
        f'<div class="{name}">\n{"".join(_figure(one, small) for one in figures)}</div>\n'
        for name, figures in groupby(section.figures, lambda one: _GRIDS[one.definition.shape])
    ]
    if section.targets:
        grids.append(_targets(section.targets))
    head = f'<h2 id="q{number}">{number}. {escape(section.question)}</h2>'
    return f"<section>\n{head}\n{''.join(grids)}</section>\n"


def _figure(figure: Figure, small: int) -> str:
    definition = figure.definition
    said = headline(figure, small)
    words = " words" if figure.is_hidden or figure.empty else ""
    parts = [
        f"<h3>{escape(definition.title)}</h3>",
        f'<p class="value{words}">{escape(said)}</p>' if said else "",
        _chart(figure),
        _table(figure),
        f'<p class="basis">{escape(basis(figure))}</p>' if basis(figure) else "",
        f'<p class="note">{escape(_sentence(definition.formula))} {escape(definition.note)}</p>',
        f"<details><summary>Query</summary><pre>{escape(definition.sql)}</pre></details>",
    ]
    inside = "\n".join(part for part in parts if part)
    return f'<article class="figure" id="{definition.code}">\n{inside}\n</article>\n'


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _chart(figure: Figure) -> str:
    """Bars of all cells that are shown; groups get headings where the cells stand by group."""
    if not figure.cells or not figure.base:
        return ""
    groups = [group for group, _ in groupby(cell.group for cell in figure.cells)]
    by_group = len(groups) == len(set(groups))
    found = [
        Bar(cell.label, cell.n, f"{cell.n} ({share})", group=cell.group if by_group else "")
        for cell, share in cell_lines(figure)
    ]
    if rest := figure.others_n:
        found.append(Bar(others(figure), rest, f"{rest} ({percent(rest, figure.base)} %)", lighter=True))
    return bars(figure.definition.code, figure.definition.title, found)


def _table(figure: Figure) -> str:
    definition = figure.definition
    if definition.shape is Shape.TABLE:
        rows = [[plain(c) if isinstance(c, int | float) else str(c or "-") for c in row] for row in figure.rows]
        columns = range(len(figure.header))
        numbers = [all(isinstance(row[i], int | float | None) for row in figure.rows) for i in columns]
        return _html_table(definition.title, figure.header, numbers, rows) if rows else ""
    if not figure.cells:
        return f'<p class="value words">{escape(others(figure))}</p>' if figure.others else ""
    grouped = any(cell.group for cell in figure.cells)
    lines = [[*([cell.group] if grouped else []), cell.label, str(cell.n), share] for cell, share in cell_lines(figure)]
    if rest := others(figure):
        lines.append([*(["-"] if grouped else []), rest, str(figure.others_n or "-"), "-"])
    header = [*(["group"] if grouped else []), "what", definition.unit, "share"]
    table = _html_table(definition.title, header, [*([False] if grouped else []), False, True, True], lines)
    more = f'<p class="note">{escape(rest)}</p>' if rest and not figure.others_n else ""
    return f"{more}<details><summary>As a table</summary>{table}</details>"


def _html_table(name: str, header: Sequence[str], numbers: Sequence[bool], rows: Iterable[Sequence[str]]) -> str:
    classes = [' class="n"' if number else "" for number in numbers]
    head = "".join(f'<th scope="col"{c}>{escape(text)}</th>' for text, c in zip(header, classes, strict=True))
    lines = ("".join(f"<td{c}>{escape(text)}</td>" for text, c in zip(row, classes, strict=True)) for row in rows)
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="scroll" role="region" aria-label="{escape(name)}" tabindex="0"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _targets(targets: Sequence[TargetLine]) -> str:
    rows = [(one.title, one.target, one.actual, REACHED[one.reached]) for one in targets]
    name = "Targets and what was done"
    table = _html_table(name, ("target", "planned", "done", ""), (False, False, True, False), rows)
    return f'<article class="figure" id="targets">\n<h3>{name}</h3>\n{table}\n</article>\n'
