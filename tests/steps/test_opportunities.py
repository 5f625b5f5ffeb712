"""Learning opportunities elsewhere: from a file and by hand, in several languages, and in issues."""

from datetime import date
from pathlib import Path

import pytest

from domain.errors import UserError
from domain.newsletter import IssueKind, Words
from steps import newsletter, opportunities
from steps.newsletter_send import send_approved
from tests.steps.issue_place import IssuePlace

URL = "https://school.example/open-data"


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    return IssuePlace(tmp_path)


def imported(place: IssuePlace, text: str) -> tuple[int, int, int, list[str]]:
    file = place.home / "offers.csv"
    file.write_text(text, "utf-8")
    report = opportunities.import_opportunities(place.app, file)
    return report.accepted, report.merged, report.unchanged, [str(one) for one in report.problems]


def test_file_adds_changes_and_translates_and_twice_changes_nothing(place: IssuePlace) -> None:
    rows = "Link,Title,Deadline,Language,Description\n"
    rows += "".join(f"{URL},Open data,2026-12-31,{said}\n" for said in ("en,A course", "fr,Un cours"))
    assert imported(place, rows) == (1, 1, 0, [])
    assert imported(place, rows) == (0, 0, 2, [])
    (one,) = opportunities.listing(place.app)
    assert (one.until, one.words) == (
        date(2026, 12, 31), {"en": Words("Open data", "A course"), "fr": Words("Open data", "Un cours")},
    )  # fmt: skip


def test_bad_rows_say_line_field_and_remedy_and_good_ones_go_in(place: IssuePlace) -> None:
    rows = f"url,title,until\n{URL},Open data,2026-12-31\njavascript:x,,31/12/2026\n"
    assert imported(place, rows) == (1, 0, 0, [
        "line 3, url: is not a web address: write https://...",
        "line 3, title: is needed",
        "line 3, until: is not a day: write 2026-12-31",
    ])  # fmt: skip


def test_each_is_told_once_in_the_digest_while_it_is_open(place: IssuePlace) -> None:
    place.reader()
    opportunities.add(place.app, {"url": URL, "title": "Open data"}, "test")
    opportunities.add(place.app, {"url": f"{URL}/2", "title": "Over", "until": "2026-11-21"}, "test")
    issue = newsletter.draft(place.app, IssueKind.DIGEST, "test")
    assert [one.title for one in newsletter.preview(place.app, issue).content.opportunities] == ["Open data"]
    place.approve(issue)
    send_approved(place.app)
    place.later(days=14)
    assert newsletter.draft(place.app, IssueKind.DIGEST, "test").note == newsletter.NOTHING
    opportunities.add(place.app, {"url": f"{URL}/3", "title": "New"}, "test")
    fresh = newsletter.draft(place.app, IssueKind.DIGEST, "test")
    assert [one.title for one in newsletter.preview(place.app, fresh).content.opportunities] == ["New"]


def test_description_is_shown_only_in_the_readers_language(place: IssuePlace) -> None:
    place.reader()
    opportunities.add(place.app, {"url": URL, "title": "Open data", "language": "fr", "text": "Un cours."}, "test")
    seen = newsletter.preview(place.app, newsletter.draft(place.app, IssueKind.DIGEST, "test"))
    assert ["Un cours." in seen.wording.page(code).text for code in ("en", "fr")] == [False, True]


def test_withdrawn_one_is_told_no_more(place: IssuePlace) -> None:
    added = opportunities.add(place.app, {"url": URL, "title": "Open data"}, "test")
    opportunities.withdraw(place.app, added.id, "test")
    issue = newsletter.draft(place.app, IssueKind.DIGEST, "test")
    assert (opportunities.listing(place.app), issue.state) == ([], "skipped")
    with pytest.raises(UserError, match="is not there, or is withdrawn"):
        opportunities.withdraw(place.app, added.id, "test")
