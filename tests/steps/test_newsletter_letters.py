"""An issue as its reader has it: language, order, posts of a chat, headers, and the way out of its list."""

from pathlib import Path

import pytest

from domain.newsletter import IssueKind, Words
from domain.participants import Role
from steps import newsletter, page_links, persons, topics
from steps.newsletter_send import SendReport, send_approved
from tests.steps.issue_place import IssuePlace


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    return IssuePlace(tmp_path)


def test_reader_gets_one_language_throughout(place: IssuePlace) -> None:
    """French words for the frame and English news would be two languages in one letter."""
    ben = place.reader("Ben", "fr")
    issue = place.draft(en="All is well.")
    place.approve(issue)
    send_approved(place.app)
    letter = place.letter(f"newsletter/{issue.id}/{ben}")
    assert (letter["Content-Language"], letter["Subject"]) == ("en", "Let's Connect newsletter, November 2026")
    assert "Hello Ben," in letter.get_body(("plain",)).get_content()


def test_session_teaching_what_a_reader_wishes_for_comes_first(place: IssuePlace) -> None:
    ada, ben = place.reader("Ada", zone="Africa/Lagos"), place.reader("Ben")
    skill = place.programme.skills[0].code
    place.app.conn.execute(
        "insert or ignore into skills (code, category, title, version) values (?, 'x', 'x', 1)", (skill,)
    )
    early = place.session("Early", "2026-12-01T10:00Z")
    place.session("Late", "2026-12-02T10:00Z", skills=skill)
    place.wishes(ada, skill)
    place.register(ben, early)
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    texts = [place.letter(f"newsletter/{issue.id}/{who}").get_body(("plain",)).get_content() for who in (ada, ben)]
    assert [text.index("Late") < text.index("Early") for text in texts] == [True, False]
    assert ["11:00–13:00 (West Africa" in text for text in texts] == [True, False]
    assert ["something that you want to learn" in text for text in texts] == [True, False]
    assert ["You are registered." in text for text in texts] == [False, True]


def test_reader_who_answers_in_a_chat_gets_posts_that_fit(place: IssuePlace) -> None:
    ada = place.reader("Ada")
    place.chat(ada, 77)
    issue = place.draft(en="\n\n".join(f"Paragraph {n}. " + "word " * 150 for n in range(12)))
    place.approve(issue)
    assert send_approved(place.app) == SendReport(issues=1, messages=3)
    rows = place.app.conn.execute("select key, channel, recipient from outbox order by id").fetchall()
    base = f"newsletter/{issue.id}/{ada}"
    assert [tuple(row) for row in rows] == [(key, "telegram", "77") for key in (base, f"{base}/2", f"{base}/3")]


def test_mail_to_many_says_so_in_its_headers(place: IssuePlace) -> None:
    ada = place.reader()
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    letter = place.letter(f"newsletter/{issue.id}/{ada}")
    assert (letter["List-Id"], letter["Precedence"], letter["Feedback-ID"]) == (
        "<newsletter.letsconnect.example.org>", "bulk", f"newsletter-{issue.id}:newsletter:newsletter:letsconnect",
    )  # fmt: skip
    assert "mailto:letsconnect+u-" in letter["List-Unsubscribe"]


@pytest.mark.parametrize(("kind", "topic"), [("newsletter", "newsletter"), ("digest", "opportunities"),
                                              ("brief", "advice")])  # fmt: skip
def test_one_click_ends_an_issues_topic_and_no_other(place: IssuePlace, kind: str, topic: str) -> None:
    """Each kind of issue is a list of its own: its headers name it, and leaving it leaves the others alone."""
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    ada = place.reader("Ada")
    persons.role(place.app, str(ada), Role.ADVISER, "test")
    issue = newsletter.draft(place.app, IssueKind(kind), "test", anyway=True)
    newsletter.write(place.app, issue, "opening", "first", {"en": Words("", "Well.")}, "test")
    place.approve(issue)
    send_approved(place.app)
    letter = place.letter(f"{kind}/{issue.id}/{ada}")
    assert letter["List-Id"] == f"<{kind}.letsconnect.example.org>"
    assert letter["Feedback-ID"] == f"{kind}-{issue.id}:{kind}:newsletter:letsconnect"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    https = letter["List-Unsubscribe"].partition(">")[0].removeprefix("<")
    reference = page_links.read_reference(place.app, page_links.Page.UNSUBSCRIBE, https.rpartition("/")[2])
    message = topics.of_reference(place.app, reference)
    assert message is not None
    topics.stop(place.app, message, message.topic, "one-click")
    wishes = topics.wishes(place.app, ada)
    assert wishes is not None
    assert [name for name, wanted in wishes.wanted.items() if not wanted] == [topic]
    assert place.sent() == []
