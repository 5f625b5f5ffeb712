"""The coordinator's terminal: `letsconnect ...`. Exit 0 done, 1 something a person must mend, 2 wrong usage.

Puts the commands together and turns what they raise into words; what they do is in `commands/`.
"""

import argparse
import getpass
import logging
import os
import sqlite3
import sys
import traceback
from datetime import datetime

from commands import (
    attendance,
    badges,
    bench,
    checklists,
    desk,
    feedback,
    gaps,
    imports,
    looking,
    newsletter,
    opportunities,
    outbox,
    people,
    proposals,
    report,
    resources,
    running,
    sessions,
    statistics,
    support,
    surveys,
)
from commands.output import complain
from config import settings
from domain.errors import ConfigError, LetsConnectError, UserError
from domain.times import parse_iso
from steps import deeds
from steps.app import App, open_app
from store.database import unusable


def main(argv: list[str] | None = None) -> int:
    """Run one command; never a traceback: the log in LETSCONNECT_HOME has it."""
    args = parser().parse_args(argv)
    app: App | None = None
    try:
        if getattr(args, "needs_app", True):
            app = open_app(args.now)
        if app is None or not hasattr(args, "who"):
            return int(args.run(args, app))
        with deeds.doing(app, " ".join((argv or sys.argv[1:])[:2]), args.who):
            return int(args.run(args, app))
    except (UserError, ConfigError) as error:
        for problem in error.problems:
            complain(str(problem))
    except LetsConnectError as error:
        complain(str(error))
    except sqlite3.Error as error:
        name = app.settings.db if app else settings.ROOT
        complain(str(unusable(name, error)))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # a fault of ours: the words go to a person, the details to the log
        complain(f"something went wrong that should not ({type(error).__name__}); {_kept(app)}")
    finally:
        if app is not None:
            app.close()
    return 1


def _kept(app: App | None) -> str:
    if app is None:
        traceback.print_exc()
        return "please report the lines above"
    path = app.settings.home / "logs" / "errors.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(f"{app.now():%Y-%m-%dT%H:%M:%SZ} {' '.join(sys.argv[1:3])}\n{traceback.format_exc()}\n")
    except OSError:
        traceback.print_exc()
        return "its log could not be written either"
    return f"details in {path}"


def _moment(text: str) -> datetime:
    try:
        return parse_iso(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a moment: {text!r}; write 2026-12-03T14:00:00+00:00") from None


def parser() -> argparse.ArgumentParser:
    """Every command with its options; docs/commands.md is checked against it."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="one JSON document on standard output")
    common.add_argument("--now", type=_moment, metavar="ISO8601", help="set the clock of this command")
    acting = argparse.ArgumentParser(add_help=False)
    acting.add_argument("--who", default=_user(), help="whose doing it is, for the journal")
    serving = argparse.ArgumentParser(add_help=False)
    serving.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serving.add_argument("--port", type=int, default=4200, help="port to listen on")
    top = argparse.ArgumentParser(
        prog="letsconnect", description="Invitations, newsletters, surveys and reminders for a peer-learning programme."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    running.register(commands, common, serving)
    imports.register(commands, common, acting)
    sessions.register(commands, common, acting)
    checklists.register(commands, common, acting)
    support.register(commands, common, acting)
    proposals.register(commands, common, acting)
    badges.register(commands, common, acting)
    resources.register(commands, common, acting)
    outbox.register(commands, common, acting)
    newsletter.register(commands, common, acting)
    opportunities.register(commands, common, acting)
    people.register(commands, common, acting)
    attendance.register(commands, common, acting)
    surveys.register(commands, common)
    feedback.register(commands, common, acting)
    desk.register(commands, common, acting)
    gaps.register(commands, common)
    looking.register(commands, common)
    statistics.register(commands, common)
    report.register(commands, common)
    bench.register(commands, common)
    return top


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "coordinator"


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    sys.exit(main())
