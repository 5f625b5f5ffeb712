"""`feedback add|take|list`: what people say outside surveys."""

import argparse
from datetime import date
from typing import Any

from commands.output import print_json, print_table, say
from domain.feedback import Consent, Source
from steps import feedback
from steps.app import App
from steps.feedback import Entry
from store.feedback import Feedback


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("feedback", help="what people say outside surveys").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = nouns.add_parser("add", help="log what somebody said", parents=[common, acting])
    add.add_argument("text", help="what was said")
    add.add_argument("--source", required=True, choices=[s.value for s in Source], help="where it was said")
    add.add_argument(
        "--consent", default="none", choices=[c.value for c in Consent],
        help="what they agreed to: none (nobody asked), internal, quoted anonymous, quoted with their name",
    )  # fmt: skip
    add.add_argument("--person", help="who said it: id, e-mail address or wiki user name")
    add.add_argument("--session", help="what it is about: id, code or title")
    add.add_argument("--on", type=_day, metavar="YYYY-MM-DD", help="when it was said; today without it")
    add.set_defaults(run=_add)
    take = nouns.add_parser("take", help="log a mail that waits for a person, and settle it", parents=[common, acting])
    take.add_argument("mail", type=int, help="its id, from: letsconnect inbox list")
    take.add_argument("--consent", default="none", choices=[c.value for c in Consent], help="as with add")
    take.add_argument("--nameless", action="store_true", help="do not note whose it is")
    take.set_defaults(run=_take)
    listing = nouns.add_parser("list", help="the log", parents=[common])
    listing.add_argument("--from", dest="since", type=_day, metavar="YYYY-MM-DD", help="from this day on")
    listing.add_argument("--to", dest="until", type=_day, metavar="YYYY-MM-DD", help="up to this day")
    listing.add_argument("--quotable", action="store_true", help="only what may be quoted")
    listing.set_defaults(run=_list)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a day: {text!r}; write 2026-12-03") from None


def _add(args: argparse.Namespace, app: App) -> int:
    entry = Entry(Source(args.source), Consent(args.consent), args.text, args.person, args.session, args.on)
    return _told(args, feedback.add(app, entry, args.who))


def _take(args: argparse.Namespace, app: App) -> int:
    return _told(args, feedback.from_mail(app, args.mail, Consent(args.consent), args.who, named=not args.nameless))


def _told(args: argparse.Namespace, made: int) -> int:
    if args.json:
        print_json({"id": made})
    else:
        say(f"feedback {made} is in the log")
    return 0


def _list(args: argparse.Namespace, app: App) -> int:
    found = feedback.listing(app, args.since, args.until, quotable=args.quotable)
    if args.json:
        print_json([{**_plain(one), "said_on": one.said_on.isoformat()} for one in found])
    else:
        rows = [(f.id, f.said_on, f.source, f.consent, f.participant_id, f.session_id, f.text) for f in found]
        print_table(("id", "said", "source", "consent", "person", "session", "text"), rows, "the log is empty")
    return 0


def _plain(one: Feedback) -> dict[str, Any]:
    return {
        "id": one.id, "source": one.source, "consent": one.consent, "text": one.text,
        "participant_id": one.participant_id, "session_id": one.session_id, "entered_by": one.entered_by,
    }  # fmt: skip
