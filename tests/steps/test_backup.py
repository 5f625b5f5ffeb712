"""Setting up, backing up, restoring: a restored database sends nothing until a person releases it."""

import multiprocessing
import stat
from contextlib import closing
from pathlib import Path

import pytest

from config import settings
from domain.errors import UserError
from steps import delivery, outbox, setup
from steps.app import App
from steps.status import status
from store import database, meta
from tests.programme import NO_FILE, NOON, Place

forking = multiprocessing.get_context("fork")


def fresh(tmp_path: Path) -> App:
    place = Place(tmp_path)
    place.app.settings.db.unlink()
    del place.environ["LETSCONNECT_SECRET"]
    return place.another()


def again(app: App) -> App:
    environ = {"LETSCONNECT_HOME": str(app.settings.home)}
    return App(settings.load(environ, NO_FILE), app.programme, app.clock)


def test_init_makes_everything_once(tmp_path: Path) -> None:
    app = fresh(tmp_path)
    assert len(setup.init(app)) == 3
    home = app.settings.home
    secret = (home / "secret").read_bytes()
    assert len(secret) > 40
    assert {path.name for path in home.iterdir()} == {"incoming", "secret", "prefect-login", "letsconnect.db"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.iterdir() if path.is_file()} == {0o600}
    assert (setup.init(again(app)), (home / "secret").read_bytes()) == ([], secret)


def test_init_several_at_once_agree(tmp_path: Path) -> None:
    app = fresh(tmp_path)
    gate, done = forking.Barrier(5), forking.Queue()

    def child() -> None:
        gate.wait(30)
        setup.init(app)
        done.put(again(app).token("test", "x"))

    processes = [forking.Process(target=child) for _ in range(5)]
    for process in processes:
        process.start()
    tokens = {done.get(timeout=30) for _ in processes}
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 5
    assert len(tokens) == 1


def test_init_where_nobody_may_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    place = Place(tmp_path)
    place.environ["LETSCONNECT_HOME"] = str(tmp_path / "file" / "home")
    with pytest.raises(UserError, match="Name a folder that you may write to"):
        setup.init(place.another())


@pytest.fixture
def saved(place: Place, tmp_path: Path) -> Path:
    """A backup in which one message was sent, one waits, one is claimed, one at risk, one a draft; life went on."""
    for _ in range(5):
        place.person()
    place.plan()
    place.deliver(limit=1)
    conn = place.app.conn
    for n, state in ((3, "claimed"), (4, "at_risk")):
        conn.execute("update outbox set state = ?, claim = 'gone', lease_until = '2026' where id = ?", (state, n))
    conn.execute("update outbox set state = 'draft' where id = 5")
    target = tmp_path / "safe" / "backup.db"
    assert setup.backup(place.app, target) == 5
    conn.execute("update outbox set state = 'queued', claim = null, lease_until = null where state <> 'sent'")
    assert place.deliver().sent == 4
    return target


def test_restore_sends_nothing_until_released(place: Place, saved: Path) -> None:
    before = len(place.channel.stored)
    assert setup.restore(place.app, saved) == 3
    assert place.outbox() == {
        "welcome/1": "sent", "welcome/2": "held", "welcome/3": "held", "welcome/4": "unsure", "welcome/5": "draft",
    }  # fmt: skip
    place.person()
    place.session("New", kind="orientation")
    assert outbox.approve(place.app, None, "test") == 1
    for _ in range(3):
        place.later(hours=1)
        assert place.tick() == []
    assert len(place.channel.stored) == before
    report = place.deliver()
    assert (report.sent, report.trouble) == (0, "held: the database was restored at 2026-11-22 12:00 UTC")
    assert status(place.app)["restored"] == "2026-11-22 12:00 UTC"

    outbox.release(place.app, [2], "test")  # one message alone does not end it
    assert place.tick() == []
    outbox.release(place.app, None, "test")
    left = place.tick()
    assert "welcome/2" in left and "welcome/4" not in left and "welcome/6" in left
    assert status(place.app)["restored"] is None


