"""`init`, `migrate`, `backup`, `restore`, `run`, `pages`, `up`, `demo`: what does things."""

import argparse
import logging
import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

from commands.output import count, print_json, say
from commands.together import deliver_together
from domain.errors import Problem, UserError
from steps import setup
from steps.app import App, open_app
from steps.deliver import deliver
from steps.inbox import InboxReport, listen, read_mailbox
from steps.newsletter_send import send_approved
from steps.plan import plan
from steps.telegram import TelegramReport, poll, run_once
from steps.tick import tick

LISTENING = ("inbox", "telegram")


def register(commands: Any, common: argparse.ArgumentParser, serving: argparse.ArgumentParser) -> None:
    for name, run, text in (
        ("init", _init, "make the state folder and database, or upgrade it"),
        ("migrate", _migrate, "upgrade the database, with a backup first"),
    ):
        commands.add_parser(name, help=text, parents=[common]).set_defaults(run=run)
    for name, run, text in (
        ("backup", _backup, "write a consistent copy of the database"),
        ("restore", _restore, "put a backup in place; it sends nothing until released"),
    ):
        parser = commands.add_parser(name, help=text, parents=[common])
        parser.add_argument("file", type=Path)
        parser.set_defaults(run=run)
    step = commands.add_parser("run", help="one step, without Prefect", parents=[common])
    step.add_argument("step", choices=("plan", "deliver", "inbox", "telegram", "tick"))
    step.add_argument("--dry-run", action="store_true", help="count only; change and send nothing")
    step.add_argument("--limit", type=count, help="deliver: so many messages at most")
    step.add_argument("--processes", type=count, default=1, help="deliver: so many at once; 1 without it")
    step.add_argument("--watch", action="store_true", help="inbox, telegram: go on reading what arrives")
    step.set_defaults(run=_run)
    pages = commands.add_parser("pages", help="participants' pages", parents=[common, serving])
    pages.set_defaults(run=_pages, port=8080)
    up = commands.add_parser("up", help="everything: Prefect, the mailbox, the pages", parents=[common, serving])
    up.add_argument("--pages-port", type=int, default=8080, help="port of the participants' pages")
    up.add_argument("--pool", help="work pool that flows run in, together with `worker`s; docs/scaling.md")
    up.set_defaults(run=_up)
    worker = commands.add_parser("worker", help="flows only, for the Prefect of an `up --pool`", parents=[common])
    worker.add_argument("--server", required=True, help="address of that Prefect's UI, as http://127.0.0.1:4200")
    worker.add_argument("--pool", required=True, help="the same as there")
    worker.set_defaults(run=_worker)
    demo = commands.add_parser("demo", help="a season's start on embedded servers", parents=[common, serving])
    demo.add_argument("--once", action="store_true", help="do it all, print the summary, and end")
    demo.add_argument("--no-prefect", action="store_true", help="without the Prefect server and UI")
    demo.set_defaults(run=_demo, needs_app=False)


def _said(args: argparse.Namespace, lines: list[str], nothing: str) -> int:
    if args.json:
        print_json({"done": lines})
    else:
        say("\n".join(lines) or nothing)
    return 0


def _init(args: argparse.Namespace, app: App) -> int:
    return _said(args, setup.init(app), "everything is there already")


def _migrate(args: argparse.Namespace, app: App) -> int:
    return _said(args, setup.migrate(app), "the database is up to date")


def _backup(args: argparse.Namespace, app: App) -> int:
    count = setup.backup(app, args.file)
    return _said(args, [f"backup written to {args.file} ({count} messages in it)"], "")


def _restore(args: argparse.Namespace, app: App) -> int:
    held = setup.restore(app, args.file)
    text = f"restored; {held} messages are held and nothing is sent until: letsconnect outbox release --all"
    return _said(args, [text], "")


def _run(args: argparse.Namespace, app: App) -> int:
    if args.watch:
        if args.step not in LISTENING:
            raise UserError(Problem("--watch goes with `run inbox` and `run telegram` only"))
        return _watch(app, args.step)
    problems = []
    if args.dry_run and args.step in LISTENING:
        problems.append("--dry-run goes with plan, deliver and tick only")
    if args.limit is not None and args.step != "deliver":
        problems.append("--limit goes with `run deliver` only")
    if args.processes > 1 and (args.step != "deliver" or args.dry_run):
        problems.append("--processes goes with `run deliver` only, and not with --dry-run")
    if problems:
        raise UserError(*problems)
    report: Any
    if args.step == "plan":
        report = plan(app, dry_run=args.dry_run)
        if not args.dry_run:
            send_approved(app)
    elif args.processes > 1:
        report = deliver_together(args.processes, args.limit, args.now)
    elif args.step == "deliver":
        report = deliver(app, dry_run=args.dry_run, limit=args.limit)
    elif args.step == "inbox":
        report = read_mailbox(app)
    elif args.step == "telegram":
        report = run_once(app)
    else:
        report = tick(app, dry_run=args.dry_run)
    print_json(report)
    delivered = getattr(report, "deliver", report)
    if trouble := getattr(delivered, "trouble", ""):
        remedy = "Nothing is lost: it goes on by itself; letsconnect doctor tells more"
        raise UserError(Problem(trouble, "delivery", remedy))
    return 0


def _watch(app: App, step: str) -> int:
    """The listener of the mailbox or the bot: reads what arrives at once, and lets what follows from it leave."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())

    def follow(report: InboxReport | TelegramReport) -> None:
        print_json(report)
        plan(app)
        if app.settings.smtp is not None:
            deliver(app)

    if step == "inbox":
        listen(app, stop, follow)
    else:
        poll(app, stop, follow)
    return 0


def _pages(args: argparse.Namespace, app: App) -> int:
    from web.limits import Limits
    from web.serve import log_to, serve

    app.close()  # the pages open their own
    log_to(logging.StreamHandler(sys.stdout))
    ready = partial(_say_pages, args.host)
    serve(open_app, args.host, args.port, ready, Limits(), app.settings.pages_proxies)
    return 0


def _say_pages(host: str, port: int) -> None:
    say(f"pages: http://{host}:{port}/")


def _up(args: argparse.Namespace, app: App) -> int:
    from flows.children import Child
    from flows.supervisor import run  # Prefect is imported only by those who run it

    for line in setup.init(app):
        say(line)
    app.close()
    pages = [sys.executable, "-P", "-m", "web.serve", "--host", args.host, "--port", str(args.pages_port)]

    def ready(url: str) -> None:
        say(f"Prefect UI: {url}  (its one field takes the whole line of {app.settings.home / 'prefect-login'})")
        say(f"pages: http://{args.host}:{args.pages_port}/")
        for name, server in (("LETSCONNECT_SMTP_URL", app.settings.smtp), ("LETSCONNECT_IMAP_URL", app.settings.imap)):
            if server is None:
                say(f"note: {name} is not set; see docs/settings.md")
        say("running; Ctrl-C stops everything")

    return run(
        open_app(args.now), host=args.host, port=args.port, children=[Child("pages", pages)], on_ready=ready,
        pool=args.pool,
    )  # fmt: skip


def _worker(args: argparse.Namespace, app: App) -> int:
    from flows.worker import run  # Prefect is imported only by those who run it

    return run(app, args.server, args.pool, on_ready=lambda: say("ready; Ctrl-C stops it"))


def _demo(args: argparse.Namespace, app: App | None) -> int:
    assert app is None  # it makes its own, on its own settings
    from demo.run import run

    return run(os.environ, once=args.once, prefect=not args.no_prefect, host=args.host, port=args.port)
