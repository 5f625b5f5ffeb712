"""The evaluation report as Markdown (CommonMark with tables). What participants wrote is escaped."""

import re
from collections.abc import Iterable, Sequence

from domain.reports import Report
from steps import report_text
from steps.report_text import Markup

# Emphasis, code, links, tags, table cells, entities, mathematics; what GitHub makes a link of by itself.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&$@]|^[#+=-]|^\d+(?=[.)])|:(?=//)|(?<=www)\.)", re.I)


def escaped(text: object) -> str:
    """Text that no reader of Markdown takes for anything but text, on one line."""
    return _SPECIAL.sub(_escape, " ".join(str(text).split()))


def _escape(match: re.Match[str]) -> str:
    """A backslash before the sign; behind a number that would begin a list."""
    return f"{match[0]}\\" if match[0].isdecimal() else f"\\{match[0]}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns that hold numbers only stand to the right. Cells are escaped already."""
    found = [list(row) for row in rows]
    right = [all(re.fullmatch(r"-|[\d.]+( %)?", row[i]) for row in found) for i in range(len(header))]
    lines = [list(header), ["---:" if r else "---" for r in right], *found]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


MARKUP = Markup(
    escaped=escaped,
    heading=lambda level, text: f"{'#' * level} {text}",
    strong=lambda text: f"**{text}**",
    emphasis=lambda text: f"*{text}*",
    code=lambda text: f"`{text}`",
    table=table,
    nothing="-",
    numbered=True,
)


def write(report: Report) -> str:
    return report_text.write(report, MARKUP)
