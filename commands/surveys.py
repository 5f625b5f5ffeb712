"""`survey list|show|look-after`: what people were asked about sessions, and what they answered."""

import argparse
from typing import Any

from commands.output import print_json, print_table, say
from steps import surveys
from steps.app import App


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("survey", help="opinions of sessions, practice checks").add_subparsers(
        required=True, metavar="ACTION"
    )
    listing = nouns.add_parser("list", help="what was put to how many, and how many answered", parents=[common])
    listing.set_defaults(run=_list)
    show = nouns.add_parser("show", help="every question with its answers", parents=[common])
    show.add_argument("survey", help="code of surveys.toml, such as clinic")
    show.add_argument("--session", help="only about this session: id, code or title")
    show.set_defaults(run=_show)
    after = nouns.add_parser("look-after", help="open what is due, close what is over", parents=[common])
    after.add_argument("--dry-run", action="store_true", help="count only")
    after.set_defaults(run=_look_after)


def _list(args: argparse.Namespace, app: App) -> int:
    found = surveys.standings(app)
    if args.json:
        print_json(found)
    else:
        rows = [
            (s.survey, s.version, s.session_id, s.opened_at[:10], s.asked, s.answered, s.complete, s.open, s.session)
            for s in found
        ]
        heads = ("survey", "version", "session", "opened", "asked", "answered", "complete", "open", "title")
        print_table(heads, rows, "nobody was asked anything yet")
    return 0


def _show(args: argparse.Namespace, app: App) -> int:
    found = surveys.show(app, args.survey, args.session)
    if args.json:
        print_json(found)
        return 0
    about = "kept without names" if found["anonymous"] else "kept with names, which are not shown here"
    say(f"{args.survey}: {found['responses']} responses, {about}")
    for question in found["questions"]:
        say(f"\n{question['text']} ({question['code']}; {question['answered']} of {question['base']} answered)")
        for value, number in question.get("counts", {}).items():
            say(f"  {number:>4}  {value}")
        for words in question.get("words", ()):
            say("  - " + " ".join(words.split()))
    return 0


def _look_after(args: argparse.Namespace, app: App) -> int:
    report = surveys.look_after(app, dry_run=args.dry_run)
    if args.json:
        print_json(report)
    else:
        tried = " (dry run: nothing was changed)" if args.dry_run else ""
        say(f"{report.opened} opened, {report.closed} closed{tried}; {report.waiting} wait for a list of who came")
    return 0
