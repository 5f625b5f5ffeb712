"""`opportunity add|list|withdraw`: what one can learn elsewhere, for the newsletter and the digest."""

import argparse
from typing import Any

from commands.output import print_json, print_table, say
from domain.newsletter import Opportunity
from steps import opportunities
from steps.app import App

HELP = {
    "url": "where it is: https://...; the same address again changes it",
    "title": "its own name",
    "organiser": "who offers it: an organisation",
    "until": "last day, as 2026-12-31; without it, it stays open",
    "languages": "languages it is held in, such as en,fr",
    "language": "language of --text; without it, the programme's first",
    "text": "what it is (Markdown)",
}


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("opportunity", help="what one can learn elsewhere").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = nouns.add_parser("add", help="an opportunity, or another language of it", parents=[common, acting])
    for name in opportunities.FIELDS:
        needed = name in opportunities.COLUMNS.needed
        add.add_argument(name if needed else f"--{name}", help=HELP[name], **({} if needed else {"default": ""}))
    add.set_defaults(run=_add)
    nouns.add_parser("list", help="those that are open", parents=[common]).set_defaults(run=_list)
    withdraw = nouns.add_parser("withdraw", help="tell it no more", parents=[common, acting])
    withdraw.add_argument("id", type=int, help="see: opportunity list")
    withdraw.set_defaults(run=_withdraw)


def _add(args: argparse.Namespace, app: App) -> int:
    added = opportunities.add(app, {name: str(getattr(args, name)) for name in opportunities.FIELDS}, args.who)
    if args.json:
        print_json(added)
    else:
        what = "added" if added.new else "changed" if added.changed else "was there already"
        say(f"opportunity {added.id} {what}")
    return 0


def _list(args: argparse.Namespace, app: App) -> int:
    found = opportunities.listing(app)
    if args.json:
        print_json([_row(one) for one in found])
    else:
        rows = [(o.id, _row(o)["until"], ", ".join(sorted(o.words)) or "-", o.title, o.url) for o in found]
        print_table(("id", "until", "texts", "title", "url"), rows, "no opportunity is open")
    return 0


def _row(one: Opportunity) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "organiser": one.organiser,
        "url": one.url,
        "until": one.until.isoformat() if one.until else None,
        "languages": one.languages,
        "texts": sorted(one.words),
    }


def _withdraw(args: argparse.Namespace, app: App) -> int:
    opportunities.withdraw(app, args.id, args.who)
    if args.json:
        print_json({"count": 1})
    else:
        say(f"opportunity {args.id} is withdrawn")
    return 0
