"""The threads that answer requests, each with an App of its own: a store's connection belongs to one thread.

Opened once and kept, because reading the settings and the programme takes longer than a page does. What is wrong with
a store may be mended while we run, so an App that met trouble is closed and the next request opens another.
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from domain.errors import UserError
from steps.app import App

THREADS = 8
T = TypeVar("T")


class Workers:
    """`make` is called in each thread, when its first request comes."""

    def __init__(self, make: Callable[[], App], threads: int = THREADS) -> None:
        self._make = make
        self._mine = threading.local()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pages")

    async def run(self, work: Callable[[App], T]) -> T:
        """What `work` returns or raises, in one of the threads. The event loop goes on meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._work, work)

    def _work(self, work: Callable[[App], T]) -> T:
        app: App | None = getattr(self._mine, "app", None)
        if app is None:
            app = self._mine.app = self._make()
        try:
            return work(app)
        except (sqlite3.Error, UserError):
            self._mine.app = None
            with contextlib.suppress(sqlite3.Error):
                app.close()
            raise
