"""Issues from draft to the outbox: when one is drafted, who gets it, once, and who no longer does."""

from pathlib import Path

import pytest

from config.programme import Group
from domain.errors import UserError
from domain.newsletter import IssueKind, Words
from domain.participants import Role
from steps import newsletter, newsletter_archive, persons, status, why
from steps.newsletter_preview import inspect, said
from steps.newsletter_send import SendReport, send_approved
from store import contact_points, database
from tests.steps.issue_place import IssuePlace


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    return IssuePlace(tmp_path)


def test_approved_issue_goes_once_to_those_who_agreed(place: IssuePlace) -> None:
    ada, ben = place.reader("Ada"), place.reader("Ben", "fr")
    place.reader("Cem", agreed=False)
    issue = place.draft(en="All is well.", fr="Tout va bien.")
    assert (send_approved(place.app), place.sent()) == (SendReport(), [])
    assert place.approve(issue) == 2
    assert send_approved(place.app) == SendReport(issues=1, messages=2)
    assert place.sent() == [f"newsletter/{issue.id}/{ada}", f"newsletter/{issue.id}/{ben}"]
    assert (send_approved(place.app), place.sent(), place.state(issue)) == (SendReport(), [], "sent")


def test_who_leaves_after_it_was_recorded_gets_nothing(place: IssuePlace) -> None:
    ada, ben = place.reader("Ada"), place.reader("Ben")
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    with database.write(place.app.conn) as conn:  # as a one-click does, without taking anything back
        contact_points.suppress(conn, ben, "newsletter", "test", place.time)
    assert place.sent() == [f"newsletter/{issue.id}/{ada}"]
    assert place.by_key(f"newsletter/{issue.id}/{ben}").note == "asked for no more messages about newsletter"


def test_nothing_to_say_is_skipped_and_said_on_the_desk_until_somebody_knows(place: IssuePlace) -> None:
    issue = newsletter.draft(place.app, IssueKind.DIGEST, "test")
    kinds = [item["kind"] for item in status.needs_person(place.app)]
    assert (issue.state.value, kinds) == ("skipped", ["skipped issues"])
    newsletter.settle(place.app, issue, "test")
    assert status.needs_person(place.app) == []


def test_draft_waits_on_the_desk_for_approval(place: IssuePlace) -> None:
    place.draft()
    assert [(item["kind"], item["count"]) for item in status.needs_person(place.app)] == [("issues", 1)]


def test_dropped_issue_takes_back_what_has_not_left(place: IssuePlace) -> None:
    place.reader()
    place.reader()
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    place.deliver(limit=1)
    assert newsletter.drop(place.app, issue, "test") == 1
    assert sorted(place.outbox().values()) == ["cancelled", "sent"]
    with pytest.raises(UserError, match="all of it has left"):
        newsletter.drop(place.app, issue, "test")


def test_page_that_was_begun_is_not_gone_on_with_after_it_was_dropped(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    place.approve(issue)
    newsletter.drop(place.app, issue, "test")
    assert (send_approved(place.app), place.outbox(), place.state(issue)) == (SendReport(), {}, "dropped")


def test_issue_is_drafted_on_its_day_once(place: IssuePlace) -> None:
    def due(**at: float) -> bool:
        place.later(**at)
        return newsletter.draft_when_due(place.app, IssueKind.NEWSLETTER, "test") is not None

    # Noon of Sunday 22 November; the first Tuesday of December is the 1st, at eight.
    assert [due(), due(days=8), due(hours=19), due(hours=1), due(hours=1), due(days=1)] == [
        False, False, False, True, False, False,
    ]  # fmt: skip


def test_brief_goes_to_advisers_whom_a_coordinator_named_and_is_on_no_page(place: IssuePlace) -> None:
    ada, ben = place.reader("Ada", agreed=False), place.reader("Ben")
    place.app.conn.execute("insert into participant_roles values (?, 'adviser', 'wished')", (ben,))
    issue = newsletter.draft(place.app, IssueKind.BRIEF, "test", anyway=True)
    newsletter.write(place.app, issue, "opening", "first", {"en": Words("", "Well.")}, "test")
    seen = newsletter.preview(place.app, issue)
    nobody = said(seen, inspect(place.app, seen))
    assert "- 0 people would get it\n- 2 people would not: 2 is no adviser of the programme\n" in nobody
    assert "approve" not in nobody
    assert persons.role(place.app, str(ada), Role.ADVISER, "test")
    place.approve(issue)
    send_approved(place.app)
    assert place.sent() == [f"brief/{issue.id}/{ada}"]
    assert (newsletter_archive.listing(place.app), newsletter_archive.get(place.app, issue.id)) == ([], None)


def test_why_says_what_became_of_an_issue_for_everybody(place: IssuePlace) -> None:
    ada, ben, cem = place.reader("Ada"), place.reader("Ben"), place.reader("Cem", agreed=False)
    issue = place.draft()
    place.approve(issue)
    persons.suppress(place.app, str(ben), "newsletter", "test")
    send_approved(place.app)
    late = place.reader("Dov")
    people = (ada, ben, cem, late)
    told = [[(r.what, r.verdict, r.because) for r in why.why(place.app, str(p)) if r.what] for p in people]
    assert told == [
        [("newsletter", "queued", "on the approved list of the newsletter")],
        [("newsletter", "skip", "asked for no more messages about newsletter")],
        [("newsletter", "none", "did not agree to the newsletter")],
        [("newsletter", "none", "was not on the approved list")],
    ]


def test_erased_sharer_is_named_in_no_kept_issue(place: IssuePlace) -> None:
    sharer = place.person('Rosa "R" Quispe-ñ', consents={"quoted": True})
    session = place.session("Maps", "2026-11-22T13:00Z", sharers='Rosa "R" Quispe-ñ')
    place.app.conn.execute("update sharers set participant_id = ? where session_id = ?", (sharer, session.id))
    place.reader()
    place.later(hours=6)
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)

    def thanks() -> tuple[str, ...]:
        return newsletter.preview(place.app, newsletter.find(place.app, str(issue.id))).content.thanks

    assert thanks() == ('Rosa "R" Quispe-ñ',)
    persons.erase(place.app, str(sharer), "test")
    assert thanks() == ()
    (left,) = place.app.conn.execute("select count(*) from issues where content like '%Rosa%'").fetchone()
    assert left == 0


def test_group_gets_a_public_issue_in_posts_once(tmp_path: Path) -> None:
    place = IssuePlace(tmp_path, groups=(Group("Ours", -100),))
    place.environ["LETSCONNECT_TELEGRAM_TOKEN"] = "1:x"
    place.app = place.another()
    place.reader("Ada")
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    send_approved(place.app)
    rows = place.app.conn.execute("select key, recipient from outbox where channel = 'telegram'").fetchall()
    assert [tuple(row) for row in rows] == [(f"newsletter/{issue.id}/group/-100/1", "-100")]
