import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import UserError
from flows.housekeeping import KEEP, night, said, tidy
from steps import setup
from steps.app import App, open_app
from tests.programme import Place

START = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)


def on_day(tmp_path: Path, day: int) -> App:
    return open_app(START + timedelta(days=day), {"LETSCONNECT_HOME": str(tmp_path)})


def test_backups_are_kept_for_two_weeks_and_others_left_alone(tmp_path: Path) -> None:
    setup.init(on_day(tmp_path, 0))
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "before-migration-20261001T000000.db").write_text("kept")
    counts = [tidy(on_day(tmp_path, day), False) for day in range(KEEP + 2)]
    assert counts[-1] == {"made": 1, "removed": 1, "kept": KEEP}
    names = sorted(path.name for path in folder.iterdir())
    assert (names[0], names[1], len(names)) == (
        "before-migration-20261001T000000.db",
        "daily-20261103T033000Z.db",
        KEEP + 1,
    )


def test_dry_run_copies_nothing(tmp_path: Path) -> None:
    setup.init(on_day(tmp_path, 0))
    assert tidy(on_day(tmp_path, 0), True) == {"made": 0, "removed": 0, "kept": 0}
    assert not (tmp_path / "backups").exists()


def test_damaged_database_is_not_copied_over_good_backups(tmp_path: Path) -> None:
    setup.init(on_day(tmp_path, 0))
    app = on_day(tmp_path, 0)
    app.conn.execute("pragma foreign_keys = off")
    app.conn.execute(
        "insert into contact_points (participant_id, channel, address, canonical, created_at)"
        " values (99, 'email', 'a@b.example', 'a@b.example', '2026-11-01T00:00:00+00:00')"
    )
    with pytest.raises(UserError) as refused:
        tidy(app, False)
    assert "1 broken references" in str(refused.value)
    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize(("dry_run", "left"), [(True, b"old"), (False, b"")])
def test_mail_that_was_read_long_ago_is_dropped_after_the_backup(tmp_path: Path, dry_run: bool, left: bytes) -> None:
    place = Place(tmp_path)
    place.file(b"old")
    place.app.conn.execute("update inbox set state = 'read'")
    place.later(days=100)
    copies, gone = night(place.app, dry_run)
    assert (copies["made"], bool(gone)) == (int(not dry_run), not dry_run)
    assert [row[0] for row in place.app.conn.execute("select raw from inbox")] == [left]
    for backup in (place.home / "backups").glob("*.db"):
        with closing(sqlite3.connect(backup)) as copy:
            assert copy.execute("select raw from inbox").fetchone() == (b"old",)


def test_housekeeping_in_words() -> None:
    assert said({"made": 1, "removed": 2, "kept": 14}) == (
        "The database is sound. A backup was made and 2 older removed; there are 14."
    )
