"""`letsconnect demo`: starts everything on embedded defaults, tells the story, says where to look.

It works in a folder of its own, `demo` in the state folder, emptied at every start, and takes none of the settings
in force: no configured mail server or sheet is ever touched. The story is in `story.py`, its summary in `summary.py`.
"""

import fcntl
import os
import shlex
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from config import settings as settings_file
from demo import people, pilot, servers, story, summary
from demo.bot_server import BotServer
from demo.ports import free_port
from demo.servers import Servers
from domain.errors import Problem, UserError
from flows import environment
from flows.children import Child, Kept
from steps.app import App, new_secret, open_app

MAILBOX = "letsconnect@example.org"


def run(environ: Mapping[str, str], *, once: bool, prefect: bool, host: str = "127.0.0.1", port: int = 4200) -> int:
    """0 when all that should have happened did; 1 with what differs. From the main thread.

    `once`: end after the summary; otherwise go on until Ctrl-C. `prefect`: with Prefect's server and UI on `port`
    (0 takes a free one). UserError when the folder or the port is in use.
    """
    with ExitStack() as stack:
        home = stack.enter_context(_own_home(environ))
        port = _port(host, port) if prefect else 0
        pages_port = _port(host, 0)
        refused = (people.address_of("refused"),)
        mail = servers.start(MAILBOX, new_secret(), refused, home / "logs" / "servers.log", host)
        stack.callback(mail.stop)
        bot = stack.enter_context(BotServer())
        play = _Play(_environ(environ, home, mail, bot), mail, bot, once, environment.origin(host, pages_port))
        argv = [sys.executable, "-P", "-m", "web.serve", "--host", host, "--port", str(pages_port)]
        pages = Child("pages", argv)
        try:
            play.begin()
            if not prefect:
                return play.without_prefect(pages)
            from flows import supervisor  # Prefect costs two seconds; only where it is wanted

            app = play.app()
            try:
                supervisor.run(
                    app, host=host, port=port, children=[pages], on_ready=play.with_prefect, stop=play.stop,
                    environ=play.environ,
                )  # fmt: skip
            finally:
                app.close()
            return play.result
        except KeyboardInterrupt:
            say("stopped")
            return 130


class _Play:
    """One performance: the story up to the last act, the last act with or without Prefect, the summary."""

    def __init__(self, environ: dict[str, str], mail: Servers, bot: BotServer, once: bool, pages_url: str) -> None:
        self.environ, self.mail, self.bot, self.once = environ, mail, bot, once
        self.environ["LETSCONNECT_PAGES_URL"] = pages_url
        self.stop = threading.Event()
        self.result = 1
        self.told: story.Told | None = None

    def app(self) -> App:
        """A fresh App: one belongs to one thread."""
        return open_app(environ=self.environ)

    def begin(self) -> None:
        app = self.app()
        try:
            story.begin(app)
        finally:
            app.close()
        app = self.app()  # again: now with the secret that was made
        try:
            self.told = story.season(app, self.mail, self.bot.api, say)
        finally:
            app.close()

    def with_prefect(self, url: str) -> None:
        """The last act through Prefect; called once every deployment is there."""
        from demo import prefect_run

        addresses = {"Prefect": f"{url}  its one field takes all of this: {self._login()}"}
        addresses["to approve"] = f"{url}/artifacts/key/newsletter, then run 'Newsletter' again with its code"
        self._last_act(lambda _: prefect_run.run(("Plan and deliver", "Newsletter"), say), addresses)
        if self.once:
            self.stop.set()
        else:
            say("everything goes on; Ctrl-C ends it")

    def without_prefect(self, pages: Child) -> int:
        home = Path(self.environ["LETSCONNECT_HOME"])
        kept = Kept(pages, self.environ, home, home / "logs" / "pages.log")
        kept.start(time.monotonic())
        try:
            self._last_act(lambda app: story.plan_and_deliver(app, self._story), {})
            if not self.once:
                say("the pages and mails stay until Ctrl-C")
                _wait(kept)
        finally:
            kept.stop(4.0)
        return self.result

    def _last_act(self, deliver: Callable[[App], None], addresses: dict[str, str]) -> None:
        app = self.app()
        try:
            story.last_turn(app, self._story, say)
            deliver(app)
            addresses |= {"pages": f"{self.environ['LETSCONNECT_PAGES_URL']}/", "caught mails": self.mail.viewer_url}
            addresses["SMTP"] = f"{servers.HOST}:{self.mail.smtp_port}, to answer as anybody: write to {MAILBOX}"
            with httpx.Client(trust_env=False, timeout=30) as client:
                mails = client.get(f"{self.mail.viewer_url}mails.json").raise_for_status().json()
            addresses["report"] = f"{self._pilot_report()}, of a programme with the shape of the pilot"
            for line in summary.lines(app, self._story, self._command(), addresses):
                print(line, flush=True)
            wrong = summary.differences(summary.checks(app, self._story, mails, self.bot.api))
        finally:
            app.close()
        for line in wrong:
            print(f"letsconnect: not as it should be: {line}", file=sys.stderr, flush=True)
        self.result = 1 if wrong else 0

    def _command(self) -> Path:
        """Writes `letsconnect` with the demo's settings, for whoever wants to try what a coordinator does."""
        path = Path(self.environ["LETSCONNECT_HOME"]) / "letsconnect"
        own = {name: value for name, value in self.environ.items() if name.startswith(settings_file.PREFIX)}
        settings = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(own.items()))
        path.touch(0o700)
        path.write_text(f'#!/bin/sh\n{settings}exec {shlex.quote(sys.executable)} -P -m cli "$@"\n', "utf-8")
        return path

    def _pilot_report(self) -> Path:
        season = pilot.build(Path(self.environ["LETSCONNECT_HOME"]) / "pilot")
        try:
            return pilot.write_report(season)
        finally:
            season.close()

    @property
    def _story(self) -> story.Told:
        assert self.told is not None
        return self.told

    def _login(self) -> str:
        app = self.app()
        return app.settings.api_auth or ""


