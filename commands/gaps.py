"""`gaps`: topics that people want and nobody teaches, and sessions that the targets ask for."""

import argparse
from typing import Any

from commands.output import count, print_json, print_table, say
from steps import gaps
from steps.app import App


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("gaps", help="wanted topics without a session, and sessions overdue", parents=[common])
    parser.add_argument("--top", type=count, default=20, help="so many topics at most (20)")
    parser.set_defaults(run=_gaps)


def _gaps(args: argparse.Namespace, app: App) -> int:
    found = gaps.find(app)
    if args.json:
        print_json(found)
        return 0
    rows = [(t.learn, t.share, "yes" if t.prioritised else "-", t.title) for t in found.topics[: args.top]]
    print_table(("learn", "share", "prioritised", "topic without a session"), rows, "every wanted topic has a session")
    say(f"{found.covered} of {found.prioritised} prioritised topics had a session ({found.people} people said theirs)")
    say("")
    targets = [(t.last, t.next, t.due, "SHORT" if t.short else "-", t.title) for t in found.targets]
    print_table(("last", "next", "needed by", "", "target"), targets, "no targets are set (targets.toml)")
    return 0
