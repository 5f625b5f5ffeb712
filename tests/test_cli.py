"""The coordinator's terminal: exit codes, one JSON document, and for bad input of every kind words with the remedy.

Most commands run in a forked child, as processes of their own but without importing everything anew; a few run as a
shell would start them.
"""

import json
import os
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import cli
from config import settings
from store import database
from tests.programme import NOON, Place
from tests.season.crash_world import SENDER, START, new_world, record
from tests.servers.smtp_faults import SmtpFaults

AT = NOON.isoformat()


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


def letsconnect(place: Place, *argv: str, first: Callable[[], object] = lambda: None) -> Ran:
    """Run one command in a forked child. `first` runs in the child before it."""
    place.app.close()
    files = [place.home.parent / name for name in ("out.txt", "err.txt")]
    child = os.fork()
    if child == 0:
        code = 70
        try:
            for number, path in enumerate(files, 1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))
            os.environ.clear()
            os.environ.update(place.environ)
            first()
            code = cli.main(list(argv))
        except SystemExit as stop:
            code = int(stop.code or 0)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    ran = Ran(os.waitstatus_to_exitcode(status), *(path.read_text("utf-8") for path in files))
    assert "Traceback" not in ran.out + ran.err
    assert not (place.home / "logs").exists(), (place.home / "logs" / "errors.log").read_text()
    return ran


def refused(ran: Ran) -> list[str]:
    """The complaints of a command that ended with exit code 1."""
    assert (ran.code, [line for line in ran.err.splitlines() if not line.startswith("letsconnect: ")]) == (1, [])
    return [line.removeprefix("letsconnect: ") for line in ran.err.splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def busy(place: Place) -> Place:
    """Three people, two sessions, messages queued."""
    session = place.session()
    for name in ("Ada", "Bób", "علي"):
        place.register(place.person(name), session)
    place.session("Open", kind="orientation")
    place.plan()
    return place


# -- as a shell starts it -------------------------------------------------------------------------------------


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


# -- usage ----------------------------------------------------------------------------------------------------


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


# -- JSON -----------------------------------------------------------------------------------------------------

SHOWS = (
    ["status"], ["forecast"], ["config"], ["doctor"], ["outbox", "list"], ["outbox", "show", "1"], ["inbox", "list"],
    ["session", "list"], ["session", "show", "1"], ["person", "show", "1"], ["person", "export", "1"],
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


def test_forecast_and_plan_dry_run_agree_and_change_nothing(busy: Place) -> None:
    busy.register(busy.person("Late"), busy.session("Third"))
    before = busy.outbox()
    later = ("--now", (NOON.replace(hour=13)).isoformat())
    foreseen = letsconnect(busy, "forecast", "--days", "1", "--json", *later).json()
    fresh = {row["key"] for row in foreseen if row["verdict"] == "send" and not row["recorded"]}
    assert fresh == {"welcome/4", "invite/2/0/4", "invite/3/0/4"}
    assert letsconnect(busy, "run", "plan", "--dry-run", *later).json()["send"] == 3
    assert busy.outbox() == before
    assert letsconnect(busy, "run", "plan", *later).json()["send"] == 3
    assert set(busy.outbox()) - set(before) == fresh


def test_forecast_is_what_tick_then_sends(place: Place) -> None:
    """As a coordinator would check it: a forecast, then `run tick --now` at every moment it names."""
    for zone in ("UTC", "Asia/Kathmandu", "Pacific/Apia", "America/New_York"):
        place.person(zone=zone, consents={"invitations": zone != "America/New_York"})
    place.register(4, place.session())
    place.session("Open", kind="orientation", start="2026-11-23T20:00Z")
    place.set_address(2, "hard")
    foreseen = letsconnect(place, "forecast", "--days", "2", "--json", "--now", AT).json()
    moments = sorted({row["at"] for row in foreseen if row["verdict"] == "send"})
    assert len(moments) == 2  # now, and the morning in Apia
    sent: list[str] = []
    with SmtpFaults() as server:
        place.environ["LETSCONNECT_SMTP_URL"] = f"smtp://127.0.0.1:{server.port}?tls=none"
        for moment in moments:
            assert letsconnect(place, "run", "tick", "--now", moment).code == 0
            ids = {place.by_key(key).message_id: key for key in place.outbox()}
            sent += [ids[stored.message_id] for stored in server.stored[len(sent) :]]
    assert sorted(sent) == sorted(row["key"] for row in foreseen if row["verdict"] == "send")
    assert {row["key"]: row["because"] for row in foreseen if row["verdict"] == "skip"} == {
        "welcome/2": "the e-mail address refuses mail",
        "invite/2/0/2": "the e-mail address refuses mail",
        "invite/2/0/4": "did not agree to general invitations",
    }


# -- a person's hand ------------------------------------------------------------------------------------------


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


# -- bad input ------------------------------------------------------------------------------------------------


def test_wrong_settings_all_at_once(place: Place) -> None:
    place.environ |= {
        "LETSCONNECT_SMTP_URL": "smtp://mail.example.org?tls=none", "LETSCONNECT_SMTP_CONNECTIONS": "many",
        "LETSCONNECT_MAILBOX": "not an address", "LETSCONNECT_COLOUR": "red",
    }  # fmt: skip
    ran = letsconnect(place, "status")
    assert [line.partition(":")[0] for line in refused(ran)] == [
        "LETSCONNECT_COLOUR in the environment", "LETSCONNECT_SMTP_URL", "LETSCONNECT_MAILBOX",
        "LETSCONNECT_SMTP_CONNECTIONS",
    ]  # fmt: skip


def test_wrong_programme(place: Place, tmp_path: Path) -> None:
    place.environ["LETSCONNECT_PROGRAMME"] = str(tmp_path / "nowhere")
    lines = refused(letsconnect(place, "status"))
    assert lines[0] == "programme.toml: is missing. Copy it from the project's config folder"


def damaged(place: Place) -> None:
    place.app.settings.db.write_bytes(b"no database\n" * 999)


def of_the_future(place: Place) -> None:
    row = "insert into _sqlite_migrations (migration_set, name, applied_at) values ('letsconnect', 'm999_later', 'x')"
    with closing(sqlite3.connect(place.app.settings.db)) as conn, conn:
        conn.execute(row)


@pytest.mark.parametrize("argv", [["status"], ["run", "plan"], ["outbox", "list", "--json"], ["migrate"], ["init"]])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (damaged, "letsconnect.db: the database cannot be used: file is not a database. It is not a letsconnect"
         " database or is damaged; check LETSCONNECT_DB, or restore a backup"),
        (of_the_future, "letsconnect.db: the database was made by a newer version (it knows m999_later)."
         " Use that version of letsconnect, or restore a backup made before the upgrade"),
    ],
)  # fmt: skip
def test_database_of_no_use(place: Place, spoil: Callable[[Place], None], words: str, argv: list[str]) -> None:
    place.app.close()
    spoil(place)
    before = place.app.settings.db.read_bytes()
    assert refused(letsconnect(place, *argv)) == [words]
    assert place.app.settings.db.read_bytes() == before


