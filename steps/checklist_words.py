"""What letters and chats about a sharer's checklist are told, and the tech check's calendar entry.

Leaves the words to `templates_email/`, and the items' own texts to checklists.toml and the catalogues.
"""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from calendars import invitations as calendar
from domain.cadences import Purpose
from domain.checklists import Way
from domain.facts import Facts
from domain.sessions import Session, SessionState
from domain.subjects import About
from domain.touches import Touch
from steps import checklists, page_links, sheet_words, sheets
from steps.app import App
from steps.checklists import Line
from steps.page_links import Page
from store import checklists as checklist_store
from templates_email import checklists as told
from templates_email.catalogues import shipped
from templates_email.checklists import AskSharer, DutyLine, GuideLine, PrepPack, PrepReleased
from templates_email.directions import in_sentence
from templates_email.fields import Letter
from templates_email.formats import Moment

# For how long after a session its page may be used: what is asked afterwards has its time.
PAGE_LASTS = timedelta(days=90)


def context_of(app: App, touch: Touch, facts: Facts, letter: dict[str, Any]) -> Letter:
    """The context of a letter about a checklist, or about one item of it."""
    session, subject = facts.session, facts.subject
    assert session is not None and subject is not None
    zone = facts.person.zone or app.programme.zone
    found = checklists.of_session(app, app.conn, session)
    mine = next((one.id for one in found.sharers if one.participant_id == facts.person.id), None)
    link = page_of(app, mine, session) if mine is not None else ""
    about = {**letter, "title": session.told("title"), "has_link": bool(link), "link": link}
    if touch.purpose is Purpose.PREP_PACK:
        before = tuple(_line(one, zone) for one in found.left if not one.item.after)
        again = bool(subject.occasion) and _had_one(app.conn, touch)
        return PrepPack(
            **about,
            when=Moment(session.starts_at, session.minutes, zone),
            lines=before,
            after=tuple(_line(one, zone) for one in found.left if one.item.after),
            late=any(line.late for line in before),
            moved=again and _moved_last(app.conn, session),
            renewed=again and not _moved_last(app.conn, session),
            entry=_entry_line(found.left) is not None and facts.person.email is not None,
            guide=sheet_words.guide_lines(app.programme.guides.get(session.kind, ())),
            questions=sheet_words.in_pack(sheet_words.of_pack(app, app.conn, session.id)),
        )
    if touch.purpose is Purpose.PREP_RELEASED:
        off = session.state is SessionState.CANCELLED
        return PrepReleased(
            **letter,
            title=session.told("title"),
            when=Moment(session.starts_at, session.minutes, zone),
            why="cancelled" if off else "shares" if mine is not None else "left",
            entry=_entry_line(found.lines) is not None and facts.person.email is not None,
        )
    line = next(one for one in found.lines if one.item.id == subject.id)
    point = app.programme.rules.touchpoints[touch.touchpoint]
    owner = next((one.name for one in found.sharers if one.participant_id == line.owner), "")
    sheet = sheets.of_item(app, app.conn, line.item.id)
    if sheet is not None and mine is not None:
        about["link"] = sheet_page_of(app, mine, session, line.item.id)
    since = checklist_store.answered_since_asked(app.conn, facts.person.id)
    return AskSharer(
        **about,
        noted=tuple(GuideLine(one.title) for one in found.lines if one.settled and one.item.id in since),
        sheet=sheet is not None,
        **(sheet_words.in_letter(sheet) if sheet is not None else {}),
        item=line.title,
        hint=line.duty.hint if line.duty else "",
        way=way_of(line.item.way),
        due=Moment(line.dated.due, 0, zone),
        attempt="co_sharer" if not subject.mine else "again" if point.rung > 1 else "first",
        owner=owner,
    )


def way_of(way: Way) -> told.Way:
    """The way as letters name it."""
    return way.value


def page_of(app: App, checklist_id: int, session: Session) -> str:
    """The address of a sharer's page, "" while there are no pages."""
    return page_links.url(app, Page.CHECKLIST, checklist_id, session.ends_at + PAGE_LASTS)


def sheet_page_of(app: App, checklist_id: int, session: Session, item_id: int) -> str:
    """The address of the page with an item's questions, "" while there are no pages."""
    address = page_of(app, checklist_id, session)
    return f"{address}/items/{item_id}" if address else ""


def _line(line: Line, zone: str) -> DutyLine:
    return DutyLine(line.title, line.duty.hint if line.duty else "", Moment(line.dated.due, 0, zone), line.dated.late)


def _moved_last(conn: sqlite3.Connection, session: Session) -> bool:
    """Whether the plan's dates are new because the session moved, and not because there was to be more time."""
    renewed_at = checklist_store.renewals(conn, [session.id])[session.id].at
    return session.moved_at is not None and (renewed_at is None or renewed_at < session.moved_at)


def _had_one(conn: sqlite3.Connection, touch: Touch) -> bool:
    """Whether a plan for an earlier date went to this person."""
    tag = touch.key.split("/")[1]
    row = conn.execute(
        "select 1 from outbox where participant_id = ? and purpose = ? and key like ? and key <> ? and state = 'sent'",
        (touch.participant_id, touch.purpose.value, f"%/{tag}/%", touch.key),
    ).fetchone()
    return row is not None


def _entry_line(left: tuple[Line, ...]) -> Line | None:
    return next((line for line in left if line.duty is not None and line.duty.calendar is not None), None)


def entry_of(app: App, facts: Facts, description: str, language: str, now: datetime) -> bytes | None:
    """The tech check as a REQUEST: a session that moves moves it, by UID and SEQUENCE (RFC 5545 section 3.8.7.4)."""
    if facts.session is None or facts.about is not About.CHECKLIST:
        return None
    line = _entry_line(checklists.of_session(app, app.conn, facts.session).left)
    entry = _entry(app, facts, line, description, language, now)
    return calendar.request(entry) if entry is not None else None


def taken_back(app: App, facts: Facts, description: str, language: str, now: datetime) -> bytes | None:
    """The same entry as a CANCEL (RFC 5546 section 3.2.5), whatever became of the item since."""
    if facts.session is None:
        return None
    line = _entry_line(checklists.of_session(app, app.conn, facts.session).lines)
    entry = _entry(app, facts, line, description, language, now)
    return calendar.cancel(replace(entry, sequence=entry.sequence + 1)) if entry is not None else None


def _entry(
    app: App, facts: Facts, line: Line | None, description: str, language: str, now: datetime
) -> calendar.Entry | None:
    session, person, subject = facts.session, facts.person, facts.subject
    if session is None or subject is None or person.email is None:
        return None
    if line is None or line.duty is None or line.duty.calendar is None:
        return None
    title = in_sentence(session.told("title").said_in(language), language)
    return calendar.Entry(
        uid=f"{app.token('checklist-item', f'{line.item.id}/{person.id}')}@{app.mailbox.rpartition('@')[2]}",
        sequence=subject.occasion or 0,
        dtstamp=now,
        start=line.dated.due,
        end=line.dated.due + line.duty.calendar,
        summary=f"{shipped().text(line.title, language)}: {title}",
        description=description,
        location=session.venue,
        url=session.venue if session.venue.startswith(("https://", "http://")) else "",
        organizer_name=app.programme.name,
        organizer_address=app.mailbox,
        attendee_name=person.name,
        attendee_address=person.email.address,
        last_modified=session.changed_at,
        language=language,
    )
