"""One person's data: found in every spelling, shown, exported whole, erased to the last byte; topics suppressed."""

import json

import pytest

from domain.errors import UserError
from domain.participants import Role, folded_name
from domain.times import iso
from steps import persons, registering
from steps.inbox import read_filed
from store import payloads
from tests.programme import NOON, Place
from tests.steps.mails_in import bounce, calendar_answer, reply_by_text

NAME, ADDRESS, WORD = "Zuleika Markername", "zuleika.marker@example.org", "markerword"


@pytest.fixture
def known(place: Place) -> int:
    """Somebody of whom every table that can hold a trace holds one."""
    conn, at = place.app.conn, iso(place.time)
    person = place.person(NAME, ADDRESS, consents={"invitations": True})
    conn.execute(
        "update participants set wiki_user = ?, affiliate = ?, region = ?, support_needed = ?, name_folded = ?,"
        " home_wikis = ?, country = 'GH' where id = ?",
        (NAME, WORD, WORD, WORD, NAME.lower(), json.dumps([WORD]), person),
    )
    session = place.session()
    place.register(person, session)
    conn.execute("update registrations set group_name = ?", (WORD,))
    conn.execute("insert into answers (registration_id, question, value) values (1, 'why', ?)", (WORD,))
    conn.execute("insert into skills (code, category, title, version) values ('css', 'web', 'CSS', 1)")
    conn.execute("insert into participant_skills values (?, 'css', 'share', '', ?)", (person, WORD))
    conn.execute("insert into import_runs (kind, source, sha256, started_at) values ('people', 'a.csv', '', ?)", (at,))
    rejected = "insert into import_rejections (run_id, line, field, reason, raw) values (1, 2, 'x', 'y', ?)"
    for cells in ([NAME, ADDRESS.upper()], ["Other", "other@example.org"]):
        conn.execute(rejected, (json.dumps({"cells": cells}),))
    place.tick()
    conn.execute("update deliveries set text = ?", (f"250 <{ADDRESS}> ok",))
    key = "invite/1/0/1"
    place.file(
        calendar_answer(place.app.uid(1, person), "ACCEPTED", sender=ADDRESS),
        reply_by_text(f"I have a question about {WORD}", to=place.by_key(key).message_id, sender=ADDRESS),
        reply_by_text(f"Hello, it is me, {NAME}", sender=f"Z <{ADDRESS.title()}>", ident="zuleika.markerhost"),
        bounce("4.2.2", action="delayed", diagnostic=f"smtp; 452 <{ADDRESS}> full", to=place.by_key(key).sender),
    )
    read_filed(place.app)
    conn.execute("update rsvps set comment = ?", (WORD,))
    place.change(session, title="Moved")
    place.plan()
    return person


def traces(place: Place) -> set[str]:
    """Tables that hold one of the markers, and "file" where the bytes of the file do after VACUUM."""
    conn = place.app.conn
    found = set()
    markers = [text.lower().encode() for text in ("markername", "zuleika", "marker@", WORD)]
    for (table,) in conn.execute("select name from sqlite_master where type = 'table'").fetchall():
        for row in conn.execute(f'select * from "{table}"'):
            text = b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in tuple(row)).lower()
            if any(marker in text for marker in markers):
                found.add(str(table))
    conn.execute("vacuum")
    data = place.app.settings.db.read_bytes().lower()
    if any(marker in data for marker in markers):
        found.add("file")
    return found


def test_erase_leaves_nothing_of_a_person(place: Place, known: int) -> None:
    assert {"participants", "contact_points", "inbox", "payloads", "answers", "import_rejections"} <= traces(place)
    persons.erase(place.app, ADDRESS, "test")
    assert traces(place) == set()


def test_erase_overwrites_what_it_deletes_at_once(place: Place, known: int) -> None:
    """Without any VACUUM: the freed pages of the file hold nothing of the person."""
    persons.erase(place.app, ADDRESS, "test")
    data = place.app.settings.db.read_bytes().lower()
    assert [word for word in (b"markername", b"marker@", WORD.encode()) if word in data] == []


def test_erase_drops_what_only_their_letters_were_made_of(place: Place, known: int) -> None:
    conn = place.app.conn
    place.person("Other", "other@example.org")
    place.plan()
    persons.erase(place.app, ADDRESS, "test")
    left = {row[0] for row in conn.execute("select id from skeletons")}
    assert left == {row[0] for row in conn.execute("select skeleton_id from payloads")} != set()


def test_erase_keeps_ids_states_and_other_people(place: Place, known: int) -> None:
    other = place.person("Other", "other@example.org")
    states = place.app.conn.execute("select count(*) from outbox where state = 'sent'").fetchone()[0]
    done = persons.erase(place.app, str(known), "test")
    assert done["messages taken back"] == 1
    assert place.app.conn.execute("select count(*) from outbox where state = 'sent'").fetchone()[0] == states
    assert persons.show(place.app, str(other))["email"] == "other@example.org"
    rows = place.app.conn.execute("select raw from import_rejections where settled_at is null").fetchall()
    assert [json.loads(row["raw"])["cells"][0] for row in rows] == ["Other"]


def test_erase_leaves_no_address_in_a_wish_for_silence_or_a_form(place: Place, known: int) -> None:
    """What is left is a keyed hash of each address, which keeps old rows out."""
    persons.suppress(place.app, ADDRESS, "*", "test")
    place.environ |= {"LETSCONNECT_PAGES_URL": "https://pages.example.org"}
    app = place.another()
    registering.ask(app, {"name": NAME, "email": ADDRESS}, "en")
    done = persons.erase(place.app, ADDRESS, "test")
    assert (done["hashes kept"], done["suppressions"], done["forms"]) == (1, 1, 1)
    assert traces(place) == set()
    with pytest.raises(UserError, match="is over"):
        registering.confirm(app, 1)
    assert "confirm/1" not in place.tick()