def test_database_locked(busy: Place) -> None:
    def impatient() -> None:
        database.BUSY_SECONDS = 0.05

    busy.app.close()
    with closing(sqlite3.connect(busy.app.settings.db, isolation_level=None)) as other:
        other.execute("begin exclusive")
        (line,) = refused(letsconnect(busy, "run", "plan", first=impatient))
        other.execute("rollback")
    assert line == (
        "letsconnect.db: the database cannot be used: database is locked. Another program holds it; wait for it to"
        " finish, or stop it, and run the command again"
    )


def test_database_missing(place: Place) -> None:
    place.app.settings.db.unlink()
    for argv in (["status"], ["run", "tick"], ["backup", "x.db"]):
        assert refused(letsconnect(place, *argv)) == [
            "letsconnect.db: there is no database yet. Run: letsconnect init"
        ]
    assert not place.app.settings.db.exists()


def test_mail_server_out_of_reach_loses_nothing(busy: Place) -> None:
    busy.environ["LETSCONNECT_SMTP_URL"] = "smtp://127.0.0.1:1?tls=none"
    before = busy.outbox()
    ran = letsconnect(busy, "run", "tick", "--now", AT)
    (line,) = refused(ran)
    assert line.startswith("delivery: email: connect: ") and line.endswith("letsconnect doctor tells more")
    assert ran.json()["deliver"]["sent"] == 0
    assert busy.outbox() == before
    assert {row["attempts"] for row in letsconnect(busy, "outbox", "list", "--json").json()} == {0}


