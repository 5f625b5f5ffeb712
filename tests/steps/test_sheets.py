"""The description and the case study, question by question: by mail, in a chat, on the page; and what becomes of it."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from domain.checklists import Answered, ItemState
from domain.errors import UserError
from domain.sessions import Session
from steps import checklist_answers, checklists, page_links, persons, sheets
from steps.inbox import read_filed
from steps.page_links import Page
from store import inbox, sessions
from tests.steps.checklist_place import DAY, LINK, SharersPlace
from tests.steps.mails_in import letter_text, reply_by_text
from tests.visitor import HOST, Visitor, with_pages

ALONE = "Ada Obi"
STORY = "1. We were five.\n2. We wrote it together.\n\nAnd sent it.\n3. A grant of 2,000.\n4. Begin earlier."


@pytest.fixture
def place(tmp_path: Path) -> SharersPlace:
    return SharersPlace(tmp_path)


def described(place: SharersPlace) -> tuple[str, str, str]:
    return tuple(place.app.conn.execute("select purpose, audience, preparation from sessions where id = 1").fetchone())


def kept(place: SharersPlace) -> dict[str, str]:
    return dict(place.app.conn.execute("select question, answer from sheet_answers").fetchall())


def asked(place: SharersPlace, code: str) -> str:
    """The key of the ask about an item, the items before it done."""
    place.clinic(30, ALONE)
    place.app.conn.execute("update checklist_items set state = 'done' where code in ('date_and_topic', 'places')")
    if code != "description":
        place.app.conn.execute("update checklist_items set state = 'done' where code = 'description'")
    place.left(days=18)
    return place.key(place_session(place), code, place.ada)


def place_session(place: SharersPlace) -> Session:
    found = sessions.get(place.app.conn, 1)
    assert found is not None
    return found


def answers(place: SharersPlace, key: str, words: str) -> str:
    """What the mail came to."""
    place.replies(key, words)
    (state,) = place.app.conn.execute("select state from inbox order by id desc limit 1").fetchone()
    return state


def test_plan_has_guide_and_questions_and_takes_answers(place: SharersPlace) -> None:
    place.clinic(30, ALONE)
    (key,) = place.tick()
    words = letter_text(place, key)
    parts = ("The two hours", "3. What should one know", "7. What would you do")
    assert [part in words for part in parts] == [True] * 3
    assert len(place.letter(key).as_bytes()) < 60_000
    assert answers(place, key, "1. To plan\n2. Newcomers\n3. None\n4. We were five.\n\nBest,\nAda") == "read"
    assert (described(place), kept(place)) == (("To plan", "Newcomers", ""), {"situation": "We were five."})
    assert place.states(place_session(place))["description"] == "done"
    noted = [key for key in place.tick() if key.startswith("checklist_noted")]
    assert len(noted) == 2
    assert answers(place, key, "Thank you, I shall think about it.") == "for_person"


def test_answers_wait_until_all_are_there_and_then_change_the_session_once(place: SharersPlace) -> None:
    key = asked(place, "description")
    answers(place, key, "1. To plan\n2. Newcomers")
    assert (described(place), kept(place)) == (("", "", ""), {"purpose": "To plan", "audience": "Newcomers"})
    (noted,) = (key for key in place.tick() if key.startswith("checklist_noted"))
    words = letter_text(place, noted)
    assert ("3. What should one know" in words, "To plan" in words) == (True, True)
    answers(place, noted, "nothing")  # the only question that is open needs no number
    assert (described(place), kept(place)) == (("To plan", "Newcomers", ""), {})
    assert place_session(place).sequence == 1
    answers(place, noted, "2. Organisers")
    assert described(place) == ("To plan", "Organisers", "")


def test_second_ask_is_for_what_is_open(place: SharersPlace) -> None:
    key = asked(place, "description")
    answers(place, key, "1. To plan")
    place.left(days=3)
    words = letter_text(place, key.replace("_ask/", "_ask_again/"))
    assert ("This part is still\nopen" in words.replace("\r", ""), "have not heard" in words) == (True, False)


def test_what_the_session_says_already_is_not_asked(place: SharersPlace) -> None:
    place.clinic(30, ALONE, purpose="To plan", audience="All", preparation="Bring an idea")
    place.app.conn.execute("update checklist_items set state = 'done' where code in ('date_and_topic', 'places')")
    place.left(days=18)
    key = place.key(place_session(place), "description", place.ada)
    words = letter_text(place, key)
    assert ("Bring an idea" in words, "reply with one word: done" in words) == (True, True)
    assert answers(place, key, "done") == "read"
    assert (place.states(place_session(place))["description"], place_session(place).sequence) == ("done", 0)


def test_coordinators_correction_is_what_the_sheet_shows(place: SharersPlace) -> None:
    key = asked(place, "description")
    answers(place, key, "1. To plann\n2. All\n3. none")
    place.change(place_session(place), purpose="To plan")
    found = sheets.find(place.app, "1", "description")
    assert found.answers == {"purpose": "To plan", "audience": "All", "preparation": ""}
    answers(place, key, "3. Bring an idea")
    assert described(place) == ("To plan", "All", "Bring an idea")


def test_done_help_and_not_needed_still_do(place: SharersPlace) -> None:
    key = asked(place, "description")
    assert answers(place, key, "done") == "for_person"  # what is it for?
    assert answers(place, key, "It is a session for everybody.") == "for_person"
    assert answers(place, key, "help") == "read"
    assert answers(place, key, "1. To plan\n2. All") == "read"
    assert answers(place, key, "Done, thanks!") == "read"
    assert described(place) == ("To plan", "All", "")


def test_case_study_becomes_a_page_and_a_resource(place: SharersPlace) -> None:
    with_pages(place)
    key = asked(place, "case_study")
    assert answers(place, key, STORY) == "read"
    (row,) = place.app.conn.execute("select kind, url from resources").fetchall()
    assert tuple(row) == ("case_study", f"{HOST}/sessions/1/case-study")
    visitor = Visitor(place)
    visitor.get(row["url"])
    assert "What came of it? A grant of 2,000." in visitor.text and "We wrote it together. And sent it." in visitor.text
    visitor.get(f"{HOST}/sessions/1")
    assert row["url"] in visitor.links()
    answers(place, key, "3. A grant of 3,000.")
    visitor.get(row["url"])
    assert "3,000" in visitor.text
    persons.erase(place.app, "1", "test")
    assert (kept(place), place.app.conn.execute("select count(*) from resources").fetchone()[0]) == ({}, 0)
    assert visitor.get(row["url"]).status_code == 404


def test_case_study_may_be_a_link(place: SharersPlace) -> None:
    key = asked(place, "case_study")
    assert answers(place, key, f"Here it is: {LINK}") == "read"
    assert [tuple(row) for row in place.app.conn.execute("select kind, url from resources")] == [("case_study", LINK)]


def test_case_study_without_pages_is_kept(place: SharersPlace) -> None:
    key = asked(place, "case_study")
    answers(place, key, STORY)
    assert place.states(place_session(place))["case_study"] == "done"
    assert len(kept(place)) == 4


def test_page_keeps_what_is_right_of_what_was_written(place: SharersPlace) -> None:
    with_pages(place)
    session = place.clinic(30, ALONE)
    address = f"{page_links.url(place.app, Page.CHECKLIST, 1, place.time + 60 * DAY)}/items/3"
    visitor = Visitor(place)
    visitor.get(address)
    visitor.send("Save", purpose="To plan", audience="x" * 2001)
    said = ("This is too long" in visitor.text, "Nothing was saved" in visitor.text)
    assert (visitor.answer.status_code, said) == (422, (True, False))
    assert ("To plan" in visitor.answer.text, "x" * 2001 in visitor.answer.text) == (True, True)
    assert kept(place) == {"purpose": "To plan"}
    visitor.get(address)
    visitor.send("Save", audience="<b>All</b>")
    assert "1 question is still open" in visitor.text
    visitor.send("preparation")  # nothing is needed
    assert "Saved, and complete" in visitor.text
    assert (described(place), place.states(session)["description"]) == (("To plan", "<b>All</b>", ""), "done")
    visitor.send("Save", purpose="")
    assert visitor.answer.status_code == 422
    assert described(place)[0] == "To plan"


def with_file(place: SharersPlace, key: str, words: str, name: str = "slides.pdf", kind: str = "application/pdf",
              how: str = "attachment") -> str:  # fmt: skip
    raw = reply_by_text(words, to=place.by_key(key).message_id, ident=f"f{name}{how}")
    mail = message_from_bytes(raw, policy=policy.default)
    main, sub = kind.split("/")
    mail.add_attachment(b"%PDF-1.4", main, sub, filename=name, disposition=how)
    place.file(mail.as_bytes())
    read_filed(place.app)
    return place.app.conn.execute("select state from inbox order by id desc limit 1").fetchone()[0]


def test_file_by_mail_is_acknowledged_and_waits_for_a_person(place: SharersPlace) -> None:
    key = asked(place, "case_study")
    item = place.items(place_session(place))["case_study"].id
    assert with_file(place, key, "Here you are.") == "for_person"
    assert (place.states(place_session(place))["case_study"], place.desk()) == ("help", [f"item-{item}"])
    (noted,) = (one for one in place.tick() if one.startswith("checklist_noted"))
    assert "Your file for Proposal writing has reached us" in letter_text(place, noted)
    assert not any(f"item-{item}/" in one for one in place.left(days=10))  # asked no more
    assert answers(place, noted, LINK) == "read"
    assert place.states(place_session(place))["case_study"] == "done"
    assert f"item-{item}" not in place.desk()


@pytest.mark.parametrize(
    ("name", "kind", "how", "state"),
    [
        ("talk.odp", "application/vnd.oasis.opendocument.presentation", "inline", "for_person"),  # as Apple Mail does
        ("logo.png", "image/png", "inline", "read"),
        ("ada.vcf", "text/vcard", "attachment", "read"),
        ("signature.asc", "application/pgp-signature", "attachment", "read"),
    ],
)
def test_file_or_what_mail_programs_add(place: SharersPlace, name: str, kind: str, how: str, state: str) -> None:
    key = asked(place, "case_study")
    assert with_file(place, key, "not needed", name, kind, how) == state


def test_mail_of_another_person_changes_nothing(place: SharersPlace) -> None:
    key = asked(place, "description")
    place.change(place_session(place), sharers="Ben Silva")
    assert answers(place, key, "1. Mine\n2. All\n3. none") == "for_person"
    assert kept(place) == {}


def test_inbox_still_reads_a_copy_once(place: SharersPlace) -> None:
    key = asked(place, "description")
    raw = reply_by_text("1. To plan", to=place.by_key(key).message_id)
    place.file(raw)
    read_filed(place.app)
    place.file(raw)
    read_filed(place.app)
    assert len(inbox.unread(place.app.conn, 9)) == 0
    assert len([one for one in place.tick() if one.startswith("checklist_noted")]) == 1


def test_coordinator_looks_at_a_sheet_and_corrects_it(place: SharersPlace) -> None:
    place.clinic(30, ALONE)
    found = checklist_answers.correct(place.app, "1", "description", {"purpose": "To plan", "audience": "All"}, "Amina")
    assert [question.code for question in found.left] == ["preparation"]
    found = checklist_answers.correct(place.app, "1", "description", {"preparation": "none"}, "Amina")
    assert (found.item.state, described(place)) == (ItemState.DONE, ("To plan", "All", ""))
    with pytest.raises(UserError, match="is no question of this item"):
        checklist_answers.correct(place.app, "1", "description", {"goal": "x"}, "Amina")
    with pytest.raises(UserError, match="Known: description, case_study"):
        checklist_answers.correct(place.app, "1", "slides", {}, "Amina")


def test_page_that_documents_a_session_may_be_its_recording(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE)
    for code in ("recording", "documentation"):
        item, said = place.items(session)[code].id, Answered(ItemState.DONE, LINK)
        checklists.answer(place.app, place.app.conn, item, said, "mail", place.time, place.ada)
    assert [row["kind"] for row in place.app.conn.execute("select kind from resources")] == ["recording"]


def test_words_with_done_are_what_the_session_is_for(place: SharersPlace) -> None:
    session = place.clinic(30, ALONE, audience="All")
    checklists.tick(place.app, place.items(session)["description"].id, Answered(ItemState.DONE, "To plan"), "Amina")
    assert (described(place), place.states(session)["description"]) == (("To plan", "All", ""), "done")
