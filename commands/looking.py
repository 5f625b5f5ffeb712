"""`status`, `forecast`, `doctor`, `config`: looking without touching."""

import argparse
from pathlib import Path
from typing import Any

from commands.output import days, print_json, print_table, say
from config import programme, settings
from steps import doctor, forecast, status
from steps.app import App

DEFAULT_PREFECT = "http://127.0.0.1:4200"


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    commands.add_parser("status", help="how things stand, and what needs a person", parents=[common]).set_defaults(
        run=_status
    )
    coming = commands.add_parser("forecast", help="who would get what, when, and who not, and why", parents=[common])
    coming.add_argument("--days", type=days, default=14)
    coming.add_argument("--compare", type=Path, metavar="FOLDER", help="programme files to compare with those in force")
    coming.set_defaults(run=_forecast)
    check = commands.add_parser("doctor", help="checks settings, servers and database", parents=[common])
    check.add_argument("--prefect", default=None, metavar="URL", help=f"such as {DEFAULT_PREFECT}")
    check.set_defaults(run=_doctor)
    commands.add_parser("config", help="the settings in force, secrets masked", parents=[common]).set_defaults(
        run=_config
    )


def _status(args: argparse.Namespace, app: App) -> int:
    found = status.status(app)
    if args.json:
        print_json(found)
        return 0
    say(f"{found['participants']} participants, {found['sessions']} sessions to come")
    say("invitations: " + ", ".join(f"{count} {name}" for name, count in found["invitations"].items()))
    say("outbox: " + (", ".join(f"{n} {state}" for state, n in found["outbox"].items() if n) or "empty"))
    if found["restored"]:
        say(f"HELD: the database was restored at {found['restored']}; outbox release --all lets it send again")
    if found["oldest_due"]:
        say(f"oldest due: {found['oldest_due']}")
    for run in found["last_runs"]:
        say(f"last {run['step']}: {run['started_at']} {run['summary'] or '(not finished)'}")
    rows = [(item["oldest"], item["count"], item["kind"], item["why"], item["do"]) for item in found["needs_person"]]
    say("")
    print_table(("since", "how many", "what", "why", "do"), rows, "nothing needs a person")
    return 0


def _forecast(args: argparse.Namespace, app: App) -> int:
    if args.compare is not None:
        return _compare(args, app)
    found = forecast.forecast(app, args.days)
    if args.json:
        print_json(found)
        return 0
    rows = [(f.at, f.verdict, f.purpose, f.participant_id, f.session_id, f.language, f.zone, f.because) for f in found]
    headers = ("when", "verdict", "what", "person", "session", "lang", "zone", "because")
    print_table(headers, rows, f"nothing is due in the next {args.days} days")
    return 0


def _compare(args: argparse.Namespace, app: App) -> int:
    found = forecast.compare(app, args.days, programme.load(args.compare.resolve()))
    if args.json:
        print_json(found)
        return 0
    rows = [(d.change, d.purpose, d.participant_id, d.session_id, d.now, d.then, d.because) for d in found]
    headers = ("change", "what", "person", "session", "with files in force", "with the others", "because")
    print_table(headers, rows, f"no message of the next {args.days} days would be another")
    return 0


def _doctor(args: argparse.Namespace, app: App) -> int:
    found = list(doctor.doctor(app, args.prefect))
    if args.json:
        print_json(found)
    else:
        for finding in found:
            say(f"{finding.subject}: {finding.state}{f' - {finding.text}' if finding.text else ''}")
    return 1 if any(finding.state == "problem" for finding in found) else 0


def _config(args: argparse.Namespace, app: App) -> int:
    shown = settings.in_force(app.settings)
    if args.json:
        print_json(shown)
    else:
        for name, value in shown.items():
            say(f"{name}={value}")
    return 0
