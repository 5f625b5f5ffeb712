"""Making, looking at and approving issues from forms, without Prefect's server."""

from pathlib import Path

import pytest

from domain.errors import UserError
from domain.newsletter import IssueKind, Words
from flows import add_opportunity, give_role, issues, write_block
from steps import newsletter
from steps.newsletter_send import send_approved
from tests.steps.issue_place import IssuePlace

URL = "https://school.example/open-data"
NEWS, DIGEST = IssueKind.NEWSLETTER, IssueKind.DIGEST


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    return IssuePlace(tmp_path)


def act(place: IssuePlace, kind: IssueKind, do: issues.Do, code: str = "") -> str:
    return issues.act(place.app, kind, do, code, check_links=False)[0]


def test_issue_goes_from_a_form_to_approval_by_its_code(place: IssuePlace) -> None:
    place.reader("Ada Lovelace")
    fields = {"url": URL, "title": "Open data"}
    add_opportunity.add(place.app, fields, dry_run=True)
    assert act(place, DIGEST, "make a draft") == "Issue 1 was skipped: there was nothing to say."
    add_opportunity.add(place.app, fields, dry_run=False)
    shown = act(place, DIGEST, "make a draft")
    code = newsletter.preview(place.app, newsletter.find(place.app, "digest")).code
    assert "- English: 1 (1)" in shown
    assert (code in shown, "## Opportunities to learn elsewhere" in shown, "Ada" in shown) == (True, True, False)
    with pytest.raises(UserError, match="code: is needed"):
        act(place, DIGEST, "approve: send exactly what this code stands for")
    said = act(place, DIGEST, "approve: send exactly what this code stands for", code)
    assert said == "Issue 2 is approved and leaves within minutes: 1 person gets it."


def test_text_typed_into_the_form_is_in_the_draft_and_names_whom_it_thanks_only_in_mails(place: IssuePlace) -> None:
    sharer = place.person("Rosa Quispe", consents={"quoted": True, "newsletter": True})
    session = place.session("Maps", "2026-11-22T13:00Z", sharers="Rosa Quispe")
    place.app.conn.execute("update sharers set participant_id = ? where session_id = ?", (sharer, session.id))
    place.later(hours=6)
    act(place, NEWS, "make a draft")
    said = write_block.write(place.app, "newsletter", "news", "skills", "en", "# Skills\n\nThe list is *new*.")
    assert said == "The text news/skills in en is in the draft (issue 1)."
    shown = act(place, NEWS, "show the draft")
    seen = newsletter.preview(place.app, newsletter.find(place.app, "newsletter"))
    assert ["### Skills" in shown, "Rosa" in shown, "Rosa Quispe" in seen.wording.page("en").markdown] == [
        True, False, True,
    ]  # fmt: skip
    assert issues.act(place.app, NEWS, issues.DUE, "", False) == ("It is not the day for a new issue.", False)


def test_preview_says_everything_that_an_approval_is_given_for(place: IssuePlace) -> None:
    place.reader("Ada Lovelace")
    place.reader("Ben Silva", "pt")
    place.reader("Cem", agreed=False)
    issue = place.draft(en="See [https://a.example](https://bit.ly/x) and `code`.", fr="Bien.")
    newsletter.write(place.app, issue, "movement", "prize", {"en": Words("", "A prize.")}, "test")
    seen = newsletter.preview(place.app, issue)
    shown = act(place, NEWS, "show the draft")
    opening, code, _, *said = [part for part in shown.partition("---\n\n## In")[0].split("\n\n") if part]
    assert opening == "Issue 1 of the newsletter is a draft: 2 people (2 by email) would get it."
    assert code.endswith(f"and the code `{seen.code}`.")
    assert said == [
        "It cannot be said in Spanish: not written in it: movement/prize, news/first.",
        "It cannot be said in French: not written in it: movement/prize.",
        "It cannot be said in Portuguese: not written in it: movement/prize, news/first.",
        "It cannot be said in Arabic: not written in it: movement/prize, news/first.",
        "| language | people | HTML | plain text | subject | looks like spam |\n"
        "| --- | ---: | --- | --- | --- | --- |\n"
        "| English | 2 | " + said[4].partition("English | 2 | ")[2],
        "Nobody has asked yet whether its links (1) lead somewhere: tick *check_links*.",
        "Who gets it, by language, with their ids:", "- English: 2 (1, 2)",
        "Who does not, and why:", "- did not agree to the newsletter: 1 (3)",
    ]
    assert said[4].endswith("kB | Let's Connect newsletter, November 2026 |"
                            " a link is shortened (bit.ly): write the whole address;"
                            " a link shows a.example and leads to bit.ly |")  # fmt: skip
    assert shown.endswith("\n```") and "```text\nHello N. N.,\n" in shown
    assert [name for name in ("Ada", "Ben", "Cem") if name in shown] == []


def test_preview_names_no_sharer_and_counts_no_link_of_the_reader_alone(place: IssuePlace) -> None:
    """Prefect keeps what it shows; the links that every letter has of its own lead nowhere yet."""
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    place.reader()
    place.session("Maps", sharers="Rosa Quispe")
    place.draft(en="[a](https://a.example) [b](https://b.example) [a](https://a.example)", fr="[a](https://a.example)")
    shown = act(place, NEWS, "show the draft")
    assert ("Rosa" in shown, "Maps" in shown) == (False, True)
    assert "its links (3) lead somewhere" in shown  # a, b, and the session's page


def test_issue_that_asks_again_says_why(place: IssuePlace) -> None:
    place.reader()
    place.approve(place.draft())
    assert act(place, NEWS, "show the draft").startswith("Issue 1 of the newsletter is approved.\n\nIt cannot")
    place.reader("late")
    send_approved(place.app)
    assert "It was approved before, and **asked again: 1 more people would get it**." in act(
        place, NEWS, "show the draft"
    )


def test_role_is_given_from_a_form_by_number_alone(place: IssuePlace) -> None:
    ada = place.reader("Ada")
    dry = give_role.give(place.app, ada, "adviser", ended=False, dry_run=True)
    assert dry == f"Nothing was changed: this was a dry run. Person {ada} is known, and would be an adviser."
    said = [give_role.give(place.app, ada, "adviser", ended=ended, dry_run=False) for ended in (False, False, True)]
    assert said == [f"Person {ada} is an adviser.", f"Person {ada} is an adviser, as before.",
                    f"Person {ada} is no adviser any more."]  # fmt: skip
    with pytest.raises(UserError, match="nobody of that id"):
        give_role.give(place.app, 99, "adviser", ended=False, dry_run=True)


def test_wrong_texts_are_refused_with_every_problem(place: IssuePlace) -> None:
    place.draft()
    with pytest.raises(UserError) as refused:
        write_block.write(place.app, "newsletter", "numbers", "A name", "english!", "# Only a title")
    assert [problem.where for problem in refused.value.problems] == ["section", "name", "language", "text"]
