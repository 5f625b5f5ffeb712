"""`import attendance FILE`, `attendance doubtful|settle|invite`: who was in a session, by a meeting tool's list."""

import argparse
from typing import Any

from commands.output import complain, count, print_json, print_table, say
from domain.imports import passed_over
from steps import attendance, guest_letters, import_attendance
from steps.app import App

NOBODY = "guest"


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("attendance", help="who was in a session").add_subparsers(
        required=True, metavar="ACTION"
    )
    waiting = nouns.add_parser("doubtful", help="guests who may be people we know", parents=[common])
    waiting.set_defaults(run=_doubtful)
    invite = nouns.add_parser("invite", help="invite guests with an address to register", parents=[common, acting])
    invite.add_argument("session", help="id, code or title")
    invite.set_defaults(run=_invite)
    settle = nouns.add_parser("settle", help="say who a doubtful guest is", parents=[common, acting])
    settle.add_argument("guest", type=count, help="its number in the list of doubtful ones")
    settle.add_argument("person", help=f"id, e-mail address or wiki user name; or {NOBODY}: nobody we know")
    settle.set_defaults(run=_settle)


def run_import(args: argparse.Namespace, app: App) -> int:
    report = import_attendance.import_attendance(app, args.file, args.session, args.who, dry_run=args.dry_run)
    if args.json:
        print_json(report)
    else:
        say(
            f"session {report.session_id}: {report.accepted} people entered, {report.guests} guests,"
            f" {report.doubtful} doubtful, {report.unchanged} in already, {report.ignored} no people"
            f"{passed_over(report.erased)}"
            f"{' (dry run: nothing was changed)' if args.dry_run else ''}"
        )
        if report.doubtful and not args.dry_run:
            say("who the doubtful ones may be: letsconnect attendance doubtful")
    for problem in report.problems:
        complain(str(problem))
    return 1 if report.rejected else 0


def _doubtful(args: argparse.Namespace, app: App) -> int:
    found = attendance.doubtful(app)
    if args.json:
        print_json(found)
        return 0
    rows = [
        (one["id"], one["session"], one["name"], c["participant_id"], c["name"], f"{c['confidence']} %", c["reason"])
        for one in found
        for c in one["candidates"] or [dict.fromkeys(("participant_id", "name", "confidence", "reason"), "")]
    ]
    print_table(("guest", "session", "came as", "person", "is", "sure", "because"), rows, "nobody is doubtful")
    if rows:
        say(f"letsconnect attendance settle GUEST PERSON, or {NOBODY}")
    return 0


def _invite(args: argparse.Namespace, app: App) -> int:
    invited = guest_letters.invite_guests(app, args.session, args.who)
    if args.json:
        print_json({"count": invited})
    else:
        say(f"{invited} guests are invited to register; each of them once, whatever sessions they come to")
    return 0


def _settle(args: argparse.Namespace, app: App) -> int:
    attendance.settle(app, args.guest, None if args.person == NOBODY else args.person, args.who)
    if args.json:
        print_json({"settled": args.guest})
    else:
        say(f"guest {args.guest} is settled")
    return 0
