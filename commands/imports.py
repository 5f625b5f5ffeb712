"""`import registrations|resources|attendance|survey FILE`, `import rejected`, `import incoming`, `import link`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands import attendance
from commands.output import complain, print_json, print_table, say
from steps import import_resources, import_survey, imports, opportunities
from steps.app import App
from steps.imports import ImportReport


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("import", help="take in files: registrations, resources, attendance").add_subparsers(
        required=True, metavar="WHAT"
    )
    trying = argparse.ArgumentParser(add_help=False)
    trying.add_argument("--dry-run", action="store_true", help="check everything, change nothing")
    file = nouns.add_parser("registrations", help="CSV, Google Forms export or JSON", parents=[common, trying])
    file.add_argument("file", type=Path)
    file.add_argument("--session", help="register everybody in the file for this session: id, code or title")
    file.add_argument("--mapping", type=Path, help="column names of this form, over those of mapping.toml")
    file.add_argument("--allow-withdrawals", action="store_true", help="even if many consents are withdrawn")
    file.set_defaults(run=_registrations)
    links = nouns.add_parser("resources", help="recordings, slides, links of sessions", parents=[common, trying])
    links.add_argument("file", type=Path, help="CSV or JSON: session, kind, url, title, language, size")
    links.set_defaults(run=_resources)
    offers = nouns.add_parser("opportunities", help="what one can learn elsewhere", parents=[common, trying])
    offers.add_argument("file", type=Path, help="CSV or JSON: url, title, organiser, until, languages, language, text")
    offers.set_defaults(run=_opportunities)
    came = nouns.add_parser("attendance", help="a meeting tool's list", parents=[common, acting, trying])
    came.add_argument("file", type=Path, help="CSV of Zoom, BigBlueButton, Google Meet or Teams")
    came.add_argument("--session", required=True, help="whose list it is: id, code or title")
    came.set_defaults(run=attendance.run_import)
    survey = nouns.add_parser("survey", help="answers that a feedback form collected", parents=[common, trying])
    survey.add_argument("file", type=Path, help="CSV, Google Forms export or JSON")
    survey.add_argument("--survey", required=True, help="code of surveys.toml, such as clinic")
    survey.add_argument("--session", help="what all rows are about: id, code or title")
    survey.add_argument("--mapping", type=Path, help="columns and wordings of this form, over survey_mapping.toml")
    survey.set_defaults(run=_survey)
    incoming = nouns.add_parser("incoming", help="new files in LETSCONNECT_INCOMING", parents=[common, trying])
    incoming.set_defaults(run=_incoming)
    link = nouns.add_parser("link", help="the sheet at LETSCONNECT_SHEET_URL", parents=[common, trying])
    link.set_defaults(run=_link)
    rejected = nouns.add_parser("rejected", help="rows that wait for correction", parents=[common, acting])
    rejected.add_argument("--settle", type=int, nargs="+", metavar="ID", help="these were seen to")
    rejected.set_defaults(run=_rejected)


def _registrations(args: argparse.Namespace, app: App) -> int:
    report = imports.import_registrations(
        app,
        args.file,
        session_ref=args.session,
        mapping=args.mapping,
        dry_run=args.dry_run,
        allow_withdrawals=args.allow_withdrawals,
    )
    return _said(args, [report])


def _resources(args: argparse.Namespace, app: App) -> int:
    return _said(args, [import_resources.import_resources(app, args.file, dry_run=args.dry_run)])


def _survey(args: argparse.Namespace, app: App) -> int:
    return _said(
        args,
        [
            import_survey.import_survey(
                app, args.file, args.survey, session_ref=args.session, mapping=args.mapping, dry_run=args.dry_run
            )
        ],
    )


def _opportunities(args: argparse.Namespace, app: App) -> int:
    return _said(args, [opportunities.import_opportunities(app, args.file, dry_run=args.dry_run)])


def _incoming(args: argparse.Namespace, app: App) -> int:
    return _said(args, imports.import_incoming(app, dry_run=args.dry_run))


def _link(args: argparse.Namespace, app: App) -> int:
    report = imports.import_link(app, dry_run=args.dry_run)
    return _said(args, [report] if report else [])


def _said(args: argparse.Namespace, reports: Sequence[ImportReport]) -> int:
    if args.json:
        print_json(reports[0] if len(reports) == 1 else list(reports))
    elif not reports:
        say("nothing to import")
    for report in reports:
        if not args.json:
            say(f"{report.counted()}{' (dry run: nothing was changed)' if args.dry_run else ''}")
        for warning in report.warnings:
            complain(f"note: {warning}")
        for problem in report.problems:
            complain(str(problem))
    return 1 if any(report.rejected for report in reports) else 0


def _rejected(args: argparse.Namespace, app: App) -> int:
    found = imports.rejected(app, settle=args.settle or (), who=args.who)
    if args.json:
        print_json(found)
    else:
        rows = [(r["id"], r["source"], r["line"], r["field"], r["reason"]) for r in found]
        print_table(("id", "file", "line", "field", "reason"), rows, "no row waits for correction")
    return 0
