"""`person list|show|export|erase|suppress|allow|revive|role|duplicates` and `why`: one person's data and messages."""

import argparse
import json
from typing import Any

from commands.output import print_json, print_table, say
from domain.errors import Problem, UserError
from domain.participants import Role
from steps import persons, why
from steps.app import App


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("person", help="one person's data").add_subparsers(required=True, metavar="ACTION")
    who = "id, e-mail address or wiki user name"
    for name, run, text in (
        ("show", _show, "at a glance"),
        ("export", _export, "everything that is kept, as JSON"),
        ("erase", _erase, "erase it; ids, states and times stay"),
        ("suppress", _suppress, "no more messages about a topic"),
        ("allow", _allow, "undo suppress"),
        ("revive", _revive, "write again to addresses that refused"),
    ):
        parser = nouns.add_parser(name, help=text, parents=[common, acting])
        parser.add_argument("person", help=who)
        if name in ("suppress", "allow"):
            parser.add_argument("--topic", default="*", help="a topic of cadences.toml; without it, every topic")
        if name == "erase":
            parser.add_argument("--yes", action="store_true", help="really erase; it cannot be undone")
        parser.set_defaults(run=run)
    everybody = nouns.add_parser("list", help="everybody's number, name and address", parents=[common])
    everybody.add_argument("words", nargs="?", default="", help="only where these stand in the name or address")
    everybody.set_defaults(run=_list)
    roles = nouns.add_parser("role", help="who advises gets the brief, an ambassador is asked for clinics",
                             parents=[common, acting])  # fmt: skip
    roles.add_argument("person", help=who)
    roles.add_argument("role", choices=[Role.ADVISER.value, Role.AMBASSADOR.value])
    roles.add_argument("--ended", action="store_true", help="they hold it no more")
    roles.set_defaults(run=_role)
    pairs = nouns.add_parser("duplicates", help="people who may be in twice", parents=[common, acting])
    pairs.add_argument("--settle", type=int, nargs=2, metavar="ID", help="these two are not the same, or were mended")
    pairs.set_defaults(run=_duplicates)
    reasons = commands.add_parser("why", help="why did, or didn't, this person get this?", parents=[common])
    reasons.add_argument("person", help=who)
    reasons.add_argument("session", nargs="?", help="id, code or title")
    reasons.set_defaults(run=_why)


def _list(args: argparse.Namespace, app: App) -> int:
    found = persons.listing(app, args.words)
    if args.json:
        print_json(found)
    else:
        empty = "nobody's name or address has these words" if args.words else "nobody is registered yet"
        print_table(("person", "name", "country", "email"), [tuple(one.values()) for one in found], empty)
    return 0


def _show(args: argparse.Namespace, app: App) -> int:
    found = persons.show(app, args.person)
    if args.json:
        print_json(found)
    else:
        for name, value in found.items():
            say(f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value}")
    return 0


def _export(args: argparse.Namespace, app: App) -> int:
    print_json(persons.export(app, args.person))
    return 0


def _erase(args: argparse.Namespace, app: App) -> int:
    person = persons.find(app, args.person)
    if not args.yes:
        raise UserError(Problem("erasing cannot be undone", f"person {person}", "Add --yes to do it"))
    done = persons.erase(app, str(person), args.who)
    if args.json:
        print_json(done)
    else:
        say(f"person {person} is erased; {done['messages taken back']} queued messages taken back")
        say(
            f"kept: ids, states and times, so that figures stay true; and keyed hashes of addresses and chats"
            f" ({done['hashes kept']}), so that an old row of a sheet or an export does not bring the person back"
        )
        say("yours to do: take the row out of the published sheet, and out of files in incoming/ and elsewhere")
    return 0


def _role(args: argparse.Namespace, app: App) -> int:
    changed = persons.role(app, args.person, Role(args.role), args.who, ended=args.ended)
    if args.json:
        print_json({"changed": changed})
    else:
        state = f"is {args.role} no more" if args.ended else f"is {args.role}"
        say(f"person {persons.find(app, args.person)} {state}{'' if changed else ', as before'}")
    return 0


def _suppress(args: argparse.Namespace, app: App) -> int:
    taken = persons.suppress(app, args.person, args.topic, args.who)
    if args.json:
        print_json({"taken_back": taken})
    else:
        say(f"no more messages about {args.topic}; {taken} queued ones taken back")
    return 0


def _allow(args: argparse.Namespace, app: App) -> int:
    lifted = persons.allow(app, args.person, args.topic, args.who)
    if args.json:
        print_json({"lifted": lifted})
    else:
        say(f"messages about {args.topic} are allowed again" if lifted else "nothing was suppressed")
    return 0


def _revive(args: argparse.Namespace, app: App) -> int:
    revived = persons.revive(app, args.person, args.who)
    if args.json:
        print_json({"revived": revived})
    else:
        say(f"addresses that are tried again: {revived}" if revived else "no address had failed")
    return 0


def _duplicates(args: argparse.Namespace, app: App) -> int:
    if args.settle:
        persons.settle_duplicate(app, args.settle[0], args.settle[1], args.who)
    found = persons.duplicates(app)
    if args.json:
        print_json(found)
    else:
        rows = [(p["a"], p["b"], p["reason"], p["found_at"]) for p in found]
        print_table(("person", "person", "why", "found"), rows, "nobody seems to be in twice")
    return 0


def _why(args: argparse.Namespace, app: App) -> int:
    found = why.why(app, args.person, args.session)
    if args.json:
        print_json(found)
    else:
        rows = [(r.at, r.session_id, r.what, r.verdict, r.message_id, r.because) for r in found]
        headers = ("when", "session", "what", "verdict", "message", "because")
        print_table(headers, rows, "no rule has anything to say to this person: not registered, and no session to come")
    return 0
