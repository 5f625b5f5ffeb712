"""Turns a touch that may go into a frozen message: words, calendar part, letter. Joins the siblings of floor 2.

Decides nothing; records nothing.
"""

from datetime import datetime, timedelta

from calendars import invitations as calendar
from channels import letter
from domain.cadences import REPEATABLE, Purpose
from domain.invitations import PartStat
from domain.messages import State
from domain.planning import Facts, Send, Touch
from steps import words
from steps.app import App
from steps.compose_chat import compose_chat
from store.outbox import NewMessage
from templates_email import skeletons

METHODS = {Purpose.INVITATION: "REQUEST", Purpose.UPDATE: "REQUEST", Purpose.CANCELLATION: "CANCEL"}
REFERENCE_LENGTH = 12
# A relay's bounce comes back to this local part; the token names the message (VERP).
BOUNCE_TAG = "+b-"
# A mail to this local part asks for no more of that message's topic (RFC 2369 section 3.2).
UNSUBSCRIBE_TAG = "+u-"


def compose(app: App, send: Send, facts: Facts, state: State, now: datetime) -> NewMessage:
    """The message of one touch, for the channel it goes by. UserError when it cannot be written for this person."""
    assert send.to is not None
    if send.to.channel == "telegram":
        return compose_chat(app, send, facts, state, now)
    touch, person, to = send.touch, facts.person, send.to
    point = app.programme.rules.touchpoints[touch.touchpoint]
    message_id = app.message_id(touch.key)
    reference = reference_of(message_id)
    context = words.context_of(app, touch, facts, reference)
    rendered = skeletons.render(context.message, (*person.languages, *app.programme.languages), context)
    calendar_part = calendar_of(app, touch, facts, rendered.chat, rendered.language, now)
    data = mail_to(
        app,
        person.name,
        to.address,
        rendered,
        message_id,
        now,
        identity=point.sender,
        calendar_part=calendar_part,
        method=METHODS.get(touch.purpose) if calendar_part else None,
        in_reply_to=_in_reply_to(app, facts),
    )
    return NewMessage(
        key=touch.key,
        participant_id=person.id,
        contact_point_id=to.id,
        channel=to.channel,
        touchpoint=touch.touchpoint,
        purpose=touch.purpose.value,
        topic=touch.topic,
        session_id=touch.session_id,
        invitation_id=facts.invitation.id if facts.invitation else None,
        sequence=touch.sequence,
        state=state,
        because=touch.because,
        language=rendered.language,
        priority=touch.priority,
        not_before=now,
        expires_at=touch.expires_at,
        message_id=message_id,
        sender=envelope_sender(app, reference),
        recipient=to.address,
        repeatable=touch.purpose in REPEATABLE,
        data=data,
        attempt=point.rung,
        identity=point.sender,
        cap=touch.cap,
    )


def reference_of(message_id: str) -> str:
    """What finds a message again: in its footer, in the addresses made for it alone."""
    return message_id[1 : 1 + REFERENCE_LENGTH]


def envelope_sender(app: App, reference: str) -> str:
    """RFC 5321 MAIL FROM: where bounces of that message go."""
    return tagged(app, BOUNCE_TAG, reference) if app.programme.verp else app.mailbox


def mail_to(
    app: App,
    name: str,
    address: str,
    rendered: skeletons.Rendered,
    message_id: str,
    now: datetime,
    *,
    identity: str = "programme",
    calendar_part: bytes | None = None,
    method: str | None = None,
    in_reply_to: str | None = None,
) -> bytes:
    """The frozen mail to one reader, from a sender of programme.toml, with what every mail of ours carries."""
    sender = app.programme.senders[identity]
    return letter.build(
        letter.Letter(
            sender_name=sender.name,
            sender_address=sender.address or app.mailbox,
            recipient_name=name,
            recipient_address=address,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            date=now,
            message_id=message_id,
            language=rendered.language,
            calendar=calendar_part,
            calendar_method=method,
            headers=_headers(app, sender.address, reference_of(message_id)),
            in_reply_to=in_reply_to,
        )
    )


def _headers(app: App, sender_address: str | None, reference: str) -> tuple[tuple[str, str], ...]:
    # RFC 3834 section 5: nobody's holiday notice should answer this.
    found = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "OOF, AutoReply")]
    if app.programme.verp:
        asked = f"<mailto:{tagged(app, UNSUBSCRIBE_TAG, reference)}?subject=unsubscribe%20{reference}>"
        found.append(("List-Unsubscribe", asked))
    if sender_address not in (None, app.mailbox):
        found.append(("Reply-To", app.mailbox))  # answers are read in one place
    return tuple(found)


def tagged(app: App, tag: str, reference: str) -> str:
    """The programme's mailbox with a plus-tag that names a message."""
    local, _, domain = app.mailbox.rpartition("@")
    return f"{local}{tag}{reference}@{domain}"


def _in_reply_to(app: App, facts: Facts) -> str | None:
    if facts.rsvp is None or facts.rsvp.inbox_id is None:
        return None
    row = app.conn.execute("select message_id from inbox where id = ?", (facts.rsvp.inbox_id,)).fetchone()
    return str(row["message_id"]) if row and row["message_id"] else None


def calendar_of(
    app: App, touch: Touch, facts: Facts, description: str, language: str, now: datetime
) -> bytes | None:
    """The calendar entry that goes with this touch; None where none does."""
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
    )
    return calendar.cancel(entry) if touch.purpose is Purpose.CANCELLATION else calendar.request(entry)
