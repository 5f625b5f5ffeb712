"""`report`: the evaluation of a range of days, as Markdown, HTML, wikitext or JSON."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from commands.output import count, say
from domain.errors import Problem, UserError
from steps import report
from steps.app import App


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("report", help="the evaluation of a range of days", parents=[common])
    for name, dest, text in (
        ("--from", "first", "first day, from the beginning when not given"),
        ("--to", "last", "last day, included; today when not given"),
    ):
        parser.add_argument(name, dest=dest, type=_day, metavar="DATE", help=text)
    parser.add_argument("--format", choices=tuple(report.FORMATS), default="md", help="md when not given")
    parser.add_argument("--small", type=count, metavar="N", help="hide groups of fewer people, for this report only")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there instead of printing it")
    parser.set_defaults(run=_report)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a day: {text!r}; write 2026-12-03") from None


def _report(args: argparse.Namespace, app: App) -> int:
    found = report.report(app, args.first, args.last, args.small)
    text = report.written(found, "json" if args.json else args.format)
    if args.output is None:
        print(text, end="")
        return 0
    try:
        args.output.write_text(text, "utf-8")
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise UserError(Problem(what, args.output.name, "Name a file in a folder that you may write to")) from None
    say(f"written to {args.output}")
    return 0
