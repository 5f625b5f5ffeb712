"""`responses`: figures for the report."""

import argparse
from datetime import UTC, datetime, time
from typing import Any

from commands.output import print_json, print_table
from domain.times import parse_iso
from steps import statistics
from steps.app import App

EVER = datetime(2000, 1, 1, tzinfo=UTC)


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "responses", help="what was answered, and how soon, by attempt, channel and sender", parents=[common]
    )
    for name, dest, default, text in (
        ("--from", "start", EVER, "messages that left on or after this"),
        ("--to", "end", None, "messages that left before this; until now when not given"),
    ):
        parser.add_argument(name, dest=dest, type=_moment, default=default, metavar="DATE", help=text)
    parser.set_defaults(run=_responses)


def _moment(text: str) -> datetime:
    """A date is its midnight, UTC."""
    try:
        if len(text) == len("2026-12-03"):
            return datetime.combine(datetime.fromisoformat(text).date(), time(), UTC)
        return parse_iso(text)
    except ValueError:
        wanted = "write 2026-12-03, or 2026-12-03T14:00:00+00:00"
        raise argparse.ArgumentTypeError(f"not a date: {text!r}; {wanted}") from None


def _responses(args: argparse.Namespace, app: App) -> int:
    found = statistics.responses(app, args.start, args.end or app.now())
    if args.json:
        print_json(found)
        return 0
    rows = [
        (r.attempt, r.purpose, r.channel, r.sender, r.sent, r.answered, f"{100 * r.answered / r.sent:.0f} %",
         r.median_hours)
        for r in found
    ]  # fmt: skip
    headers = ("attempt", "what", "channel", "sender", "sent", "answered", "share", "median hours")
    print_table(headers, rows, "nothing about a session has left in that time")
    return 0
