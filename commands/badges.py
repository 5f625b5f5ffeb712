"""`badge issue|list|export|certificate|check|revoke`: badges and their certificates."""

import argparse
from pathlib import Path
from typing import Any

from commands.output import complain, plain, print_json, print_table, say
from domain.errors import Problem, UserError
from steps import badge_export, badges, certificates
from steps.app import App


def register(commands: Any, common: argparse.ArgumentParser, acting: argparse.ArgumentParser) -> None:
    nouns = commands.add_parser("badge", help="badges and certificates").add_subparsers(required=True, metavar="ACTION")
    issue = nouns.add_parser("issue", help="issue what was earned and never issued", parents=[common, acting])
    issue.add_argument("--dry-run", action="store_true", help="only count them")
    issue.set_defaults(run=_issue)
    listing = nouns.add_parser("list", help="badges of one person, or of all", parents=[common])
    listing.add_argument("person", nargs="?", help="id, e-mail address or wiki user name")
    listing.set_defaults(run=_list)
    export = nouns.add_parser("export", help="a file for the badge site", parents=[common, acting])
    export.add_argument("form", help="a form of badges.toml, such as wiki")
    export.add_argument("file", type=Path, help="CSV file to write")
    export.add_argument("--all", action="store_true", help="those of earlier files too")
    export.set_defaults(run=_export)
    paper = nouns.add_parser("certificate", help="write a badge's certificate as a PDF", parents=[common])
    paper.add_argument("id", type=int, help="number of the badge")
    paper.add_argument("file", type=Path, help="PDF file to write")
    paper.add_argument("--language", default="", help="language, such as fr; the person's own when not given")
    paper.set_defaults(run=_certificate)
    check = nouns.add_parser("check", help="what stands behind a certificate's address or number", parents=[common])
    check.add_argument("code", help="its address, or the number printed on it")
    check.set_defaults(run=_check)
    revoke = nouns.add_parser("revoke", help="take a badge back, for good", parents=[common, acting])
    revoke.add_argument("id", type=int, help="number of the badge")
    revoke.set_defaults(run=_revoke)


def _issue(args: argparse.Namespace, app: App) -> int:
    done = badges.issue(app, args.who, dry_run=args.dry_run)
    if args.json:
        print_json(done)
    else:
        counts = "".join(f", {number} {code}" for code, number in done.by_badge.items())
        say(f"{done.new} {'would be' if args.dry_run else 'are'} issued{counts}")
    return 0


def _list(args: argparse.Namespace, app: App) -> int:
    found = badges.listing(app, args.person)
    if args.json:
        print_json(found)
    else:
        rows = [(b.id, b.badge, b.participant_id, b.earned_at, b.issued_at, b.exported_at, b.revoked_at) for b in found]
        print_table(("id", "badge", "person", "earned", "issued", "exported", "revoked"), rows, "no badges yet")
    return 0


def _export(args: argparse.Namespace, app: App) -> int:
    done = badge_export.export(app, args.form, args.file, args.who, everything=args.all)
    if args.json:
        print_json(done)
        return 0
    say(f"{done.written} badges are in {args.file.name}")
    if done.without_value:
        complain(f"note: {done.without_value} are left out: what the form needs of these people is not known yet")
    if done.without_consent:
        complain(f"note: {done.without_consent} are left out: these people did not agree to be listed")
    return 0


def _certificate(args: argparse.Namespace, app: App) -> int:
    data = certificates.paper(app, badges.find(app, args.id), args.language)
    try:
        args.file.write_bytes(data)
    except OSError as error:
        raise UserError(Problem(f"cannot be written ({error.strerror})", args.file.name)) from None
    if args.json:
        print_json({"bytes": len(data)})
    else:
        say(f"the certificate is in {args.file.name}")
    return 0


def _check(args: argparse.Namespace, app: App) -> int:
    found = certificates.check(app, args.code, ("en",))
    if args.json:
        print_json({**plain(found), "sessions": [(said.text, day) for said, day in found.sessions]})
    else:
        say(f"{'stands' if found.stands else 'WAS TAKEN BACK'}: {found.name}, {found.title}, badge {found.badge.id}")
        for said, day in found.sessions:
            say(f"  {day} {said.text}")
    return 0 if found.stands else 1


def _revoke(args: argparse.Namespace, app: App) -> int:
    done = badges.revoke(app, args.id, args.who)
    if args.json:
        print_json({"count": int(done)})
    else:
        say(f"badge {args.id} {'is taken back' if done else 'was taken back before'}")
    return 0
