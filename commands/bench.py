"""`bench deliver|newsletter|plan|import|pages|inbox`: speed and memory, in a programme of its own."""

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from commands.output import count, print_json, print_table
from domain.errors import Problem, UserError
from steps.app import App

Options = Callable[[argparse.Namespace, App], dict[str, Any]]
PEERS = ("smtplib", "nodemailer", "django-post_office", "postfix", "proxy20ms")


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    what = commands.add_parser("bench", help="speed and memory of this machine").add_subparsers(
        required=True, metavar="WHAT"
    )
    placed = argparse.ArgumentParser(add_help=False)
    placed.add_argument("--folder", type=Path, help="disk to work on; without it, the one of LETSCONNECT_HOME")
    parser = what.add_parser("deliver", help="send into smtp-sink, beside smtp-source", parents=[common, placed])
    _number(parser, "--messages", 3000, "messages sent")
    _number(parser, "--connections", 16, "connections at once, 64 at most")
    _number(parser, "--processes", 1, "processes that deliver at once")
    parser.add_argument(
        "--peer", action="append", choices=PEERS, default=[], help="measure another way to send, or another server, too"
    )
    parser.set_defaults(run=_run("deliver", _deliver))
    parser = what.add_parser("newsletter", help="an issue to many readers", parents=[common, placed])
    _number(parser, "--readers", 2000, "people who get it")
    _number(parser, "--connections", 16, "connections at once, 64 at most")
    parser.set_defaults(run=_run("newsletter", _newsletter))
    parser = what.add_parser("plan", help="an idle tick, and planning who is due", parents=[common, placed])
    _number(parser, "--participants", 10_000, "people there are")
    _number(parser, "--due", 1000, "of them, due a message")
    parser.set_defaults(run=_run("plan", lambda args, _: {"participants": args.participants, "due": args.due}))
    parser = what.add_parser("import", help="take in a form's export", parents=[common, placed])
    _number(parser, "--rows", 5000, "rows in it")
    parser.set_defaults(run=_run("imports", lambda args, _: {"rows": args.rows}))
    parser = what.add_parser("pages", help="weight and speed of the participants' pages", parents=[common, placed])
    _number(parser, "--seconds", 5, "seconds for which the RSVP page is asked for")
    _number(parser, "--connections", 16, "connections at once")
    parser.set_defaults(run=_run("pages", lambda a, _: {"seconds": a.seconds, "connections": a.connections}))
    parser = what.add_parser("inbox", help="fetch, file and read answers", parents=[common, placed])
    _number(parser, "--mails", 600, "mails read")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--imap", action="store_true", help="on the server of LETSCONNECT_IMAP_URL, in a folder of its own"
    )
    where.add_argument("--dovecot", action="store_true", help="on a Dovecot that is started for it")
    parser.set_defaults(run=_run("inbox", _inbox))


def _number(parser: argparse.ArgumentParser, name: str, default: int, text: str) -> None:
    parser.add_argument(name, type=count, default=default, help=f"{text}; without it {default}")


def _deliver(args: argparse.Namespace, app: App) -> dict[str, Any]:
    cache = str((app.settings.home / "bench-peers").absolute())
    return {
        "messages": args.messages, "connections": args.connections, "processes": args.processes, "peer": args.peer,
        "cache": cache,
    }  # fmt: skip


def _newsletter(args: argparse.Namespace, _: App) -> dict[str, Any]:
    return {"readers": args.readers, "connections": args.connections}


def _inbox(args: argparse.Namespace, app: App) -> dict[str, Any]:
    if not args.imap:
        return {"mails": args.mails, "own": args.dovecot}
    if app.settings.imap is None:
        raise UserError(Problem("no mailbox is set", "LETSCONNECT_IMAP_URL", "Leave --imap out to do without"))
    ca = str(app.settings.mail_ca) if app.settings.mail_ca else None
    return {"mails": args.mails, "imap": asdict(app.settings.imap), "ca": ca}


def _run(name: str, options: Options) -> Callable[[argparse.Namespace, App], int]:
    def run(args: argparse.Namespace, app: App) -> int:
        from bench import runner  # only where it is wanted

        if args.folder is not None and not args.folder.is_dir():
            raise UserError(Problem("is not a folder", "--folder", "Name one that is there"))
        found = runner.run(name, args.folder or app.settings.home, options(args, app), os.environ)
        if args.json:
            print_json(found)
        else:
            print_table(("figure", "value"), _rows(found), "")
        return 0

    return run


def _rows(found: Mapping[str, Any]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in found.items():
        if isinstance(value, Mapping):
            rows += [(f"{name} {part}", one) for part, one in value.items()]
        else:
            rows.append((name.replace("_", " "), value))
    return rows
