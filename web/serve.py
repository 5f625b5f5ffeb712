"""Runs the pages on one address until told to stop.

The access log is ours (`access_log.py`), because addresses of pages may hold people's links: in a file of bounded size,
or on standard output for somebody who looks on.
"""

import argparse
import logging
import socket
import sys
from collections.abc import Callable
from logging.handlers import RotatingFileHandler

import uvicorn

from domain.errors import ConfigError, Problem, UserError
from steps.app import App, open_app
from web.app import create
from web.limits import Limits

LOG_BYTES = 5_000_000


def serve(
    app_factory: Callable[[], App],
    host: str,
    port: int,
    on_ready: Callable[[int], None] | None = None,
    limits: Limits | None = None,
    proxies: str = "",
) -> None:
    """Serves until SIGINT or SIGTERM. Port 0 takes a free one; `on_ready` hears which. UserError when it is taken.

    `proxies`: addresses or networks, parted by commas, whose X-Forwarded-For and X-Forwarded-Proto count.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        what = f"cannot be listened on ({error.strerror})"
        raise UserError(Problem(what, f"{host}:{port}", "Stop what uses it, or choose another --port")) from error
    config = uvicorn.Config(
        create(app_factory, limits), access_log=False, log_level="warning", server_header=False, lifespan="off",
        timeout_graceful_shutdown=3, proxy_headers=bool(proxies), forwarded_allow_ips=proxies,
    )  # fmt: skip
    if on_ready:
        on_ready(listening.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listening])


def log_to(handler: logging.Handler) -> None:
    """Where the access log goes."""
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log = logging.getLogger("letsconnect.pages")
    log.addHandler(handler)
    log.setLevel(logging.INFO)


def main() -> int:
    """`python -m web.serve --host H --port P`: the pages as a child process, with the settings in force."""
    parser = argparse.ArgumentParser(prog="python -m web.serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args()
    try:
        app = open_app()
        logs = app.settings.home / "logs"
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        log_to(RotatingFileHandler(logs / "access.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"))
        serve(open_app, wanted.host, wanted.port, limits=Limits(), proxies=app.settings.pages_proxies)
    except (UserError, ConfigError) as error:
        print(f"letsconnect: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
