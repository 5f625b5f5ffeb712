"""A sharer's page: what is open, answered there; the same truth as by mail and in the chat."""

from pathlib import Path

import pytest

from domain.checklists import Answered, ItemState
from steps import checklist_answers, page_links, sessions
from steps.page_links import Page
from tests.steps.checklist_place import DAY, LINK, SharersPlace
from tests.visitor import Visitor, with_pages


@pytest.fixture
def place(tmp_path: Path) -> SharersPlace:
    place = SharersPlace(tmp_path)
    with_pages(place)
    place.clinic(30)
    return place


def page(place: SharersPlace, checklist: int = 1) -> str:
    return page_links.url(place.app, Page.CHECKLIST, checklist, place.time + 60 * DAY)


def test_page_is_in_the_plan_and_shows_everything_by_date(place: SharersPlace) -> None:
    place.tick()
    visitor = Visitor(place)
    visitor.get(page(place))
    assert visitor.answer.status_code == 200
    assert "Describe the session in a few sentences" in visitor.text and "By Tue 8 Dec" in visitor.text
    assert "Another sharer's" in visitor.text


def test_page_answers_of_every_way_are_kept(place: SharersPlace) -> None:
    visitor = Visitor(place)
    visitor.get(page(place))
    visitor.send("done", form=0)  # a tick; the forms move up as things are done
    visitor.send("done", form=0, answer="18")
    visitor.send("not_needed", form=0)
    visitor.send("help", form=0)
    visitor.send("done", form=1, answer="English.\n<b>Bold</b>")
    visitor.send("done", form=1, answer=LINK)
    items = list(place.app.conn.execute("select state, answer, source from checklist_items order by id limit 6"))
    assert [tuple(row) for row in items] == [
        ("done", "", "page"), ("done", "18", "page"), ("not_needed", "", "page"), ("help", "", "page"),
        ("done", "English.\n<b>Bold</b>", "page"), ("done", LINK, "page"),
    ]  # fmt: skip
    assert "<b>Bold" not in visitor.answer.text and "A person sees to it." in visitor.text
    assert place.desk() == ["item-4"]


def test_page_answer_of_another_kind_is_asked_for_again(place: SharersPlace) -> None:
    visitor = Visitor(place)
    visitor.get(page(place))
    visitor.send("done", form=1, answer="many")
    assert visitor.answer.status_code == 422
    assert "Please write a whole number." in visitor.text and 'value="many"' in visitor.answer.text
    visitor.send("done", form=1, answer="20")
    assert place.app.conn.execute("select answer from checklist_items where id = 2").fetchone()[0] == "20"


def test_page_of_a_cancelled_session_and_of_a_sharer_no_more(place: SharersPlace) -> None:
    session = place.app.conn.execute("select id from sessions").fetchone()[0]
    visitor = Visitor(place)
    sessions.change(place.app, str(session), {"sharers": "Ada Obi"}, "test")
    assert visitor.get(page(place, 2)).status_code == 410
    sessions.cancel(place.app, str(session), "", "test")
    visitor.get(page(place))
    assert "This session was cancelled." in visitor.text and len(visitor.answer.text) < 14_000


def test_page_speaks_arabic_to_whom_wants_it(place: SharersPlace) -> None:
    place.app.conn.execute("update participants set languages = '[\"ar\"]' where id = 1")
    visitor = Visitor(place)
    visitor.get(page(place))
    assert 'dir="rtl"' in visitor.answer.text and "تأكيد الموعد والموضوع" in visitor.text


def test_page_item_of_another_session_is_not_touched(place: SharersPlace) -> None:
    place.clinic(40, sharers="Ben Silva")
    visitor = Visitor(place)
    visitor.get(page(place))
    visitor.send("done", form=0, item="15")
    # Nor by the step itself, were the page to ask it.
    asked = [
        checklist_answers.by_page(place.app, 1, 15, Answered(ItemState.DONE, "")),
        checklist_answers.fill_by_page(place.app, 1, 17, {"purpose": "to learn"}),
    ]
    states = place.app.conn.execute("select distinct session_id, state from checklist_items where id >= 15").fetchall()
    assert (asked, [row[:] for row in states]) == ([False, False], [(2, "open")])
