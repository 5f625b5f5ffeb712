"""Guests whose address a meeting tool's list gave are invited to register: once in their life, when a coordinator says.

Who is a guest is `steps/attendance.py`'s; sending is `steps/deliver.py`'s. Nobody is asked whose name may be a known
person's, who wants no mail from us, or whom we know meanwhile.
"""

from datetime import timedelta

from domain.cadences import Purpose
from domain.sessions import Session
from steps import attendance, notices
from steps.app import App
from steps.mails import envelope_sender, mail_to, reference_of
from steps.notices import Notice
from store import attendance as stored
from store import database, journal
from store.attendance import GuestMail
from templates_email import contexts, skeletons

OF_USE = timedelta(days=14)


def invite_guests(app: App, session_ref: str, who: str) -> int:
    """A letter to each guest of the session who can be written to and never got one. How many those are."""
    session, now = attendance.begun(app, session_ref), app.now()
    with database.write(app.conn) as conn:
        letters = [_letter(app, session, guest) for guest in stored.guests_to_invite(conn, session.id, now)]
        new = notices.record(app, letters)
        if new:
            journal.note(conn, now, who, "invited guests to register", f"session/{session.id}", f"{new} guests")
    return new


def _letter(app: App, session: Session, guest: GuestMail) -> Notice:
    """The key is the mailbox's, unreadable, so that another session's list brings no second letter."""
    now, key = app.now(), f"guest/{app.token('guest', guest.canonical)}"
    message_id = app.message_id(key)
    page = f"{app.settings.pages_url.rstrip('/')}/register" if app.settings.pages_url else ""
    context = contexts.GuestInvite(
        programme=app.programme.name,
        mailbox=app.mailbox,
        name=guest.name or guest.address.partition("@")[0],
        reference=reference_of(message_id),
        title=session.title,
        has_link=bool(page),
        link=page,
    )
    rendered = skeletons.render(context.message, (*session.languages, *app.programme.languages), context)
    return Notice(
        key=key,
        purpose=Purpose.GUEST_INVITE,
        channel="email",
        sender=envelope_sender(app, reference_of(message_id)),
        recipient=guest.address,
        language=rendered.language,
        because="was a guest in a session, and a coordinator invites guests to register",
        expires_at=now + OF_USE,
        data=mail_to(app, context.name, guest.address, rendered, message_id, now),
        session_id=session.id,
    )
