"""Invitations: taken off and wanted again, one person at a time."""

from pathlib import Path

from store import contact_points, invitations
from tests.programme import NOON, Place


def test_who_registers_again_brings_nobody_else_back(tmp_path: Path) -> None:
    place = Place(tmp_path)
    session, other = place.session(), place.session("Maps", "2026-12-04T14:00Z")
    for name in ("Ada", "Ben"):
        person = place.person(name)
        for one in (session, other):
            place.register(person, one)
    place.tick()
    for person in (1, 2):
        place.withdraw(person, session)
    place.withdraw(1, other)
    place.register(1, session)
    wanted = {one: invitations.of_session(place.app.conn, one.id, [1, 2]) for one in (session, other)}
    assert {(one.id, p): i.wanted for one, found in wanted.items() for p, i in found.items()} == {
        (1, 1): True, (1, 2): False, (2, 1): False, (2, 2): True,
    }  # fmt: skip


def test_sign_of_life_is_of_the_address_that_it_came_from(tmp_path: Path) -> None:
    """That Ada writes from her other mailbox does not show that we reach her at the first; nobody else is meant."""
    place = Place(tmp_path)
    conn = place.app.conn
    for name in ("Ada", "Ben"):
        place.person(name)
    conn.execute(
        "insert into contact_points (participant_id, channel, address, canonical, is_primary, created_at)"
        " values (1, 'email', 'ada@other.example', 'ada@other.example', 0, '2026-11-22T12:00:00+00:00')"
    )
    conn.execute("update contact_points set health = 'hard'")
    contact_points.sign_of_life(conn, 1, "ada@other.example", NOON)
    rows = conn.execute("select address, health, last_sign_at is not null from contact_points order by id").fetchall()
    assert [tuple(row) for row in rows] == [
        ("p1@example.org", "hard", 0), ("p2@example.org", "hard", 0), ("ada@other.example", "ok", 1),
    ]  # fmt: skip
