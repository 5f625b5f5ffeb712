from dataclasses import replace
from pathlib import Path

import pytest

from config import settings
from config.settings import Settings
from domain.errors import UserError
from flows import environment


def loaded(tmp_path: Path) -> Settings:
    found = {"LETSCONNECT_HOME": str(tmp_path), "LETSCONNECT_API_AUTH": "coordinator:quiet"}
    return settings.load(found, tmp_path / "none.toml")


def test_for_runs_without_login_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        environment.for_runs({}, replace(loaded(tmp_path), api_auth=None), "127.0.0.1", 4200)
    assert str(refused.value) == (
        "LETSCONNECT_API_AUTH: there is no login for the Prefect UI yet. Run: letsconnect init"
    )


def test_for_runs_drops_inherited_prefect_settings_and_keeps_the_rest(tmp_path: Path) -> None:
    inherited = {
        "PATH": "/bin",
        "LETSCONNECT_MAILBOX": "us@programme.example",
        "PREFECT_API_URL": "https://elsewhere.example/api",
        "PREFECT_API_KEY": "key",
        "PREFECT_PROFILE": "cloud",
    }
    made = environment.for_runs(inherited, loaded(tmp_path), "127.0.0.1", 4321)
    assert {name: made.get(name) for name in inherited} == {
        "PATH": "/bin",
        "LETSCONNECT_MAILBOX": "us@programme.example",
        "PREFECT_API_URL": "http://127.0.0.1:4321/api",
        "PREFECT_API_KEY": None,
        "PREFECT_PROFILE": None,
    }


def test_for_runs_guards_the_server(tmp_path: Path) -> None:
    made = environment.for_runs({}, loaded(tmp_path), "127.0.0.1", 4321)
    guards = {
        "PREFECT_SERVER_API_AUTH_STRING": "coordinator:quiet",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "http://127.0.0.1:4321",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }
    assert {name: made[name] for name in guards} == guards


def test_for_runs_gives_children_absolute_paths(tmp_path: Path) -> None:
    made = environment.for_runs({"LETSCONNECT_HOME": "./var"}, loaded(tmp_path), "127.0.0.1", 4321)
    names = ("LETSCONNECT_HOME", "LETSCONNECT_DB", "LETSCONNECT_INCOMING", "LETSCONNECT_PROGRAMME")
    assert [made[name] for name in names] == [
        str(tmp_path),
        str(tmp_path / "letsconnect.db"),
        str(tmp_path / "incoming"),
        str(settings.ROOT / "config"),
    ]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:4200"),
        ("0.0.0.0", "http://127.0.0.1:4200"),
        ("::1", "http://[::1]:4200"),
        ("desk.example", "http://desk.example:4200"),
    ],
)
def test_origin_of_a_host_is_where_a_browser_finds_it(host: str, address: str) -> None:
    assert environment.origin(host, 4200) == address


def test_for_runs_takes_the_database_that_is_set(tmp_path: Path) -> None:
    name = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
    url = "postgresql+asyncpg://prefect:pass@db.example/prefect"
    made = [
        environment.for_runs({}, replace(loaded(tmp_path), prefect_database=given), "127.0.0.1", 4321)[name]
        for given in (None, url)
    ]
    assert made == [f"sqlite+aiosqlite:///{tmp_path}/prefect/prefect.db", url]


def test_for_worker_knows_the_server_and_nothing_of_its_database(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://prefect:pass@db.example/prefect"
    given = replace(loaded(tmp_path), prefect_database=url)
    made = environment.for_worker({"LETSCONNECT_PREFECT_DATABASE": url}, given, "https://prefect.example")
    assert (made["PREFECT_API_URL"], made["PREFECT_API_AUTH_STRING"]) == (
        "https://prefect.example/api", "coordinator:quiet",
    )  # fmt: skip
    assert [name for name, value in made.items() if name.startswith("PREFECT_SERVER_") or value == url] == []
