"""Turns a touch that may go into a frozen message, for the channel it goes by. Decides nothing; records nothing."""

from dataclasses import dataclass
from datetime import datetime

from domain.cadences import REPEATABLE, Purpose
from domain.facts import Facts
from domain.messages import State
from domain.payloads import Filled
from domain.planning import Send
from steps import letters, words
from steps.app import App
from steps.compose_chat import chat_of
from steps.entries import METHODS, calendar_of, entry_of
from steps.mails import envelope_sender, mail_to, reference_of
from store.outbox import NewMessage
from templates_email import skeletons
from templates_email.contexts import personal_values


@dataclass(frozen=True, slots=True)
class _Written:
    """What leaves: `data` frozen, `sender` of the envelope ("" in a chat), whether a repeat is harmless."""

    language: str
    data: bytes | Filled
    sender: str
    repeatable: bool


def compose(app: App, send: Send, facts: Facts, state: State, now: datetime) -> NewMessage:
    """The message of one touch. UserError when it cannot be written for this person."""
    touch, to = send.touch, send.to
    assert to is not None
    point = app.programme.rules.touchpoints[touch.touchpoint]
    message_id = app.message_id(touch.key)
    if to.channel == "telegram":
        # Never repeated by itself: the Bot API knows no Message-ID, and a second copy would be seen.
        written = _Written(*chat_of(app, touch, facts, int(to.address), now), sender="", repeatable=False)
    else:
        written = _mail(app, send, facts, message_id, now)
    return NewMessage(
        key=touch.key,
        participant_id=facts.person.id,
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
        language=written.language,
        priority=touch.priority,
        not_before=now,
        expires_at=touch.expires_at,
        message_id=message_id,
        sender=written.sender,
        recipient=to.address,
        repeatable=written.repeatable,
        data=written.data,
        attempt=point.rung,
        identity=point.sender,
        cap=touch.cap,
    )


def _mail(app: App, send: Send, facts: Facts, message_id: str, now: datetime) -> _Written:
    touch, person, to = send.touch, facts.person, send.to
    assert to is not None
    reference = reference_of(message_id)
    context = words.context_of(app, touch, facts, reference)
    skeleton = skeletons.chosen(context.message, (*person.languages, *app.programme.languages), context)
    personal = personal_values(context)
    sender, repeatable = envelope_sender(app, reference), touch.purpose in REPEATABLE
    identity = app.programme.rules.touchpoints[touch.touchpoint].sender
    answered = _in_reply_to(app, facts)
    if touch.purpose in (Purpose.PREP_PACK, Purpose.PREP_RELEASED):  # to one person, with entries of its own
        rendered = skeleton.fill(personal)
        whole = mail_to(
            app,
            person.name,
            to.address,
            rendered,
            message_id,
            now,
            identity=identity,
            calendar_part=calendar_of(app, touch, facts, rendered.chat, rendered.language, now),
            method=METHODS[touch.purpose],
            in_reply_to=answered,
            unsubscribe=context.stop_link,
        )
        return _Written(rendered.language, whole, sender, repeatable)
    entry = entry_of(app, touch, facts, "", skeleton.language, now)
    filled = letters.mail_to(
        app,
        person.name,
        to.address,
        skeleton,
        personal,
        message_id,
        now,
        identity=identity,
        entry=entry,
        method=METHODS[touch.purpose] if entry else None,
        in_reply_to=answered,
    )
    return _Written(skeleton.language, filled, sender, repeatable)


def _in_reply_to(app: App, facts: Facts) -> str | None:
    if facts.rsvp is None or facts.rsvp.inbox_id is None:
        return None
    row = app.conn.execute("select message_id from inbox where id = ?", (facts.rsvp.inbox_id,)).fetchone()
    return str(row["message_id"]) if row and row["message_id"] else None
