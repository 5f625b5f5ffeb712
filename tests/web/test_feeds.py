"""Calendar feeds: accepted by clients' own parsers, asked for cheaply, the same entries as the invitations."""

from pathlib import Path
from typing import Any

import icalendar
import pytest

from steps import feeds
from steps.page_links import Page, url
from tests.judges.judge import judge_ical_js, judge_libical
from tests.programme import Place
from tests.visitor import Visitor, with_pages

TITLE = "Maps, “قراءة” & more; part 1"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


def events(visitor: Visitor) -> list[Any]:
    assert visitor.answer.status_code == 200
    return list(icalendar.Calendar.from_ical(visitor.answer.content).walk("VEVENT"))


def invited(place: Place) -> tuple[int, Any]:
    person, session = place.person("Ada"), place.session(TITLE, purpose="Read\nmaps", languages="en")
    place.welcomed()
    place.register(person, session)
    place.tick()
    return person, session


def answer(place: Place, person: int, partstat: str) -> None:
    place.app.conn.execute(
        "update invitations set partstat = ?, answered_at = '2026-11-22T12:30:00Z' where participant_id = ?",
        (partstat, person),
    )


@pytest.mark.parametrize("judge", [judge_ical_js, judge_libical])
def test_feeds_are_accepted_by_parsers_of_clients(place: Place, judge: Any) -> None:
    person, session = invited(place)
    place.cancel(place.session("Called off", "2026-12-05T10:00Z"))
    visitor = Visitor(place)
    for address, titles in (
        ("/calendar.ics", [TITLE, "Called off"]),
        (feeds.link(place.app, person), [TITLE]),
        (f"/sessions/{session.id}.ics", [TITLE]),
    ):
        verdict = judge(visitor.get(address).content)
        assert (verdict["ok"], verdict["error"], verdict["method"]) == (True, "", "PUBLISH")
        assert ["".join(event["summary"]) for event in verdict["events"]] == titles


def test_headers_and_intervals_that_clients_look_at(place: Place) -> None:
    invited(place)
    answer = Visitor(place).get("/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["last-modified"] == "Sun, 22 Nov 2026 12:00:00 GMT"
    assert answer.headers["cache-control"] == "public, max-age=900"
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in answer.content


def test_personal_feed_has_the_entry_of_the_invitation(place: Place) -> None:
    person, session = invited(place)
    _, sent = place.event(f"invite/{session.id}/0/{person}")
    visitor = Visitor(place)
    visitor.get(feeds.link(place.app, person))
    (event,) = events(visitor)
    assert (event["UID"], event["SEQUENCE"], event["DTSTART"].dt) == (sent["UID"], sent["SEQUENCE"], sent["DTSTART"].dt)
    assert (event["STATUS"], event["LOCATION"]) == ("TENTATIVE", "https://meet.example.org/x")
    assert b"Ada" not in visitor.answer.content
    assert b"p1@example.org" not in visitor.answer.content


def test_registration_is_in_the_feed_before_the_invitation_left_and_keeps_its_uid(place: Place) -> None:
    person, session = place.person(), place.session()
    place.register(person, session)
    visitor, link = Visitor(place), feeds.link(place.app, person)
    visitor.get(link)
    before = [event["UID"] for event in events(visitor)]
    place.tick()
    visitor.get(link)
    assert [event["UID"] for event in events(visitor)] == before


@pytest.mark.parametrize(
    ("partstat", "status"), [("ACCEPTED", ["CONFIRMED"]), ("TENTATIVE", ["TENTATIVE"]), ("DECLINED", [])]
)
def test_personal_feed_shows_what_was_answered(place: Place, partstat: str, status: list[str]) -> None:
    person, _ = invited(place)
    answer(place, person, partstat)
    visitor = Visitor(place)
    visitor.get(feeds.link(place.app, person))
    assert [event["STATUS"] for event in events(visitor)] == status


def test_session_that_moves_and_is_cancelled_does_so_in_the_feeds(place: Place) -> None:
    person, session = invited(place)
    visitor = Visitor(place)
    place.later(minutes=5)
    place.change(session, start="2026-12-04T09:00Z")
    for address in ("/calendar.ics", feeds.link(place.app, person)):
        visitor.get(address)
        (event,) = events(visitor)
        assert (event["DTSTART"].dt.isoformat(), event["SEQUENCE"]) == ("2026-12-04T09:00:00+00:00", 1)
    place.cancel(session)
    for address in ("/calendar.ics", feeds.link(place.app, person)):
        visitor.get(address)
        assert [event["STATUS"] for event in events(visitor)] == ["CANCELLED"]


def test_who_has_it_gets_no_body_until_it_changes(place: Place) -> None:
    person, session = invited(place)
    visitor = Visitor(place)
    for address in ("/calendar.ics", feeds.link(place.app, person)):
        first = visitor.get(address)
        tag = first.headers["etag"]
        again = visitor.get(address, headers={"if-none-match": f'"other", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert visitor.get(address, headers={"if-none-match": '"other"'}).status_code == 200
    since = {"if-modified-since": "Sun, 22 Nov 2026 12:00:00 GMT"}
    assert visitor.get("/calendar.ics", headers=since).status_code == 304
    assert visitor.get("/calendar.ics", headers={"if-modified-since": "nonsense"}).status_code == 200
    assert visitor.get(feeds.link(place.app, person), headers=since).status_code == 200
    place.later(minutes=1)
    place.change(session, title="Maps again")
    assert visitor.get("/calendar.ics", headers=since | {"if-none-match": tag}).status_code == 200
    assert visitor.get("/calendar.ics", headers=since).status_code == 200


def test_public_feed_has_no_link_to_join(place: Place) -> None:
    invited(place)
    assert b"meet.example.org" not in Visitor(place).get("/calendar.ics").content


def test_new_address_makes_the_old_one_void(place: Place) -> None:
    person, _ = invited(place)
    old = feeds.link(place.app, person)
    feeds.renew(place.app, person)
    new = feeds.link(place.app, person)
    feeds.renew(place.app, person)
    visitor = Visitor(place)
    assert [visitor.get(one).status_code for one in (old, new, feeds.link(place.app, person))] == [410, 410, 200]


def test_feed_of_somebody_withdrawn_or_erased(place: Place) -> None:
    person, session = invited(place)
    link = feeds.link(place.app, person)
    place.withdraw(person, session)
    visitor = Visitor(place)
    visitor.get(link)
    assert events(visitor) == []
    place.app.conn.execute("update participants set erased_at = '2026-11-22' where id = ?", (person,))
    assert visitor.get(link).status_code == 410


def test_address_of_another_kind_is_none(place: Place) -> None:
    other = url(place.app, Page.RSVP, (1, 1), place.time).replace("rsvp", "calendar")
    assert Visitor(place).get(f"{other}.ics").status_code == 404
    assert Visitor(place).get("/sessions/77.ics").status_code == 404
