"""`desk list|settle`: people whom a coordinator is asked to reach in person, and sessions whose sharers are silent."""

import argparse
from typing import Any

from commands.output import print_json, say
from domain.checklists import Settling
from steps import checklist_desk, desk_tasks
from steps.app import App
from steps.checklist_desk import Waiting


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("desk", help="people to be asked in person").add_subparsers(
        required=True, metavar="ACTION"
    )
    listing = nouns.add_parser("list", help="who answered nothing, what sharers left, what was tried", parents=[common])
    listing.set_defaults(run=_list)
    settle = nouns.add_parser("settle", help="a coordinator has seen to it", parents=[common, acting])
    settle.add_argument("ids", type=int, nargs="+", metavar="ID")
    settle.set_defaults(run=_settle)


def _list(args: argparse.Namespace, app: App) -> int:
    found, sharing = desk_tasks.waiting(app), checklist_desk.waiting(app)
    if args.json:
        print_json([*(_plain(one) for one in sharing), *found])
        return 0
    for one in sharing:
        _tell(one)
    for task in found:
        say(f"task {task.id}, for {task.coordinator}, since {task.since:%Y-%m-%d}: {task.because}")
        say(f"  {task.name} ({task.language}) {task.address}, person {task.participant_id}")
        if task.session:
            say(f"  session {task.session_id}: {task.session}")
        for line in task.tried:
            say(f"  {line}")
    if not found and not sharing:
        say("nobody needs to be asked in person")
    return 0


def _tell(one: Waiting) -> None:
    session = one.session
    say(f"session {session.id}, for {one.coordinator}, since {one.since:%Y-%m-%d}: {session.title},"
        f" {session.starts_at:%Y-%m-%d %H:%M} UTC")  # fmt: skip
    for line in one.lines:
        asks = ", asks for help" if line.item.state.value == "help" else ""
        say(f"  missing since {line.dated.due:%Y-%m-%d}: {line.title}{asks}")
    if one.later:
        say(f"  {len(one.later)} more to come, the next on {one.later[0].dated.due:%Y-%m-%d}")
    for asked in one.asked:
        say(f"  asked {asked.name}, person {asked.participant_id}: {asked.times} times by {asked.channel},"
            f" last on {asked.last:%Y-%m-%d}")  # fmt: skip
    for sharer in one.sharers:
        if sharer.participant_id not in {asked.participant_id for asked in one.asked}:
            say(f"  nothing reached {sharer.name}, person {sharer.participant_id}")
    say(f"  settle it: letsconnect checklist settle {session.id} {'|'.join(Settling)}")


def _plain(one: Waiting) -> dict[str, Any]:
    missing = [{"item": line.item.id, "code": line.item.code, "due": line.dated.due, "state": line.item.state}
               for line in one.lines]  # fmt: skip
    return {
        "session_id": one.session.id,
        "since": one.since,
        "coordinator": one.coordinator,
        "missing": missing,
        "later": len(one.later),
        "asked": one.asked,
    }


def _settle(args: argparse.Namespace, app: App) -> int:
    count = desk_tasks.settle(app, args.ids, args.who)
    if args.json:
        print_json({"count": count})
    else:
        say(f"{count} settled")
    return 0
