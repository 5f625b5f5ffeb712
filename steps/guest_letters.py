"""Guests whose address a meeting tool's list gave are invited to register: once in their life, when a coordinator says.

Who is a guest is `steps/attendance.py`'s; sending is `steps/deliver.py`'s. Nobody is asked whose name may be a known
person's, who wants no mail from us, who once asked to be erased, or whom we know meanwhile.
"""

from datetime import timedelta
from functools import partial

from domain.sessions import Session
from steps import attendance, erased, notices
from steps.app import App
from steps.notices import Notice, Reader
from store import attendance as stored
from store import database, journal
from store.attendance import GuestMail
from templates_email import contexts

OF_USE = timedelta(days=14)


def invite_guests(app: App, session_ref: str, who: str) -> int:
    """A letter to each guest of the session who can be written to and never got one. How many those are."""
    session, now = attendance.begun(app, session_ref), app.now()
    with database.write(app.conn) as conn:
        guests = stored.guests_to_invite(conn, session.id, now)
        erased_ones = erased.since(app, [guest.canonical for guest in guests])
        letters = [_letter(app, session, guest) for guest in guests if guest.canonical not in erased_ones]
        new = notices.record(app, letters)
        if new:
            journal.note(conn, now, who, "invited guests to register", f"session/{session.id}", f"{new} guests")
    return new


def _letter(app: App, session: Session, guest: GuestMail) -> Notice:
    """The key is the mailbox's, unreadable, so that another session's list brings no second letter."""
    page = f"{app.settings.pages_url.rstrip('/')}/register" if app.settings.pages_url else ""
    return notices.letter(
        app,
        f"guest/{app.token('guest', guest.canonical)}",
        Reader(guest.name or guest.address.partition("@")[0], guest.address, session.languages),
        partial(contexts.GuestInvite, title=session.told("title"), has_link=bool(page), link=page),
        "was a guest in a session, and a coordinator invites guests to register",
        OF_USE,
        session_id=session.id,
    )
