"""Answers to an ask about a checklist item that come by mail, in a chat, or from the sharer's page.

Who answers is known from what was given to them alone: the message that is answered, the chat, the page's link. What an
answer changes is in `checklists.py` and `sheets.py`; what is said back by mail in `inbox_checklists.py`.
"""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.checklist_replies import read
from domain.checklists import Answered, Item, ItemState, Way, owner_of
from domain.errors import UserError
from domain.messages import Message
from domain.sheets import PASSED_OVER
from domain.subjects import About, of_key
from steps import chat_words, checklists, sheet_answers, sheet_words, sheets
from steps.app import App
from steps.chat_visit import Reading as ChatReading
from steps.chat_visit import Visit
from steps.checklist_words import way_of
from steps.sheets import Sheet
from store import checklists as store
from store import database, journal, outbox, sessions
from templates_email.checklists import ChatChecklist, ChatGuide

GUIDE = re.compile(r"guide/(\d{1,18})", re.ASCII)
BUTTON = re.compile(r"item/(\d{1,18})/(?:(done|not_needed|help)|skip/([a-z][a-z0-9_]{0,29}))", re.ASCII)
STATES: dict[str, ItemState] = {state.value: state for state in ItemState if state is not ItemState.OPEN}
Said = Literal["done", "not_needed", "help", "answer", "wrong", "over", "next", "file"]


def item_of(message: Message) -> int | None:
    """The item that a message of ours asks about."""
    named = of_key(message.key)
    return named[1] if named is not None and named[0] is About.ITEM else None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an item: its state, its sheet if it has one, and whether it was questions that were answered."""

    state: ItemState
    sheet: Sheet | None = None
    questions: bool = False


def take(
    app: App, conn: sqlite3.Connection, item: Item, text: str, source: str, now: datetime, person: int
) -> Kept | None:
    """A mail about an item, kept. None: a person must read it. UserError when it is not of the kind that was asked
    for."""
    theirs, sheet = owns(app, item, person), sheets.of_item(app, conn, item.id)
    if sheet is not None and (given := sheet_answers.read(app, sheet, text, person)):
        after = fill(app, conn, sheet, given, source, now, person)
        return Kept(after.item.state, after, questions=True)
    said = sheet_answers.simple(sheet, text, theirs) if sheet is not None else read(text, item.way, theirs)
    if said is None:
        return None
    return Kept(checklists.answer(app, conn, item.id, said, source, now, person).state, sheet)


def fill(
    app: App, conn: sqlite3.Connection, sheet: Sheet, given: Mapping[str, str], source: str, now: datetime,
    person: int | None = None,
) -> Sheet:  # fmt: skip
    """Answers to an item's questions (by their codes); with the last of them the item is done. UserError as
    `sheets.keep`."""
    after = sheets.keep(app, conn, sheet, given, source, now, person)
    if after.left or after.item.state is ItemState.DONE:
        return after
    checklists.answer(app, conn, after.item.id, Answered(ItemState.DONE), source, now, person)
    done = sheets.of_item(app, conn, after.item.id)
    assert done is not None
    return done


# -- chat -----------------------------------------------------------------------------------------------------


def pressed(visit: Visit, item_id: int, word: str, question: str = "") -> ChatReading:
    """A button below an ask. "Done" of an item that wants an answer asks for it; "skip" passes a question over."""
    item = store.item(visit.conn, item_id)
    if item is None or visit.person_id is None or not shares(visit.app, item, visit.person_id):
        return visit.unknown("another person's button")
    if _over(visit.app, item):
        return _say(visit, item, "over")
    if question:
        return _passed_over(visit, item, question)
    state = STATES[word]
    sheet = sheets.of_item(visit.app, visit.conn, item.id)
    wants = bool(sheet.left) if sheet is not None else item.way is not Way.TICK
    if state is ItemState.DONE and wants and item.state is not ItemState.DONE:
        return _say(visit, item, "answer")
    if item.state is state:
        return visit.read("checklist", reason="pressed twice")
    return _answered(visit, item, Answered(state))


def _passed_over(visit: Visit, item: Item, code: str) -> ChatReading:
    sheet = sheets.of_item(visit.app, visit.conn, item.id)
    question = next((q for q in sheet.left if q.code == code), None) if sheet is not None else None
    if sheet is None or question is None or question.needed:
        return visit.read("checklist", reason="pressed twice")
    fill(visit.app, visit.conn, sheet, {code: PASSED_OVER}, "telegram", visit.received_at, visit.person_id)
    return _noted(visit, item)


def written(visit: Visit) -> ChatReading | None:
    """What was written in the chat as an answer to the newest ask there; None where none waits for one."""
    if visit.person_id is None:
        return None
    item = _asked_last(visit)
    if item is None:
        return None
    sheet = sheets.of_item(visit.app, visit.conn, item.id)
    text = visit.event.text
    if sheet is not None:
        given = sheet_answers.said_in_chat(visit.app, sheet, text, visit.person_id)
        if not given and item.state is ItemState.DONE:
            return None  # an answer can be changed by its number; all else is about something new
        if given:
            try:
                fill(visit.app, visit.conn, sheet, given, "telegram", visit.received_at, visit.person_id)
            except UserError:
                return _say(visit, item, "wrong")
            return _noted(visit, item)
        said = sheet_answers.simple(sheet, text, owns(visit.app, item, visit.person_id))
    else:
        said = read(text, item.way, theirs=owns(visit.app, item, visit.person_id))
    return _answered(visit, item, said) if said is not None else _say(visit, item, "wrong")


def sent_file(visit: Visit) -> ChatReading | None:
    """A document or picture, while an item waits for an answer: what to do instead. None where none waits for one."""
    item = _asked_last(visit) if visit.person_id is not None else None
    if item is None or item.state not in (ItemState.OPEN, ItemState.HELP):
        return None
    return _say(visit, item, "file")


def guide(visit: Visit, session_id: int) -> ChatReading:
    """How a session like theirs runs, for one who shares it."""
    session = sessions.get(visit.conn, session_id)
    found = visit.app.programme.guides.get(session.kind, ()) if session is not None else ()
    if session is None or not found or visit.person_id not in store.sharers_of(visit.conn, [session.id])[session.id]:
        return visit.unknown("another person's button")
    return visit.read("guide", ChatGuide(title=session.told("title"), guide=sheet_words.guide_lines(found)))


def _asked_last(visit: Visit) -> Item | None:
    """The item of the newest ask that left for this chat, while it is open, or has questions whose answers may be
    changed."""
    assert visit.person_id is not None
    message = outbox.newest_sent(visit.conn, visit.person_id, "telegram")
    item_id = item_of(message) if message is not None else None
    item = store.item(visit.conn, item_id) if item_id is not None else None
    if item is None or item.state is ItemState.NOT_NEEDED or _over(visit.app, item):
        return None
    if item.state is ItemState.DONE and sheets.of_item(visit.app, visit.conn, item.id) is None:
        return None
    return item if shares(visit.app, item, visit.person_id) else None


def _answered(visit: Visit, item: Item, said: Answered) -> ChatReading:
    assert visit.person_id is not None
    try:
        checklists.answer(visit.app, visit.conn, item.id, said, "telegram", visit.received_at, visit.person_id)
    except UserError:
        return _say(visit, item, "wrong")
    word: Said = "done" if said.state is ItemState.DONE else "help" if said.state is ItemState.HELP else "not_needed"
    return _say(visit, item, word)


def _noted(visit: Visit, item: Item) -> ChatReading:
    """An answer to a question was kept: the next one, or that it was the last."""
    sheet = sheets.of_item(visit.app, visit.conn, item.id)
    return _say(visit, item, "next" if sheet is not None and sheet.left else "done")


def _say(visit: Visit, item: Item, said: Said) -> ChatReading:
    session = sessions.get(visit.conn, item.session_id)
    assert session is not None
    found = checklists.of_session(visit.app, visit.conn, session)
    title = next(line.title for line in found.lines if line.item.id == item.id)
    sheet = sheets.of_item(visit.app, visit.conn, item.id)
    asks = said in ("answer", "wrong", "next", "file")
    context = ChatChecklist(
        said=said,
        item=title,
        way=way_of(item.way),
        left=len(found.left),
        mailbox=visit.app.mailbox,
        **sheet_words.in_chat(visit.app, sheet, asks),
    )
    rows = chat_words.item_rows(item, sheet) if asks else ()
    return visit.read("checklist", context, rows)


# -- page -----------------------------------------------------------------------------------------------------


def by_page(app: App, checklist_id: int, item_id: int, said: Answered) -> bool:
    """From the sharer's page. False when that item is not of their session. UserError as `checklists.answer`."""
    now = app.now()
    with database.write(app.conn) as conn:
        sharer, item = store.sharer(conn, checklist_id), store.item(conn, item_id)
        if sharer is None or item is None or item.session_id != sharer.session_id or _over(app, item):
            return False
        checklists.answer(app, conn, item.id, said, "page", now, sharer.participant_id)
    return True


