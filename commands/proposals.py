"""`proposal add|list|decline|ask`: clinics that people propose."""

import argparse
from typing import Any

from commands.output import count, print_json, print_table, say
from domain.proposals import FIELDS
from steps import proposals
from steps.app import App


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("proposal", help="clinics that people propose").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = nouns.add_parser("add", help="enter one; open questions are put to the person", parents=[common, acting])
    add.add_argument("person", help="id, e-mail address or wiki user name")
    add.add_argument("--title", default="", help="what they would share, in a few words")
    add.add_argument("--purpose", default="", help="what people will be able to do afterwards")
    add.add_argument("--wanted", default="", help="when it would suit, in their own words")
    add.set_defaults(run=_add)
    listing = nouns.add_parser("list", help="those that wait, the oldest first", parents=[common])
    listing.add_argument("--all", action="store_true", help="settled ones too")
    listing.set_defaults(run=_list)
    decline = nouns.add_parser("decline", help="say no to one", parents=[common, acting])
    decline.add_argument("id", type=int, help="see: proposal list")
    decline.set_defaults(run=_decline)
    ask = nouns.add_parser("ask", help="ask ambassadors for a proposal", parents=[common, acting])
    ask.add_argument("--most", type=count, default=3, help="so many of them at most (3)")
    ask.add_argument("--dry-run", action="store_true", help="only count them")
    ask.set_defaults(run=_ask)


def _add(args: argparse.Namespace, app: App) -> int:
    made = proposals.start(app, args.person, {name: getattr(args, name) for name in FIELDS}, args.who)
    if args.json:
        print_json(made)
    else:
        say(f"proposal {made.id} is {'complete' if made.waits_for is None else f'entered; {made.waits_for} is asked'}")
    return 0


def _list(args: argparse.Namespace, app: App) -> int:
    found = proposals.listing(app, waiting=not args.all)
    if args.json:
        print_json(found)
        return 0
    rows = [
        (w.proposal.id, w.days, w.proposal.state, w.proposal.waits_for, w.name, w.proposal.title, w.proposal.wanted)
        for w in found
    ]
    print_table(("id", "days", "state", "open", "name", "title", "when"), rows, "no proposal waits")
    return 0


def _decline(args: argparse.Namespace, app: App) -> int:
    proposals.decline(app, args.id, args.who)
    if args.json:
        print_json({"count": 1})
    else:
        say(f"proposal {args.id} is declined; write to its author why")
    return 0


def _ask(args: argparse.Namespace, app: App) -> int:
    asked = proposals.ask_ambassadors(app, args.most, args.who, dry_run=args.dry_run)
    if args.json:
        print_json({"count": asked})
    else:
        say(f"{asked} ambassadors {'would be' if args.dry_run else 'are'} asked")
    return 0
