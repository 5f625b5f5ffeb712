"""What a sharer prepares: everything that is open, each with its date, ticked or answered here; done things below.

What an answer changes is in `steps/checklists.py`.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from domain.checklists import Answered, Item, ItemState, Way
from domain.errors import UserError
from domain.sessions import SessionState
from steps import checklist_answers, checklists, sheets
from steps.checklists import LONGEST_TEXT, Checklist, Line
from steps.page_links import Page
from store import checklists as store
from store import participants, sessions
from store.checklists import Sharer
from templates_email.catalogues import pages
from templates_email.directions import words
from templates_email.formats import when
from web.refusals import Refused
from web.room import Spot
from web.visit import Visit

SAID = {state.value: state for state in (ItemState.DONE, ItemState.NOT_NEEDED, ItemState.HELP)}

# What is said of an answer that is not of its kind.
WRONG = {Way.NUMBER: "number", Way.TEXT: "missing"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An item in the page's language."""

    id: int
    title: str
    hint: str
    way: str
    day: str
    late: bool
    mine: bool
    help: bool
    not_needed: bool
    answer: str
    sheet: str  # the address of the page with its questions, "" for an item without
    left: int  # questions that are open
    of: int


def show(visit: Visit) -> Response:
    return visit.page("checklist", **_values(visit, *_standing(visit)))


def send(visit: Visit) -> Response:
    sharer, there = _standing(visit)
    number, word = visit.form.raw("item"), visit.form.raw("said")
    line = next((one for one in there.lines if str(one.item.id) == number), None)
    if line is None or word not in SAID:  # the list changed meanwhile
        return visit.back()
    words = visit.form.raw("answer").strip() if SAID[word] is ItemState.DONE else ""
    try:
        checklist_answers.by_page(visit.app, sharer.id, line.item.id, Answered(SAID[word], words))
    except UserError:
        return visit.wrong("checklist", **_values(visit, sharer, there, line.item, words))
    return visit.back()


def _standing(visit: Visit) -> tuple[Sharer, Checklist]:
    sharer = store.sharer(visit.app.conn, visit.ident)
    session = sessions.get(visit.app.conn, sharer.session_id) if sharer else None
    if sharer is None or session is None:
        raise Refused(410, "over")
    there = checklists.of_session(visit.app, visit.app.conn, session)
    person = participants.load(visit.app.conn, [sharer.participant_id], visit.now)[sharer.participant_id]
    texts = [text for line in there.lines if line.duty for text in (line.title, line.duty.hint) if text]
    visit.speaks(person.languages, texts)
    return sharer, there


def _values(
    visit: Visit, sharer: Sharer, there: Checklist, wrong: Item | None = None, written: str = ""
) -> dict[str, Any]:
    language, session = visit.language("checklist"), there.session
    person = participants.load(visit.app.conn, [sharer.participant_id], visit.now)[sharer.participant_id]
    zone = person.zone or visit.app.programme.zone
    here = f"/{Page.CHECKLIST}/{visit.token}"

    def shown(line: Line) -> Shown:
        sheet = sheets.of_item(visit.app, visit.app.conn, line.item.id)
        return Shown(
            id=line.item.id,
            title=pages().text(line.title, language),
            hint=pages().text(line.duty.hint, language) if line.duty and line.duty.hint else "",
            way=line.item.way.value,
            day=when(line.dated.due, 0, zone, language).day,
            late=line.dated.due <= visit.now,
            mine=line.owner == sharer.participant_id,
            help=line.item.state is ItemState.HELP,
            not_needed=line.item.state is ItemState.NOT_NEEDED,
            answer=written if line.item == wrong else line.item.answer,
            sheet=visit.at(f"{here}/items/{line.item.id}") if sheet is not None else "",
            left=len(sheet.left) if sheet is not None else 0,
            of=len(sheet.questions) if sheet is not None else 0,
        )

    cancelled = session.state is SessionState.CANCELLED
    return {
        "title": words(session.told("title"), language),
        "when": when(session.starts_at, session.minutes, zone, language),
        "cancelled": cancelled,
        "lines": () if cancelled else tuple(shown(line) for line in there.left),
        "settled": tuple(shown(line) for line in there.lines if line.settled),
        "wrong": WRONG.get(wrong.way, "link") if wrong else "",
        "longest": LONGEST_TEXT,
        "guide": visit.at(f"{here}/guide") if session.kind in visit.app.programme.guides else "",
    }


SPOTS = (Spot("/checklist/{token}", show, send, Page.CHECKLIST),)
