"""The whole demo as people start it, without Prefect: its summary, its exit code, what it leaves and leaves alone."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from steps.app import open_app
from steps.forecast import forecast

GOLDEN = Path(__file__).parents[1] / "golden" / "demo_issue"
CODE = (
    "import os, sys; from demo.run import run\n"
    "sys.exit(run(os.environ, once='once' in sys.argv, prefect=False, port=0))"
)


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    """Nothing of ours in it, and an empty HOME."""
    (tmp_path / "empty").mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LETSCONNECT_", "PREFECT_"))}
    return {**kept, "HOME": str(tmp_path / "empty"), "LETSCONNECT_HOME": str(tmp_path / "state"), **more}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One demo that ran to its end. A real mail server's settings stand in the environment: they must not matter."""
    tmp_path = tmp_path_factory.mktemp("demo")
    wrong = {"LETSCONNECT_SMTP_URL": "smtp://127.0.0.1:9?tls=none", "LETSCONNECT_SHEET_URL": "https://sheet.invalid/x"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, "once"], env=environ(tmp_path, **wrong), cwd=tmp_path, capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip
    return tmp_path, done


def test_demo_once_succeeds(finished: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = finished
    assert (done.stderr, done.returncode) == ("", 0)


def test_demo_summary_says_what_happened(finished: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    text = finished[1].stdout
    for expected in (
        "people        179 registered, from 25 countries",
        "registrations 179 accepted, 1 merged, 2 rejected:",
        "mails back    10: 6 answers, 1 bounce, 1 automatic",
        "on Telegram   2 chats linked, 1 answer by a button, 1 chat blocks the bot; ",
        "newsletter    a draft in 5 languages for 139 readers, in every form: ",
        "checklist     a sharer of 'Proposal writing for funding' has done 3 of 14 things: http://127.0.0.1:",
        "survey        6 of 15 people have answered about 'A first partnership with a library'; be the next: http://",
        "badge         18 people have one; who is shown a certificate can check it: http://127.0.0.1:",
        "welcome",
        "update",
        "caught mails  http://127.0.0.1:",
        "pages         http://127.0.0.1:",
    ):
        assert expected in text
    first = next(line for line in text.splitlines() if "answers       Proposal writing" in line)
    assert "4 accepted" in first and "2 declined" in first


def test_demo_summary_names_nobody(finished: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = finished
    programme_and_remedy = {"letsconnect@example.org", "amina@example.org"}
    assert set(re.findall(r"[\w.+-]+@[\w.-]+", done.stdout)) <= programme_and_remedy
    assert "Abubakar" not in done.stdout


def test_newsletter_of_the_demo_is_the_one_that_was_looked_at(
    finished: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """Day, addresses and the clinic that has moved differ; what is told, and in which words, does not."""
    tmp_path, _ = finished
    for wiki in sorted(GOLDEN.glob("wikitext-*.wiki")):
        told = (tmp_path / "state" / "demo" / "newsletter" / wiki.name).read_text("utf-8")
        assert (wiki.name, lasting(told)) == (wiki.name, lasting(wiki.read_text("utf-8")))


def lasting(wikitext: str) -> list[str]:
    return [line for line in wikitext.splitlines() if not re.search(r"\d{4}|https?://", line)]


def test_demo_can_be_tried_with_the_commands_it_names(
    finished: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """The code that the summary gives approves the draft, with the settings that the demo has."""
    tmp_path, done = finished
    approve = re.search(r"send it: (\S+ newsletter approve newsletter \w+)", done.stdout)
    assert approve is not None
    said = subprocess.run(approve[1].split(), env=environ(tmp_path), cwd=tmp_path, capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == "issue 1 (newsletter) is approved and leaves with the next plan, to 139 people\n"


def test_forecast_of_the_demo_explains_everybody(finished: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    tmp_path, _ = finished
    home = {"LETSCONNECT_HOME": str(tmp_path / "state" / "demo"), "LETSCONNECT_MAILBOX": "letsconnect@example.org"}
    app = open_app(environ=home, file=tmp_path / "no settings file")
    try:
        foreseen = forecast(app, 14)
        everybody = {row["id"] for row in app.conn.execute("select id from participants")}
    finally:
        app.close()
    assert len(everybody) == 179
    assert {one.participant_id for one in foreseen} == everybody
    assert [one for one in foreseen if one.verdict != "send" and not one.because] == []


def test_demo_leaves_no_process_and_keeps_to_its_folder(
    finished: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    tmp_path, _ = finished
    assert sorted(path.name for path in (tmp_path / "state").iterdir()) == ["demo", "demo.lock"]
    assert list((tmp_path / "empty").iterdir()) == []
    assert _processes(str(tmp_path)) == []


def test_demo_goes_on_until_interrupted(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [sys.executable, "-c", CODE], env=environ(tmp_path), cwd=tmp_path, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert demo.stdout is not None
        lines = []
        while not lines or "until Ctrl-C" not in lines[-1]:
            line = demo.stdout.readline()
            assert line, "".join(lines)
            lines.append(line)
        addresses = re.findall(r"^  (?:pages|caught mails) +(\S+)", "".join(lines), re.M)
        titles = [_get(address) for address in addresses]
        second = subprocess.run(
            [sys.executable, "-c", CODE, "once"], env=environ(tmp_path), cwd=tmp_path, capture_output=True, text=True,
            timeout=60,
        )  # fmt: skip
        demo.send_signal(signal.SIGINT)
        _, errors = demo.communicate(timeout=15)
    finally:
        demo.kill()
        demo.wait()
    assert ["Upcoming sessions" in titles[0], "Caught mails" in titles[1]] == [True, True]
    assert "a demo is running already on this folder" in second.stderr
    assert (errors, demo.returncode, _processes(str(tmp_path))) == ("", 0, [])


def _get(address: str) -> str:
    deadline = time.monotonic() + 10
    while True:
        try:
            return httpx.get(address, trust_env=False).text
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _processes(mark: str) -> list[str]:
    """Command lines and environments of living processes that name `mark`, this one's apart."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        try:
            if mark.encode() in (process / "cmdline").read_bytes() + (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it ended, or is somebody else's
    return found
