"""The questions of one item of a sharer's checklist, answered one by one; the guide to their session; and the case
study that came of such answers, for everybody.

Whichever button is pressed, all that was written is kept, each answer by itself: what is too long is said, and shown
again, and keeps nothing else from being kept. What answers become is in `steps/sheets.py`.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from domain.checklists import Answered, ItemState, Way
from domain.errors import UserError
from domain.guides import texts
from domain.sessions import SessionState
from steps import checklist_answers, sheets
from steps.page_links import Page
from steps.sheets import LONGEST, Sheet
from store import checklists as store
from store import participants
from store import sessions as session_store
from store.checklists import Sharer
from templates_email.catalogues import pages
from templates_email.directions import words
from templates_email.formats import names
from web import sessions
from web.refusals import Refused, missing
from web.room import Spot
from web.visit import Visit

LINK = "link"  # the field for a link to what the questions ask for; no question has this code


@dataclass(frozen=True, slots=True)
class Shown:
    """A question in the page's language."""

    code: str
    number: int
    text: str
    hint: str
    needed: bool
    answer: str
    passed: bool


def show(visit: Visit) -> Response:
    _, sheet = _standing(visit)
    saved = visit.request.query_params.get("saved") == "yes"
    return visit.page("sheet", **_values(visit, sheet, {}, {}, saved))


def send(visit: Visit) -> Response:
    sharer, sheet = _standing(visit)
    if sheet.session.state is SessionState.CANCELLED:
        return visit.back()
    given, wrong = _read(visit, sheet)
    link = visit.form.line(LINK, 2000) if sheet.item.way is Way.FILE else ""
    visit.form.problems.clear()  # base.html would say that nothing was kept
    if given:
        checklist_answers.fill_by_page(visit.app, sharer.id, sheet.item.id, given)
    if link and link != sheet.item.answer:
        try:
            checklist_answers.by_page(visit.app, sharer.id, sheet.item.id, Answered(ItemState.DONE, link))
        except UserError:
            wrong[LINK] = "link"
    if not wrong:
        return visit.back(saved="yes")
    written = {code: visit.form.raw(code) for code in wrong}
    return visit.wrong("sheet", **_values(visit, _standing(visit)[1], wrong, written, bool(given)))


def _read(visit: Visit, sheet: Sheet) -> tuple[dict[str, str], dict[str, str]]:
    """What is new, and what is wrong, by the questions' codes. An empty field answers nothing, and takes back what
    may be left out."""
    given, wrong = {}, {}
    for question in sheet.questions:
        before = sheet.answers.get(question.code)
        said = visit.form.text(question.code, LONGEST)
        if question.code in visit.form.problems:
            wrong[question.code] = "long"
        elif not said and before and question.needed:
            wrong[question.code] = "missing"
        elif said != (before or "") or (not said and visit.form.raw("none") == question.code):
            given[question.code] = said
    return given, wrong


def _standing(visit: Visit) -> tuple[Sharer, Sheet]:
    sharer, number = store.sharer(visit.app.conn, visit.ident), visit.param("number")
    if int(number) >= sessions.LARGEST_ID:
        raise missing()
    sheet = sheets.of_item(visit.app, visit.app.conn, int(number))
    if sharer is None or sheet is None or sheet.session.id != sharer.session_id:
        raise Refused(410, "over")
    person = participants.load(visit.app.conn, [sharer.participant_id], visit.now)[sharer.participant_id]
    worded = [text for q in sheet.questions for text in (q.text, q.hint) if text]
    visit.speaks(person.languages, [sheet.duty.title, *worded])
    return sharer, sheet


def _values(
    visit: Visit, sheet: Sheet, wrong: dict[str, str], written: dict[str, str], saved: bool
) -> dict[str, Any]:
    language, public = visit.language("sheet"), sheets.page_of(visit.app, sheet)
    done, linked = sheet.item.state is ItemState.DONE, sheet.item.way is Way.FILE
    return {
        "title": words(sheet.session.told("title"), language),
        "item": pages().text(sheet.duty.title, language),
        "questions": [
            Shown(
                code=question.code,
                number=sheet.number(question),
                text=pages().text(question.text, language),
                hint=pages().text(question.hint, language) if question.hint else "",
                needed=question.needed,
                answer=written.get(question.code, sheet.answers.get(question.code, "")),
                passed=sheet.answers.get(question.code) == "",
            )
            for question in sheet.questions
        ],
        "wrong": wrong,
        "saved": saved,
        "left": 0 if done else len(sheet.left),
        "cancelled": sheet.session.state is SessionState.CANCELLED,
        "linked": linked,
        "link": written.get(LINK, "" if sheet.item.answer == public else sheet.item.answer),
        "others": public if done and not sheet.left else "",
        "is_text": sheet.is_text,
        "longest": LONGEST,
        "back": visit.at(f"/checklist/{visit.token}"),
    }


# -- guide --------------------------------------------------------------------------------------------------------


def guide(visit: Visit) -> Response:
    sharer = store.sharer(visit.app.conn, visit.ident)
    session = session_store.get(visit.app.conn, sharer.session_id) if sharer else None
    found = visit.app.programme.guides.get(session.kind, ()) if session else ()
    if sharer is None or session is None or not found:
        raise Refused(410, "over")
    person = participants.load(visit.app.conn, [sharer.participant_id], visit.now)[sharer.participant_id]
    visit.speaks(person.languages, texts(found))
    language = visit.language("guide")
    return visit.page(
        "guide",
        title=words(session.told("title"), language),
        sections=[
            (pages().text(one.title, language), [pages().text(point, language) for point in one.points])
            for one in found
        ],
        back=visit.at(f"/checklist/{visit.token}"),
    )


# -- case study ---------------------------------------------------------------------------------------------------


def case_study(visit: Visit) -> Response:
    session = sessions.found(visit)
    found = sheets.text_of(visit.app, session)
    if not found:
        raise missing()
    visit.speaks((), [text for text, _ in found])
    language = visit.language("case_study")
    return visit.page(
        "case_study",
        title=session.title,
        sharers=names(session.sharers, language),
        parts=[(pages().text(text, language), answer) for text, answer in found],
        back=visit.at(f"/sessions/{session.id}"),
    )


SPOTS = (
    Spot("/checklist/{token}/items/{number:int}", show, send, Page.CHECKLIST),
    Spot("/checklist/{token}/guide", guide, link=Page.CHECKLIST),
    Spot("/sessions/{number:int}/case-study", case_study),
)