def test_mail_server_not_set(busy: Place) -> None:
    (line,) = refused(letsconnect(busy, "run", "deliver"))
    assert line.startswith("LETSCONNECT_SMTP_URL: no mail server is set. Set it, for example smtp://")


def test_mailbox_out_of_reach(busy: Place) -> None:
    busy.environ["LETSCONNECT_IMAP_URL"] = "imap://u:p@127.0.0.1:1/INBOX?tls=none"
    (line,) = refused(letsconnect(busy, "run", "inbox"))
    assert "the mailbox cannot be read" in line and "LETSCONNECT_IMAP_URL" in line and "u:p" not in line


@pytest.mark.parametrize(
    ("argv", "content"),
    [
        (["import", "registrations"], None), (["import", "registrations"], b""),
        (["import", "registrations"], b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
        (["import", "registrations"], b"name;colour\nAda;red\n"),
        (["restore"], None), (["restore"], b""), (["restore"], b"a letter\n" * 999),
    ],
)  # fmt: skip
def test_wrong_file(busy: Place, tmp_path: Path, argv: list[str], content: bytes | None) -> None:
    path = tmp_path / "wrong.csv"
    if content is not None:
        path.write_bytes(content)
    before = busy.outbox()
    lines = refused(letsconnect(busy, *argv, str(path)))
    assert lines and all(len(line) > 20 for line in lines)
    assert busy.outbox() == before


@pytest.mark.parametrize("argv", [["import", "registrations"], ["restore"], ["backup"]])
def test_folder_where_a_file_is_meant(busy: Place, tmp_path: Path, argv: list[str]) -> None:
    before = busy.outbox()
    assert len(refused(letsconnect(busy, *argv, str(tmp_path)))) == 1
    assert busy.outbox() == before


def test_backup_where_it_cannot_be(busy: Place, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (line,) = refused(letsconnect(busy, "backup", str(tmp_path / "file" / "copy.db")))
    assert line.startswith("copy.db: the backup cannot be written (")
    assert line.endswith("). Choose a folder that you may write to")


def test_backup_and_restore(busy: Place, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.db")
    assert letsconnect(busy, "backup", copy).code == 0
    ran = letsconnect(busy, "restore", copy, "--now", AT)
    assert ran.out == "restored; 9 messages are held and nothing is sent until: letsconnect outbox release --all\n"
    busy.environ["LETSCONNECT_SMTP_URL"] = "smtp://127.0.0.1:1?tls=none"
    assert "held: the database was restored" in refused(letsconnect(busy, "run", "deliver", "--now", AT))[0]


def test_fault_of_ours_is_kept_for_the_log(busy: Place) -> None:
    def stumble() -> None:
        from commands import looking

        looking.status.status = lambda app: {}["p1@example.org"]

    with pytest.raises(AssertionError, match="KeyError"):  # the helper insists that there is no log
        letsconnect(busy, "status", first=stumble)
    err = (busy.home.parent / "err.txt").read_text()
    assert err.startswith("letsconnect: something went wrong that should not (KeyError); details in ")
    assert "p1@example.org" not in err


def test_run_deliver_in_several_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each message once, whoever of them takes it, and one report."""
    with SmtpFaults() as server, closing(new_world(tmp_path, server.port).app()) as app:
        record(app, range(1, 61))
        environ = {
            "LETSCONNECT_HOME": str(tmp_path), "LETSCONNECT_SMTP_URL": f"smtp://127.0.0.1:{server.port}?tls=none",
            "LETSCONNECT_MAILBOX": SENDER, "LETSCONNECT_SECRET": "s" * 32,
        }  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            now = (START + timedelta(hours=1)).isoformat()
            assert cli.main(["run", "deliver", "--processes", "2", "--limit", "41", "--now", now]) == 0
            sent = json.loads(capsys.readouterr().out)["sent"]
            patch.setenv("LETSCONNECT_SMTP_URL", "")
            assert cli.main(["run", "deliver", "--processes", "2", "--now", now]) == 1
            assert "no mail server is set" in capsys.readouterr().err
        assert sent == 41
        assert len(server.stored) == len({one.message_id for one in server.stored}) == 41
