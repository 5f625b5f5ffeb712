"""Counts what a coordinator does by one command or one form as one deed. How, is `store/deeds.py`'s."""

from collections.abc import Iterator
from contextlib import contextmanager

from steps.app import App
from store import deeds


@contextmanager
def doing(app: App, door: str, who: str) -> Iterator[None]:
    """`door`: the command, or the form's name. What fails, changes nothing or is tried only is no deed."""
    deeds.watch(app.conn)
    yield
    deeds.count(app.conn, door, who, app.now())
