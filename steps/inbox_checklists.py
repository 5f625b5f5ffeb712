"""Replies to letters about a sharer's checklist: to its plan, to an ask, and to what answered such a reply.

What is certain is kept and, where questions were answered, thanked for; all else is for a person. A file cannot be
passed on: the sharer hears so at once, is asked no more about that item, and a coordinator finds it on the desk.
"""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from channels import inbound
from domain.cadences import Purpose
from domain.checklists import Answered, Item, ItemState, Way
from domain.errors import UserError
from domain.messages import Message
from domain.subjects import About, of_key
from steps import checklist_answers, checklist_words, checklists, notices, sheet_answers, sheet_words, sheets, words
from steps.app import App
from steps.inbox_reading import Reading
from steps.mails import reference_of
from steps.sheets import Sheet
from store import checklists as store
from store import desk_tasks, participants, sessions
from store.inbox import Filed
from templates_email.checklists import ChecklistNoted

OF_USE = timedelta(days=2)
FIRST = 1  # priority: it answers what somebody just did
TOPIC = "sharing"
ABOUT = (About.CHECKLIST, About.ITEM)


def is_about_one(message: Message) -> bool:
    named = of_key(message.key)
    return named is not None and named[0] in ABOUT and message.participant_id is not None


def read_reply(app: App, mail: Filed, letter: inbound.Inbound, message: Message) -> Reading:
    """Inside the transaction that settles the mail."""
    named, person = of_key(message.key), message.participant_id
    assert named is not None and person is not None
    if named[0] is About.CHECKLIST:
        return _to_plan(app, mail, letter, named[1], person)
    item = store.item(app.conn, named[1])
    if item is None or not checklist_answers.shares(app, item, person):
        return _for_person(person)
    if letter.files:
        return _with_file(app, mail, letter, item, person)
    return _to_item(app, mail, letter, item, person) or _for_person(person)


def _for_person(person: int, what: str = "an answer about a checklist that a person must read") -> Reading:
    return Reading("for_person", "checklist", what, person, ("for_person",))


def _to_item(app: App, mail: Filed, letter: inbound.Inbound, item: Item, person: int) -> Reading | None:
    try:
        kept = checklist_answers.take(app, app.conn, item, letter.text, "mail", mail.received_at, person)
    except UserError:
        return None
    if kept is None:
        return None
    if kept.sheet is not None and kept.questions:
        _note(app, mail, letter, kept.sheet, person)
    return Reading("read", "checklist", kept.state.value, person)


def _to_plan(app: App, mail: Filed, letter: inbound.Inbound, checklist: int, person: int) -> Reading:
    """Answers to the questions that the plan's letter numbers through; more in it, or a file, is for a person."""
    conn, sharer = app.conn, store.sharer(app.conn, checklist)
    session = sessions.get(conn, sharer.session_id) if sharer is not None else None
    if sharer is None or session is None or sharer.participant_id != person:
        return _for_person(person)
    pack = sheet_words.of_pack(app, conn, session.id)
    questions = [(sheet, question) for sheet in pack for question in sheet.questions]
    found = sheet_answers.numbered(app, [question for _, question in questions], letter.text, person)
    given: dict[int, dict[str, str]] = {}
    for number, said in found.items():
        sheet, question = questions[number - 1]
        given.setdefault(sheet.item.id, {})[question.code] = said
    try:
        after = [
            checklist_answers.fill(app, conn, sheet, given[sheet.item.id], "mail", mail.received_at, person)
            for sheet in pack
            if sheet.item.id in given
        ]
    except UserError:
        return _for_person(person)
    for sheet in after:
        _note(app, mail, letter, sheet, person)
    if letter.files:
        return _for_person(person, "answers a sharer's plan with a file")
    return Reading("read", "checklist", "answers", person) if after else _for_person(person)


def _with_file(app: App, mail: Filed, letter: inbound.Inbound, item: Item, person: int) -> Reading:
    """What is said beside the file counts when it answers the item; a link to the file, say. Otherwise the item waits
    for a coordinator, and so does what is said."""
    sheet = sheets.of_item(app, app.conn, item.id)
    words_will_do = item.way is Way.TEXT and sheet is None  # "see the file" is no answer
    reading = None if words_will_do else _to_item(app, mail, letter, item, person)
    if reading is not None:
        return replace(reading, state="for_person", reason="answers an item, and has a file", counts=("for_person",))
    if item.state is ItemState.OPEN:
        session = sessions.get(app.conn, item.session_id)
        assert session is not None
        key = f"{checklists.HELP}/item-{item.id}/{session.time_sequence}/{person}"
        name, because = app.programme.coordinators[0].name, f"sent a file by mail: {item.code}; it is in the mailbox"
        desk_tasks.add(app.conn, key, person, session.id, name, because, mail.received_at, f"item-{item.id}")
        checklists.answer(app, app.conn, item.id, Answered(ItemState.HELP), "mail", mail.received_at, person)
    _say(app, mail, letter, item, person, file=True)
    return _for_person(person, f"a file for item {item.id}: put it where it has a link, and enter the link")


def _note(app: App, mail: Filed, letter: inbound.Inbound, sheet: Sheet, person: int) -> None:
    """What was kept, with what is still open."""
    _say(app, mail, letter, sheet.item, person, complete=not sheet.left, **sheet_words.in_letter(sheet))


def _say(app: App, mail: Filed, letter: inbound.Inbound, item: Item, person: int, **about: Any) -> None:
    """Into the outbox, as an answer to that mail: one for each item that it answers."""
    reader = participants.load(app.conn, [person], app.now())[person]
    session = sessions.get(app.conn, item.session_id)
    if reader.email is None or session is None:
        return
    key = f"{Purpose.CHECKLIST_NOTED}/item-{item.id}/{session.time_sequence}/{mail.id}"
    link = _link(app, app.conn, item, person)
    title = next((d.title for d in app.programme.duties.get(session.kind, ()) if d.code == item.code), item.code)
    context = partial(
        ChecklistNoted,
        **words.stop_link(app, reference_of(app.message_id(key)), app.now()),
        title=session.told("title"),
        item=title,
        has_link=bool(link),
        link=link,
        **about,
    )
    noted = notices.letter(
        app, key, notices.participant(reader), context, "answered about a checklist by mail", OF_USE,
        session_id=session.id, in_reply_to=letter.message_id,
    )  # fmt: skip
    notices.record(app, [replace(noted, topic=TOPIC, priority=FIRST)])


def _link(app: App, conn: sqlite3.Connection, item: Item, person: int) -> str:
    session = sessions.get(conn, item.session_id)
    mine = next((s.id for s in store.sharers(conn, [item.session_id]) if s.participant_id == person), None)
    if session is None or mine is None:
        return ""
    if sheets.of_item(app, conn, item.id) is None:
        return checklist_words.page_of(app, mine, session)
    return checklist_words.sheet_page_of(app, mine, session, item.id)
