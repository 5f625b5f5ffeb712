from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import UserError
from flows.housekeeping import KEEP, tidy
from steps import setup
from steps.app import App, open_app

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
