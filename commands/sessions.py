"""`session add|change|translate|cancel|list|show|invite|answer`: learning spaces."""

import argparse
from typing import Any

from commands.output import complain, plain, print_json, print_table, say
from domain.errors import Problem, UserError
from domain.resources import ResourceKind
from domain.sessions import Session
from domain.translations import FIELDS
from steps import attendance, closing, rsvps, session_state, sessions, translations
from steps.app import App

HELP = {
    "code": "short name, lower-case letters, digits and dashes (made from the title when not given)",
    "kind": "kind of session, from programme.toml",
    "title": "title",
    "start": "2026-12-03T14:00+01:00, or 2026-12-03T14:00 in --zone",
    "zone": "IANA time zone of --start, such as Africa/Lagos",
    "minutes": "length",
    "purpose": "what it is for (Markdown)",
    "audience": "who it is for (Markdown)",
    "preparation": "what to prepare (Markdown)",
    "languages": "languages spoken, such as en,fr",
    "interpretation": "languages interpreted into",
    "venue": "link or place",
    "sharers": "names, parted by semicolons",
    "capacity": "places, or none",
    "invites": "registered, or everybody (a general invitation)",
    "led_by": "whose idea and lead it is: working_group, community, team (another one), or unknown",
    "skills": "codes of the skills it is about, such as proposal-writing,storytelling",
}


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("session", help="learning spaces").add_subparsers(required=True, metavar="ACTION")
    for name, run, text in (("add", _add, "a new session"), ("change", _change, "change some of its fields")):
        parser = nouns.add_parser(name, help=text, parents=[common, acting])
        if name == "change":
            parser.add_argument("session", help="id, code or title")
        for field in sessions.FIELDS:
            parser.add_argument(f"--{field.replace('_', '-')}", help=HELP[field])
        parser.set_defaults(run=run)
    words = nouns.add_parser("translate", help="its words in another language, for who reads that",
                             parents=[common, acting])  # fmt: skip
    words.add_argument("session", help="id, code or title")
    words.add_argument("language", help="of these words, such as ar or pt-BR")
    for field in FIELDS:
        words.add_argument(f"--{field}", help=f"{HELP[field]}; empty: its own words again")
    words.add_argument("--remove", action="store_true", help="take all of its words in that language away")
    words.set_defaults(run=_translate)
    cancel = nouns.add_parser("cancel", help="cancel it; people's calendars are told", parents=[common, acting])
    cancel.add_argument("session", help="id, code or title")
    cancel.add_argument("--reason", default="", help="said in the cancellation, as you write it")
    cancel.set_defaults(run=_cancel)
    invite = nouns.add_parser("invite", help="general invitation to everybody eligible", parents=[common, acting])
    invite.add_argument("session", help="id, code or title")
    invite.set_defaults(run=_invite)
    entered = nouns.add_parser("answer", help="enter what a person answered elsewhere", parents=[common, acting])
    entered.add_argument("session", help="id, code or title")
    entered.add_argument("person", help="id, e-mail address or wiki user name")
    entered.add_argument("answer", choices=tuple(rsvps.WORDS))
    entered.set_defaults(run=_answer)
    came = nouns.add_parser("attended", help="enter who took part", parents=[common, acting])
    came.add_argument("session", help="id, code or title")
    came.add_argument("people", nargs="*", metavar="PERSON", help="id, e-mail address or wiki user name")
    came.add_argument("--guests", type=int, metavar="N", help="so many came whose names nobody noted")
    came.set_defaults(run=_attended)
    close = nouns.add_parser("close", help="close it, once documented; thanks its sharers", parents=[common, acting])
    close.add_argument("session", help="id, code or title")
    close.add_argument("--without", action="append", default=[], choices=tuple(ResourceKind), metavar="KIND",
                       help="a kind of resource that there will never be")
    close.add_argument("--people", default="", metavar="LIST", help="who was there, with commas between them")
    close.add_argument("--guests", type=int, metavar="N", help="so many more came whose names nobody noted")
    close.add_argument("--link", action="append", default=[], type=_link, metavar="KIND=URL",
                       help="a resource that is still missing")
    close.add_argument("--take-over", action="store_true", help="coordinators see to what is open of its checklist")
    close.add_argument("--dry-run", action="store_true", help="only say what is missing")
    close.set_defaults(run=_close)
    state = nouns.add_parser("state", help="everything that became of it, and what is missing", parents=[common])
    state.add_argument("session", help="id, code or title")
    state.set_defaults(run=_state)
    listing = nouns.add_parser("list", help="sessions that are not over", parents=[common])
    listing.add_argument("--all", action="store_true", help="past ones too")
    listing.set_defaults(run=_list)
    show = nouns.add_parser("show", help="one session", parents=[common])
    show.add_argument("session", help="id, code or title")
    show.set_defaults(run=_show)


