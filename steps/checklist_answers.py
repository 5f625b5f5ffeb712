"""Answers to an ask about a checklist item that come by mail, in a chat, or from the sharer's page.

Who answers is known from what was given to them alone: the message that is answered, the chat, the page's link. What an
answer changes is in `checklists.py`.
"""

import re
from typing import Literal

from domain.checklist_replies import read
from domain.checklists import Answered, Item, ItemState, Way, owner_of
from domain.errors import UserError
from domain.messages import Message
from domain.subjects import About, of_key
from steps import chat_words, checklists
from steps.app import App
from steps.chat_visit import Reading as ChatReading
from steps.chat_visit import Visit
from steps.checklist_words import way_of
from steps.inbox_reading import Reading
from store import checklists as store
from store import database, outbox, sessions
from store.inbox import Filed
from templates_email.checklists import ChatChecklist

BUTTON = re.compile(r"item/(\d{1,18})/(?:(done)|(not_needed)|(help))", re.ASCII)
STATES: dict[str, ItemState] = {state.value: state for state in ItemState if state is not ItemState.OPEN}
Said = Literal["done", "not_needed", "help", "answer", "wrong", "over"]


def item_of(message: Message) -> int | None:
    """The item that a message of ours asks about."""
    named = of_key(message.key)
    return named[1] if named is not None and named[0] is About.ITEM else None


# -- mail -----------------------------------------------------------------------------------------------------


def read_mail(app: App, mail: Filed, text: str, message: Message, item_id: int) -> Reading:
    """A reply to an ask, inside the transaction that settles the mail. What is unclear goes to a person."""
    person = message.participant_id
    unclear = Reading("for_person", "checklist", "an answer about a checklist that a person must read", person,
                      ("for_person",))  # fmt: skip
    item = store.item(app.conn, item_id)
    if item is None or person is None or not _shares(app, item, person):
        return unclear
    said = read(text, item.way, theirs=_owns(app, item, person))
    if said is None:
        return unclear
    try:
        checklists.answer(app, app.conn, item.id, said, "mail", mail.received_at, person)
    except UserError:
        return unclear
    return Reading("read", "checklist", said.state.value, person)


# -- chat -----------------------------------------------------------------------------------------------------


def pressed(visit: Visit, item_id: int, word: str) -> ChatReading:
    """A button below an ask. "Done" of an item that wants an answer asks for it."""
    item = store.item(visit.conn, item_id)
    if item is None or visit.person_id is None or not _shares(visit.app, item, visit.person_id):
        return visit.unknown("another person's button")
    state = STATES[word]
    if _over(visit.app, item):
        return _say(visit, item, "over")
    if state is ItemState.DONE and item.way is not Way.TICK and item.state is not ItemState.DONE:
        return _say(visit, item, "answer")
    if item.state is state:
        return visit.read("checklist", reason="pressed twice")
    return _answered(visit, item, Answered(state))


def written(visit: Visit) -> ChatReading | None:
    """What was written in the chat as an answer to the newest ask there; None where none waits for one."""
    if visit.person_id is None:
        return None
    item = _asked_last(visit)
    if item is None:
        return None
    said = read(visit.event.text, item.way, theirs=_owns(visit.app, item, visit.person_id))
    return _answered(visit, item, said) if said is not None else _say(visit, item, "wrong")


def _asked_last(visit: Visit) -> Item | None:
    """The item of the newest ask that left for this chat, while it is open."""
    assert visit.person_id is not None
    message = outbox.newest_sent(visit.conn, visit.person_id, "telegram")
    item_id = item_of(message) if message is not None else None
    item = store.item(visit.conn, item_id) if item_id is not None else None
    if item is None or item.state not in (ItemState.OPEN, ItemState.HELP) or _over(visit.app, item):
        return None
    return item if _shares(visit.app, item, visit.person_id) else None


def _answered(visit: Visit, item: Item, said: Answered) -> ChatReading:
    assert visit.person_id is not None
    try:
        checklists.answer(visit.app, visit.conn, item.id, said, "telegram", visit.received_at, visit.person_id)
    except UserError:
        return _say(visit, item, "wrong")
    word: Said = "done" if said.state is ItemState.DONE else "help" if said.state is ItemState.HELP else "not_needed"
    return _say(visit, item, word)


def _say(visit: Visit, item: Item, said: Said) -> ChatReading:
    session = sessions.get(visit.conn, item.session_id)
    assert session is not None
    found = checklists.of_session(visit.app, visit.conn, session)
    title = next(line.title for line in found.lines if line.item.id == item.id)
    context = ChatChecklist(said=said, item=title, way=way_of(item.way), left=len(found.left))
    rows = chat_words.item_rows(item.id)[1:] if said in ("answer", "wrong") else ()
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


# -- whose ----------------------------------------------------------------------------------------------------


def _shares(app: App, item: Item, person: int) -> bool:
    return person in store.sharers_of(app.conn, [item.session_id])[item.session_id]


def _owns(app: App, item: Item, person: int) -> bool:
    return owner_of(item.owner, store.sharers_of(app.conn, [item.session_id])[item.session_id]) == person


def _over(app: App, item: Item) -> bool:
    """Whether its session was cancelled."""
    row = app.conn.execute("select state from sessions where id = ?", (item.session_id,)).fetchone()
    return bool(row["state"] == "cancelled")
