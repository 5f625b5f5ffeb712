"""Calendars to subscribe to: everybody's, one person's, and a single session's.

Everybody's says what a session says itself; a personal one speaks its reader's language where the session does. It has
the UIDs and SEQUENCEs of the invitations, so a calendar that has both shows one entry. Its address
is good until the person makes a new one. How a feed is written is in `calendars/feeds.py`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from calendars.feeds import Event, Status, feed
from domain.invitations import PartStat
from domain.sessions import Session, SessionState
from domain.translations import FIELDS
from steps import page_links
from steps.app import App
from store import database, feeds, participants, sessions
from templates_email.catalogues import shipped

GONE_AFTER = timedelta(days=90)  # what is longer ago is no calendar's business
LINK_FOR = timedelta(days=3650)
STATUS: dict[PartStat, Status] = {
    PartStat.ACCEPTED: "CONFIRMED",
    PartStat.TENTATIVE: "TENTATIVE",
    PartStat.NEEDS_ACTION: "TENTATIVE",
}


def public(app: App) -> tuple[bytes, datetime | None]:
    """All sessions, without the links to join; and when the newest of them changed."""
    since = app.now() - GONE_AFTER
    return _feed(app, [_event(app, one) for one in sessions.listing(app.conn, ending_after=since)])


def of_session(app: App, session: Session) -> tuple[bytes, datetime | None]:
    """One session, to be put into a calendar by hand."""
    return _feed(app, [_event(app, session)])


def personal(app: App, person: int, number: int) -> tuple[bytes, datetime | None] | None:
    """What one person is registered for or invited to, and did not decline. None when the address is void."""
    found = participants.load(app.conn, [person], app.now()).get(person)
    if found is None or found.erased or feeds.number(app.conn, person) != number:
        return None
    language = shipped().choose("invitation", (*found.languages, *app.programme.languages))  # as their letters
    events = []
    for entry in feeds.entries(app.conn, person, app.now() - GONE_AFTER):
        session, invitation = entry.session, entry.invitation
        if invitation is not None and invitation.partstat is PartStat.DECLINED:
            continue
        status = STATUS[invitation.partstat] if invitation else "TENTATIVE"
        bump = invitation.bump if invitation else 0
        uid = invitation.uid if invitation else app.uid(session.id, person)
        changed = session.changed_at
        if invitation is not None and invitation.answered_at is not None:
            changed = max(changed, invitation.answered_at)
        event = _event(app, session, uid, status, session.sequence + bump, changed, session.venue)
        events.append(_in_words(event, app, session, language))
    return _feed(app, events)


def link(app: App, person: int) -> str:
    """The address of somebody's feed, "" without PAGES_URL."""
    ident = (person, feeds.number(app.conn, person))
    made = page_links.url(app, page_links.Page.CALENDAR, ident, app.now() + LINK_FOR)
    return f"{made}.ics" if made else ""


def renew(app: App, person: int) -> None:
    """Make the address void that was given out so far."""
    with database.write(app.conn) as conn:
        feeds.renew(conn, person)


def _feed(app: App, events: list[Event]) -> tuple[bytes, datetime | None]:
    content = feed(app.programme.name, app.programme.name, app.mailbox, events)
    return content, max((event.changed for event in events), default=None)


def _event(
    app: App, session: Session, uid: str = "", status: Status = "CONFIRMED", sequence: int | None = None,
    changed: datetime | None = None, location: str = "",
) -> Event:  # fmt: skip
    page = _page(app, session)
    return Event(
        uid=uid or f"session-{session.id}@{app.mailbox.rpartition('@')[2]}",
        sequence=session.sequence if sequence is None else sequence,
        changed=changed or session.changed_at,
        start=session.starts_at,
        end=session.ends_at,
        summary=session.title,
        status="CANCELLED" if session.state is SessionState.CANCELLED else status,
        description=_described(session.purpose, session.audience, session.preparation, page),
        location=location,
        url=page,
    )


def _in_words(event: Event, app: App, session: Session, language: str) -> Event:
    """As a reader of `language` sees it, each text marked with the language that it is in."""
    title, *texts = (session.told(field).said_in(language) for field in FIELDS)
    tag, said = language.replace("_", "-"), [one for one in texts if one.text]
    spoken = {one.language or tag for one in said}
    return replace(
        event,
        summary=title.text,
        summary_language=title.language or tag,
        description=_described(*(one.text for one in said), _page(app, session)),
        language=spoken.pop() if len(spoken) == 1 else "",
    )


def _page(app: App, session: Session) -> str:
    return f"{app.settings.pages_url}/sessions/{session.id}" if app.settings.pages_url else ""


def _described(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
