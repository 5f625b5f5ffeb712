"""The participants' pages: weight over the wire, time to the first byte, and requests a second of the RSVP page.

The pages as they run for real, with their access log and their rate limits; only the bounds are out of reach, for one
client asks for what many do. wrk is a process of its own on the same machine, and keeps its connections, as proxies do.
"""

import http.client
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

import uvicorn

from bench import measure, wrk
from bench.home import Home
from domain.errors import Problem, UserError
from steps import profiles, proposing, rsvps
from store import database, invitations
from web.app import create
from web.limits import Limits, Rate, Rates
from web.serve import log_to

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds for the pages to start
BROWSER = {"Accept-Encoding": "gzip", "Accept-Language": "en"}
FEW = 20  # requests one after another, of each page
ENDLESS = Rate(10**9, 10**9)


def run(folder: Path, *, seconds: int, connections: int) -> dict[str, Any]:
    """UserError without wrk, and when not every request was answered with 200."""
    wrk.program()
    before = measure.load()
    home = Home(folder)
    home.people(1)
    session = home.clinic()
    home.register(session, 1, 1)
    with database.write(home.app.conn) as conn:
        invitations.ensure(conn, session.id, 1, home.app.uid(session.id, 1), "registration", home.app.now())
    own = {
        "rsvp": rsvps.link(home.app, session, 1), "profile": profiles.link(home.app, 1),
        "proposal": proposing.link(home.app, 1),
    }  # fmt: skip
    base = str(home.app.settings.pages_url)
    paths = {
        "sessions": "/", "session": f"/sessions/{session.id}", "register": "/register",
        **{name: address.removeprefix(base) for name, address in own.items()},
    }  # fmt: skip
    with _served(home, folder) as port:
        found = {name: _ask(port, path) for name, path in paths.items()}
        with measure.spent() as serving:
            loaded = wrk.load(f"http://{HOST}:{port}{paths['rsvp']}", BROWSER, seconds, connections, folder)
    home.close()
    return {
        "seconds": seconds,
        "connections": connections,
        "requests": loaded.requests,
        "rsvp_rate": round(loaded.requests / loaded.seconds),
        "rsvp_cpu_us": round(serving.cpu / loaded.requests * 1e6),
        "rsvp_median_ms": loaded.median_ms,
        "rsvp_p99_ms": loaded.p99_ms,
        **{f"{name}_bytes": size for name, (size, _) in found.items()},
        **{f"{name}_first_byte_ms": took for name, (_, took) in found.items()},
        "max_rss_mb": measure.peak_mb(),
        "load": {"before": before, "after": measure.load()},
    }


@contextmanager
def _served(home: Home, folder: Path) -> Iterator[int]:
    """The pages in a thread of this process, whose CPU is theirs alone while wrk asks. Their port."""
    log_to(logging.FileHandler(folder / "access.log"))
    pages = create(home.another, Limits(Rates(ENDLESS, ENDLESS, ENDLESS, ENDLESS)))
    server = uvicorn.Server(uvicorn.Config(pages, HOST, 0, log_level="error", lifespan="off", access_log=False))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def _ask(port: int, path: str) -> tuple[int, float]:
    """One page: its bytes with headers, and milliseconds to the first byte, the median over one connection."""
    connection = http.client.HTTPConnection(HOST, port)
    took = []
    for _ in range(FEW):
        began = time.perf_counter()
        connection.request("GET", path, headers=BROWSER)
        answer = connection.getresponse()
        took.append((time.perf_counter() - began) * 1000)
        body = answer.read()
        if answer.status != 200:
            raise UserError(Problem("not every page was answered with 200", "the measured pages", "Run it again"))
    connection.close()
    head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    return len(body) + head + len("HTTP/1.1 200 OK\r\n\r\n"), round(median(took), 1)
