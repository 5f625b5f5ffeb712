"""The public pages over a real store, in this process, and once through a real uvicorn."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import httpx
import pytest
from starlette.types import ASGIApp

from steps import sessions, setup
from steps.app import App, open_app
from web.app import create

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def factory(tmp_path: Path) -> Callable[[], App]:
    environ = {"LETSCONNECT_HOME": str(tmp_path / "home")}

    def make() -> App:
        return open_app(now=NOW, environ=environ, file=tmp_path / "none.toml")

    app = make()
    setup.init(app)
    app.close()
    return make


def get(app: ASGIApp, path: str, method: str = "GET") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://pages") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def add(factory: Callable[[], App], **fields: str) -> int:
    app = factory()
    try:
        base = {"kind": "clinic", "start": "2026-12-03T14:00", "zone": "Africa/Lagos"}
        return sessions.add(app, {**base, **fields}, "test").id
    finally:
        app.close()


def test_listing_without_sessions(factory: Callable[[], App]) -> None:
    answer = get(create(factory), "/")
    assert answer.status_code == 200
    assert "No session is planned" in answer.text


def test_listing_shows_purpose_audience_time_and_languages(factory: Callable[[], App]) -> None:
    add(factory, title="Proposal writing", purpose="Write one", audience="Newcomers", languages="en, fr")
    text = get(create(factory), "/").text
    assert "Proposal writing" in text
    assert '<bdi>Who it is for:</bdi> <bdi dir="auto">Newcomers</bdi>' in text
    assert "English and French" in text
    assert "Thursday, 3 December 2026, 14:00–16:00 (West Africa Standard Time, Lagos)" in text
    assert "13:00–15:00 UTC" in text
    assert '<html lang="en" dir="ltr">' in text


def test_listing_leaves_out_cancelled_and_past_sessions(factory: Callable[[], App]) -> None:
    add(factory, title="Goes on")
    gone = add(factory, title="Called off")
    app = factory()
    sessions.cancel(app, str(gone), "ill", "test")
    app.close()
    late = get(create(lambda: open_app(datetime(2027, 1, 1, tzinfo=UTC), _environ(factory), Path("none"))), "/")
    text = get(create(factory), "/").text
    assert ("Goes on" in text, "Called off" in text, "Goes on" in late.text) == (True, False, False)


def _environ(factory: Callable[[], App]) -> dict[str, str]:
    app = factory()
    return {"LETSCONNECT_HOME": str(app.settings.home)}


def test_session_page_escapes_what_coordinators_wrote(factory: Callable[[], App]) -> None:
    number = add(factory, title="<b>Bold</b> & co", purpose="<script>x</script>", preparation="one\ntwo")
    text = get(create(factory), f"/sessions/{number}").text
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; co" in text
    assert "<script" not in text


def test_session_page_does_not_show_the_joining_link(factory: Callable[[], App]) -> None:
    number = add(factory, title="A clinic", venue="https://meet.example.org/secret-room")
    pages = create(factory)
    assert "secret-room" not in get(pages, f"/sessions/{number}").text + get(pages, "/").text


def test_session_page_names_a_way_to_join_only_while_it_is_coming(factory: Callable[[], App]) -> None:
    coming, off = add(factory, title="Goes on"), add(factory, title="Called off")
    app = factory()
    sessions.cancel(app, str(off), "ill", "test")
    app.close()
    late = create(lambda: open_app(datetime(2027, 1, 1, tzinfo=UTC), _environ(factory), Path("none")))
    pages = create(factory)
    shown = [(pages, coming), (pages, off), (late, coming)]
    joining = ["The link to join" in get(app, f"/sessions/{number}").text for app, number in shown]
    assert joining == [True, False, False]


@pytest.mark.parametrize("path", ["/sessions/999", "/sessions/99999999999999999999999", "/nothing", "/sessions/x"])
def test_page_unknown(factory: Callable[[], App], path: str) -> None:
    answer = get(create(factory), path)
    assert (answer.status_code, "There is no such page." in answer.text) == (404, True)


def test_pages_are_valid_and_carry_safe_headers(factory: Callable[[], App]) -> None:
    number = add(factory, title="A clinic", purpose="x", interpretation="es", sharers="Ana; Ben")
    pages = create(factory)
    for path in ("/", f"/sessions/{number}", "/nothing"):
        answer = get(pages, path)
        html5lib.HTMLParser(strict=True).parse(answer.text)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        loaded = re.findall(r"(?:<link[^>]* href|src)=\"([^\"]*)", answer.text)
        assert [one for one in loaded if not one.startswith(("/", "data:,"))] == []
        assert ("<script" in answer.text, "style=" in answer.text) == (False, False)


def test_page_when_the_store_is_missing(tmp_path: Path) -> None:
    environ = {"LETSCONNECT_HOME": str(tmp_path / "void")}
    pages = create(lambda: open_app(NOW, environ, tmp_path / "none"))
    answer = get(pages, "/")
    assert (answer.status_code, "void" in answer.text, answer.headers["retry-after"]) == (503, False, "301")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert get(pages, "/healthz").status_code == 503


def test_health_when_all_is_well(factory: Callable[[], App]) -> None:
    answer = get(create(factory), "/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_pages_refuse_to_be_written_to(factory: Callable[[], App]) -> None:
    assert get(create(factory), "/", "POST").status_code == 405


def test_serve_answers_and_ends_on_sigterm(factory: Callable[[], App]) -> None:
    add(factory, title="Served clinic")
    code = (
        "from steps.app import open_app\nfrom web.serve import serve\n"
        "serve(open_app, '127.0.0.1', 0, lambda port: print(port, flush=True))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **_environ(factory)}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=10)
    finally:
        child.terminate()
        _, errors = child.communicate(timeout=10)
    assert (answer.text, errors) == ("ok\n", "")
    assert "server" not in answer.headers