def test_erased_person_hears_nothing(place: Place, known: int) -> None:
    persons.erase(place.app, ADDRESS, "test")
    place.session("Open", kind="orientation")
    sessions = place.app.conn.execute("select id from sessions").fetchall()
    assert (place.tick(), len(sessions)) == ([], 2)
    place.cancel(place.session("Third"))
    assert place.tick() == []
    with pytest.raises(UserError, match="nobody of that"):
        persons.find(place.app, ADDRESS)
    assert persons.show(place.app, str(known))["erased"] is True


def test_export_holds_every_table_with_a_trace(place: Place, known: int) -> None:
    found = persons.export(place.app, ADDRESS)
    exported = {table for table, rows in found.items() if rows}
    assert {"participants", "contact_points", "answers", "outbox", "payloads"} <= exported
    assert {"inbox", "rsvps", "deliveries"} <= exported
    assert json.loads(json.dumps(found)) == found
    # Letters whole, not the values that are kept of them.
    whole = [bytes(payloads.read(place.app.conn, row["outbox_id"]) or b"").decode() for row in found["payloads"]]
    assert [row["data"] for row in found["payloads"]] == whole
    assert all(letter.startswith("From: ") for letter in whole)
    assert NAME in json.dumps(found["participants"])
    (other,) = [place.person("Other")]
    assert all(NAME not in json.dumps(rows) for rows in persons.export(place.app, str(other)).values())


@pytest.mark.parametrize("ref", ["1", ADDRESS, ADDRESS.upper(), NAME, "User:" + NAME.replace(" ", "_"), f" {ADDRESS} "])
def test_find_in_every_spelling(place: Place, known: int, ref: str) -> None:
    assert persons.find(place.app, ref) == known


@pytest.mark.parametrize("ref", ["", "99", "nobody@example.org", "User:", "Zuleika", "@", "1; drop table"])
def test_find_nobody(place: Place, known: int, ref: str) -> None:
    with pytest.raises(UserError, match="nobody of that id, address or wiki user name is known"):
        persons.find(place.app, ref)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", ["Erin Ødegård", "Zoë Martín", NAME]), ("MARTIN zoe", ["Zoë Martín"]), ("mark@", []),
        ("zuleika.marker@", [NAME]), ("zo example.org", ["Zoë Martín"]),
    ],
)  # fmt: skip
def test_list_has_everybody_but_the_erased_and_searches_names_and_addresses(
    place: Place, known: int, words: str, names: list[str]
) -> None:
    for name in ("Zoë Martín", "Gone Person", "Erin Ødegård"):
        person = place.person(name, f"{name.split()[0].encode().hex()}@example.org")
        place.app.conn.execute(
            "update participants set name_folded = ? where id = ?", (folded_name(name), person)
        )
    persons.erase(place.app, str(known + 2), "test")
    assert [one["name"] for one in persons.listing(place.app, words)] == names
    assert {(one["id"], one["email"]) for one in persons.listing(place.app, "zuleika")} == {(known, ADDRESS)}


def test_find_two_people_of_one_name_wants_an_id(place: Place, known: int) -> None:
    other = place.person("Other")
    place.app.conn.execute("update participants set wiki_user = ? where id = ?", (NAME, other))
    with pytest.raises(UserError, match="Use an id: 1, 2"):
        persons.find(place.app, NAME)


def test_suppress_takes_back_what_is_queued_of_that_topic(place: Place, known: int) -> None:
    assert persons.suppress(place.app, ADDRESS, "general_invitations", "test") == 0
    assert persons.suppress(place.app, ADDRESS, "sessions", "test") == 1
    assert persons.suppress(place.app, ADDRESS, "sessions", "test") == 0
    assert persons.show(place.app, ADDRESS)["suppressed"] == ["general_invitations", "sessions"]
    assert persons.allow(place.app, ADDRESS, "sessions", "test") == 1
    assert persons.show(place.app, ADDRESS)["suppressed"] == ["general_invitations"]


def test_suppress_unknown_topic(place: Place, known: int) -> None:
    with pytest.raises(UserError, match=r"'birthdays' is no topic. Known:"):
        persons.suppress(place.app, ADDRESS, "birthdays", "test")


def test_duplicates_are_settled_by_a_person(place: Place) -> None:
    a, b = place.person(), place.person()
    place.app.conn.execute("insert into possible_duplicates values (?, ?, 'same name', ?, null)", (a, b, iso(NOON)))
    assert [(p["a"], p["b"], p["reason"]) for p in persons.duplicates(place.app)] == [(a, b, "same name")]
    persons.settle_duplicate(place.app, b, a, "test")
    assert persons.duplicates(place.app) == []
    with pytest.raises(UserError, match="not on the list"):
        persons.settle_duplicate(place.app, a, b, "test")


def test_role_is_given_and_ended_once_and_a_wish_is_none(place: Place, known: int) -> None:
    place.app.conn.execute("delete from participant_roles")
    place.app.conn.execute("insert into participant_roles values (?, 'adviser', 'wished')", (known,))

    def roles() -> list[str]:
        return persons.show(place.app, str(known))["roles"]

    def role(*, ended: bool = False) -> bool:
        return persons.role(place.app, str(known), Role.ADVISER, "test", ended=ended)

    assert (roles(), role(), role(), roles()) == ([], True, False, ["adviser"])
    assert (role(ended=True), role(ended=True), roles()) == (True, False, [])
