"""What participants are to read before a session: the case study, once its sharer has said that it may go to them.

Which item says so is data (`hands_out` in checklists.toml); the letter's words are in `templates_email/`.
"""

from typing import Any

from domain.checklists import ItemState
from domain.resources import ResourceKind
from domain.sessions import Session
from steps import sheets, words_afterwards
from steps.app import App
from store import checklists
from templates_email.contexts import Told

SHORT = 600  # characters of a text that a letter or a chat carries whole, where no page shows it


def in_reminder(app: App, session: Session) -> dict[str, Any]:
    """Links; or the text itself, where it is short and there are no pages for it. Nothing while nobody let it out."""
    duties = app.programme.duties.get(session.kind, ())
    kind_of = {duty.code: duty.hands_out for duty in duties if duty.hands_out is not None}
    items = checklists.items_of(app.conn, [session.id])[session.id]
    kinds = {kind_of[item.code] for item in items if item.state is ItemState.DONE and item.code in kind_of}
    lines = tuple(one for one in words_afterwards.resource_lines(app, session.id) if one.kind in kinds)
    if lines or ResourceKind.CASE_STUDY not in kinds:
        return {"resources": lines}
    told = sheets.text_of(app, session)
    fits = sum(len(text) for _, text in told) <= SHORT
    return {"told": tuple(Told(question, text) for question, text in told) if fits else ()}
