import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.errors import ConfigError, Problem, UserError
from flows import skin
from steps import setup
from steps.app import App, open_app

ADDRESS = "adaeze.planted@people.example"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LETSCONNECT_HOME", str(tmp_path))
    setup.init(open_app())
    return tmp_path


def test_step_gives_the_result_of_its_work(home: Path) -> None:
    def work(app: App) -> int:
        return int(app.conn.execute("select 40 + 2").fetchone()[0])

    assert asyncio.run(skin.step("Adding", work)) == 42


def test_step_that_fails_names_the_step_and_the_place_of_the_details(home: Path) -> None:
    def work(app: App) -> None:
        try:
            raise KeyError(ADDRESS)
        except KeyError as error:
            raise RuntimeError(f"nobody at {ADDRESS}") from error

    with pytest.raises(skin.StepFailed) as failed:
        asyncio.run(skin.step("Planning", work))
    assert str(failed.value) == (
        "Planning failed (RuntimeError). Details are in logs/letsconnect.log in the programme's folder"
    )
    assert (failed.value.__cause__, failed.value.__context__) == (None, None)
    log = home / "logs" / "letsconnect.log"
    details = log.read_text("utf-8")
    assert ("builtins.RuntimeError" in details, "builtins.KeyError" in details) == (True, True)
    assert f"{__file__}:" in details
    assert ADDRESS not in details
    assert log.stat().st_mode & 0o777 == 0o600


def test_step_that_meets_the_database_names_its_error_without_its_words(home: Path) -> None:
    def work(app: App) -> None:
        app.conn.execute(f"insert into meta values ('{ADDRESS}', 'a'), ('{ADDRESS}', 'b')")

    with pytest.raises(skin.StepFailed):
        asyncio.run(skin.step("Noting", work))
    assert "sqlite3.IntegrityError: SQLITE_CONSTRAINT_PRIMARYKEY\n" in (home / skin.DETAILS).read_text("utf-8")


@pytest.mark.parametrize(
    "error",
    [
        UserError(Problem(f"no mail for {ADDRESS}", ADDRESS, "Write it as smtp://user:pass@mail.example.org")),
        ConfigError([Problem("is not set", "X", "Set it")]),
    ],
)
def test_mistake_of_a_person_keeps_its_words_but_no_address(home: Path, error: Exception) -> None:
    def work(app: App) -> None:
        raise error

    with pytest.raises(skin.StepFailed) as failed:
        asyncio.run(skin.step("Importing", work))
    assert str(failed.value) == f"Importing: {str(error).replace(ADDRESS, '(address)')}"
    assert (failed.value.__cause__, failed.value.__context__) == (None, None)


def test_settings_that_are_wrong_fail_the_step(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETSCONNECT_SMTP_CONNECTIONS", "many")
    with pytest.raises(skin.StepFailed, match="LETSCONNECT_SMTP_CONNECTIONS: is not a whole number in range"):
        asyncio.run(skin.step("Sending", lambda app: None))


def test_step_closes_its_database(home: Path) -> None:
    conn = asyncio.run(skin.step("Opening", lambda app: app.conn))
    with pytest.raises(sqlite3.ProgrammingError):
        conn.execute("select 1")


def test_counts_in_words_leave_out_what_is_zero() -> None:
    parts = [(2, "was sent", "were sent"), (0, "waits", "wait"), (1, "was left out", "were left out")]
    assert (skin.sentence(*parts), skin.sentence((0, "waits", "wait"))) == ("2 were sent, 1 was left out.", "")


def test_table_of_counts_leaves_out_what_is_zero() -> None:
    assert skin.counted({"sent": 0, "of_which": 2}) == "| what | number |\n| --- | ---: |\n| of which | 2 |"
    assert skin.counted({"sent": 0}) == ""


def test_table_keeps_bars_in_their_cell() -> None:
    assert skin.table(("what", "number"), [("yes|no", 1)]) == "| what | number |\n| --- | ---: |\n| yes\\|no | 1 |"


def test_page_has_no_empty_parts() -> None:
    assert skin.page("a", "", "b") == "a\n\nb"


def test_numbers_of_a_report_leave_out_what_is_no_number() -> None:
    @dataclass(frozen=True)
    class Report:
        sent: int = 3
        trouble: str = "none"
        kinds: tuple[int, ...] = (1,)

    assert skin.counted(skin.numbers(Report()), "delivered") == (
        "| delivered | number |\n| --- | ---: |\n| sent | 3 |"
    )
