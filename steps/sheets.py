"""Sheets of checklists' items: what is answered, what is open, and what the answers become once all are there.

Answers to questions that name a field of the session go into the session when the sheet is complete, all at once, so
that people hear of one change. From then on the session has them: a coordinator who corrects it corrects the sheet.
Others stay here; a case study is read on a page (`web/sheets.py`), which becomes a resource of the session. Which
message an answer came by is known in `checklist_answers.py`.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain import sheets as rules
from domain.checklists import Duty, Item, ItemState
from domain.errors import Problem, UserError
from domain.resources import ResourceKind
from domain.sessions import Session, SessionState
from domain.sheets import LONGEST, Into, Question
from steps import sessions
from steps.app import App
from store import checklists, sheets
from store import sessions as session_store

__all__ = ["LONGEST", "Sheet"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An item with questions. `answers`: question's code -> answer, "" where it was passed over."""

    item: Item
    duty: Duty
    session: Session
    answers: Mapping[str, str]

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.duty.questions

    @property
    def left(self) -> tuple[Question, ...]:
        return rules.left(self.questions, self.answers)

    @property
    def is_text(self) -> bool:
        """Whether what it leaves is a text of its own, and not the session's description."""
        return any(question.into is Into.NOTHING for question in self.questions)

    def number(self, question: Question) -> int:
        """As letters and chats number it, from 1."""
        return self.questions.index(question) + 1


def of_item(app: App, conn: sqlite3.Connection, item_id: int) -> Sheet | None:
    """None for an item without questions."""
    item = checklists.item(conn, item_id)
    session = session_store.get(conn, item.session_id) if item else None
    if item is None or session is None:
        return None
    duty = next((d for d in app.programme.duties.get(session.kind, ()) if d.code == item.code), None)
    return _sheet(conn, item, duty, session) if duty is not None and duty.questions else None


def _sheet(conn: sqlite3.Connection, item: Item, duty: Duty, session: Session) -> Sheet:
    kept = sheets.of_item(conn, item.id)
    known = {q.code: getattr(session, q.into) for q in duty.questions if q.into and q.code not in kept}
    done = item.state is ItemState.DONE
    return Sheet(item, duty, session, kept | {code: text for code, text in known.items() if text or done})


def find(app: App, session_ref: str, code: str) -> Sheet:
    """A coordinator's look at one. UserError when the session has no such item, or it is no sheet."""
    session = sessions.find(app, session_ref)
    items = checklists.items_of(app.conn, [session.id])[session.id]
    found = {one.item.code: one for item in items if (one := of_item(app, app.conn, item.id)) is not None}
    if code not in found:
        what = f"is no item with questions of session {session.id}"
        raise UserError(Problem(what, f"item {code}", f"Known: {', '.join(found) or 'none'}"))
    return found[code]


def keep(
    app: App, conn: sqlite3.Connection, sheet: Sheet, given: Mapping[str, str], source: str, now: datetime,
    person: int | None = None,
) -> Sheet:  # fmt: skip
    """Keep answers (question's code -> words), those that are not as they were. A sheet that was done already stays
    done, and what its answers became follows. UserError names every question whose answer cannot be kept, and none
    is kept then; `person`: None for a coordinator."""
    said, problems = {}, []
    for question in sheet.questions:
        if question.code in given:
            try:
                said[question.code] = rules.checked(question, given[question.code])
            except ValueError as error:
                problems.append(Problem(str(error), question.code, f"Write at most {LONGEST} characters"))
    problems += [Problem("is no question of this item", code) for code in given if code not in {*_codes(sheet)}]
    if problems:
        raise UserError(*problems)
    for code, text in said.items():
        if sheet.answers.get(code) != text:
            sheets.put(conn, sheet.item.id, code, text, person, source, now)
    if sheet.item.state is ItemState.DONE:
        settle(app, conn, sheet.item, sheet.duty, sheet.session)
    found = of_item(app, conn, sheet.item.id)
    assert found is not None
    return found


def _codes(sheet: Sheet) -> tuple[str, ...]:
    return tuple(question.code for question in sheet.questions)


def settle(app: App, conn: sqlite3.Connection, item: Item, duty: Duty, session: Session) -> None:
    """What is answered goes where it belongs, whether or not all is."""
    kept = sheets.of_item(conn, item.id)
    into = {q.code: q.into for q in duty.questions if q.into and q.code in kept}
    changed = {field.value: kept[code] for code, field in into.items() if getattr(session, field) != kept[code]}
    sheets.drop(conn, item.id, list(into))
    if changed and session.state is SessionState.CONFIRMED:
        sessions.change(app, str(session.id), changed, f"sharer of session {session.id}")


def is_complete(sheet: Sheet) -> bool:
    """Whether all is there that it cannot be done without."""
    return not rules.lacking(sheet.questions, sheet.answers)


def finish(
    app: App, conn: sqlite3.Connection, sheet: Sheet, words: str, source: str, now: datetime, person: int | None
) -> str:
    """What its item keeps as its answer once it is done: the address of the page, if it has one. `words`: said with
    "done", the answer to the first question, and enough. UserError when something is lacking."""
    if words:
        sheet = keep(app, conn, sheet, {sheet.questions[0].code: words}, source, now, person)
    elif missing := rules.lacking(sheet.questions, sheet.answers):
        remedy = "Answer it, or say that the item is not needed"
        raise UserError(*(Problem("is not answered yet", question.code, remedy) for question in missing))
    return page_of(app, sheet)


def page_of(app: App, sheet: Sheet) -> str:
    """Where everybody can read a text that is written in a sheet; "" without pages, or when it is no text."""
    pages = app.settings.pages_url
    return f"{pages}/sessions/{sheet.session.id}/case-study" if pages and has_page(sheet) else ""


def has_page(sheet: Sheet) -> bool:
    return sheet.is_text and sheet.duty.resource is ResourceKind.CASE_STUDY


def text_of(app: App, session: Session) -> tuple[tuple[str, str], ...]:
    """The case study of a session as (question in English, answer); empty while it is not done or lies elsewhere."""
    for duty in app.programme.duties.get(session.kind, ()):
        if duty.questions and duty.resource is ResourceKind.CASE_STUDY:
            found = sheets.written(app.conn, session.id, duty.code)
            answers = found[1] if found else {}
            return tuple((q.text, answers[q.code]) for q in duty.questions if answers.get(q.code))
    return ()
