"""The case study in the reminder two days ahead: once its sharer lets it out, by link or in words, and not before."""

from pathlib import Path

import pytest

from domain.checklists import Answered, ItemState
from domain.sessions import Session
from steps import checklist_answers, checklists, resources
from tests.steps.checklist_place import LINK, SharersPlace
from tests.steps.mails_in import letter_text
from tests.visitor import HOST, with_pages

LINE = f"- Case study: Proposal writing\n  {LINK}"
STORY = {
    "situation": "We were five.", "steps": "We wrote <it> & sent it.", "result": "A grant.", "lesson": "Begin early.",
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> SharersPlace:
    """Cy takes part; mail reaches them until they have a chat."""
    place = SharersPlace(tmp_path)
    place.cy = place.named("Cy Ito")
    place.welcomed()
    return place


def clinic(place: SharersPlace) -> Session:
    session = place.clinic(20, "Ada Obi")
    place.register(place.cy, session)
    return session


def ticked(place: SharersPlace, session: Session, state: ItemState = ItemState.DONE) -> None:
    checklists.tick(place.app, place.items(session)["pre_reading"].id, Answered(state), "test")


def linked(place: SharersPlace, session: Session, said: str = LINK) -> None:
    checklists.tick(place.app, place.items(session)["case_study"].id, Answered(ItemState.DONE, said), "test")


def written(place: SharersPlace, session: Session, **more: str) -> None:
    checklist_answers.correct(place.app, str(session.id), "case_study", STORY | more, "test")


def reminder(place: SharersPlace, touchpoint: str = "reminder_two_days") -> str:
    """What Cy reads two days ahead."""
    place.left(days=21)
    rows = place.app.conn.execute(
        "select key, channel from outbox where touchpoint = ? and participant_id = ? and state = 'sent'",
        (touchpoint, place.cy),
    )
    ((key, channel),) = rows.fetchall()
    if channel == "telegram":
        return "\n".join(message.text for message in place.chat.said(9000 + place.cy) if "two days" in message.text)
    return letter_text(place, key).replace("\r", "")


def test_reminder_leads_to_the_case_study_once_it_is_let_out(place: SharersPlace) -> None:
    session = clinic(place)
    linked(place, session)
    ticked(place, session)
    resources.add(place.app, str(session.id), {"kind": "slides", "url": "https://c.example/talk"}, "test")
    words = reminder(place)
    assert LINE in words
    assert "c.example/talk" not in words


@pytest.mark.parametrize("state", [None, ItemState.NOT_NEEDED, ItemState.HELP])
def test_reminder_is_silent_of_a_case_study_that_nobody_let_out(place: SharersPlace, state: ItemState | None) -> None:
    session = clinic(place)
    linked(place, session)
    if state is not None:
        ticked(place, session, state)
    words = reminder(place)
    assert ("read before" in words.casefold(), LINK in words) == (False, False)


def test_reminder_without_a_case_study_has_no_heading(place: SharersPlace) -> None:
    ticked(place, clinic(place))
    assert "read before" not in reminder(place).casefold()


def test_short_text_is_told_itself_without_pages(place: SharersPlace) -> None:
    session = clinic(place)
    written(place, session)
    ticked(place, session)
    words = reminder(place)
    assert "What did you do?\nWe wrote <it> & sent it." in words
    assert words.index("We were five.") < words.index("A grant.") < words.index("Begin early.")


@pytest.mark.parametrize(("letters", "told"), [(600, True), (601, False)])
def test_longer_text_without_pages_is_left_out(place: SharersPlace, letters: int, told: bool) -> None:
    session = clinic(place)
    rest = sum(len(STORY[code]) for code in ("situation", "result", "lesson"))
    written(place, session, steps="x" * (letters - rest))
    ticked(place, session)
    words = reminder(place)
    assert ("We were five." in words, "read before" in words.casefold()) == (told, told)


def test_text_that_has_a_page_is_a_link(place: SharersPlace) -> None:
    with_pages(place)
    session = clinic(place)
    written(place, session)
    ticked(place, session)
    words = reminder(place)
    assert (f"{HOST}/sessions/{session.id}/case-study" in words, "We were five." in words) == (True, False)


def test_chat_has_it_too(place: SharersPlace) -> None:
    session = clinic(place)
    linked(place, session)
    ticked(place, session)
    place.link(place.cy)
    assert f"To read before:\n- Case study: Proposal writing {LINK}" in reminder(place)


def test_chat_tells_a_short_text(place: SharersPlace) -> None:
    session = clinic(place)
    written(place, session)
    ticked(place, session)
    place.link(place.cy)
    assert "What did you do? We wrote <it> & sent it." in reminder(place)


def test_reminder_within_the_hour_says_nothing_of_it(place: SharersPlace) -> None:
    session = clinic(place)
    linked(place, session)
    ticked(place, session)
    place.tick()
    place.answer(place.cy, session)
    assert LINK not in reminder(place, "reminder_one_hour")
