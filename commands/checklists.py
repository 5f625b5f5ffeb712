"""`checklist list|show|tick|sheet|settle|share`: what sharers prepare."""

import argparse
from typing import Any

from commands.output import print_json, print_table, say
from domain.checklists import Answered, ItemState, Settling
from steps import checklist_answers, checklist_desk, checklists
from steps.app import App
from steps.checklists import Checklist, Line

HEADS = ("item", "due", "state", "whose", "done by", "what", "answer")


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("checklist", help="what sharers prepare")
    actions = nouns.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="sessions of which something is left to prepare", parents=[common])
    listing.add_argument("--all", action="store_true", help="those of which everything is done too")
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help="one session's checklist", parents=[common])
    show.add_argument("session", help="id, code or title")
    show.set_defaults(run=_show)
    tick = actions.add_parser("tick", help="enter what a sharer said elsewhere", parents=[common, acting])
    tick.add_argument("item", type=int, help="number of the item")
    tick.add_argument("state", nargs="?", default="done", choices=tuple(ItemState), help="done where none is given")
    tick.add_argument("--answer", default="", help="link, number or words, where the item asks for them")
    tick.set_defaults(run=_tick)
    sheet = actions.add_parser("sheet", help="an item's questions, and correct an answer", parents=[common, acting])
    sheet.add_argument("session", help="id, code or title")
    sheet.add_argument("item", help="code of the item, such as description")
    sheet.add_argument("--set", action="append", default=[], metavar="QUESTION=WORDS", help="an answer; once for each")
    sheet.set_defaults(run=_sheet)
    settle = actions.add_parser("settle", help="settle all that waits of one session", parents=[common, acting])
    settle.add_argument("session", help="id, code or title")
    settle.add_argument("choice", choices=tuple(Settling), help="what becomes of it")
    settle.add_argument("--to", default="", metavar="PERSON", help="of hand-over: who leads now (the co-sharer)")
    settle.set_defaults(run=_settle)
    share = actions.add_parser("share", help="say which participant a sharer's name means", parents=[common, acting])
    share.add_argument("session", help="id, code or title")
    share.add_argument("name", help="the sharer's name as the session has it")
    share.add_argument("person", help="id, e-mail address or wiki user name")
    share.set_defaults(run=_share)


def _list(args: argparse.Namespace, app: App) -> int:
    found = checklists.listing(app, args.all)
    if args.json:
        print_json([_plain(one) for one in found])
        return 0
    rows = [
        (one.session.id, one.session.code, f"{one.session.starts_at:%Y-%m-%d %H:%M}", len(one.left),
         len(one.overdue(app.now())), len(one.waiting))
        for one in found
    ]  # fmt: skip
    heads = ("session", "code", "starts (UTC)", "left", "overdue", "on the desk")
    print_table(heads, rows, "nothing is left to prepare")
    return 0


def _show(args: argparse.Namespace, app: App) -> int:
    return _told(args, checklists.show(app, args.session))


def _tick(args: argparse.Namespace, app: App) -> int:
    line = checklists.tick(app, args.item, Answered(ItemState(args.state), args.answer), args.who)
    if args.json:
        print_json(_plain_line(line))
    else:
        say(f"item {line.item.id} ({line.item.code}) is {line.item.state.replace('_', ' ')}")
    return 0


def _sheet(args: argparse.Namespace, app: App) -> int:
    given = dict(one.partition("=")[::2] for one in args.set)
    found = checklist_answers.correct(app, args.session, args.item, given, args.who)
    if args.json:
        answers = {q.code: found.answers.get(q.code) for q in found.questions}
        print_json({"item": found.item.id, "state": found.item.state.value, "answers": answers})
        return 0
    for question in found.questions:
        say(f"{question.code}: {question.text}")
        answer = found.answers.get(question.code)
        say("(open)" if answer is None else answer or "(nothing)")
    return 0


def _settle(args: argparse.Namespace, app: App) -> int:
    found = checklist_desk.settle(app, args.session, Settling(args.choice), args.who, args.to)
    if args.json:
        print_json(_plain(found))
    else:
        say(f"session {found.session.id} is settled: {args.choice}; {len(found.left)} things are open")
    return 0


def _share(args: argparse.Namespace, app: App) -> int:
    return _told(args, checklists.share(app, args.session, args.name, args.person, args.who))


def _told(args: argparse.Namespace, found: Checklist) -> int:
    if args.json:
        print_json(_plain(found))
        return 0
    for name in found.unknown:
        say(f"nobody knows who {name} is: letsconnect checklist share {found.session.id} NAME PERSON")
    rows = [
        (line.item.id, f"{line.dated.due:%Y-%m-%d %H:%M}", "on the desk" if line.on_desk else line.item.state.value,
         line.owner or "", line.item.way.value, line.title, line.item.answer)
        for line in found.lines
    ]  # fmt: skip
    print_table(HEADS, rows, "no sharer is known yet")
    return 0


def _plain(one: Checklist) -> dict[str, Any]:
    return {
        "session_id": one.session.id,
        "starts_at": one.session.starts_at,
        "sharers": [sharer.participant_id for sharer in one.sharers],
        "unknown": list(one.unknown),
        "items": [_plain_line(line) for line in one.lines],
    }


def _plain_line(line: Line) -> dict[str, Any]:
    return {
        "id": line.item.id,
        "code": line.item.code,
        "due": line.dated.due,
        "state": line.item.state.value,
        "owner": line.owner,
        "way": line.item.way.value,
        "on_desk": line.on_desk,
        "answer": line.item.answer,
    }
