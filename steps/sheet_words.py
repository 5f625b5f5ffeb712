"""What letters and chats are told of sheets and guides. The words are in `templates_email/`, and the questions' own
texts in checklists.toml, guides.toml and the catalogues."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from domain.checklists import ItemState
from domain.guides import Guide
from steps import sheets
from steps.app import App
from steps.sheets import Sheet
from store import checklists
from templates_email.checklists import GuideLine, SheetLine


def in_letter(sheet: Sheet) -> dict[str, Any]:
    """The questions that are open, and those that are answered, numbered as in the sheet."""
    return {
        "questions": tuple(SheetLine(sheet.number(q), q.text, q.hint) for q in sheet.left),
        "given": tuple(
            SheetLine(sheet.number(q), q.text, answer=sheet.answers[q.code], passed=not sheet.answers[q.code])
            for q in sheet.questions
            if q.code in sheet.answers
        ),
    }


def in_chat(app: App, sheet: Sheet | None, asks: bool) -> dict[str, Any]:
    """The question that is open first, and how many there are; that alone when nothing is asked."""
    if sheet is None:
        return {}
    about: dict[str, Any] = {"of": len(sheet.questions), "page": sheets.page_of(app, sheet)}
    if asks and sheet.left:
        first = sheet.left[0]
        about |= {"question": first.text, "hint": first.hint, "number": sheet.number(first)}
    return about


def of_pack(app: App, conn: sqlite3.Connection, session_id: int) -> list[Sheet]:
    """The sheets of a session, in the order in which its plan's letter numbers their questions through."""
    found = (sheets.of_item(app, conn, item.id) for item in checklists.items_of(conn, [session_id])[session_id])
    return [sheet for sheet in found if sheet is not None]


def in_pack(pack: Sequence[Sheet]) -> tuple[SheetLine, ...]:
    """The questions of all sheets that are open. Numbers count those that are answered, too, and stay as they are."""
    found, number = [], 0
    for sheet in pack:
        head = sheet.duty.title
        for question in sheet.questions:
            number += 1
            if question in sheet.left and sheet.item.state in (ItemState.OPEN, ItemState.HELP):
                found.append(SheetLine(number, question.text, question.hint, head=head))
                head = ""
    return tuple(found)


def guide_lines(guide: Guide) -> tuple[GuideLine, ...]:
    return tuple(
        line
        for section in guide
        for line in (GuideLine(section.title, title=True), *(GuideLine(point) for point in section.points))
    )
