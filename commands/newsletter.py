"""`newsletter draft|write|preview|export|test|approve|drop|settle|list`: issues, from a draft to the approval."""

import argparse
from pathlib import Path
from typing import Any

from commands.output import print_json, print_table, say
from domain.errors import Problem, UserError
from domain.newsletter import IssueKind
from steps import newsletter, newsletter_files
from steps import newsletter_preview as looking
from steps.app import App
from store.newsletter import Issue

ISSUE = "id, or a kind: its open issue, or the newest"


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("newsletter", help="issues of the newsletter, the digest and the brief").add_subparsers(
        required=True, metavar="ACTION"
    )
    draft = nouns.add_parser("draft", help="put an issue together from the state", parents=[common, acting])
    draft.add_argument("kind", choices=[kind.value for kind in IssueKind])
    draft.add_argument("--anyway", action="store_true", help="even if there is nothing to say yet")
    draft.set_defaults(run=_draft)
    write = nouns.add_parser("write", help="put texts from Markdown files into a draft", parents=[common, acting])
    write.add_argument("issue", help=ISSUE)
    named = "SECTION-NAME.LANGUAGE.md, or a folder of them"
    write.add_argument("files", type=Path, nargs="+", metavar="FILE", help=named)
    write.set_defaults(run=_write)
    preview = nouns.add_parser("preview", help="what it says, who gets it and who not, and its code", parents=[common])
    preview.add_argument("issue", help=ISSUE)
    preview.add_argument("--check-links", action="store_true", help="ask whether what it links to is there")
    preview.add_argument("--names", action="store_true", help="list the readers, and those left out, by name")
    preview.add_argument("--to", type=Path, metavar="FOLDER", help="write every form in every language there")
    preview.set_defaults(run=_preview)
    export = nouns.add_parser("export", help="an issue for a wiki, a page or a group", parents=[common])
    export.add_argument("issue", help=ISSUE)
    export.add_argument("--form", choices=newsletter_files.FORMS, default="wikitext", help="without it, wikitext")
    export.add_argument("--language", default="", help="without it, the programme's first")
    export.set_defaults(run=_export)
    test = nouns.add_parser("test", help="to the coordinators only, in every language", parents=[common, acting])
    test.add_argument("issue", help=ISSUE)
    test.set_defaults(run=_test)
    approve = nouns.add_parser("approve", help="send exactly what the preview showed", parents=[common, acting])
    approve.add_argument("issue", help=ISSUE)
    approve.add_argument("code", help="the preview's code")
    approve.set_defaults(run=_approve)
    for name, run, text in (
        ("drop", _drop, "do not send it; what has not left yet is taken back"),
        ("settle", _settle, "you know that it was skipped"),
    ):
        parser = nouns.add_parser(name, help=text, parents=[common, acting])
        parser.add_argument("issue", help=ISSUE)
        parser.set_defaults(run=run)
    nouns.add_parser("list", help="issues, newest first", parents=[common]).set_defaults(run=_list)


def _row(issue: Issue) -> dict[str, object]:
    return {
        "id": issue.id,
        "kind": issue.kind,
        "state": issue.state,
        "created_at": issue.created_at,
        "approved_at": issue.approved_at,
        "sent_at": issue.sent_at,
        "readers": issue.readers,
        "note": issue.note,
    }


def _told(args: argparse.Namespace, issue: Issue, text: str) -> int:
    if args.json:
        print_json(_row(issue))
    else:
        say(f"issue {issue.id} ({issue.kind}) {text}")
    return 0


def _draft(args: argparse.Namespace, app: App) -> int:
    issue = newsletter.draft(app, IssueKind(args.kind), args.who, args.anyway)
    return _told(args, issue, f"is {issue.state}{f': {issue.note}' if issue.note else ''}")


def _write(args: argparse.Namespace, app: App) -> int:
    issue = newsletter.find(app, args.issue)
    count = newsletter_files.write_files(app, issue, args.files, args.who)
    return _told(args, issue, f"has {count} text{'' if count == 1 else 's'} more, or changed")


def _preview(args: argparse.Namespace, app: App) -> int:
    seen = newsletter.preview(app, newsletter.find(app, args.issue))
    found = looking.inspect(app, seen, args.check_links)
    if args.to:
        _write_forms(app, seen, args.to)
    if args.json:
        names = looking.names(app, seen) if args.names else None
        print_json({**looking.summary(seen, found), **({"people": names} if names is not None else {})})
        return 0
    language = seen.wording.languages[0]
    say(f"{seen.wording.page(language).title}\n\n{newsletter_files.export(app, seen, 'text', language)}")
    say(looking.said(seen, found))
    if args.names:
        rows = [(one["id"], one["name"], one["gets"], one["because"]) for one in looking.names(app, seen)]
        print_table(("id", "name", "gets it in", "why not"), rows, "nobody is registered")
    return 0


def _write_forms(app: App, seen: newsletter.Preview, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in newsletter_files.exports(app, seen):
            (folder / name).write_text(content, "utf-8")
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise UserError(Problem(what, folder.name, "Name a folder that you may write to")) from error


def _export(args: argparse.Namespace, app: App) -> int:
    seen = newsletter.preview(app, newsletter.find(app, args.issue))
    text = newsletter_files.export(app, seen, args.form, args.language or seen.wording.languages[0])
    if args.json:
        print_json({"form": args.form, "text": text})
    else:
        say(text.rstrip("\n"))
    return 0


def _test(args: argparse.Namespace, app: App) -> int:
    issue = newsletter.find(app, args.issue)
    count = looking.send_test(app, issue, args.who)
    return _told(args, issue, f"is on its way to the coordinators: {count} mails")


def _approve(args: argparse.Namespace, app: App) -> int:
    issue = newsletter.find(app, args.issue)
    count = newsletter.approve(app, issue, args.code, args.who)
    issue = newsletter.find(app, str(issue.id))
    return _told(args, issue, f"is approved and leaves with the next plan, to {_people(count)}")


def _people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"


def _drop(args: argparse.Namespace, app: App) -> int:
    issue = newsletter.find(app, args.issue)
    taken = newsletter.drop(app, issue, args.who)
    return _told(args, newsletter.find(app, str(issue.id)), f"is dropped; {taken} messages were taken back")


def _settle(args: argparse.Namespace, app: App) -> int:
    issue = newsletter.find(app, args.issue)
    newsletter.settle(app, issue, args.who)
    return _told(args, issue, "is settled")


def _list(args: argparse.Namespace, app: App) -> int:
    found = newsletter.listing(app)
    if args.json:
        print_json([_row(one) for one in found])
    else:
        rows = [(one.id, one.kind, one.state, one.created_at, one.sent_at, one.readers, one.note) for one in found]
        print_table(("id", "kind", "state", "drafted", "sent", "readers", "note"), rows, "no issue yet")
    return 0
