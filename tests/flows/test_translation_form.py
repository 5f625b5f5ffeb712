"""A session's words in another language, from the form and from the terminal."""

import json
from pathlib import Path

import pytest

import cli
from domain.errors import UserError
from domain.translations import Translation
from flows import change_session, choices
from steps import sessions
from tests.programme import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Ada has the invitation to session 1."""
    place = Place(tmp_path)
    place.register(place.person(), place.session(purpose="Write one.", languages="en"))
    place.welcomed()
    place.tick()
    place.environ["LETSCONNECT_SMTP_URL"] = "smtp://127.0.0.1:9?tls=none"  # nobody listens; only what is planned counts
    place.app = place.another()
    return place


def change(place: Place, language: str, dry_run: bool = False, **typed: str) -> str:
    label = choices.label(sessions.find(place.app, "1"))
    return change_session.changed(change_session.change(place.app, label, typed, dry_run, language), dry_run)


def words(place: Place) -> tuple[Translation, ...]:
    return sessions.find(place.app, "1").translations


def test_form_keeps_words_in_another_language_and_writes_to_nobody(place: Place) -> None:
    later = "Nobody is written to because of it; what is written from then on has these words."
    assert change(place, "ar", dry_run=True, title="كتابة", venue="") == (
        f"Nothing was changed: this was a dry run.\n\nIt would change title of the session in Arabic. {later}"
    )
    assert words(place) == ()
    assert change(place, "ar", title="كتابة", purpose="اكتب") == (
        f"Changed: title, purpose of the session in Arabic. {later}"
    )
    assert change(place, "AR", title="كتابة") == "Nothing was changed: all of it is like that already."
    assert change(place, "ar", purpose="-").startswith("Changed: purpose of the session in Arabic.")
    assert words(place) == (Translation("ar", title="كتابة"),)
    assert place.tick() == []


def test_form_names_translations_of_words_that_changed(place: Place) -> None:
    change(place, "ar", title="كتابة")
    assert change(place, "", title="Other") == (
        "Changed: title of the session. 1 person is told.\n\n"
        'Still as they were, in Arabic: title. Change them too, with "translation".'
    )


def test_form_refuses_what_is_the_same_in_every_language(place: Place) -> None:
    with pytest.raises(UserError) as refused:
        change(place, "ar", title="كتابة", venue="Room 3")
    assert [one.where for one in refused.value.problems] == ["venue"]
    assert words(place) == ()


def test_terminal(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    place.app.close()
    for name, value in place.environ.items():
        monkeypatch.setenv(name, value)

    def run(*argv: str, code: int = 0) -> str:
        assert cli.main(["session", *argv, "--who", "eve", "--now", "2026-11-22T14:00:00+00:00"]) == code
        captured = capsys.readouterr()
        return captured.out + captured.err

    assert run("translate", "1", "ar", "--title", "كتابة") == "session 1 proposal-writing has words in: ar\n"
    assert "still as they were, in ar: title" in run("change", "1", "--title", "Other")
    assert "needs words, or --remove, and not both" in run("translate", "1", "ar", code=1)
    assert "needs words, or --remove, and not both" in run("translate", "1", "ar", "--remove", "--title", "x", code=1)
    assert json.loads(run("translate", "1", "ar", "--title", "y", "--json"))["translations"] == [
        {"language": "ar", "title": "y", "purpose": "", "audience": "", "preparation": ""}
    ]
    assert run("translate", "1", "ar", "--remove") == "session 1 proposal-writing has words in: no other language\n"
