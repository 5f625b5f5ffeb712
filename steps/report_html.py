"""The evaluation report as one HTML file that needs nothing else: styles and charts are in it, and nothing is fetched.

For screens of any width, dark ones too, and for A4 paper in black and white. Participants' text is escaped.
"""

from collections.abc import Iterable, Sequence
from html import escape
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


def _section(number: int, section: Section, small: int) -> str:
    """Figures of one number stand together as tiles, between those that need the page's width."""
    parts: list[str] = []
    tiles: list[str] = []

    def lay() -> None:
        if tiles:
            parts.append(f'<div class="tiles">\n{"".join(tiles)}</div>\n<p></p>\n')
            tiles.clear()

    for figure in section.figures:
        if figure.definition.shape in (Shape.COUNT, Shape.SHARE, Shape.MEAN):
            tiles.append(_figure(figure, small))
        else:
            lay()
            parts.append(_figure(figure, small))
    lay()
    if section.targets:
        parts.append(_targets(section.targets))
    head = f'<h2 id="q{number}">{number}. {escape(section.question)}</h2>'
    return f"<section>\n{head}\n{''.join(parts)}</section>\n"


def _figure(figure: Figure, small: int) -> str:
    definition = figure.definition
    said = headline(figure, small)
    words = " words" if figure.is_hidden or figure.empty else ""
    parts = [
        f"<h3>{escape(definition.title)}</h3>",
        f'<p class="value{words}">{escape(said)}</p>' if said else "",
        f'<p class="basis">{escape(basis(figure))}</p>' if basis(figure) else "",
        _chart(figure),
        _table(figure),
        f'<p class="note">{escape(definition.note)}</p>' if definition.note else "",
        f"<details><summary>How it is counted</summary><p>{escape(definition.formula)}</p>"
        f"<pre>{escape(definition.sql)}</pre></details>",
    ]
    inside = "\n".join(part for part in parts if part)
    return f'<article class="figure" id="{definition.code}">\n{inside}\n</article>\n'


def _chart(figure: Figure) -> str:
    if figure.definition.shape not in (Shape.PARTITION, Shape.CHOICES) or len(figure.cells) < 2 or not figure.base:
        return ""
    found = [Bar(cell.label, cell.n, f"{cell.n} ({share})") for cell, share in cell_lines(figure)]
    if figure.others_n:
        rest = figure.others_n
        found.append(Bar("all others together", rest, f"{rest} ({percent(rest, figure.base)} %)", lighter=True))
    return bars(figure.definition.code, figure.definition.title, found)


def _table(figure: Figure) -> str:
    definition = figure.definition
    if definition.shape is Shape.TABLE:
        rows = [[plain(c) if isinstance(c, int | float) else str(c or "-") for c in row] for row in figure.rows]
        columns = range(len(figure.header))
        numbers = [all(isinstance(row[i], int | float | None) for row in figure.rows) for i in columns]
        return _html_table(definition.title, figure.header, numbers, rows) if rows else ""
    if not figure.cells and not figure.others:
        return ""
    grouped = any(cell.group for cell in figure.cells)
    lines = [[*([cell.group] if grouped else []), cell.label, str(cell.n), share] for cell, share in cell_lines(figure)]
    if rest := others(figure):
        lines.append([*(["-"] if grouped else []), rest, str(figure.others_n or "-"), "-"])
    header = [*(["group"] if grouped else []), "what", definition.unit, "share"]
    return _html_table(definition.title, header, [*([False] if grouped else []), False, True, True], lines)


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
