"""Production's one process: keeps Prefect's server and other children alive and runs the runner beside them.

Leaves the settings of Prefect to `flows/environment.py`, the runner to `flows/serving.py`, and to the caller what is
printed. Prefect is imported only after its environment is set and the working directory is one without a `.env`.
"""

import fcntl
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import PREFIX, Settings
from domain.errors import Problem, UserError
from flows import environment
from flows.children import Child, Kept
from steps.app import App, open_app

if TYPE_CHECKING:
    from flows.serving import Serving

SERVER = "prefect-server"
HEALTHY_SECONDS = 60.0
GRACE = 4.0  # seconds a child has to end by itself
RUNNER_GRACE = 5.5


def run(
    app: App,
    *,
    host: str = "127.0.0.1",
    port: int = 4200,
    children: Sequence[Child] = (),
    on_ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
    environ: Mapping[str, str] = os.environ,
    follow: float = 30.0,
    pool: str | None = None,
) -> int:
    """Run until SIGINT, SIGTERM or `stop`; 0 then. To be called from the main thread, in a process without Prefect.

    `port` 0 takes a free one. `children` are kept alive as well; the listener of the mailbox and the poller of the
    Telegram bot are among them by themselves, where those are set. `on_ready` gets the address of the UI, in a thread
    of its own, once every deployment is there; what it raises ends `run` and is raised from it. `environ` is what
    flows and children inherit, with the paths of `app`. Every `follow` seconds the forms are renewed if the sessions
    changed. `pool`: the work pool that flows run in, together with other machines' workers (`flows/worker.py`).

    UserError: no login, a port in use, a second `run` on one home, a server that does not start.
    """
    stop = stop or threading.Event()
    home, settings = app.settings.home, app.settings
    for folder in (home / "prefect", home / "logs"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(home / "up.lock"), signals(stop):
        port = _free(host, port)
        full = environment.for_runs(environ, settings, host, port)
        with place(home / "prefect", full):
            url = environment.origin(host, port)
            server = Kept(_server(host, port), environment.without(full, PREFIX), home / "prefect", _log(home, SERVER))
            plain = environment.without(full, environment.PREFECT)
            others = [*children, *watchers(settings)]
            kept = [server, *(Kept(child, plain, home / "prefect", _log(home, child.name)) for child in others)]
            make = partial(runner_of, _log(home, "letsconnect"), stop, follow, pool)
            return _supervise(kept, make, url, on_ready, stop)


def watchers(settings: Settings) -> list[Child]:
    """Who reads what comes, as it comes: the mailbox's listener, the Telegram bot's poller, where each is set."""
    mail = [_watcher("listener", "inbox")] if settings.imap is not None else []
    chats = [_watcher("poller", "telegram")] if settings.telegram_token is not None else []
    return mail + chats


def _watcher(name: str, step: str) -> Child:
    """`letsconnect run STEP --watch`, by module, so that it needs no script on the PATH."""
    code = "import sys; from cli import main; sys.exit(main())"
    return Child(name, [sys.executable, "-P", "-c", code, "run", step, "--watch"])


def _server(host: str, port: int) -> Child:
    argv = [sys.executable, "-P", "-m", "prefect", "server", "start", "--host", host, "--port", str(port)]
    return Child(SERVER, argv)


def _log(home: Path, name: str) -> Path:
    return home / "logs" / f"{name}.log"


def runner_of(log: Path, stop: threading.Event, follow: float, pool: str | None) -> "Serving":
    from flows.serving import Serving  # imports Prefect: two seconds, while the server boots

    return Serving(open_app, stop, log, follow, pool)


def _supervise(
    kept: list[Kept],
    make_serving: "Callable[[], Serving]",
    url: str,
    on_ready: Callable[[str], None] | None,
    stop: threading.Event,
) -> int:
    failures: list[BaseException] = []

    def tell() -> None:
        try:
            if on_ready:
                on_ready(url)
        except BaseException as error:
            failures.append(error)
            stop.set()

    told = threading.Thread(target=tell, name="on_ready", daemon=True)
    serving: Serving | None = None
    try:
        for one in kept:
            one.start(time.monotonic())
        serving = make_serving()
        if _healthy(kept[0], url, stop):
            serving.start()
        while not stop.wait(0.3):
            for one in kept:
                one.look(time.monotonic())
            if serving.ready.is_set() and told.ident is None:
                told.start()
            if serving.failures >= 3 and not serving.ready.is_set():
                raise UserError(Problem("the flows cannot be deployed", remedy="Look into logs/letsconnect.log"))
    finally:
        stop.set()
        if serving is not None and serving.ident is not None:
            serving.join(RUNNER_GRACE)
        for one in kept:
            one.ask_to_stop()
        for one in kept:
            one.stop(GRACE)
    if failures:
        raise failures[0]
    return 0


def _healthy(server: Kept, url: str, stop: threading.Event) -> bool:
    """Wait for the server. False when told to stop meanwhile; UserError when it ends or takes too long."""
    deadline = time.monotonic() + HEALTHY_SECONDS
    while not stop.wait(0.1):
        try:
            with urllib.request.urlopen(f"{url}/api/health", timeout=5) as answer:  # noqa: S310  always http, ours
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        if not server.running or time.monotonic() > deadline:
            what = "ended" if not server.running else f"was not there after {HEALTHY_SECONDS:.0f} seconds"
            raise UserError(Problem(f"the Prefect server {what}", remedy=f"Look into logs/{SERVER}.log"))
    return False


def _free(host: str, port: int) -> int:
    """`port`, or a free one for 0. UserError when somebody listens there."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except socket.gaierror:
        remedy = "Write 127.0.0.1, or this machine's name"
        raise UserError(Problem(f"there is no host {host}", "--host", remedy)) from None
    except OSError as error:
        remedy = "Stop the other program, or choose another port with --port"
        raise UserError(Problem(f"port {port} cannot be used ({error.strerror})", "--port", remedy)) from None


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One supervisor a home; the lock is the kernel's, so none is left behind by a crash."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            remedy = "Stop it first, or choose another folder with LETSCONNECT_HOME"
            what = "letsconnect is running already on this folder"
            raise UserError(Problem(what, lock.parent.name, remedy)) from None
        yield


@contextmanager
def place(folder: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """Work in `folder` with exactly `environ`; both as they were afterwards."""
    before, where = dict(os.environ), Path.cwd()
    try:
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(folder)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir(where)


@contextmanager
def signals(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`; only the main thread can ask for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
