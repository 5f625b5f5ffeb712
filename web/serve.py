"""Runs the pages on one address until told to stop. No access log: addresses of pages may hold people's tokens."""

import socket
from collections.abc import Callable

import uvicorn

from domain.errors import Problem, UserError
from steps.app import App
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
