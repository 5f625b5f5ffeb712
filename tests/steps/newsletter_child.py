"""What processes of the tests do with an issue until they are killed: each is started by `begin`, afresh and cheaply.

A coordinator's approves it; the schedule's records and sends it. SIGKILL comes from within at a chosen point, or from
the test.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from steps import newsletter as approving
from steps import newsletter_send, tick
from steps.app import App
from store import newsletter, outbox
from tests.programme import Place

SIZE = 20  # readers on a page here


def begin(work: Callable[..., None], folder: Path, environ: Mapping[str, str], now: datetime, *more: object) -> (
    ForkServerProcess
):  # fmt: skip
    """A process that has nothing of this one's, and what it needs imported once for all of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=work, args=(folder, dict(environ), now, *more))
    process.start()
    return process


def _app(folder: Path, environ: Mapping[str, str], now: datetime) -> App:
    place = Place(folder, now)
    place.environ |= environ
    return place.another()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def approve(folder: Path, environ: Mapping[str, str], now: datetime, code: str, dies_at: int = 0) -> None:
    """`dies_at`: the reader at whom it is killed, while the list is written."""
    put_reader, readers = newsletter.put_reader, 0

    def listed(*args: object) -> object:
        nonlocal readers
        readers += 1
        if readers == dies_at:
            _die()
        return put_reader(*args)

    newsletter.put_reader = listed
    app = _app(folder, environ, now)
    approving.approve(app, approving.find(app, "newsletter"), code, "test")


def record(folder: Path, environ: Mapping[str, str], now: datetime, page: int, when: str) -> None:
    """Killed at that page: "inside", while its messages are put into the outbox, or "after" it."""
    put, waiting = outbox.record, newsletter.waiting_readers
    messages = pages = 0

    def recorded(*args: object) -> object:
        nonlocal messages
        messages += 1
        if when == "inside" and messages == (page - 1) * SIZE + SIZE // 2:
            _die()
        return put(*args)

    def next_page(*args: object) -> object:
        nonlocal pages
        pages += 1
        if when == "after" and pages == page + 1:
            _die()
        return waiting(*args, most=SIZE)

    outbox.record, newsletter.waiting_readers = recorded, next_page
    newsletter_send.send_approved(_app(folder, environ, now))


def work(folder: Path, environ: Mapping[str, str], now: datetime) -> None:
    """All that the schedule does at one time."""
    tick.tick(_app(folder, environ, now))
