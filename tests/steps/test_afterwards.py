"""After a session: who gets which letter, each once, whatever is run twice or killed in between."""

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.cadences import EVENTS
from domain.errors import UserError
from domain.newsletter import IssueKind
from domain.sessions import Session
from domain.times import iso
from steps import badges, closing, newsletter, newsletter_content, resources, session_state, status
from steps.attendance import attended
from steps.inbox import read_filed
from steps.plan import plan
from store import resources as stored
from store import support as stored_support
from tests.programme import Place
from tests.steps.mails_in import reply_by_text
from tests.visitor import Visitor, with_pages

ABOUT = {"materials", "thanks", "badge", "request_noted", "audience_languages", "audience_brief"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Ada leads; Ben came; Cy registered and did not; Di was invited with everybody and said nothing. It is over."""
    place = Place(tmp_path)
    rules = place.programme.rules
    points = {code: point for code, point in rules.touchpoints.items() if code in ABOUT or code in EVENTS}
    place.programme = replace(place.programme, rules=replace(rules, touchpoints=points))
    place.app = place.another()
    for name in ("Ada", "Ben", "Cy", "Di"):
        place.person(name)
    place.welcomed()
    return place


def clinic(place: Place, hours: float = 1, **fields: str) -> Session:
    session = place.session(start=iso(place.time + timedelta(hours=hours)), languages="en", **fields)
    place.app.conn.execute("insert into sharers values (?, 0, 'Ada', 1)", (session.id,))
    place.app.conn.execute(
        "insert into checklists (session_id, participant_id, position, created_at) values (?, 1, 0, ?)",
        (session.id, iso(place.time)),
    )
    for person in (2, 3):
        place.register(person, session)
    return session


def over(place: Place) -> Session:
    session = clinic(place)
    place.tick()
    place.later(hours=4)
    attended(place.app, str(session.id), ["1", "2"], "test")
    return session


def complete(place: Place, session: Session) -> None:
    for kind in ("recording", "slides"):
        fields = {"kind": kind, "url": f"https://c.example/{kind}", "size": "84MB", "language": "fr"}
        resources.add(place.app, str(session.id), fields, "test")


def letters(place: Place) -> list[str]:
    """Who got what, but for the calendar's letters: `materials Ben`."""
    rows = place.app.conn.execute(
        "select o.touchpoint || ' ' || p.name from outbox o join participants p on p.id = o.participant_id"
        " where o.state = 'sent' and o.touchpoint not in ('invitation', 'general_invitation') order by 1"
    )
    return [row[0] for row in rows]


def key(place: Place, touchpoint: str, person: int) -> str:
    query = "select key from outbox where touchpoint = ? and participant_id = ?"
    (found,) = place.app.conn.execute(query, (touchpoint, person)).fetchall()
    return str(found[0])


def text(place: Place, touchpoint: str, person: int) -> str:
    body = place.letter(key(place, touchpoint, person)).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


# -- materials ----------------------------------------------------------------------------------------------------


def test_materials_go_once_to_who_came_and_to_who_could_not(place: Place) -> None:
    session = over(place)
    resources.add(place.app, str(session.id), {"kind": "recording", "url": "https://c.example/r"}, "test")
    place.later(days=1)
    assert place.tick() == []  # the slides are missing
    complete(place, session)
    assert place.tick() == []  # several are often added one after another
    place.later(days=1)
    place.tick()
    assert letters(place) == ["materials Ben", "materials Cy"]
    assert "Thank you for being with us" in text(place, "materials", 2)
    assert "It is a pity that you" in text(place, "materials", 3)
    assert "Slides: Proposal writing, French, 84 MB\n  https://c.example/slides" in text(place, "materials", 2)
    resources.add(place.app, str(session.id), {"kind": "template", "url": "https://c.example/late"}, "test")
    for _ in range(30):
        place.later(days=1)
        place.tick()
    assert letters(place) == ["materials Ben", "materials Cy"]


def test_slides_and_recording_at_one_address_are_told_as_two(place: Place) -> None:
    with_pages(place)
    session = over(place)
    url = "https://c.example/all"
    for kind in ("recording", "slides", "recording", "link"):
        resources.add(place.app, str(session.id), {"kind": kind, "url": url}, "test")
    place.later(days=2)
    place.tick()
    lines = [line.strip() for line in text(place, "materials", 2).splitlines()]
    assert [line for line in lines if "Proposal writing" in line and line.startswith("- ")] == [
        "- Recording: Proposal writing", "- Slides: Proposal writing",
    ]  # fmt: skip
    assert lines.count(url) == 2
    visitor = Visitor(place)
    visitor.get(f"/sessions/{session.id}")
    assert visitor.links().count(url) == 2
    issue = newsletter.draft(place.app, IssueKind.NEWSLETTER, "test", anyway=True)
    (missed,) = newsletter_content.assemble(place.app, issue, place.time, place.time).missed
    assert [(one.kind, one.url) for one in missed.resources] == [("recording", url), ("slides", url)]


def test_materials_wait_for_the_end_of_a_session_that_moves(place: Place) -> None:
    session = clinic(place, hours=48)
    place.tick()
    complete(place, session)
    place.change(session, start=iso(place.time + timedelta(days=9)))
    for _ in range(9):
        place.later(days=1)
        place.tick()
    assert [one for one in letters(place) if one.startswith("materials")] == []
    place.later(days=2)
    place.tick()
    assert [one for one in letters(place) if one.startswith("materials")] == ["materials Ben", "materials Cy"]


def test_materials_of_a_cancelled_session_go_to_nobody(place: Place) -> None:
    session = over(place)
    complete(place, session)
    place.cancel(session)
    place.later(days=2)
    place.tick()
    assert [one for one in letters(place) if one.startswith("materials")] == []


def test_materials_reach_who_is_entered_late_and_not_who_declined(place: Place) -> None:
    session = over(place)
    place.app.conn.execute("update invitations set partstat = 'DECLINED' where participant_id = 3")
    place.app.conn.execute("update registrations set state = 'withdrawn' where participant_id = 3")
    complete(place, session)
    place.later(days=2)
    place.tick()
    attended(place.app, str(session.id), ["4"], "test")
    place.later(days=2)
    place.tick()
    assert letters(place) == ["materials Ben", "materials Di"]


def test_materials_without_a_list_of_attendance_go_by_what_people_said(place: Place) -> None:
    session = clinic(place)
    place.tick()
    place.app.conn.execute("update invitations set partstat = 'ACCEPTED' where participant_id = 2")
    place.later(hours=4)
    complete(place, session)
    place.later(days=2)
    place.tick()
    assert letters(place) == ["materials Ben", "materials Cy"]
    assert "Thank you for being with us" in text(place, "materials", 2)
    assert "It is a pity" in text(place, "materials", 3)


def test_materials_come_once_to_who_is_entered_after_they_left(place: Place) -> None:
    session = over(place)
    complete(place, session)
    place.later(days=2)
    place.tick()
    attended(place.app, str(session.id), ["3"], "test")
    place.later(days=2)
    place.tick()
    assert letters(place) == ["materials Ben", "materials Cy"]


# -- closing ------------------------------------------------------------------------------------------------------


def test_session_closes_only_when_documented_and_says_what_is_missing(place: Place) -> None:
    session = clinic(place)
    place.app.conn.execute(
        "insert into checklist_items (session_id, code, owner, after, offset_minutes, way, created_at)"
        " values (?, 'upload_notes', 'sharer', 1, 600, 'link', ?)",
        (session.id, iso(place.time)),
    )
    with pytest.raises(UserError) as refused:
        closing.close(place.app, "1", "test")
    assert [p.what for p in refused.value.problems] == [
        "still missing: it is not over yet", "still missing: the list of attendance",
        "still missing: resource: recording", "still missing: resource: slides",
        "still missing: checklist: upload notes",
    ]  # fmt: skip
    place.app.conn.execute("update checklist_items set state = 'help'")  # who asked for it waits for it
    assert session_state.of(place.app, session).missing[-1] == "checklist: upload notes"
    place.later(hours=4)
    attended(place.app, "1", ["2"], "test")
    place.app.conn.execute("update checklist_items set state = 'not_needed'")
    place.app.conn.execute(  # what was to be done before the session keeps nothing open after it
        "insert into checklist_items (session_id, code, owner, after, offset_minutes, way, created_at)"
        " values (1, 'slides', 'sharer', 0, -600, 'link', ?)",
        (iso(place.time),),
    )
    resources.add(place.app, "1", {"kind": "slides", "url": "https://c.example/s"}, "test")
    before = list(place.app.conn.iterdump())
    waived = closing.Brought(without=["recording"])
    assert closing.close(place.app, "1", "test", waived, dry_run=True).closed_at == place.time
    assert list(place.app.conn.iterdump()) == before
    assert (session_state.documented(place.app).percent, session_state.documented(place.app).waiting) == (0, (1,))
    closed = closing.close(place.app, "1", "test", waived)
    assert (closed.documented, closed.waived, closed.closed_at) == (True, ("recording",), place.time)
    assert session_state.documented(place.app).percent == 100
    at = place.time
    place.later(days=1)
    assert closing.close(place.app, "1", "test").closed_at == at


def test_cancelled_session_cannot_be_closed(place: Place) -> None:
    place.cancel(over(place))
    with pytest.raises(UserError, match="it was cancelled"):
        closing.close(place.app, "1", "test")


def test_sharers_are_thanked_once_with_credit_where_they_agreed(place: Place) -> None:
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    place.app.conn.execute("insert into consents values (1, 'directory', 1, 'form', '0')")
    complete(place, over(place))
    closing.close(place.app, "1", "test")
    place.later(days=2)
    place.tick()
    closing.close(place.app, "1", "test")
    place.later(days=2)
    place.tick()
    assert [one for one in letters(place) if one.startswith("thanks")] == ["thanks Ada"]
    words = text(place, "thanks", 1)
    assert "2 people learned with you." in words
    assert "2 resources are kept" in words
    assert "https://pages.example.org/sessions/1" in words


def test_sharer_who_did_not_agree_is_thanked_without_public_credit(place: Place) -> None:
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    complete(place, over(place))
    closing.close(place.app, "1", "test")
    place.later(days=2)
    place.tick()
    assert "/sessions/1" not in text(place, "thanks", 1)


def test_undocumented_session_is_on_the_desk_after_a_week(place: Place) -> None:
    over(place)
    assert "undocumented" not in [item["kind"] for item in status.needs_person(place.app)]
    place.later(days=8)
    (item,) = [item for item in status.needs_person(place.app) if item["kind"] == "undocumented"]
    assert (item["count"], item["do"]) == (1, "letsconnect session state 1, then session close")


def test_state_of_a_session_in_words(place: Place) -> None:
    session = over(place)
    complete(place, session)
    told = session_state.told(session_state.of(place.app, session))
    assert (told["took part"], told["resources"], told["still missing"]) == ("2", "1 recording, 1 slides", "nothing")


# -- badges and requests ------------------------------------------------------------------------------------------


def test_badge_letter_comes_once_and_not_for_one_that_was_taken_back(place: Place) -> None:
    over(place)
    badges.issue(place.app, "test")
    badges.revoke(place.app, 1, "test")
    for _ in range(3):
        badges.issue(place.app, "test")
        place.later(days=1)
        place.tick()
    kept = [b for b in badges.listing(place.app) if b.revoked_at is None]
    name = {1: "Ada", 2: "Ben"}[kept[0].participant_id]
    assert [one for one in letters(place) if one.startswith("badge")] == [f"badge {name}"]


def test_reply_to_the_materials_opens_a_request_and_is_answered_honestly(place: Place) -> None:
    complete(place, over(place))
    place.later(days=2)
    place.tick()
    conn = place.app.conn
    stored_support.ask(conn, 4, stored_support.Ask.REVIEW, "hand", place.time)
    message = place.by_key(key(place, "materials", 2))
    place.file(reply_by_text("Review, please.\n\nBen", to=message.message_id, sender="p2@example.org"))
    read_filed(place.app)
    assert stored_support.of_session(conn, 1) == {"review": 1}
    place.tick()
    assert "request_noted Ben" in letters(place)
    assert "of 2 such requests so far, we could grant 0" in " ".join(text(place, "request_noted", 2).split())
    place.file(reply_by_text("The room was cold.", to=message.message_id, sender="p2@example.org", ident="r2"))
    assert read_filed(place.app).for_person == 1


# -- the audience -------------------------------------------------------------------------------------------------


def test_sharer_hears_of_languages_early_and_of_everything_three_days_ahead(place: Place) -> None:
    for number in range(4):
        place.person(f"F{number}", language="fr")
    place.welcomed()
    session = clinic(place, hours=24 * 14)
    for person in range(5, 9):
        place.register(person, session)
    for _ in range(13):
        place.later(days=1)
        place.tick()
    briefs = [one for one in letters(place) if one.startswith("audience")]
    assert briefs == ["audience_brief Ada", "audience_languages Ada"]
    early, late = text(place, "audience_languages", 1), text(place, "audience_brief", 1)
    assert "Interpretation is wanted into: French" in early
    assert "6 people have registered so far" in " ".join(late.split())
    (item,) = [item for item in status.needs_person(place.app) if item["kind"] == "interpretation"]
    assert item["why"] == "interpretation is wanted (session 1: fr)"
    place.change(session, interpretation="fr")
    assert "interpretation" not in [item["kind"] for item in status.needs_person(place.app)]


# -- twice, and killed --------------------------------------------------------------------------------------------


def steps_of(place: Place, session: Session) -> list[Callable[[], object]]:
    return [
        lambda: complete(place, session),
        lambda: closing.close(place.app, str(session.id), "test"),
        lambda: badges.issue(place.app, "test"),
        lambda: place.later(days=2),
        lambda: plan(place.app),
        lambda: place.deliver(),
        lambda: place.later(days=2),
        lambda: place.tick(),
    ]


EXPECTED = ["badge Ada", "badge Ben", "materials Ben", "materials Cy", "thanks Ada"]


def test_everything_twice_comes_once(place: Place) -> None:
    session = over(place)
    for step in steps_of(place, session):
        step()
        step()
    assert letters(place) == EXPECTED


@pytest.mark.parametrize("statement", range(0, 60, 4))
def test_killed_in_between_and_run_again_comes_once(place: Place, statement: int) -> None:
    """The process ends at the n-th writing statement of the steps, and a new one begins from the front."""
    session = over(place)
    real, left = place.app.conn, [statement]
    real.set_progress_handler(lambda: int(left[0] < 0), 50)
    real.set_trace_callback(lambda sql: left.__setitem__(0, left[0] - sql.lower().startswith(("insert", "update"))))
    with contextlib.suppress(sqlite3.OperationalError):
        for step in steps_of(place, session):
            step()
    real.set_progress_handler(None, 0)
    real.set_trace_callback(None)
    if real.in_transaction:
        real.execute("rollback")
    place.app = place.another()
    for step in steps_of(place, session):
        step()
    assert letters(place) == EXPECTED


def test_records_are_made_once(place: Place) -> None:
    conn = place.app.conn
    session = over(place)
    complete(place, session)
    assert not stored.materials_in(conn, session.id, place.time + timedelta(days=9))
    (rows,) = conn.execute("select count(*) from followups where kind = 'materials'").fetchone()
    assert rows == 2
