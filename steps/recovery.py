"""What dead owners, and those that slept past their lease, left behind: their marks and answers, then their claims.

Before anything is claimed again: what a file of marks says goes into the rows, so that no message that may be out is
taken for one that never left.
"""

from datetime import datetime

from steps import owners
from steps.app import App
from steps.settling import settle_all
from store import claims, database, marks, outbox


def take_over(app: App, now: datetime) -> dict[str, int]:
    """Messages by what became of them: settled (their answer was known), queued, repeated, unsure."""
    folder = marks.folder_of(app.conn)
    with database.write(app.conn) as conn:
        leases = claims.owners(conn)
        dead = owners.dead(folder, leases)
        gone = [name for name, until in leases.items() if name in dead or until <= now]
        marks.carry_over(conn, gone)
        settled = sum(_settle(conn, name) for name in gone)
        return {"settled": settled, **claims.recover(conn, now, dead)}


def _settle(conn: database.Connection, owner: str) -> int:
    """The answers that this owner heard and had no time to write down. How many."""
    found = marks.read(marks.folder_of(conn), owner).answers.values()
    known = ((outbox.get(conn, one), receipt, at) for one, receipt, at in found)
    counts = settle_all(conn, owner, [(message, receipt, at) for message, receipt, at in known if message is not None])
    return counts.total() - counts["fenced"]


def sweep(app: App) -> None:
    """Remove the files of owners that are dead and hold nothing any more."""
    owners.sweep(marks.folder_of(app.conn), lambda name: not claims.held(app.conn, name))
