"""Making, looking at and approving issues from forms, without Prefect's server."""

from pathlib import Path

import pytest

from domain.errors import UserError
from domain.newsletter import IssueKind
from flows import add_opportunity, issues, write_block
from steps import newsletter
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
    assert "| gets it in en | 1 |" in shown
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


def test_wrong_texts_are_refused_with_every_problem(place: IssuePlace) -> None:
    place.draft()
    with pytest.raises(UserError) as refused:
        write_block.write(place.app, "newsletter", "coming", "A name", "english!", "# Only a title")
    assert [problem.where for problem in refused.value.problems] == ["section", "name", "language", "text"]
