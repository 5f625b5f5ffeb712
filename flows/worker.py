"""One worker of a Prefect work pool: runs this programme's flows for a server that `letsconnect up` runs elsewhere.

Runs where the programme's file is. Several may: each run is one worker's. Leaves deploying and polling to
`flows/serving.py`, children such as the mailbox's listener to `up`.
"""

import os
import threading
from collections.abc import Callable, Mapping

from flows import environment
from flows.supervisor import RUNNER_GRACE, place, runner_of, signals
from steps.app import App


def run(
    app: App,
    url: str,
    pool: str,
    *,
    on_ready: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
    environ: Mapping[str, str] = os.environ,
    follow: float = 30.0,
) -> int:
    """Run until SIGINT, SIGTERM or `stop`; 0 then. From the main thread, in a process without Prefect.

    `url` is the UI's address. A server out of reach is waited for. UserError when there is no login.
    """
    stop = stop or threading.Event()
    home = app.settings.home
    for folder in (home / "prefect", home / "logs"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    full = environment.for_worker(environ, app.settings, url.rstrip("/"))
    with signals(stop), place(home / "prefect", full):
        thread = runner_of(home / "logs" / "letsconnect.log", stop, follow, pool)
        thread.start()
        while not stop.wait(0.3):
            if thread.ready.is_set():
                on_ready()
                stop.wait()
        thread.join(RUNNER_GRACE)
    return 0
