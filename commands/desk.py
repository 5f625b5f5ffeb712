"""`desk list|settle`: people whom a coordinator is asked to reach in person."""

import argparse
from typing import Any

from commands.output import print_json, say
from steps import desk_tasks
from steps.app import App


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("desk", help="people to be asked in person").add_subparsers(
        required=True, metavar="ACTION"
    )
    listing = nouns.add_parser("list", help="who answered nothing, with all that was tried", parents=[common])
    listing.set_defaults(run=_list)
    settle = nouns.add_parser("settle", help="a coordinator has seen to it", parents=[common, acting])
    settle.add_argument("ids", type=int, nargs="+", metavar="ID")
    settle.set_defaults(run=_settle)


def _list(args: argparse.Namespace, app: App) -> int:
    found = desk_tasks.waiting(app)
    if args.json:
        print_json(found)
        return 0
    for task in found:
        say(f"task {task.id}, for {task.coordinator}, since {task.since:%Y-%m-%d}: {task.because}")
        say(f"  {task.name} ({task.language}) {task.address}, person {task.participant_id}")
        if task.session:
            say(f"  session {task.session_id}: {task.session}")
        for line in task.tried:
            say(f"  {line}")
    if not found:
        say("nobody needs to be asked in person")
    return 0


def _settle(args: argparse.Namespace, app: App) -> int:
    count = desk_tasks.settle(app, args.ids, args.who)
    if args.json:
        print_json({"count": count})
    else:
        say(f"{count} settled")
    return 0
