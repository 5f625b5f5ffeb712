"""What is kept no longer than it is needed, and what is never dropped."""

from datetime import timedelta

from steps.housekeeping import tidy
from store import payloads
from tests.programme import Place


def raws(place: Place) -> list[tuple[str, bool]]:
    return [(r["state"], bool(r["raw"])) for r in place.app.conn.execute("select state, raw from inbox order by id")]


def test_tidy_blanks_what_is_done_and_keeps_what_waits(place: Place) -> None:
    ada = place.person()
    place.tick()
    place.file(b"one", b"two", b"three")
    for number, (state, person) in enumerate((("read", ada), ("ignored", None), ("for_person", None)), 1):
        place.app.conn.execute("update inbox set state = ?, participant_id = ? where id = ?", (state, person, number))
    assert tidy(place.app) == dict.fromkeys(tidy(place.app), 0)

    place.later(days=8)
    assert tidy(place.app)["strangers' mails and updates"] == 1
    assert raws(place) == [("read", True), ("ignored", False), ("for_person", True)]

    place.later(days=90)
    assert tidy(place.app)["mails"] == 1
    assert raws(place) == [("read", False), ("ignored", False), ("for_person", True)]


def test_tidy_drops_bodies_of_messages_that_left_long_ago(place: Place) -> None:
    place.person()
    place.tick()
    place.time += timedelta(days=366)
    waiting = place.person()
    place.plan()
    assert tidy(place.app)["bodies of messages"] == 1
    assert [place.message(r["outbox_id"]).participant_id for r in
            place.app.conn.execute("select outbox_id from payloads")] == [waiting]  # fmt: skip


def test_tidy_drops_what_only_dropped_letters_shared(place: Place) -> None:
    """And nothing that a letter still uses."""
    place.person()
    place.tick()
    place.time += timedelta(days=366)
    place.person(language="fr")
    place.plan()
    assert tidy(place.app)["skeletons of messages"] == 1
    (left,) = place.app.conn.execute("select data from skeletons").fetchall()
    assert b"Content-Language: fr" in left["data"]
    (waiting,) = place.app.conn.execute("select outbox_id from payloads").fetchone()
    assert payloads.read(place.app.conn, waiting) is not None
