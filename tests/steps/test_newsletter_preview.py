"""What a coordinator sees of an issue before it leaves: who gets it, how it looks, test mails, and its files."""

from pathlib import Path

import pytest

from domain.errors import UserError
from domain.newsletter import IssueKind, Words
from steps import newsletter, persons
from steps.newsletter_files import FORMS, SUFFIXES, export, exports, write_files
from steps.newsletter_preview import inspect, said, send_test, summary
from tests.steps.issue_place import IssuePlace


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    return IssuePlace(tmp_path)


def test_preview_tells_who_gets_it_and_who_not_and_why(place: IssuePlace) -> None:
    place.reader("Ada")
    place.reader("Cem", agreed=False)
    place.set_address(place.reader("Dov"), "hard")
    persons.suppress(place.app, str(place.reader("Eve")), "newsletter", "test")
    seen = newsletter.preview(place.app, place.draft(en="Well.", es="Bien."))
    assert (seen.audience.count, dict(seen.audience.languages), dict(seen.audience.channels)) == (
        1, {"en": 1}, {"email": 1},
    )  # fmt: skip
    assert dict(seen.audience.left_out) == {
        "did not agree to the newsletter": 1,
        "the e-mail address refuses mail": 1,
        "asked for no more messages about newsletter": 1,
    }
    assert (seen.wording.languages, seen.missing) == (("en", "es"), ("fr", "pt", "ar"))


def test_test_mail_goes_to_coordinators_only_once_a_version_in_every_language(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft(en="All is well.", ar="كل شيء بخير.")
    assert (send_test(place.app, issue, "test"), send_test(place.app, issue, "test")) == (2, 0)
    rows = place.app.conn.execute("select recipient, language, participant_id from outbox order by id").fetchall()
    assert [tuple(row) for row in rows] == [("letsconnect@example.org", code, None) for code in ("en", "ar")]
    newsletter.write(place.app, issue, "news", "first", {"en": Words("", "Better.")}, "test")
    assert send_test(place.app, issue, "test") == 2


def test_inspection_tells_sizes_and_signs_in_every_language(place: IssuePlace) -> None:
    place.reader()
    seen = newsletter.preview(place.app, place.draft(en="Look: [https://a.example](https://b.example)", fr="Bien."))
    found = inspect(place.app, seen)
    assert [(one.language, one.readers, one.signs) for one in found.looks] == [
        ("en", 1, ("a link shows a.example and leads to b.example",)), ("fr", 0, ()),
    ]  # fmt: skip
    assert [one.subject for one in found.looks] == [
        "Let's Connect newsletter, November 2026", "Lettre d’information de Let's Connect, novembre 2026",
    ]  # fmt: skip
    assert (found.addresses, found.links, min(one.text for one in found.looks) > 300) == (1, None, True)
    assert summary(seen, found)["code"] == seen.code in said(seen, found)
    assert "- 1 person would get it: 1 in English; 1 by email\n- nobody is left out\n" in said(seen, found)


def test_files_of_texts_are_taken_all_or_none_with_every_problem(place: IssuePlace) -> None:
    issue = newsletter.draft(place.app, IssueKind.NEWSLETTER, "test", anyway=True)
    folder = place.home / "texts"
    folder.mkdir()
    (folder / "news-skills.en.md").write_text("# Skills\n\nThe list is new.", "utf-8")
    (folder / "news-skills.pt-BR.md").write_text("A lista é nova.", "utf-8")
    assert write_files(place.app, issue, [folder], "test") == 2
    (block,) = newsletter.preview(place.app, issue).content.blocks
    assert block.words == {"en": Words("Skills", "The list is new."), "pt-BR": Words("", "A lista é nova.")}
    (folder / "news-skills.en.md").write_text("", "utf-8")
    (folder / "numbers-x.en.md").write_text("x", "utf-8")
    (folder / "readme.md").write_text("x", "utf-8")
    with pytest.raises(UserError) as refused:
        write_files(place.app, issue, [folder], "test")
    assert [problem.where for problem in refused.value.problems] == ["numbers-x.en.md: section", "readme.md"]
    assert newsletter.preview(place.app, issue).content.blocks == (block,)


def test_every_form_of_an_issue_is_exported(place: IssuePlace) -> None:
    place.reader()
    place.session("Maps | {{x}}", purpose="Learn [[maps]].\n\nMore.", languages="en,fr")
    seen = newsletter.preview(place.app, place.draft(en="Well.", ar="بخير."))
    assert sorted(name for name, _ in exports(place.app, seen)) == sorted(
        f"{form}-{code}.{SUFFIXES[form]}" for form in FORMS for code in ("en", "ar")
    )
    assert export(place.app, seen, "calendar", "en") == (
        "|-\n| '''Maps &#124; &#123;&#123;x&#125;&#125;'''<br>Learn &#91;&#91;maps&#93;&#93;.\n"
        "| [https://zonestamp.toolforge.org/1796306400 Thursday, 3 December 2026, 14:00–16:00 UTC]\n"
        "| Let's Connect\n| English and French\n| \n"
    )
