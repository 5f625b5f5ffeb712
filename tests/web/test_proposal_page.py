"""Proposing a session on a page, one question at a time: by a link of one's own, or by one that comes by mail."""

import re
from pathlib import Path

import pytest

from steps import proposals, proposing
from store import database
from store import proposals as stored
from tests.programme import Place
from tests.visitor import HOST, Visitor, with_pages

ANSWERS = ("Cite it: اقتباس & <more>", "Cite in two minutes.\nFind who cited you.", "A Tuesday in May, 15 UTC")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


def asked(visitor: Visitor, place: Place, email: str = "rosa@example.org", name: str = "Rosa") -> str:
    """Asks for the link; the one in the mail."""
    visitor.get("/propose")
    visitor.send(name=name, email=email)
    (number,) = place.app.conn.execute("select max(id) from pending_registrations").fetchone()
    text = place.letter(f"confirm/{number}").get_body(("plain",)).get_content()
    return re.findall(rf"{HOST}/begin/\S+", text)[0].removeprefix(HOST)



def answered(place: Place, person: int = 1) -> tuple[str, str, str, str]:
    one = stored.of_person(place.app.conn, person)[-1]
    return one.state, one.title, one.purpose, one.wanted


def answer(visitor: Visitor, *answers: str) -> None:
    for said in answers:
        visitor.send("save", answer=said)


def test_three_questions_one_at_a_time_each_saved_at_once(place: Place) -> None:
    person = place.person()
    visitor = Visitor(place)
    visitor.get(proposing.link(place.app, person))
    seen = []
    for number, said in enumerate(ANSWERS):
        seen.append(re.findall(r"Question \d of \d", visitor.text))
        answer(visitor, said)
        assert answered(place)[1:] == ANSWERS[: number + 1] + ("",) * (2 - number)
    assert seen == [["Question 1 of 3"], ["Question 2 of 3"], ["Question 3 of 3"]]
    assert ("Thank you!" in visitor.text, answered(place)[0]) == (True, "complete")
    assert [w.proposal.source for w in proposals.listing(place.app)] == ["page"]


def test_opening_it_begins_nothing(place: Place) -> None:
    Visitor(place).get(proposing.link(place.app, place.person()))
    assert proposals.listing(place.app) == []


def test_answers_can_be_changed_until_a_coordinator_settled_it(place: Place) -> None:
    person = place.person()
    visitor = Visitor(place)
    visitor.get(proposing.link(place.app, person))
    answer(visitor, *ANSWERS)
    (change, *_) = [link for link in visitor.links() if "q=title" in link]
    visitor.get(change)
    answer(visitor, "A better title")
    assert (answered(place), "Thank you!" in visitor.text) == (("complete", "A better title", *ANSWERS[1:]), True)
    proposals.decline(place.app, 1, "test")
    assert visitor.get(change).status_code == 200
    assert "Question 1 of 3" in visitor.text
    answer(visitor, "Something else")
    assert answered(place) == ("asking", "Something else", "", "")


def test_answer_that_is_missing_or_too_long_is_asked_again_and_not_lost(place: Place) -> None:
    visitor = Visitor(place)
    visitor.get(proposing.link(place.app, place.person()))
    answer(visitor, "  ")
    assert (visitor.answer.status_code, "This is needed." in visitor.text) == (422, True)
    answer(visitor, "x" * 201)
    assert ("This is too long." in visitor.text, "x" * 201 in visitor.answer.text) == (True, True)
    assert proposals.listing(place.app) == []


def test_question_mark_at_the_end_is_an_answer_on_a_page(place: Place) -> None:
    visitor = Visitor(place)
    visitor.get(proposing.link(place.app, place.person()))
    answer(visitor, "Maps", "How do I cite a map?")
    assert answered(place) == ("asking", "Maps", "How do I cite a map?", "")


def test_it_can_be_taken_back_and_another_begun(place: Place) -> None:
    visitor = Visitor(place)
    visitor.get(proposing.link(place.app, place.person()))
    answer(visitor, "Maps")
    visitor.send("Take this proposal back", form=1)
    assert answered(place) == ("withdrawn", "Maps", "", "")
    answer(visitor, *ANSWERS)
    (another,) = [link for link in visitor.links() if "another" in link]
    visitor.get(another)
    answer(visitor, "Charts", "Read them")
    assert answered(place) == ("asking", "Charts", "Read them", "")
    assert [one.state for one in stored.of_person(place.app.conn, 1)] == ["withdrawn", "complete", "asking"]


