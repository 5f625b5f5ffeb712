"""Frozen bytes: what was put down comes back, whole or filled, or nothing does."""

import hashlib
import json
import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deliveries import is_plain
from domain.payloads import Filled, Skeleton, joined, parted
from store import database, outbox, outbox_moves, payloads
from tests.programme import NOON, Place
from tests.store.test_outbox import WELCOME

LETTER = Skeleton(b"To: \r\nSubject: hello\r\n\r\nDear ,\r\nyours, \r\n", [(4, 0), (29, 1), (39, 1)])
TWINS = Skeleton(b"<> <b></b>\r\n", [(1, 0), (6, 1)], [(1, 0)])


@pytest.fixture
def place(tmp_path: Any) -> Place:
    return Place(tmp_path)


@pytest.fixture
def conn(place: Place) -> sqlite3.Connection:
    for n in range(1, 6):
        place.person(f"P{n}")
    return place.app.conn


def record(conn: sqlite3.Connection, n: int, data: bytes | Filled, **fields: Any) -> int:
    message = replace(WELCOME, key=f"welcome/{n}", message_id=f"<{n}@example.org>", participant_id=n,
                      contact_point_id=n, data=data, **fields)  # fmt: skip
    assert outbox.record(conn, message, NOON)
    return int(conn.execute("select id from outbox where key = ?", (message.key,)).fetchone()[0])


def letter(name: str) -> Filled:
    return Filled(LETTER, (f"{name.lower()}@example.org".encode(), name.encode()))


def skeletons(conn: sqlite3.Connection) -> list[str]:
    return [row[0] for row in conn.execute("select sha256 from skeletons order by id")]


def test_fill_puts_every_value_into_its_places() -> None:
    assert letter("Ada").whole() == b"To: ada@example.org\r\nSubject: hello\r\n\r\nDear Ada,\r\nyours, Ada\r\n"
    assert TWINS.fill([b"a", b"c"]) == b"<a> <b>c</b>\r\n"
    assert TWINS.fill([b"a", b""]) == b"<a> <b>a</b>\r\n"
    for wrong in ([], [b"a"], [b"a", b"b", b"c"]):
        with pytest.raises(ValueError, match="values for a skeleton of 2"):
            TWINS.fill(wrong)


@given(
    st.lists(st.tuples(st.binary(max_size=5), st.integers(0, 4)), min_size=1, max_size=8),
    st.binary(max_size=5),
    st.lists(st.binary(max_size=4), min_size=5, max_size=5),
)
def test_skeleton_read_back_is_the_same(pieces: list[tuple[bytes, int]], end: bytes, values: list[bytes]) -> None:
    data, slots, whole = b"", [], b""
    for literal, number in pieces:
        data, whole = data + literal, whole + literal + values[number]
        slots.append((len(data), number))
    one = Skeleton(data + end, slots)
    again = Skeleton.read(one.data, one.layout())
    assert again.sha256 == one.sha256
    assert again.fill(values[: one.values]) == one.fill(values[: one.values]) == whole + end


def test_other_slots_or_twins_are_another_skeleton() -> None:
    data, slots = b"abc", [(1, 0), (2, 1)]
    others = [Skeleton(b"abd", slots), Skeleton(data, [(1, 0), (1, 1)]), Skeleton(data, slots, [(1, 0)])]
    assert len({one.sha256 for one in (Skeleton(data, slots), *others)}) == 4


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=5))
def test_values_come_apart_as_they_were_or_are_refused(values: list[bytes]) -> None:
    if any(b"\x1f" in value for value in values):
        with pytest.raises(ValueError, match="control character"):
            joined(values)
    else:
        assert parted(joined(values)) == values


def test_letters_of_one_kind_share_one_skeleton(conn: sqlite3.Connection) -> None:
    ada, eve, odd = record(conn, 1, letter("Ada")), record(conn, 2, letter("Eve")), record(conn, 3, b"odd\r\n")
    assert skeletons(conn) == [LETTER.sha256]
    assert payloads.Reader(conn).read([ada, eve, odd, 99]) == {
        ada: (letter("Ada").whole(), True), eve: (letter("Eve").whole(), True), odd: (b"odd\r\n", True),
    }  # fmt: skip
    kept = conn.execute("select data, sha256 from payloads where outbox_id = ?", (ada,)).fetchone()
    assert tuple(kept) == (b"ada@example.org\x1fAda", hashlib.sha256(letter("Ada").whole()).hexdigest())


LINES = [b"", b"a", b".", b"\r\n", b"\r", b"\n", b"a\r\n", b"a\r\n.b", b".b", b"\x80"]


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(LINES), min_size=2, max_size=5), st.lists(st.sampled_from(LINES), min_size=4, max_size=4)
)
def test_what_is_called_plain_is_plain(literals: list[bytes], values: list[bytes]) -> None:
    slots, data = [], b""
    for number, literal in enumerate(literals[:-1]):
        data += literal
        slots.append((len(data), number))
    skeleton = Skeleton(data + literals[-1] + b"\r\n", slots)
    filled = Filled(skeleton, tuple(values[: skeleton.values]))
    assert not filled.is_plain() or is_plain(filled.whole())


