"""An issue by the terminal: from a draft to the outbox, with keys that stay put."""

from pathlib import Path

import pytest

from tests.commands.terminal import AT, Ran, letsconnect
from tests.steps.issue_place import IssuePlace


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    place = IssuePlace(tmp_path)
    place.reader("Ada Lovelace")
    place.reader("Cem", agreed=False)
    return place


def run(place: IssuePlace, *argv: str) -> Ran:
    return letsconnect(place, *argv, "--now", AT)


def test_issue_goes_from_a_draft_to_the_outbox(place: IssuePlace) -> None:
    texts = place.home / "texts"
    texts.mkdir()
    (texts / "news-skills.en.md").write_text("# Skills\n\nThe list is **new**.", "utf-8")
    assert run(place, "newsletter", "draft", "newsletter").out == (
        "issue 1 (newsletter) is skipped: there was nothing to say\n"
    )
    assert run(place, "newsletter", "draft", "newsletter", "--anyway", "--json").json()["state"] == "draft"
    assert run(place, "newsletter", "write", "newsletter", str(texts)).code == 0
    seen = run(place, "newsletter", "preview", "newsletter", "--names", "--json").json()
    people = [(one["name"], one["gets"], one["because"]) for one in seen["people"]]
    assert people == [("Ada Lovelace", "en", ""), ("Cem", "", "did not agree to the newsletter")]
    assert sorted(seen) == sorted([
        "code", "html_bytes", "issue", "kind", "languages", "left_out", "links", "missing_because", "missing_languages",
        "note", "people", "readers", "readers_by_channel", "readers_by_language", "signs_of_spam", "state",
        "text_bytes",
    ])  # fmt: skip
    exported = run(place, "newsletter", "export", "newsletter").out
    assert "=== Skills ===\n\nThe list is '''new'''." in exported
    approved = run(place, "newsletter", "approve", "newsletter", seen["code"])
    assert (approved.code, "to 1 person" in approved.out) == (0, True)
    assert run(place, "run", "plan").code == 0
    (last, _) = run(place, "newsletter", "list", "--json").json()
    assert (last["state"], last["readers"], sorted(last)) == ("sent", 1, sorted(
        ["id", "kind", "state", "created_at", "approved_at", "sent_at", "readers", "note"]
    ))  # fmt: skip
    assert [row["purpose"] for row in run(place, "outbox", "list", "--json").json()] == ["newsletter"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("newsletter", "preview", "brief"), "there is no issue 'brief'. See: letsconnect newsletter list"),
        (("newsletter", "approve", "newsletter", "x"), "content or readers are not those of 'x' any more"),
        (("newsletter", "write", "newsletter", "README.md"), "does not say which block it is"),
        (("newsletter", "export", "newsletter", "--language", "fr"), "the issue cannot be said in 'fr'"),
        (("newsletter", "settle", "newsletter"), "was not skipped, or that is settled"),
        (("opportunity", "add", "ftp://x", "Open data"), "url: is not a web address"),
    ],
)
def test_wrong_input_says_what_to_do(place: IssuePlace, argv: tuple[str, ...], words: str) -> None:
    place.draft()
    ran = run(place, *argv)
    assert (ran.code, ran.out, words in ran.err) == (1, "", True)
