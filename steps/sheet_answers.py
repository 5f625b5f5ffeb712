"""What a reply or a message says to the questions of a sheet, as answers by the questions' codes. Keeps nothing.

What is kept, and what follows, is in `checklist_answers.py` and `sheets.py`.
"""

from collections.abc import Mapping, Sequence

from domain import checklist_replies, sheet_replies
from domain.checklists import Answered, ItemState, Way
from domain.sheets import PASSED_OVER, Question, checked
from steps import sheets
from steps.app import App
from steps.sheets import Sheet
from store import participants
from templates_email.catalogues import shipped


def read(app: App, sheet: Sheet, text: str, person: int) -> Mapping[str, str]:
    """A mail's answers: numbered, or without a number where one question alone is open; empty for any other mail."""
    found = numbered(app, sheet.questions, text, person)
    if found or len(sheet.left) != 1 or simple(sheet, text) is not None:
        return {sheet.questions[number - 1].code: said for number, said in found.items()}
    said = checklist_replies.read(text, Way.TEXT)
    return {sheet.left[0].code: said.answer} if said is not None and said.state is ItemState.DONE else {}


def numbered(app: App, questions: Sequence[Question], text: str, person: int) -> Mapping[int, str]:
    """Answers by the numbers that a letter gives to these questions, from 1; empty where there are none, or in doubt.
    """
    name = participants.load(app.conn, [person], app.now())[person].name
    return sheet_replies.read(text, [shipped().wordings(question.text) for question in questions], name) or {}


def said_in_chat(app: App, sheet: Sheet, text: str, person: int) -> Mapping[str, str]:
    """A message answers the question that is open first, or puts a new answer in place of the one whose number it
    begins with. A list has several numbers, and is one answer. Empty where it is something else."""
    said = text.strip()
    found = numbered(app, sheet.questions, said, person)
    for number, words in found.items():
        question = sheet.questions[number - 1]
        if len(found) == 1 and (question.code in sheet.answers or question in sheet.left[:1]):
            return {question.code: words}
    if not sheet.left:
        return {}
    question = sheet.left[0]
    if not question.needed and _passes_over(question, said):
        return {question.code: PASSED_OVER}
    if said.endswith(("?", "؟")) or simple(sheet, said) or checklist_replies.read(said, Way.TICK):
        return {}
    return {question.code: said}


def _passes_over(question: Question, said: str) -> bool:
    try:
        return checked(question, said) == PASSED_OVER
    except ValueError:
        return False


def simple(sheet: Sheet, text: str, theirs: bool = True) -> Answered | None:
    """Not needed, help, a link to what the questions ask for, or "done" once nothing more is needed."""
    said = checklist_replies.read(text, Way.TICK, theirs)
    if said is not None:
        return said if said.state is not ItemState.DONE or sheets.is_complete(sheet) else None
    if sheet.item.way is Way.FILE:
        return checklist_replies.read(text, Way.FILE, theirs)
    return None
