"""The participants' pages: weight over the wire, time to the first byte, and requests a second of the RSVP page.

Pages and client are two processes on loopback, without rate limits; the client keeps its connections, as a proxy does.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from bench import measure
from bench.home import Home
from domain.errors import Problem, UserError
from steps import profiles, rsvps
from store import database, invitations
from web.app import create

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds for the pages to start


def run(folder: Path, *, requests: int, connections: int) -> dict[str, Any]:
    """UserError when not every request was answered with 200."""
    before = measure.load()
    home = Home(folder)
    home.people(1)
    session = home.clinic()
    home.register(session, 1, 1)
    with database.write(home.app.conn) as conn:
        invitations.ensure(conn, session.id, 1, home.app.uid(session.id, 1), "registration", home.app.now())
    paths = {
        "sessions": "/", "session": f"/sessions/{session.id}", "rsvp": _path(home, rsvps.link(home.app, session, 1)),
        "profile": _path(home, profiles.link(home.app, 1)), "register": "/register",
    }  # fmt: skip
    pages = create(home.another)
    server = uvicorn.Server(uvicorn.Config(pages, HOST, 0, log_level="error", lifespan="off", access_log=False))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    found = {name: _ask(port, path, 20, 1) for name, path in paths.items()}
    with measure.spent() as serving:
        loaded = _ask(port, paths["rsvp"], requests, connections)
    server.should_exit = True
    thread.join()
    home.close()
    if any(one["good"] != one["requests"] for one in (*found.values(), loaded)):
        raise UserError(Problem("not every page was answered with 200", "the measured pages", "Run it again"))
    return {
        "requests": requests,
        "connections": connections,
        "rsvp_rate": round(requests / loaded["seconds"]),
        "rsvp_cpu_us": round(serving.cpu / requests * 1e6),
        "rsvp_median_ms": loaded["median_ms"],
        **{f"{name}_bytes": one["bytes"] for name, one in found.items()},
        **{f"{name}_first_byte_ms": one["median_ms"] for name, one in found.items()},
        "max_rss_mb": measure.peak_mb(),
        "load": {"before": before, "after": measure.load()},
    }


def _path(home: Home, address: str) -> str:
    return address.removeprefix(str(home.app.settings.pages_url))


def _ask(port: int, path: str, requests: int, connections: int) -> dict[str, Any]:
    """In a process of its own: what a client costs is not the pages'."""
    argv = [sys.executable, "-P", "-m", "bench.pages", str(port), path, str(requests), str(connections)]
    done = subprocess.run(argv, capture_output=True, check=True)
    return dict(json.loads(done.stdout))


async def _client(port: int, path: str, requests: int, connections: int) -> dict[str, Any]:
    took: list[float] = []
    sizes: list[int] = []
    left = iter(range(requests))
    head = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\n\r\n".encode()
    good = 0

    async def one() -> None:
        nonlocal good
        reader, writer = await asyncio.open_connection(HOST, port)
        for _ in left:
            began = time.perf_counter()
            writer.write(head)
            answer = await reader.readuntil(b"\r\n\r\n")
            took.append(time.perf_counter() - began)
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            sizes.append(len(answer) + length)
            good += answer.startswith(b"HTTP/1.1 200")
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    seconds = time.perf_counter() - began
    median = sorted(took)[len(took) // 2] * 1000
    return {
        "requests": requests, "good": good, "seconds": seconds, "bytes": max(sizes), "median_ms": round(median, 1)
    }  # fmt: skip


if __name__ == "__main__":
    port, path, requests, connections = sys.argv[1:]
    print(json.dumps(asyncio.run(_client(int(port), path, int(requests), int(connections)))))
