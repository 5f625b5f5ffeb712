"""People who asked to be erased stay so: every import asks here before a row of theirs can bring them back.

What is left of them is a keyed hash of each address and chat with the moment of the erasure (`store/erased.py`). What
they do themselves afterwards (the registration page, a mail, a chat) is a new wish, and asks nobody.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.erased import is_over
from domain.imports import Mail
from steps.addresses import check_mail
from steps.app import App
from store import erased

_ADDRESS = re.compile(r"[^\s<>()\[\],;:|/\"'،؛]+@[^\s<>()\[\],;:|/\"'،؛@]+")


def keep(app: App, conn: sqlite3.Connection, person: int, now: datetime) -> int:
    """Mark the addresses and chats of somebody who is about to be erased. How many."""
    marks = _marks(app, conn, person)
    erased.keep(conn, marks, now)
    return len(marks)


def are_any(app: App) -> bool:
    return erased.is_any(app.conn)


def export(app: App, person: int) -> list[dict[str, str]]:
    """Marks that are kept of the addresses of somebody who came back: rows as the table has them."""
    found = erased.among(app.conn, _marks(app, app.conn, person)) if are_any(app) else {}
    return [{"mark": mark, "at": at.isoformat()} for mark, at in sorted(found.items())]


def since(app: App, addresses: Iterable[str]) -> dict[str, datetime]:
    """Those of these canonical addresses whose people asked to be erased, and when. One query for all."""
    marks = {_mark(app, "email", address): address for address in addresses if address}
    return {marks[mark]: at for mark, at in erased.among(app.conn, marks).items()}


def named_in(cells: Iterable[str]) -> set[str]:
    """Every address in these texts, canonical."""
    found = {check_mail(text.rstrip(".")) for cell in cells if "@" in cell for text in _ADDRESS.findall(cell)}
    return {mail.canonical for mail in found if isinstance(mail, Mail)}


def blanked(when: dict[str, datetime], cells: Sequence[str], said_at: datetime | None) -> tuple[str, ...]:
    """The cells of a row that is kept for correction, those emptied that name somebody erased (`when`: by address)."""
    return tuple("" if when and is_over(when, named_in([cell]), said_at) else cell for cell in cells)


def _marks(app: App, conn: sqlite3.Connection, person: int) -> set[str]:
    rows = conn.execute("select channel, canonical from contact_points where participant_id = ?", (person,))
    return {_mark(app, channel, canonical) for channel, canonical in rows}


def _mark(app: App, channel: str, canonical: str) -> str:
    return app.token("erased", f"{channel}/{canonical}")
