"""What an approval is bound to: content, wording, readers and days; whatever else has changed asks again."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import UserError
from domain.newsletter import Words
from steps import newsletter, persons
from steps.newsletter_send import SendReport, send_approved
from tests.steps.issue_place import IssuePlace


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    return IssuePlace(tmp_path)


def test_code_of_an_earlier_preview_approves_nothing(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    code = newsletter.preview(place.app, issue).code
    newsletter.write(place.app, issue, "news", "first", {"en": Words("News", "All is well!")}, "test")
    with pytest.raises(UserError, match="not those of"):
        newsletter.approve(place.app, issue, code, "test")
    place.reader("somebody new")
    code = newsletter.preview(place.app, issue).code
    place.reader("somebody newer")
    with pytest.raises(UserError, match="not those of"):
        newsletter.approve(place.app, issue, code, "test")
    assert (send_approved(place.app), place.outbox(), place.state(issue)) == (SendReport(), {}, "draft")


def test_session_moved_after_the_approval_asks_again(place: IssuePlace) -> None:
    place.reader()
    session = place.session()
    issue = place.draft()
    place.approve(issue)
    place.change(session, start="2026-12-05T14:00Z")
    assert send_approved(place.app) == SendReport(asked_again=1)
    assert (place.outbox(), place.state(issue)) == ({}, "draft")
    assert newsletter.find(place.app, "newsletter").note == "asked again: its content has changed"
    assert place.approve(issue) == 1
    assert send_approved(place.app) == SendReport(issues=1, messages=1)


def test_somebody_new_after_the_approval_asks_again(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    place.approve(issue)
    place.reader("late")
    assert (send_approved(place.app), place.state(issue)) == (SendReport(asked_again=1), "draft")
    assert newsletter.find(place.app, "newsletter").note == "asked again: 1 more people would get it"


def test_other_words_after_the_approval_ask_again_even_half_way(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    place.approve(issue)
    place.app.conn.execute("update issues set state = 'sending'")
    place.programme = replace(place.programme, name="Another name")
    place.app = place.another()
    assert (send_approved(place.app), place.state(issue)) == (SendReport(asked_again=1), "draft")
    assert newsletter.find(place.app, "newsletter").note == "asked again: its wording has changed"


def test_approval_is_good_for_days_but_not_for_ever(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    place.approve(issue)
    place.later(days=8)
    assert send_approved(place.app) == SendReport(asked_again=1)
    place.approve(issue)
    place.later(days=6)
    assert send_approved(place.app) == SendReport(issues=1, messages=1)


def test_who_leaves_after_the_approval_gets_nothing_and_nobody_is_asked(place: IssuePlace) -> None:
    ada, ben, cem = place.reader("Ada"), place.reader("Ben"), place.reader("Cem")
    issue = place.draft()
    place.approve(issue)
    persons.suppress(place.app, str(ben), "newsletter", "test")
    persons.erase(place.app, str(cem), "test")
    assert send_approved(place.app) == SendReport(issues=1, messages=1, left=2)
    assert place.sent() == [f"newsletter/{issue.id}/{ada}"]