def test_letter_that_is_not_plain_is_known_as_such(conn: sqlite3.Connection) -> None:
    one = record(conn, 1, Filled(LETTER, (b"x", b"a\r\n.b")))
    assert payloads.Reader(conn).read([one])[one][1] is False


@pytest.mark.parametrize(
    "spoil",
    [
        "update payloads set data = cast(data || '!' as blob)",
        "update payloads set data = x'00'",
        "update payloads set data = x'61'",
        "update payloads set data = x'611f621f63'",
        "update payloads set sha256 = 'x'",
        "update payloads set skeleton_id = null",
        "update skeletons set data = cast(replace(data, 'hello', 'hullo') as blob)",
        "update skeletons set layout = '{}'",
        "update skeletons set layout = 'x'",
        "update skeletons set layout = replace(layout, '29', '28')",
    ],
)
def test_damage_is_seen(conn: sqlite3.Connection, spoil: str) -> None:
    one = record(conn, 1, letter("Ada"))
    conn.execute("drop trigger skeletons_frozen")
    conn.execute(spoil)
    assert payloads.read(conn, one) is None


def test_a_skeleton_never_changes(conn: sqlite3.Connection) -> None:
    record(conn, 1, letter("Ada"))
    for change in ("data = x'00'", "sha256 = 'x'", "layout = ''"):
        with pytest.raises(sqlite3.IntegrityError, match="a skeleton never changes"):
            conn.execute(f"update skeletons set {change}")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        conn.execute("delete from skeletons")


def test_reader_sees_the_skeletons_of_a_backup_that_was_put_in_place(conn: sqlite3.Connection) -> None:
    one = record(conn, 1, letter("Ada"))
    reader = payloads.Reader(conn)
    assert reader.read([one])[one][0] == letter("Ada").whole()
    conn.execute("drop trigger skeletons_frozen")
    other = Skeleton(b"Dear , of ", [(5, 1), (10, 0)])
    conn.execute("update skeletons set sha256 = ?, layout = ?, data = ?", (other.sha256, other.layout(), other.data))
    whole = other.fill([b"ada@example.org", b"Ada"])
    conn.execute("update payloads set sha256 = ?", (hashlib.sha256(whole).hexdigest(),))
    assert reader.read([one]) == {one: (whole, True)}


def test_reader_keeps_no_more_skeletons_than_it_says(conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "_KEPT", 2)
    made = [Filled(Skeleton(f"{n} ".encode(), [(2, 0)]), (b"v",)) for n in range(5)]
    ids = [record(conn, n, one) for n, one in enumerate(made, 1)]
    reader = payloads.Reader(conn)
    for _ in range(2):
        assert [reader.read([one])[one][0] for one in ids] == [one.whole() for one in made]
    assert len(reader._skeletons) == 2


def test_written_anew_whole_what_was_filled(conn: sqlite3.Connection) -> None:
    one = record(conn, 1, letter("Ada"))
    outbox_moves.recall(conn, "suppressed", participant_id=1)
    record(conn, 1, b"whole\r\n")
    assert payloads.read(conn, one) == b"whole\r\n"
    assert (payloads.sweep(conn), skeletons(conn)) == (1, [])


def test_sweep_drops_what_nobody_uses(conn: sqlite3.Connection) -> None:
    one, two = record(conn, 1, letter("Ada")), record(conn, 2, letter("Eve"))
    record(conn, 3, Filled(TWINS, (b"a", b"b")))
    conn.execute("delete from payloads where outbox_id = ?", (one,))
    assert payloads.sweep(conn) == 0
    conn.execute("delete from payloads where outbox_id = ?", (two,))
    assert (payloads.sweep(conn), skeletons(conn)) == (1, [TWINS.sha256])
    again = record(conn, 4, letter("Ada"))
    assert payloads.read(conn, again) == letter("Ada").whole()
    numbers = conn.execute("select id from skeletons order by id").fetchall()
    assert [row[0] for row in numbers] == [2, 3]  # the first number is not given again


def test_layout_is_read_in_a_database_browser() -> None:
    assert json.loads(TWINS.layout()) == {"slots": [[1, 0], [6, 1]], "twins": [[1, 0]]}


def test_old_rows_are_read_after_the_migration(conn: sqlite3.Connection) -> None:
    with database.write(conn):
        one = record(conn, 1, b"x\r\n")
        conn.execute("update payloads set plain = 0, skeleton_id = null")
    assert payloads.Reader(conn).read([one]) == {one: (b"x\r\n", False)}
