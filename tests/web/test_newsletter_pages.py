"""The archive of issues and its feed: for everybody, in their language, and without anything of a reader."""

from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest

from domain.newsletter import IssueKind
from steps import newsletter
from steps.newsletter_send import send_approved
from store.newsletter import Issue
from tests.steps.issue_place import IssuePlace
from tests.visitor import HOST, Visitor, with_pages

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    place = IssuePlace(tmp_path)
    with_pages(place)
    place.reader("Ada Lovelace")
    return place


def sent(place: IssuePlace, **texts: str) -> Issue:
    issue = place.draft(**texts)
    place.approve(issue)
    send_approved(place.app)
    return issue


def test_sent_issue_is_shown_in_the_visitors_language(place: IssuePlace) -> None:
    place.session("Maps", sharers="Rosa Quispe", purpose="Learn *maps*.")
    issue = sent(place, en="All is well.", ar="كل شيء بخير.")
    visitor = Visitor(place, "ar")
    page = visitor.get(f"/newsletters/{issue.id}").text
    html5lib.HTMLParser(strict=True).parse(page)
    assert ['<article lang="ar" dir="rtl">' in page, "كل شيء بخير." in page, "<em>maps</em>" in page] == [True] * 3
    assert [name in page for name in ("Ada", "Rosa")] == [False, False]
    english = Visitor(place, "fr").get(f"/newsletters/{issue.id}").text
    assert ['<html lang="fr"' in english, '<article lang="en" dir="ltr">' in english] == [True, True]


def test_only_sent_issues_for_everybody_are_there(place: IssuePlace) -> None:
    draft = place.draft()
    adviser = place.reader("Cleo")
    place.app.conn.execute("insert into participant_roles (participant_id, role) values (?, 'adviser')", (adviser,))
    brief = place.draft("brief")
    place.approve(brief)
    send_approved(place.app)
    visitor = Visitor(place)
    found = [visitor.get(f"/newsletters/{number}").status_code for number in (draft.id, brief.id, 99, 2**40)]
    assert (place.state(brief), found) == ("sent", [404] * 4)
    assert "No issue has been sent yet." in visitor.get("/newsletters").text


def test_list_leads_to_the_issues(place: IssuePlace) -> None:
    issue = sent(place)
    page = Visitor(place).get("/newsletters").text
    title = "Let&#39;s Connect newsletter, November 2026"
    assert f'<a href="/newsletters/{issue.id}" lang="en" dir="ltr">{title}</a>' in page


def test_list_of_sessions_leads_to_the_issues_when_there_are_public_ones(place: IssuePlace) -> None:
    adviser = place.reader("Cleo")
    place.app.conn.execute("insert into participant_roles (participant_id, role) values (?, 'adviser')", (adviser,))
    brief = place.draft("brief")
    place.approve(brief)
    send_approved(place.app)
    place.draft()
    visitor, found = Visitor(place, "fr"), []
    for _ in range(2):
        visitor.get("/")
        found.append("/newsletters" in visitor.links())
        sent(place)
    assert (place.state(brief), found) == ("sent", [False, True])


def test_feed_is_atom_with_lasting_ids_and_is_not_sent_twice(place: IssuePlace) -> None:
    issue = sent(place)
    visitor = Visitor(place)
    answer = visitor.get("/newsletters.atom")
    feed = ElementTree.fromstring(answer.content)
    ids = [one.text for one in feed.iterfind("a:entry/a:id", ATOM)]
    assert (answer.headers["content-type"], ids) == ("application/atom+xml", [f"{HOST}/newsletters/{issue.id}"])
    content = feed.find("a:entry/a:content", ATOM)
    assert content is not None and "<h3>" in (content.text or "")
    assert feed.findtext("a:updated", "", ATOM) == "2026-11-22T12:00:00+00:00"
    again = visitor.get("/newsletters.atom", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_sharer_who_takes_the_consent_back_is_named_no_more(place: IssuePlace) -> None:
    sharer = place.person("Rosa Quispe", consents={"quoted": True})
    session = place.session("Maps", "2026-11-22T13:00Z", sharers="Rosa Quispe")
    place.app.conn.execute("update sharers set participant_id = ? where session_id = ?", (sharer, session.id))
    place.later(hours=6)
    newsletter.draft(place.app, IssueKind.NEWSLETTER, "test")
    issue = sent(place)
    visitor = Visitor(place)
    before = visitor.get(f"/newsletters/{issue.id}").text
    place.app.conn.execute("update consents set granted = 0 where participant_id = ? and topic = 'quoted'", (sharer,))
    after = visitor.get(f"/newsletters/{issue.id}").text
    assert ["Rosa Quispe" in text for text in (before, after)] == [True, False]


def test_letters_lead_to_the_page_of_their_issue(place: IssuePlace) -> None:
    issue = sent(place)
    letter = place.letter(f"newsletter/{issue.id}/{place.readers[0]}")
    assert letter["List-Archive"] == f"<{HOST}/newsletters/{issue.id}>"
    assert f"{HOST}/newsletters/{issue.id}" in letter.get_body(("plain",)).get_content()