def test_restore_keeps_what_was_there_beside_it(place: Place, saved: Path) -> None:
    setup.restore(place.app, saved)
    (kept,) = place.home.glob("letsconnect.db.before-restore-*")
    with closing(database.connect(kept)) as conn:
        assert conn.execute("select count(*) from outbox where state = 'sent'").fetchone()[0] == 5
    assert not list(place.home.glob("*.restoring"))


def test_restore_while_another_process_has_it_open(place: Place, saved: Path) -> None:
    other = place.another()
    assert other.conn.execute("select count(*) from outbox where state = 'sent'").fetchone()[0] == 5
    setup.restore(place.app, saved)
    with database.write(other.conn) as conn:
        conn.execute("insert into meta values ('written', 'later')")
    assert dict(place.app.conn.execute("select key, value from meta where key = 'written'").fetchall())
    assert place.app.conn.execute("pragma integrity_check").fetchone()[0] == "ok"
    assert other.conn.execute("select count(*) from outbox where state = 'sent'").fetchone()[0] == 1


def test_restore_under_a_delivery_ends_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        place.person()
    place.plan()
    monkeypatch.setattr(delivery, "CLAIM_PAGE", 1)
    real = place.channel._send

    def send(*args: object) -> None:
        real(*args)
        meta.put(place.app.conn, meta.RESTORED, "just now")

    monkeypatch.setattr(place.channel, "_send", send)
    place.channel.group = 1
    assert (place.deliver().sent, sorted(place.outbox().values())) == (1, ["queued", "queued", "sent"])


def test_restore_over_a_damaged_database(place: Place, saved: Path) -> None:
    place.app.close()
    place.app.settings.db.write_bytes(b"\0" * 8192)
    assert setup.restore(place.app, saved) == 3
    assert len(place.outbox()) == 5


def test_restore_where_nothing_is(tmp_path: Path, place: Place, saved: Path) -> None:
    (tmp_path / "new").mkdir()
    elsewhere = Place(tmp_path / "new")
    elsewhere.app.settings.db.unlink()
    assert setup.restore(elsewhere.app, saved) == 3
    assert len(elsewhere.outbox()) == 5


def test_restore_of_a_backup_of_an_older_version(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlite_utils import Migrations

    target = tmp_path / "older.db"
    setup.backup(place.app, target)
    later = Migrations("letsconnect")
    for migration in database.migrations._migrations:
        later(name=migration.name)(migration.fn)
    later(name="m900")(lambda db: db.conn.execute("create table later (id integer primary key) strict"))
    monkeypatch.setattr(database, "migrations", later)
    setup.restore(place.app, target)
    assert place.app.conn.execute("select count(*) from later").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file"),
        (b"a letter, not a database\n" * 99, "the backup cannot be used: file is not a database"),
        (b"", "the backup is empty"),
    ],
)
def test_restore_of_what_is_no_backup_changes_nothing(
    place: Place, saved: Path, tmp_path: Path, content: bytes | None, words: str
) -> None:
    source = tmp_path / "wrong"
    if content is not None:
        source.write_bytes(content)
    before = place.outbox()
    with pytest.raises(UserError, match=words):
        setup.restore(place.app, source)
    assert place.outbox() == before
    assert not list(place.home.glob("*restor*"))


def test_restore_of_a_truncated_backup_changes_nothing(place: Place, saved: Path) -> None:
    data = saved.read_bytes()
    saved.write_bytes(data[: len(data) // 2 // 4096 * 4096])
    before = place.outbox()
    with pytest.raises(UserError, match=r"damaged|cannot be used"):
        setup.restore(place.app, saved)
    assert place.outbox() == before


def test_backup_of_now(place: Place) -> None:
    assert (place.time, setup.backup(place.app, place.home / "copy.db")) == (NOON, 0)
