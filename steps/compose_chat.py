"""What a touch that goes to a chat says there: words, buttons, calendar file, page. Made for `compose.py`."""

from dataclasses import replace
from datetime import datetime

from channels.telegram_message import CAPTION_MAX, Button, ChatMessage, Document, freeze, opens, units
from domain.cadences import Purpose
from domain.facts import Facts
from domain.subjects import About
from domain.touches import Touch
from steps import chat_words, sheets, survey_words, words
from steps.app import App
from steps.entries import calendar_of
from store import checklists
from templates_email import labels, skeletons

ASKING = frozenset({Purpose.INVITATION, Purpose.UPDATE, Purpose.NUDGE, Purpose.REMINDER})
PREPARING = frozenset({Purpose.PREP_PACK, Purpose.PREP_RELEASED})
WITH_ENTRY = frozenset({Purpose.INVITATION, Purpose.UPDATE, Purpose.NUDGE, *PREPARING})


def chat_of(app: App, touch: Touch, facts: Facts, chat_id: int, now: datetime) -> tuple[str, bytes]:
    """Language and frozen payload of one touch to this person's chat. UserError when it cannot be written."""
    context = words.context_of(app, touch, facts, "")
    rendered = skeletons.render(context.message, (*facts.person.languages, *app.programme.languages), context)
    text = rendered.chat.strip()
    document = _entry(app, touch, facts, text, rendered.language, now)
    if document is not None and units(text) > CAPTION_MAX:
        document = None  # the words matter more than the file
    message = ChatMessage(chat_id, text, _buttons(app, touch, facts, rendered.language), document)
    return rendered.language, freeze(message)


def _buttons(app: App, touch: Touch, facts: Facts, language: str) -> tuple[tuple[Button, ...], ...]:
    session, invitation = facts.session, facts.invitation
    if facts.about is About.SURVEY:
        return survey_words.buttons_of(app, facts, language)
    if touch.purpose is Purpose.CHECKLIST_ASK and facts.subject is not None:
        item = checklists.item(app.conn, facts.subject.id)
        assert item is not None
        sheet = sheets.of_item(app, app.conn, item.id)
        return tuple(row.buttons(language) for row in chat_words.item_rows(item, sheet))
    if touch.purpose is Purpose.PREP_PACK and session is not None and session.kind in app.programme.guides:
        return ((Button(labels.label("guide", language), f"guide/{session.id}"),),)
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
    if touch.purpose not in WITH_ENTRY or facts.session is None or facts.person.email is None:
        return None
    bump = facts.invitation.bump if facts.invitation else 0
    if touch.purpose in PREPARING:
        content = calendar_of(app, touch, facts, description, language, now)
        return Document("tech-check.ics", content) if content else None
    asked = replace(touch, purpose=Purpose.INVITATION, sequence=facts.session.sequence + bump)
    content = calendar_of(app, asked, facts, description, language, now)
    return Document("invite.ics", content) if content else None
