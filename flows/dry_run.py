"""A dry run of a form: the real thing in a transaction that is taken back, so that it counts and refuses rightly."""

from collections.abc import Iterator
from contextlib import contextmanager

from steps.app import App


@contextmanager
def trying(app: App, dry_run: bool) -> Iterator[None]:
    """What is done to the store within stays, unless it is a dry run. Nothing may leave within."""
    if dry_run:
        app.conn.execute("begin immediate")
    try:
        yield
    finally:
        if dry_run:
            app.conn.execute("rollback")
