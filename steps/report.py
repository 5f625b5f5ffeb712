"""The evaluation report of a range of days: counted, small groups hidden, targets beside; and written in a format.

What a figure is and how it is counted stands in `store/figures/`; how it looks, in `steps/report_*.py`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config import regions as region_file
from config import targets as target_file
from config.targets import FigureTarget, SessionsTarget
from domain.errors import Problem, UserError
from domain.figures import Figure, Shape, shown
from domain.reports import QUESTIONS, Report, Section, TargetLine, plain
from domain.times import iso
from steps import report_html, report_json, report_markdown, report_wikitext
from steps.app import App
from store import figures
from templates_email import formats

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "md": report_markdown.write,
    "html": report_html.write,
    "wikitext": report_wikitext.write,
    "json": report_json.write,
}
SUFFIXES = {"wikitext": "wiki.txt"}
TARGETS_IN = "q5_scaling"


def report(app: App, first: date | None = None, last: date | None = None, small: int | None = None) -> Report:
    """The report from `first` to `last`, both days included, in the programme's zone.

    Without them from the first registration or session, and to today. `small` instead of the programme's setting.
    UserError when the range ends before it begins.
    """
    zone = ZoneInfo(app.programme.zone)
    last = last or app.now().astimezone(zone).date()
    first = first or min(_beginning(app, zone) or last, last)
    if last < first:
        raise UserError(Problem("ends before it begins", f"{first} to {last}", "Give the earlier day as --from"))
    small = app.programme.report.small if small is None else small
    start, end = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + timedelta(days=1))
    )
    found = counted(app, start, end, small)
    hidden = {code: shown(figure, small) for code, figure in found.items()}
    targets = _targets(app, end - start, start, end, hidden)
    return Report(
        programme=app.programme.name,
        first=first,
        last=last,
        small=small,
        sections=tuple(
            Section(
                text,
                tuple(one for one in hidden.values() if one.definition.question == question),
                targets if question == TARGETS_IN else (),
            )
            for question, text in QUESTIONS.items()
        ),
    )


def written(report: Report, form: str) -> str:
    """The report as `form`, one of FORMATS; ends with a line break."""
    return FORMATS[form](report)


def saved(app: App, report: Report, form: str) -> Path:
    """The report as a file in `reports` of the state folder, named by its days; the same days replace it."""
    folder = app.settings.home / "reports"
    path = folder / f"report-{report.first}-{report.last}.{SUFFIXES.get(form, form)}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        path.write_text(written(report, form), "utf-8")
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise UserError(Problem(what, path.name, "Free some room, or check the rights of the state folder")) from None
    return path


def counted(app: App, start: datetime, end: datetime, small: int) -> dict[str, Figure]:
    """Every figure of the range, from `start` and before `end`, by its code; nothing hidden. All from one moment of
    the database."""
    settings = app.programme.report
    values = {
        "start": iso(start),
        "end": iso(end),
        "small": small,
        "prioritised": settings.prioritised,
        "clinics": json.dumps(settings.clinics),
        "connections": json.dumps(settings.connections),
        "regional": json.dumps(settings.regional),
        "interests": json.dumps(settings.interests),
        "regions": json.dumps(dict(region_file.load(app.settings.programme))),
    }
    app.conn.execute("begin")
    try:
        found = [figures.count(app.conn, definition, values) for definition in figures.definitions()]
    finally:
        app.conn.execute("rollback")
    return {figure.definition.code: _labelled(app, figure) for figure in found}


def _beginning(app: App, zone: ZoneInfo) -> date | None:
    (first,) = app.conn.execute(
        "select min(at) from (select min(at) as at from programme_registrations"
        " union all select min(starts_at) from sessions)"
    ).fetchone()
    return datetime.fromisoformat(first).astimezone(zone).date() if first else None


def _labelled(app: App, figure: Figure) -> Figure:
    """Codes of countries, languages, categories and kinds as words."""
    kinds = {code: kind.title for code, kind in app.programme.kinds.items()}
    categories = app.programme.categories
    name = {
        "country": lambda code: formats.country_name(code, "en"),
        "language": lambda code: formats.language_name(code, "en"),
    }.get(figure.definition.labels)
    cells = tuple(
        replace(cell, label=name(cell.label) if name else cell.label, group=categories.get(cell.group, cell.group))
        for cell in figure.cells
    )
    if figure.definition.labels == "country":  # by size, then by name rather than by code
        cells = tuple(sorted(cells, key=lambda cell: (-cell.n, cell.label)))
    rows = figure.rows
    if figure.definition.labels == "kind":
        rows = tuple((kinds.get(str(row[0]), str(row[0])), *row[1:]) for row in rows)
    return replace(figure, cells=cells, rows=rows)


def _targets(
    app: App, span: timedelta, start: datetime, end: datetime, found: Mapping[str, Figure]
) -> tuple[TargetLine, ...]:
    numbers = (Shape.COUNT, Shape.MEAN, Shape.SHARE)
    single = frozenset(code for code, one in found.items() if one.definition.shape in numbers)
    targets = target_file.load(app.settings.programme, frozenset(app.programme.kinds), single)
    lines = [_of_sessions(one, _sessions(app, one, start, end), span) for one in targets.sessions]
    return (*lines, *(_of_figure(one, found[one.figure]) for one in targets.figures))


def _sessions(app: App, target: SessionsTarget, start: datetime, end: datetime) -> int:
    leaders: Sequence[str] = [one.value for one in target.led_by]
    (number,) = app.conn.execute(
        "select count(*) from sessions where state = 'confirmed' and starts_at >= ? and starts_at < ?"
        " and kind in (select value from json_each(?))"
        " and (? = '[]' or led_by in (select value from json_each(?)))",
        (iso(start), iso(end), json.dumps(target.kinds), json.dumps(leaders), json.dumps(leaders)),
    ).fetchone()
    return int(number)


def _of_sessions(target: SessionsTarget, actual: int, span: timedelta) -> TargetLine:
    due = int(target.due(span) + 0.5)
    every = f"{target.count} every {target.every.days} days"
    return TargetLine(target.title, f"{due} ({every})", str(actual), actual >= due)


def _of_figure(target: FigureTarget, figure: Figure) -> TargetLine:
    sign = " %" if figure.definition.shape is Shape.SHARE else ""
    number = figure.number
    reached = None if number is None else number >= target.at_least
    return TargetLine(target.title, f"at least {plain(target.at_least)}{sign}", f"{plain(number)}{sign}", reached)
