"""The coordinator's terminal: as a shell starts it, its usage, exit codes, and one JSON document."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import settings
from tests.commands.terminal import AT, Ran, letsconnect, refused
from tests.programme import Place


@pytest.mark.parametrize("start", [[sys.executable, "-m", "cli"], [str(Path(sys.executable).with_name("letsconnect"))]])
def test_first_day(tmp_path: Path, start: list[str]) -> None:
    environ = {"LETSCONNECT_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}

    def run(*argv: str) -> Ran:
        done = subprocess.run([*start, *argv], cwd=settings.ROOT, env=environ, capture_output=True, text=True)
        return Ran(done.returncode, done.stdout, done.stderr)

    missing = run("status")
    assert (missing.code, missing.out) == (1, "")
    assert missing.err == "letsconnect: letsconnect.db: there is no database yet. Run: letsconnect init\n"
    assert run("init").code == 0
    status = run("status", "--json")
    assert (status.code, status.json()["participants"], status.err) == (0, 0, "")


@pytest.mark.parametrize(
    "argv",
    [
        [], ["nonsense"], ["run"], ["run", "everything"], ["outbox"], ["outbox", "approve"], ["outbox", "release"],
        ["outbox", "release", "3", "--all"], ["outbox", "hold"], ["outbox", "hold", "x"], ["outbox", "resolve", "1"],
        ["outbox", "list", "--state", "lost"], ["status", "--now", "tomorrow"], ["status", "--now", "2026-11-22"],
        ["forecast", "--days", "-1"], ["forecast", "--days", "99999999"], ["forecast", "--days", "x"],
        ["run", "deliver", "--limit", "0"], ["run", "deliver", "--limit", "-5"], ["outbox", "list", "--limit", "0"],
        ["session", "add", "--colour", "red"], ["person", "show"], ["import"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage(place: Place, argv: list[str]) -> None:
    ran = letsconnect(place, *argv)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("usage: letsconnect")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["run", "plan", "--watch"], "--watch goes with `run inbox` and `run telegram` only"),
        (["run", "inbox", "--dry-run"], "--dry-run goes with plan, deliver and tick only"),
        (["run", "plan", "--limit", "3"], "--limit goes with `run deliver` only"),
        (["run", "tick", "--processes", "2"], "--processes goes with `run deliver` only, and not with --dry-run"),
    ],
)
def test_options_that_do_not_go_together(place: Place, argv: list[str], words: str) -> None:
    assert refused(letsconnect(place, *argv)) == [words]


SHOWS = (
    ["status"], ["forecast"], ["config"], ["doctor"], ["outbox", "list"], ["outbox", "show", "1"], ["inbox", "list"],
    ["session", "list"], ["session", "show", "1"], ["person", "list"], ["person", "show", "1"],
    ["person", "export", "1"],
    ["person", "duplicates"], ["why", "1"], ["why", "1", "2"], ["import", "rejected"],
)  # fmt: skip
ACTS = (
    ["outbox", "hold", "1"], ["outbox", "release", "--all"], ["outbox", "approve", "--all"],
    ["session", "change", "1", "--title", "New"], ["session", "cancel", "1"], ["session", "invite", "2"],
    ["session", "add", "--title", "Third", "--start", "2027-01-01T10:00Z"], ["person", "suppress", "1"],
    ["person", "allow", "1"], ["person", "erase", "1", "--yes"], ["run", "plan"], ["run", "plan", "--dry-run"],
    ["run", "deliver", "--dry-run"], ["run", "tick", "--dry-run"], ["init"], ["migrate"], ["import", "incoming"],
)  # fmt: skip


@pytest.mark.parametrize("argv", [*SHOWS, *ACTS], ids=" ".join)
def test_json_is_one_document(busy: Place, argv: list[str]) -> None:
    ran = letsconnect(busy, *argv, "--json", "--now", AT)
    assert (ran.code, ran.err) == (0, "")
    ran.json()


@pytest.mark.parametrize("argv", SHOWS, ids=" ".join)
def test_words_for_people(busy: Place, argv: list[str]) -> None:
    ran = letsconnect(busy, *argv, "--now", AT)
    assert (ran.code, ran.err, bool(ran.out.strip())) == (0, "", True)


def test_outbox_list_json_fields(busy: Place) -> None:
    found = letsconnect(busy, "outbox", "list", "--json").json()
    assert [row["key"] for row in found] == list(busy.outbox())
    needed = {
        "id", "key", "participant_id", "channel", "purpose", "session_id", "state", "because", "not_before",
        "message_id", "attempts", "sent_at",
    }  # fmt: skip
    assert all(needed <= set(row) for row in found)
    mine = letsconnect(busy, "outbox", "list", "--json", "--person", "p2@example.org", "--session", "Open").json()
    assert [(row["participant_id"], row["session_id"]) for row in mine] == [(2, 2)]


def test_status_json_fields(busy: Place) -> None:
    busy.app.conn.execute("update outbox set state = 'draft' where id in (1, 2)")
    found = letsconnect(busy, "status", "--json", "--now", AT).json()
    assert (found["participants"], found["sessions"]) == (3, 2)
    assert found["invitations"] == {"NEEDS-ACTION": 6, "ACCEPTED": 0, "TENTATIVE": 0, "DECLINED": 0}
    assert {state: n for state, n in found["outbox"].items() if n} == {"draft": 2, "queued": 7}
    assert found["needs_person"] == [
        {
            "kind": "drafts", "count": 2, "oldest": AT, "why": "a large sending waits for approval",
            "do": "letsconnect outbox approve --all",
        }
    ]  # fmt: skip


def test_outbox_moves(busy: Place) -> None:
    def states() -> list[str]:
        return [row["state"] for row in letsconnect(busy, "outbox", "list", "--json").json()[:3]]

    assert letsconnect(busy, "outbox", "hold", "1", "2").out == "2 messages held\n"
    assert states() == ["held", "held", "queued"]
    assert letsconnect(busy, "outbox", "release", "1").out == "1 message released\n"
    assert refused(letsconnect(busy, "outbox", "release", "1")) == ["message 1: is queued, not held"]
    busy.app.conn.execute("update outbox set state = 'unsure' where id = 1")
    assert letsconnect(busy, "outbox", "resolve", "1", "--arrived", "yes").out == "1 message resolved\n"
    copy = letsconnect(busy, "outbox", "resend", "1", "--json").json()
    assert letsconnect(busy, "outbox", "show", str(copy["id"]), "--json").json()["key"].endswith("#2")
    busy.app.conn.execute("update outbox set state = 'draft' where id = 3")
    assert letsconnect(busy, "outbox", "approve", "--all").out == "1 message approved\n"
    assert states() == ["sent", "held", "queued"]


def test_person_suppress_and_erase(busy: Place) -> None:
    assert letsconnect(busy, "person", "suppress", "1").out == "no more messages about *; 3 queued ones taken back\n"
    assert refused(letsconnect(busy, "person", "erase", "p1@example.org"))[0].endswith("Add --yes to do it")
    assert letsconnect(busy, "person", "show", "1", "--json").json()["name"] == "Ada"
    assert letsconnect(busy, "person", "erase", "p1@example.org", "--yes").code == 0
    assert letsconnect(busy, "person", "show", "1", "--json").json()["name"] == ""
