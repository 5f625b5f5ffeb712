"""Turns a touch that may go into a frozen message: words, calendar part, letter. Joins the siblings of floor 2.

Decides nothing; records nothing.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from calendars import invitations as calendar
from channels import letter
from domain.invitations import PartStat
from domain.messages import State
from domain.planning import REPEATABLE, Facts, Purpose, Touch
from domain.sessions import Session, SessionState
from domain.times import parse_iso
from steps.app import App
from store import sessions
from store.outbox import NewMessage
from templates_email import contexts, skeletons
from templates_email.formats import Moment

METHODS = {Purpose.INVITATION: "REQUEST", Purpose.UPDATE: "REQUEST", Purpose.CANCELLATION: "CANCEL"}
ANSWERS = {PartStat.ACCEPTED: "yes", PartStat.DECLINED: "no", PartStat.TENTATIVE: "maybe"}
REFERENCE_LENGTH = 12
# A relay's bounce comes back to this local part; the token names the message (VERP).
BOUNCE_TAG = "+b-"
# Likewise what a mail program sends for List-Unsubscribe (RFC 2369).
UNSUBSCRIBE_TAG = "+u-"


def compose(app: App, touch: Touch, facts: Facts, state: State, now: datetime) -> NewMessage:
    """The message of one touch. UserError when this person's data cannot be made into a letter."""
    person = facts.person
    assert person.email is not None
    message_id = app.message_id(touch.key)
    reference = message_id[1 : 1 + REFERENCE_LENGTH]
    context = _context(app, touch, facts, reference)
    rendered = skeletons.render(context.message, (*person.languages, *app.programme.languages), context)
    calendar_part = _calendar_part(app, touch, facts, rendered, now)
    data = letter.build(
        letter.Letter(
            sender_name=app.programme.name,
            sender_address=app.mailbox,
            recipient_name=person.name,
            recipient_address=person.email.address,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            date=now,
            message_id=message_id,
            language=rendered.language,
            calendar=calendar_part,
            calendar_method=METHODS.get(touch.purpose) if calendar_part else None,
            # RFC 3834 section 5: nobody's holiday notice should answer this.
            headers=(("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "OOF, AutoReply")),
            in_reply_to=_in_reply_to(app, facts),
        )
    )
    return NewMessage(
        key=touch.key,
        participant_id=person.id,
        contact_point_id=person.email.id,
        channel="email",
        touchpoint=touch.touchpoint,
        purpose=touch.purpose.value,
        topic=touch.topic,
        session_id=touch.session_id,
        invitation_id=facts.invitation.id if facts.invitation else None,
        sequence=touch.sequence,
        state=state,
        because=touch.because,
        language=rendered.language,
        priority=app.programme.rules.touchpoints[touch.touchpoint].priority,
        not_before=now,
        expires_at=touch.expires_at,
        message_id=message_id,
        sender=_bounce_address(app, reference),
        recipient=person.email.address,
        repeatable=touch.purpose in REPEATABLE,
        data=data,
    )


def _bounce_address(app: App, reference: str) -> str:
    local, _, domain = app.mailbox.rpartition("@")
    return f"{local}{BOUNCE_TAG}{reference}@{domain}" if app.programme.verp else app.mailbox


def _in_reply_to(app: App, facts: Facts) -> str | None:
    if facts.rsvp is None or facts.rsvp.inbox_id is None:
        return None
    row = app.conn.execute("select message_id from inbox where id = ?", (facts.rsvp.inbox_id,)).fetchone()
    return str(row["message_id"]) if row and row["message_id"] else None


def _zone(app: App, facts: Facts) -> str:
    return facts.person.zone or app.programme.zone


def _context(app: App, touch: Touch, facts: Facts, reference: str) -> contexts.Letter:
    letter_fields = {
        "programme": app.programme.name,
        "mailbox": app.mailbox,
        "name": facts.person.name,
        "reference": reference,
    }
    session = facts.session
    if session is None:
        return contexts.Welcome(**letter_fields)
    origin = "general" if facts.invitation is not None and facts.invitation.origin == "general" else "registration"
    about = {
        **letter_fields,
        "title": session.title,
        "venue": session.venue,
        "when": Moment(session.starts_at, session.minutes, _zone(app, facts)),
        "origin": "general" if touch.touchpoint == "general_invitation" else origin,
    }
    if touch.purpose is Purpose.CANCELLATION:
        scope = "session" if session.state is SessionState.CANCELLED else "person"
        return contexts.Cancellation(**about, reason=session.cancel_reason, scope=scope)  # type: ignore[arg-type]
    if touch.purpose is Purpose.RSVP_CONFIRMATION:
        assert facts.rsvp is not None
        return contexts.RsvpConfirmation(**about, answer=ANSWERS[facts.rsvp.partstat])  # type: ignore[arg-type]
    described = {
        **about,
        "purpose": session.purpose,
        "audience": session.audience,
        "preparation": session.preparation,
        "languages": session.languages,
        "interpretation": session.interpretation,
        "sharers": session.sharers,
    }
    if touch.purpose is Purpose.INVITATION:
        return contexts.Invitation(**described)  # type: ignore[arg-type]
    changed = _changes_since_heard(app, facts, session)
    return contexts.Update(
        **described,  # type: ignore[arg-type]
        changes=changed,
        time_changed=any(change.label == "time" for change in changed),
        has_answered=facts.invitation is not None and facts.invitation.partstat is not PartStat.NEEDS_ACTION,
    )


def _changes_since_heard(app: App, facts: Facts, session: Session) -> tuple[contexts.Change, ...]:
    bump = facts.invitation.bump if facts.invitation else 0
    fields = sessions.changes_since(app.conn, session.id, (facts.heard.request or 0) - bump)
    zone = _zone(app, facts)
    changes = []
    if "starts_at" in fields or "minutes" in fields:
        changes.append(contexts.Change("time", _old_moment(fields, session, zone), _moment(session, zone)))
    if "title" in fields:
        changes.append(contexts.Change("title", *fields["title"]))
    if "venue" in fields:
        changes.append(contexts.Change("venue", *fields["venue"]))
    for label in ("purpose", "audience", "preparation"):
        if label in fields:  # long text: named here, read below
            changes.append(contexts.Change(label))
    for label in ("languages", "interpretation"):
        if label in fields:
            old, new = (tuple(json.loads(text or "[]")) for text in fields[label])
            changes.append(contexts.Change(label, old, new))  # type: ignore[arg-type]
    if "sharers" in fields:
        old, new = (tuple(name for name in text.split("; ") if name) for text in fields["sharers"])
        changes.append(contexts.Change("sharers", old, new))
    return tuple(changes)


def _moment(session: Session, zone: str) -> Moment:
    return Moment(session.starts_at, session.minutes, zone)


def _old_moment(fields: Mapping[str, tuple[str, str]], session: Session, zone: str) -> Moment:
    start = parse_iso(fields["starts_at"][0]) if "starts_at" in fields else session.starts_at
    minutes = int(fields["minutes"][0]) if "minutes" in fields else session.minutes
    return Moment(start, minutes, zone)


def _calendar_part(
    app: App, touch: Touch, facts: Facts, rendered: skeletons.Rendered, now: datetime
) -> bytes | None:
    session = facts.session
    if touch.purpose not in METHODS or session is None or touch.sequence is None:
        return None
    person, invitation = facts.person, facts.invitation
    assert person.email is not None
    entry = calendar.Entry(
        uid=invitation.uid if invitation else app.uid(session.id, person.id),
        sequence=touch.sequence,
        dtstamp=now,
        start=session.starts_at,
        end=session.starts_at + timedelta(minutes=session.minutes),
        summary=session.title,
        description=rendered.chat,
        location=session.venue,
        url=session.venue if session.venue.startswith(("https://", "http://")) else "",
        organizer_name=app.programme.name,
        organizer_address=app.mailbox,
        attendee_name=person.name,
        attendee_address=person.email.address,
        partstat=invitation.partstat if invitation else PartStat.NEEDS_ACTION,
        last_modified=session.changed_at,
        language=rendered.language,
    )
    return calendar.cancel(entry) if touch.purpose is Purpose.CANCELLATION else calendar.request(entry)
