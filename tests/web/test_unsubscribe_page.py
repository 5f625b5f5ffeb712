"""No more of this: by a mail program's button, by one press, topic by topic; undone; honoured when sending."""

import re
from pathlib import Path

import pytest

from config import programme, settings
from templates_email.catalogues import PAGES
from tests.programme import Place
from tests.visitor import Visitor, with_pages


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


def letter(place: Place, **about: str) -> tuple[int, str, str]:
    """A person, the key of an invitation that left, and the address in its List-Unsubscribe."""
    person = place.person(**about)
    place.welcomed()
    session = place.session()
    place.register(person, session)
    (key,) = place.tick()
    found = re.match(r"<(https://[^>]*)>, <mailto:", place.letter(key)["list-unsubscribe"])
    assert found
    return person, key, found[1]


def suppressed(place: Place) -> list[tuple[str, str]]:
    rows = place.app.conn.execute("select topic, reason from suppressions where lifted_at is null order by id")
    return [tuple(row) for row in rows]


def test_mail_carries_both_headers_and_the_link(place: Place) -> None:
    _, key, link = letter(place)
    mail = place.letter(key)
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    body = mail.get_body(("plain",))
    assert body is not None
    assert link in body.get_content()


def test_without_tls_there_is_no_one_click(tmp_path: Path) -> None:
    place = with_pages(Place(tmp_path), "http://127.0.0.1:8080")
    person = place.person()
    place.tick()
    mail = place.letter(f"welcome/{person}")
    assert (mail["list-unsubscribe-post"], "https" in mail["list-unsubscribe"]) == (None, False)


@pytest.mark.parametrize("multipart", [True, False])
def test_one_click_stops_the_topic_and_twice_is_once(place: Place, multipart: bool) -> None:
    person, _, link = letter(place)
    fields = {"List-Unsubscribe": "One-Click"}
    sent = {"files": {name: (None, value) for name, value in fields.items()}} if multipart else {"data": fields}
    for _ in range(2):
        assert Visitor(place).ask("POST", link, **sent).status_code == 200
    assert suppressed(place) == [("sessions", "asked by a mail program's button")]
    events = place.app.conn.execute("select kind, detail from delivery_events").fetchall()
    assert [tuple(row) for row in events] == [("unsubscribed", "sessions")]
    assert place.app.conn.execute("select max(last_sign_at) from contact_points").fetchone()[0] is None
    assert person


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_page_stops_nothing(place: Place, method: str) -> None:
    _, _, link = letter(place)
    assert Visitor(place).ask(method, link).status_code == 200
    assert suppressed(place) == []


def test_stop_and_undo(place: Place) -> None:
    _, _, link = letter(place)
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("stop")
    assert "You get no more mails about this: sessions that you registered for" in visitor.text
    assert suppressed(place) == [("sessions", "asked on the page")]
    visitor.send("undo")
    assert "The mail that brought you here was about this:" in visitor.text
    assert suppressed(place) == []


def test_what_was_queued_is_taken_back_and_nothing_leaves(place: Place) -> None:
    person, _, link = letter(place)
    other = place.session("Maps", "2026-12-04T14:00Z")
    place.register(person, other)
    place.plan()
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("stop")
    assert place.tick() == []
    assert place.outbox()[f"invite/{other.id}/0/{person}"] == "cancelled"
    visitor.send("undo")
    assert place.tick() == [f"invite/{other.id}/0/{person}"]


def test_stop_between_claim_and_sending(place: Place) -> None:
    person, _, link = letter(place)
    other = place.session("Maps", "2026-12-04T14:00Z")
    place.register(person, other)
    place.plan()
    place.app.conn.execute("update outbox set state = 'queued' where state = 'cancelled'")
    Visitor(place).post(link, {"List-Unsubscribe": "One-Click"})
    place.app.conn.execute("update outbox set state = 'queued' where state = 'cancelled'")  # as if recorded just after
    assert place.tick() == []


def test_topics_are_chosen_one_by_one(place: Place) -> None:
    _, _, link = letter(place, consents={"invitations": False})
    visitor = Visitor(place)
    visitor.get(link)
    assert _ticked(visitor) == _all(visitor) - {"general_invitations"}
    visitor.send("choose", form=1, topic=["sessions", "general_invitations"])
    assert _ticked(visitor) == {"sessions", "general_invitations"}
    assert {topic for topic, _ in suppressed(place)} == _all(visitor) - {"sessions", "general_invitations"}
    agreed = place.app.conn.execute("select granted, source from consents where topic = 'invitations'").fetchone()
    assert tuple(agreed) == (1, "page")
    visitor.send("choose", form=1, topic=sorted(_all(visitor)))
    assert suppressed(place) == []


def test_no_mails_at_all_and_back(place: Place) -> None:
    person, _, link = letter(place)
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("stop_all", form=1)
    assert "We send you no mails any more." in visitor.text
    assert [topic for topic, _ in suppressed(place)] == ["*"]
    place.register(person, place.session("Maps", "2026-12-04T14:00Z"))
    assert place.tick() == []
    visitor.send("choose", form=1, topic=[])  # nothing stays nothing
    assert [topic for topic, _ in suppressed(place)] == ["*"]
    visitor.send("undo_all")
    assert suppressed(place) == []
    assert len(place.tick()) == 1


def test_some_topics_again_after_none_at_all(place: Place) -> None:
    _, _, link = letter(place)
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("stop_all", form=1)
    visitor.send("choose", form=1, topic=["reminders"])
    assert _ticked(visitor) == {"reminders"}
    assert "*" not in {topic for topic, _ in suppressed(place)}


def test_topic_that_is_none_of_ours_is_refused(place: Place) -> None:
    _, _, link = letter(place)
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("choose", form=1, topic=["everything"])
    assert (visitor.answer.status_code, suppressed(place)) == (422, [])


def test_link_of_another_message_cannot_be_made(place: Place) -> None:
    _, _, link = letter(place)
    other = "a" * 12 if "/aaaaaaaaaaaa-" not in link else "b" * 12
    assert Visitor(place).get(re.sub(r"/[a-z2-7]{12}-", f"/{other}-", link)).status_code == 404


def test_every_topic_of_the_cadences_has_a_name() -> None:
    rules = programme.load(settings.ROOT / "config").rules
    named = set(re.findall(r'topic == "(\w+)"', (PAGES.folder / "_topics.html").read_text("utf-8")))
    assert {point.topic for point in rules.touchpoints.values()} - named == set()


def _ticked(visitor: Visitor) -> set[str]:
    return set(re.findall(r'name="topic" value="(\w+)" checked', visitor.answer.text))


def _all(visitor: Visitor) -> set[str]:
    return set(re.findall(r'name="topic" value="(\w+)"', visitor.answer.text))
