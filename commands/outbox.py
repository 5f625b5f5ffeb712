"""`outbox list|show|approve|hold|release|resend|resolve`, and `inbox list|settle`: a person's hand on both."""

import argparse
from email import policy
from email.parser import BytesParser
from typing import Any

from commands.output import count, plain, print_json, print_table, say
from domain.messages import Message, State
from steps import outbox, status
from steps import persons as people
from steps import sessions as learning_spaces
from steps.app import App

SHOWN = (
    "id", "key", "participant_id", "channel", "purpose", "session_id", "sequence", "state", "because", "not_before",
    "expires_at", "message_id", "attempts", "repeats", "language", "sent_at", "created_at", "note",
)  # fmt: skip


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("outbox", help="the outbox").add_subparsers(required=True, metavar="ACTION")
    listing = nouns.add_parser("list", help="messages", parents=[common])
    listing.add_argument("--state", choices=[state.value for state in State])
    listing.add_argument("--purpose")
    listing.add_argument("--session", help="id, code or title")
    listing.add_argument("--person", help="id, address or wiki user name")
    listing.add_argument("--limit", type=count, default=100_000)
    listing.set_defaults(run=_list)
    show = nouns.add_parser("show", help="one message", parents=[common])
    show.add_argument("id", type=int)
    show.add_argument("--raw", action="store_true", help="the frozen bytes")
    show.set_defaults(run=_show)
    for name, run, text in (
        ("approve", _approve, "let drafts leave"),
        ("release", _release, "let held messages leave; --all ends the hold after a restore"),
    ):
        parser = nouns.add_parser(name, help=text, parents=[common, acting])
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("ids", type=int, nargs="*", default=[], metavar="ID")
        which.add_argument("--all", action="store_true")
        parser.set_defaults(run=run)
    hold = nouns.add_parser("hold", help="keep queued messages back", parents=[common, acting])
    hold.add_argument("ids", type=int, nargs="+", metavar="ID")
    hold.set_defaults(run=_hold)
    resend = nouns.add_parser("resend", help="the same words again, as a new message", parents=[common, acting])
    resend.add_argument("id", type=int)
    resend.set_defaults(run=_resend)
    resolve = nouns.add_parser("resolve", help="say what became of an unsure message", parents=[common, acting])
    resolve.add_argument("id", type=int)
    resolve.add_argument("--arrived", choices=("yes", "no"), required=True)
    resolve.set_defaults(run=_resolve)
    inbox = commands.add_parser("inbox", help="mails that wait for a person").add_subparsers(
        required=True, metavar="ACTION"
    )
    letters = inbox.add_parser("list", help="mails that wait for a person", parents=[common])
    letters.set_defaults(run=_letters)
    letter = inbox.add_parser("show", help="one mail as it came", parents=[common])
    letter.add_argument("id", type=int)
    letter.set_defaults(run=_letter)
    settle = inbox.add_parser("settle", help="a person has seen to it", parents=[common, acting])
    settle.add_argument("ids", type=int, nargs="+", metavar="ID")
    settle.set_defaults(run=_settle)


def _row(message: Message) -> dict[str, object]:
    return {name: plain(getattr(message, name)) for name in SHOWN}


def _list(args: argparse.Namespace, app: App) -> int:
    filters: dict[str, object] = {name: getattr(args, name) for name in ("state", "purpose") if getattr(args, name)}
    if args.session:
        filters["session_id"] = learning_spaces.find(app, args.session).id
    if args.person:
        filters["participant_id"] = people.find(app, args.person)
    found = outbox.listing(app, filters, args.limit)
    if args.json:
        print_json([_row(m) for m in found])
    else:
        headers = ("id", "state", "purpose", "person", "session", "lang", "due", "why")
        rows = [
            (m.id, m.state, m.purpose, m.participant_id, m.session_id, m.language, m.not_before, m.note or m.because)
            for m in found
        ]
        print_table(headers, rows, "the outbox is empty")
    return 0


def _show(args: argparse.Namespace, app: App) -> int:
    message = outbox.get(app, args.id)
    if args.raw:
        print(outbox.payload(app, args.id).decode("ascii", "replace"))
    elif args.json:
        print_json(_row(message))
    else:
        for name, value in _row(message).items():
            say(f"{name}: {value}")
        letter = BytesParser(policy=policy.default).parsebytes(outbox.payload(app, args.id))
        text = letter.get_body(("plain",))
        say(f"\nSubject: {letter['subject']}\n\n{text.get_content() if text else ''}")
    return 0


def _said(args: argparse.Namespace, count: int, what: str) -> int:
    if args.json:
        print_json({"count": count})
    else:
        say(f"{count} message{'' if count == 1 else 's'} {what}")
    return 0


def _approve(args: argparse.Namespace, app: App) -> int:
    return _said(args, outbox.approve(app, None if args.all else args.ids, args.who), "approved")


def _release(args: argparse.Namespace, app: App) -> int:
    return _said(args, outbox.release(app, None if args.all else args.ids, args.who), "released")


def _hold(args: argparse.Namespace, app: App) -> int:
    return _said(args, outbox.hold(app, args.ids, args.who), "held")


def _resend(args: argparse.Namespace, app: App) -> int:
    new = outbox.resend(app, args.id, args.who)
    if args.json:
        print_json({"id": new})
    else:
        say(f"message {new} is queued with the same words")
    return 0


def _resolve(args: argparse.Namespace, app: App) -> int:
    outbox.resolve(app, args.id, args.arrived == "yes", args.who)
    return _said(args, 1, "resolved")


def _letters(args: argparse.Namespace, app: App) -> int:
    found = status.letters(app)
    if args.json:
        print_json(found)
    else:
        rows = [(m["id"], m["received_at"], m["kind"], m["participant_id"], m["reason"]) for m in found]
        print_table(("id", "received", "kind", "person", "why"), rows, "no mail waits for a person")
    return 0


def _letter(args: argparse.Namespace, app: App) -> int:
    print(status.letter(app, args.id).decode("utf-8", "replace"))
    return 0


def _settle(args: argparse.Namespace, app: App) -> int:
    return _said(args, status.settle_letters(app, args.ids, args.who), "settled")
