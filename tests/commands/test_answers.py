"""`session answer`, `person revive`, `responses`: as a coordinator types them."""

import json
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.programme import NOON, Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Ada was invited at noon, and her address refused it since."""
    place = Place(tmp_path)
    place.register(place.person("Ada"), place.session())
    place.welcomed()
    place.tick()
    place.set_address(1, "hard")
    place.app.close()
    for name, value in place.environ.items():
        monkeypatch.setenv(name, value)
    return place


@pytest.fixture
def run(place: Place, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*argv: str, code: int = 0) -> str:
        at = () if "responses" in argv else ("--who", "eve")
        assert cli.main([*argv, *at, "--now", "2026-11-22T14:00:00+00:00"]) == code
        captured = capsys.readouterr()
        return captured.out + captured.err

    return run


def test_session_answer(run: Any, place: Place) -> None:
    assert run("session", "answer", "1", "1", "no") == "the answer is recorded; what counts is DECLINED\n"
    assert json.loads(run("session", "answer", "1", "1", "maybe", "--json")) == {"partstat": "TENTATIVE"}
    assert "there is no session '9'" in run("session", "answer", "9", "1", "no", code=1)


def test_session_answer_of_another_word(run: Any) -> None:
    with pytest.raises(SystemExit) as stop:
        run("session", "answer", "1", "1", "perhaps")
    assert stop.value.code == 2


def test_person_revive(run: Any) -> None:
    assert run("person", "revive", "1") == "addresses that are tried again: 1\n"
    assert json.loads(run("person", "revive", "1", "--json")) == {"revived": 0}
    shown = json.loads(run("person", "show", "1", "--json"))
    assert (shown["health"], shown["contact_points"][0]["revived_at"]) == ("ok", "2026-11-22T14:00:00+00:00")


def test_responses(run: Any) -> None:
    expected = {
        "attempt": 1, "purpose": "invitation", "channel": "email", "sender": "programme", "sent": 1, "answered": 0,
        "median_hours": None,
    }  # fmt: skip
    assert json.loads(run("responses", "--json")) == [expected]
    assert json.loads(run("responses", "--from", f"{NOON:%Y-%m-%d}", "--to", "2026-11-23", "--json")) == [expected]
    assert json.loads(run("responses", "--to", NOON.isoformat(), "--json")) == []
    assert run("responses", "--from", "2026-11-23") == "nothing about a session has left in that time\n"
    assert " ".join(run("responses").splitlines()[1].split()) == "1 invitation email programme 1 0 0 % -"


def test_responses_of_no_date(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run("responses", "--from", "yesterday")
    assert (stop.value.code, "write 2026-12-03, or" in capsys.readouterr().err) == (2, True)
