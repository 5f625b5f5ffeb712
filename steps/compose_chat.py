"""Turns a touch that goes to a chat into a frozen message: words, buttons, calendar file, page.

Parallel to `compose.py`, which hands over to here. Decides nothing; records nothing.
"""

from dataclasses import replace
from datetime import datetime

from channels.telegram_message import CAPTION_MAX, Button, ChatMessage, Document, freeze, opens, units
from domain.cadences import Purpose
from domain.messages import State
from domain.planning import Facts, Send, Touch
from steps import chat_words, words
from steps.app import App
from store.outbox import NewMessage
from templates_email import labels, skeletons

ASKING = frozenset({Purpose.INVITATION, Purpose.UPDATE, Purpose.NUDGE, Purpose.REMINDER})
WITH_ENTRY = frozenset({Purpose.INVITATION, Purpose.UPDATE, Purpose.NUDGE})


def compose_chat(app: App, send: Send, facts: Facts, state: State, now: datetime) -> NewMessage:
    """The message of one touch to this person's chat. UserError when it cannot be written for this person.

    Never repeated by itself: the Bot API knows no Message-ID, and a second copy would be seen.
    """
    touch, person, to = send.touch, facts.person, send.to
    assert to is not None
    point = app.programme.rules.touchpoints[touch.touchpoint]
    context = words.context_of(app, touch, facts, "")
    rendered = skeletons.render(context.message, (*person.languages, *app.programme.languages), context)
    text = rendered.chat.strip()
    document = _entry(app, touch, facts, text, rendered.language, now)
    if document is not None and units(text) > CAPTION_MAX:
        document = None  # the words matter more than the file
    message = ChatMessage(int(to.address), text, _buttons(app, touch, facts, rendered.language), document)
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
        message_id=app.message_id(touch.key),
        sender="",
        recipient=to.address,
        repeatable=False,
        data=freeze(message),
        attempt=point.rung,
        identity=point.sender,
        cap=touch.cap,
    )


def _buttons(app: App, touch: Touch, facts: Facts, language: str) -> tuple[tuple[Button, ...], ...]:
    session, invitation = facts.session, facts.invitation
    if session is None or touch.session_id is None:
        return ()
    rows: list[tuple[Button, ...]] = []
    if invitation is not None and touch.purpose in ASKING:
        sequence = session.sequence + invitation.bump
        rows.append(chat_words.rsvp_row(invitation.id, sequence).buttons(language))
    page = f"{app.settings.pages_url}/sessions/{session.id}"
    if app.settings.pages_url and opens(page):
        rows.append((Button(labels.label("open_page", language), url=page),))
    return tuple(rows)


def _entry(
    app: App, touch: Touch, facts: Facts, description: str, language: str, now: datetime
) -> Document | None:
    """The calendar file, as the invitation by mail has it. None for a person whose entry would have no ATTENDEE."""
    from steps.compose import calendar_of  # that file hands over to this one

    if touch.purpose not in WITH_ENTRY or facts.session is None or facts.person.email is None:
        return None
    bump = facts.invitation.bump if facts.invitation else 0
    asked = replace(touch, purpose=Purpose.INVITATION, sequence=facts.session.sequence + bump)
    content = calendar_of(app, asked, facts, description, language, now)
    return Document("invite.ics", content) if content else None
