"""The calendar entry that goes with a message: by mail as its calendar part, in a chat as a file."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from calendars import invitations as calendar
from domain.cadences import Purpose
from domain.facts import Facts
from domain.invitations import PartStat
from domain.touches import Touch
from steps import checklist_words
from steps.app import App

METHODS: Mapping[Purpose, calendar.Method] = {
    Purpose.INVITATION: "REQUEST",
    Purpose.UPDATE: "REQUEST",
    Purpose.CANCELLATION: "CANCEL",
    Purpose.PREP_PACK: "REQUEST",
    Purpose.PREP_RELEASED: "CANCEL",
}


def calendar_of(
    app: App, touch: Touch, facts: Facts, description: str, language: str, now: datetime
) -> bytes | None:
    """The calendar entry that goes with this touch; None where none does."""
    if touch.purpose is Purpose.PREP_PACK:
        return checklist_words.entry_of(app, facts, description, language, now)
    if touch.purpose is Purpose.PREP_RELEASED:
        return checklist_words.taken_back(app, facts, description, language, now)
    entry = entry_of(app, touch, facts, description, language, now)
    if entry is None:
        return None
    return calendar.cancel(entry) if touch.purpose is Purpose.CANCELLATION else calendar.request(entry)


def entry_of(
    app: App, touch: Touch, facts: Facts, description: str, language: str, now: datetime
) -> calendar.Entry | None:
    """A person's entry of the touch's session; None where none goes with it."""
    session = facts.session
    if touch.purpose not in METHODS or session is None or touch.sequence is None:
        return None
    person, invitation, said = facts.person, facts.invitation, session.told("title").said_in(language)
    assert person.email is not None
    return calendar.Entry(
        uid=invitation.uid if invitation else app.uid(session.id, person.id),
        sequence=touch.sequence,
        dtstamp=now,
        start=session.starts_at,
        end=session.starts_at + timedelta(minutes=session.minutes),
        summary=said.text,
        description=description,
        location=session.venue,
        url=session.venue if session.venue.startswith(("https://", "http://")) else "",
        organizer_name=app.programme.name,
        organizer_address=app.mailbox,
        attendee_name=person.name,
        attendee_address=person.email.address,
        partstat=invitation.partstat if invitation else PartStat.NEEDS_ACTION,
        last_modified=session.changed_at,
        language=language,
        summary_language=said.language,
    )