def fill_by_page(app: App, checklist_id: int, item_id: int, given: Mapping[str, str]) -> bool:
    """Answers to an item's questions from the sharer's page. As `by_page`."""
    now = app.now()
    with database.write(app.conn) as conn:
        sharer, sheet = store.sharer(conn, checklist_id), sheets.of_item(app, conn, item_id)
        if sharer is None or sheet is None or sheet.session.id != sharer.session_id or _over(app, sheet.item):
            return False
        fill(app, conn, sheet, given, "page", now, sharer.participant_id)
    return True


def correct(app: App, session_ref: str, code: str, given: Mapping[str, str], who: str) -> Sheet:
    """A coordinator's look at a sheet, and answers in place of what it says. UserError as `fill` and `sheets.find`."""
    sheet, now = sheets.find(app, session_ref, code), app.now()
    if not given:
        return sheet
    with database.write(app.conn) as conn:
        sheet = fill(app, conn, sheet, given, "coordinator", now)
        journal.note(conn, now, who, "answered", f"item/{sheet.item.id}", ", ".join(given))
    return sheet


# -- whose ----------------------------------------------------------------------------------------------------


def shares(app: App, item: Item, person: int) -> bool:
    return person in store.sharers_of(app.conn, [item.session_id])[item.session_id]


def owns(app: App, item: Item, person: int) -> bool:
    return owner_of(item.owner, store.sharers_of(app.conn, [item.session_id])[item.session_id]) == person


def _over(app: App, item: Item) -> bool:
    """Whether its session was cancelled."""
    row = app.conn.execute("select state from sessions where id = ?", (item.session_id,)).fetchone()
    return bool(row["state"] == "cancelled")
