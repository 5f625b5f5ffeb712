"""`resource add|list|remove`: what is left of a session for those who come later."""

import argparse
from typing import Any

from commands.output import print_json, print_table, say
from domain.resources import Resource, ResourceKind
from steps import resources
from steps.app import App
from templates_email.formats import size


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("resource", help="recordings, slides and other links of sessions").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = nouns.add_parser("add", help="a resource; the same again changes what is said", parents=[common, acting])
    add.add_argument("session", help="id, code or title")
    add.add_argument("kind", choices=tuple(ResourceKind), help="what it is")
    add.add_argument("url", help="where it is: https://...")
    add.add_argument("--title", default="", help="what it is called; the session's title when not given")
    add.add_argument("--language", default="", help="language it is in, such as fr")
    add.add_argument("--size", default="", help="how large it is, such as 84MB: people on small lines want to know")
    add.set_defaults(run=_add)
    listing = nouns.add_parser("list", help="resources of one session, or of all", parents=[common])
    listing.add_argument("session", nargs="?", help="id, code or title")
    listing.set_defaults(run=_list)
    remove = nouns.add_parser("remove", help="take a wrong one out", parents=[common, acting])
    remove.add_argument("id", type=int, help="see: resource list")
    remove.set_defaults(run=_remove)


def _add(args: argparse.Namespace, app: App) -> int:
    fields = {name: str(getattr(args, name)) for name in resources.FIELDS}
    added = resources.add(app, args.session, fields, args.who)
    if args.json:
        print_json(added)
        return 0
    say(f"resource {added.resource.id} {'added' if added.new else 'changed' if added.changed else 'was there already'}")
    if added.missing:
        say(f"still missing: {', '.join(kind.value.replace('_', ' ') for kind in added.missing)}")
    elif added.complete:
        say("all materials are in: people get the mail about them after the session")
    return 0


def _list(args: argparse.Namespace, app: App) -> int:
    found = resources.listing(app, args.session)
    if args.json:
        print_json(found)
    else:
        rows = [
            (r.id, r.session_id, r.kind, r.language or "-", _size(r), r.title, r.url)
            for r in found
        ]
        print_table(("id", "session", "kind", "language", "size", "title", "url"), rows, "no resources")
    return 0


def _size(resource: Resource) -> str:
    return "-" if resource.bytes is None else size(resource.bytes, "en")


def _remove(args: argparse.Namespace, app: App) -> int:
    resources.remove(app, args.id, args.who)
    if args.json:
        print_json({"count": 1})
    else:
        say(f"resource {args.id} is taken out")
    return 0
