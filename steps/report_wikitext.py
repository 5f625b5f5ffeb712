"""The evaluation report as wikitext for a wiki page: headings, wikitables, nothing that runs. Participants' text is
plain text there: every sign that the parser of MediaWiki knows is written as an entity."""

import re
from collections.abc import Iterable, Sequence

from domain.reports import Report
from steps import report_text
from steps.report_text import Markup

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


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A wikitable; cells are escaped already."""
    lines = ['{| class="wikitable"', *(f"! {name}" for name in header)]
    for row in rows:
        lines += ["|-", *(f"| {cell}".rstrip() for cell in row)]
    return "\n".join([*lines, "|}"])


MARKUP = Markup(
    escaped=escaped,
    heading=lambda level, text: f"{'=' * level} {text} {'=' * level}",
    strong=lambda text: f"'''{text}'''",
    emphasis=lambda text: f"''{text}''",
    code=escaped,
    table=table,
    nothing="",
    numbered=False,
)


def write(report: Report) -> str:
    return report_text.write(report, MARKUP)
