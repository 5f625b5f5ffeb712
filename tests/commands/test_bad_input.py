"""For bad input of every kind words with the remedy, and nothing lost: settings, files, databases, faults of ours."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store import database
from tests.commands.terminal import AT, letsconnect, refused
from tests.programme import Place


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