def _fields(args: argparse.Namespace) -> dict[str, str]:
    return {name: getattr(args, name) for name in sessions.FIELDS if getattr(args, name) is not None}


def _add(args: argparse.Namespace, app: App) -> int:
    return _told(args, sessions.add(app, _fields(args), args.who), "added")


def _change(args: argparse.Namespace, app: App) -> int:
    before = sessions.find(app, args.session)
    after = sessions.change(app, str(before.id), _fields(args), args.who)
    for language, fields in translations.outdated(before, after).items():
        complain(f"still as they were, in {language}: {', '.join(fields)}; see session translate")
    return _told(args, after, "is now")


def _translate(args: argparse.Namespace, app: App) -> int:
    given: dict[str, str] = {field: getattr(args, field) for field in FIELDS if getattr(args, field) is not None}
    if args.remove == bool(given):
        remedy = f"Give {', '.join(f'--{field}' for field in FIELDS)}, or --remove"
        raise UserError(Problem("needs words, or --remove, and not both", "translate", remedy))
    if args.remove:
        session = translations.remove(app, args.session, args.language, args.who)
    else:
        session = translations.translate(app, args.session, args.language, given, args.who)
    if args.json:
        print_json(session)
    else:
        spoken = ", ".join(one.language for one in session.translations)
        say(f"session {session.id} {session.code} has words in: {spoken or 'no other language'}")
    return 0


def _cancel(args: argparse.Namespace, app: App) -> int:
    return _told(args, sessions.cancel(app, args.session, args.reason, args.who), "cancelled")


def _invite(args: argparse.Namespace, app: App) -> int:
    return _told(args, sessions.invite_everybody(app, args.session, args.who), "invites everybody")


def _answer(args: argparse.Namespace, app: App) -> int:
    partstat = rsvps.answer(app, args.session, args.person, args.answer, args.who)
    if args.json:
        print_json({"partstat": partstat})
    else:
        say(f"the answer is recorded; what counts is {partstat}")
    return 0


def _attended(args: argparse.Namespace, app: App) -> int:
    count = attendance.attended(app, args.session, args.people, args.who, args.guests)
    if args.json:
        print_json({"count": count})
    else:
        say(f"{count} people entered")
    return 0


def _told(args: argparse.Namespace, session: Session, what: str) -> int:
    if args.json:
        print_json(session)
    else:
        start = f"{session.starts_at:%Y-%m-%d %H:%M} UTC"
        say(f"session {session.id} {session.code} {what}: {session.title}, {start}, SEQUENCE {session.sequence}")
    return 0


def _close(args: argparse.Namespace, app: App) -> int:
    people = [one.strip() for one in args.people.split(",") if one.strip()]
    brought = closing.Brought(people, args.guests, dict(args.link), args.without, args.take_over)
    return _stands(args, closing.close(app, args.session, args.who, brought, dry_run=args.dry_run))


def _link(text: str) -> tuple[str, str]:
    kind, equals, url = text.partition("=")
    if not equals or kind not in tuple(ResourceKind):
        raise argparse.ArgumentTypeError(f"write KIND=https://..., KIND one of {', '.join(ResourceKind)}")
    return kind, url


def _state(args: argparse.Namespace, app: App) -> int:
    return _stands(args, session_state.of(app, sessions.find(app, args.session)))


def _stands(args: argparse.Namespace, standing: session_state.Standing) -> int:
    if args.json:
        print_json(standing)
    else:
        say(f"session {standing.session.id} {standing.session.code}: {standing.session.title}")
        for heading, text in session_state.told(standing).items():
            say(f"  {heading}: {text}")
    return 0


def _list(args: argparse.Namespace, app: App) -> int:
    found = sessions.listing(app, upcoming=not args.all)
    if args.json:
        print_json(found)
    else:
        rows = [(s.id, s.code, s.starts_at, s.minutes, s.state, s.invites, s.sequence, s.title) for s in found]
        print_table(("id", "code", "start", "min", "state", "invites", "seq", "title"), rows, "no sessions to come")
    return 0


def _show(args: argparse.Namespace, app: App) -> int:
    session = sessions.find(app, args.session)
    if args.json:
        print_json(session)
    else:
        for name, value in plain(session).items():
            say(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return 0
