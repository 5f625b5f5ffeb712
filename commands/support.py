"""`support list|add|settle`: what people asked for, and what became of it."""

import argparse
from typing import Any

from commands.output import print_json, print_table, say
from domain.support import Ask
from steps import support
from steps.app import App


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("support", help="what people asked for").add_subparsers(required=True, metavar="ACTION")
    listing = nouns.add_parser("list", help="requests that wait, the oldest first", parents=[common])
    listing.add_argument("--all", action="store_true", help="settled ones too")
    listing.set_defaults(run=_list)
    add = nouns.add_parser("add", help="enter what somebody asked elsewhere", parents=[common, acting])
    add.add_argument("person", help="id, e-mail address or wiki user name")
    add.add_argument("what", choices=tuple(Ask), help="what they ask for")
    add.add_argument("--session", help="after which session: id, code or title")
    add.add_argument("--text", default="", help="their own words")
    add.set_defaults(run=_add)
    settle = nouns.add_parser("settle", help="a person has answered them", parents=[common, acting])
    settle.add_argument("outcome", choices=support.OUTCOMES, help="what became of them")
    settle.add_argument("ids", type=int, nargs="+", metavar="ID", help="numbers of requests")
    settle.set_defaults(run=_settle)


def _list(args: argparse.Namespace, app: App) -> int:
    found = support.listing(app, waiting=not args.all)
    if args.json:
        print_json(found)
        return 0
    rows = [
        (w.request.id, w.days, w.request.ask, w.request.state, w.request.session_id, w.name, w.address, w.request.text)
        for w in found
    ]
    print_table(("id", "days", "asks for", "state", "session", "name", "address", "words"), rows, "no request waits")
    return 0


def _add(args: argparse.Namespace, app: App) -> int:
    made = support.ask(app, args.person, args.what, args.who, args.session, args.text)
    if args.json:
        print_json(made)
    else:
        say(f"request {made.id} is entered")
    return 0


def _settle(args: argparse.Namespace, app: App) -> int:
    count = support.settle(app, args.ids, args.outcome, args.who)
    if args.json:
        print_json({"count": count})
    else:
        say(f"{count} settled: {args.outcome}")
    return 0