def test_nobody_floods_the_desk(place: Place) -> None:
    visitor = Visitor(place)
    link = proposing.link(place.app, place.person())
    for _ in range(proposing.MOST_OPEN):
        visitor.get(f"{link}?q=another")
        answer(visitor, *ANSWERS)
    assert "another" not in " ".join(visitor.links())
    visitor.get(f"{link}?q=another")
    assert ("Several proposals of yours wait" in visitor.text, "Question" in visitor.text) == (True, False)
    assert len(proposals.listing(place.app)) == proposing.MOST_OPEN


def test_question_that_the_page_put_comes_by_mail_only_when_it_stays_open(place: Place) -> None:
    person = place.person()
    place.tick()
    visitor = Visitor(place)
    visitor.get(proposing.link(place.app, person))
    answer(visitor, "Maps")
    asked = [[key for key in (place.later(days=1), place.tick())[1] if "proposal" in key] for _ in range(12)]
    key = f"proposal_again/proposal-1/1/{person}"
    assert (asked[:5], [one for day in asked for one in day]) == ([[]] * 5, [key])
    text = place.letter(key).get_body(("plain",)).get_content()
    (link,) = re.findall(rf"{HOST}/propose/\S+", text)
    visitor.get(link)
    assert "Question 2 of 3" in visitor.text
    answer(visitor, *ANSWERS[1:])
    assert place.tick() == [f"proposal_complete/proposed-1/{person}"]


def test_next_question_after_an_answer_by_mail_comes_by_mail(place: Place) -> None:
    person = place.person()
    place.tick()
    proposing.answer(place.app, person, "title", "Maps")
    with database.write(place.app.conn) as conn:
        assert proposals.take(conn, 1, person, None, "Make one", place.time)
    assert [key for key in place.tick() if "proposal" in key] == [f"proposal_next/proposal-1/2/{person}"]


# -- by mail --------------------------------------------------------------------------------------------------


def test_somebody_unknown_is_registered_with_the_first_answer(place: Place) -> None:
    visitor = Visitor(place, "fr")
    link = asked(visitor, place)
    visitor.get(link)
    assert place.app.conn.execute("select count(*) from participants").fetchone()[0] == 0
    answer(visitor, *ANSWERS)
    row = place.app.conn.execute("select name, languages, registered_at is not null from participants").fetchall()
    assert [tuple(one) for one in row] == [("Rosa", '["fr"]', 1)]
    assert answered(place) == ("complete", *ANSWERS)


def test_somebody_known_stays_as_they_are(place: Place) -> None:
    person = place.person("Ada", email="ada@example.org", language="es")
    visitor = Visitor(place)
    visitor.get(asked(visitor, place, "ADA@example.org", "Another name"))
    answer(visitor, *ANSWERS)
    assert answered(place, person) == ("complete", *ANSWERS)
    rows = place.app.conn.execute("select name, languages from participants").fetchall()
    assert [tuple(row) for row in rows] == [("Ada", '["es"]')]


def test_answer_and_mail_are_the_same_for_known_and_unknown(place: Place) -> None:
    place.person("Rosa", email="rosa@example.org")
    visitor, seen = Visitor(place), []
    for address in ("rosa@example.org", "else@example.org"):
        link = asked(visitor, place, address)
        letter = place.letter(f"confirm/{len(seen) + 1}").get_body(("plain",)).get_content()
        page = visitor.get(link).text
        ours = r"\d-\d{5}-\w{24}|value=\"\w{24}\"|\b[a-z2-7]{12}\b"
        seen.append([re.sub(ours, "_", text) for text in (letter, page)])
    assert seen[0] == seen[1]


def test_mails_to_one_address_are_few(place: Place) -> None:
    visitor = Visitor(place)
    for _ in range(5):
        visitor.get("/propose")
        assert visitor.send(name="Rosa", email="rosa@example.org").status_code == 200
    assert len(place.outbox()) == 3


def test_link_of_the_mail_is_over_when_the_form_is_forgotten(place: Place) -> None:
    visitor = Visitor(place)
    link = asked(visitor, place)
    place.later(days=4)
    assert visitor.get(link).status_code == 410


@pytest.mark.parametrize(("name", "email"), [("", "rosa@example.org"), ("Rosa", "rosa"), ("Rosa", "")])
def test_form_that_is_wrong_says_so(place: Place, name: str, email: str) -> None:
    visitor = Visitor(place)
    visitor.get("/propose")
    visitor.send(name=name, email=email)
    assert (visitor.answer.status_code, place.outbox()) == (422, {})


def test_link_of_somebody_erased_is_over(place: Place) -> None:
    person = place.person()
    link = proposing.link(place.app, person)
    place.app.conn.execute("update participants set erased_at = '2026-11-22' where id = ?", (person,))
    assert Visitor(place).get(link).status_code == 410