def say(line: str) -> None:
    print(f"letsconnect: {line}", flush=True)


def _wait(kept: Kept) -> None:
    """Until Ctrl-C or SIGTERM."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stop.wait(0.3):
            kept.look(time.monotonic())
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _own_home(environ: Mapping[str, str]) -> Iterator[Path]:
    """An empty folder for one demo at a time."""
    base = Path(environ.get("LETSCONNECT_HOME", "").strip() or settings_file.ROOT / "var").expanduser().absolute()
    home = base / "demo"
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (base / "demo.lock").open("a")
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise UserError(Problem(what, "LETSCONNECT_HOME", "Name a folder that you may write to")) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            remedy = "Stop it first, or choose another folder with LETSCONNECT_HOME"
            raise UserError(Problem("a demo is running already on this folder", base.name, remedy)) from None
        if home.is_symlink():
            raise UserError(Problem("is a link, and would be emptied", "demo", "Remove the link"))
        with suppress(FileNotFoundError):
            shutil.rmtree(home)
        (home / "logs").mkdir(parents=True, mode=0o700)
        yield home


def _environ(environ: Mapping[str, str], home: Path, mail: Servers, bot: BotServer) -> dict[str, str]:
    """The demo's settings and nothing of the installation's; empty ones so that no file's value comes through."""
    prefix = settings_file.PREFIX
    own = {prefix + name: "" for name, *_ in settings_file.TABLE}
    own |= {prefix + "HOME": str(home), **mail.environ()}
    own |= {prefix + "TELEGRAM_TOKEN": bot.api.token, prefix + "TELEGRAM_API": bot.url}
    if settings_file.load(own) != settings_file.load(own, home / "letsconnect.toml"):  # the second does not exist
        remedy = "Move it away while the demo runs, so that the demo cannot touch real servers"
        raise UserError(Problem("sets what the demo must not use", "letsconnect.toml", remedy))
    return {**environment.without(environ, prefix), **own}


def _port(host: str, port: int) -> int:
    """`port`, or a free one for 0. UserError when it is in use: better now than after the story."""
    try:
        if port == 0:
            return free_port(host)
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return port
    except OSError as error:
        what = f"cannot be listened on ({error.strerror or error})"
        raise UserError(Problem(what, f"{host}:{port}", "Stop what uses it, or choose another --port")) from None


if __name__ == "__main__":
    sys.exit(run(os.environ, once=True, prefect="--no-prefect" not in sys.argv))
