"""One programme with one session, its mail server, and its supervisor, shared by the flow tests."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from demo.ports import free_port
from steps import sessions, setup
from steps.app import App, open_app
from tests.flows.running import Caught, Up, environ


@pytest.fixture(scope="session")
def caught() -> Iterator[tuple[Caught, int]]:
    handler = Caught()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programme")
    (folder / "user").mkdir()
    # Prefect would believe it, if it were the working directory of one of its processes.
    (folder / ".env").write_text("PREFECT_API_URL=http://127.0.0.1:9/api\n")
    return folder


@pytest.fixture(scope="session")
def app(home: Path, caught: tuple[Caught, int]) -> Iterator[App]:
    one = open_app(environ=environ(home, caught[1]))
    setup.init(one)
    one = open_app(environ=environ(home, caught[1]))
    fields = {"title": "Proposal writing", "start": f"{one.now() + timedelta(days=9):%Y-%m-%dT14:00}Z"}
    sessions.add(one, fields | {"code": "proposals", "invites": "everybody"}, "test")
    yield one
    one.close()


@pytest.fixture(scope="session")
def up(home: Path, app: App, caught: tuple[Caught, int]) -> Iterator[Up]:
    """The supervisor, with one more child that notes its own process id every time it starts, and ends at once."""
    pids = home / "pids"
    one = Up(environ(home, caught[1]), home, [f"restless=echo $$ >> {pids}"]).start()
    yield one
    one.kill()
