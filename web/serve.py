"""Runs the pages on one address until told to stop. No access log: addresses of pages may hold people's tokens."""

import argparse
import socket
import sys
from collections.abc import Callable

import uvicorn

from domain.errors import ConfigError, Problem, UserError
from steps.app import App, open_app
from web.app import create


def serve(app_factory: Callable[[], App], host: str, port: int, on_ready: Callable[[int], None] | None = None) -> None:
    """Serves until SIGINT or SIGTERM. Port 0 takes a free one; `on_ready` hears which. UserError when it is taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        what = f"cannot be listened on ({error.strerror})"
        raise UserError(Problem(what, f"{host}:{port}", "Stop what uses it, or choose another --port")) from error
    config = uvicorn.Config(
        create(app_factory), access_log=False, log_level="warning", server_header=False, lifespan="off",
        timeout_graceful_shutdown=3,
    )  # fmt: skip
    if on_ready:
        on_ready(listening.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listening])


def main() -> int:
    """`python -m web.serve --host H --port P`: the pages as a child process, with the settings in force."""
    parser = argparse.ArgumentParser(prog="python -m web.serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args()
    try:
        serve(open_app, wanted.host, wanted.port)
    except (UserError, ConfigError) as error:
        print(f"letsconnect: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
