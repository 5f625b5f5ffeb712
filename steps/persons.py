"""One person's data: found, shown, exported, erased; and no more messages about a topic."""

import json
from typing import Any

from domain.errors import Problem, UserError
from domain.participants import Role, folded_name
from steps import erased
from steps.app import App
from store import contact_points, database, erasure, journal, outbox_moves, participants, pending

NUMBERS = "Everybody's number is told by: letsconnect person list"


def find(app: App, ref: str) -> int:
    """The person of that id, address or wiki user name. UserError when there is none, or more than one."""
    found = participants.find(app.conn, ref)
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(map(str, found))
        raise UserError(Problem("more than one person is meant", "person", f"Use an id: {ids}"))
    raise UserError(Problem("nobody of that id, address or wiki user name is known", "person", NUMBERS))


def listing(app: App, words: str = "") -> list[dict[str, Any]]:
    """Id, name, country and e-mail of everybody, by name; with `words`, of those in whose name or address each stands,
    whatever its case and accents."""
    wanted = folded_name(words).split()
    found = participants.directory(app.conn)
    return [
        {name: one[name] for name in ("id", "name", "country", "email")}
        for one in found
        if all(word in f"{one['name_folded']} {one['email'].casefold()}" for word in wanted)
    ]


def export(app: App, ref: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that is kept about a person, by table; raw mail as text."""
    person = find(app, ref)
    return erasure.export(app.conn, person) | {"erasures": erased.export(app, person)}


def show(app: App, ref: str) -> dict[str, Any]:
    """One person at a glance."""
    person = find(app, ref)
    one = participants.load(app.conn, [person], app.now())[person]
    return {
        "id": one.id,
        "name": one.name,
        "country": one.country,
        "zone": one.zone,
        "languages": list(one.languages),
        "roles": sorted(role.value for role in one.roles),
        "email": one.email.address if one.email else None,
        "health": one.email.health.value if one.email else None,
        "contact_points": contact_points.of_person(app.conn, person),
        "history": contact_points.history(app.conn, person),
        "consents": dict(one.consents),
        "suppressed": sorted(one.suppressed),
        "erased": one.erased,
    }


def suppress(app: App, ref: str, topic: str, who: str) -> int:
    """No more messages about `topic` ("*": any); what is queued is taken back. How many messages were."""
    topics = {point.topic for point in app.programme.rules.touchpoints.values()} | {"*"}
    if topic not in topics:
        raise UserError(Problem(f"{topic!r} is no topic", "--topic", f"Known: {', '.join(sorted(topics))}"))
    person, now = find(app, ref), app.now()
    with database.write(app.conn) as conn:
        contact_points.suppress(conn, person, topic, f"set by {who}", now)
        taken = outbox_moves.recall(
            conn, f"asked for no more messages about {topic}", participant_id=person,
            topic=None if topic == "*" else topic,
        )  # fmt: skip
        journal.note(conn, now, who, "suppressed", f"person/{person}", topic)
    return taken


def allow(app: App, ref: str, topic: str, who: str) -> int:
    """Undo `suppress`. How many addresses it was on."""
    person, now = find(app, ref), app.now()
    with database.write(app.conn) as conn:
        lifted = contact_points.lift(conn, person, topic, now)
        journal.note(conn, now, who, "allowed again", f"person/{person}", topic)
    return lifted


def role(app: App, ref: str, role: Role, who: str, *, ended: bool = False) -> bool:
    """Somebody holds a role from now on, or (`ended`) does so no more. Whether anything changed."""
    person, now = find(app, ref), app.now()
    with database.write(app.conn) as conn:
        done = (participants.end_role if ended else participants.hold_role)(conn, person, role)
        if done:
            what = "ended the role of" if ended else "gave the role of"
            journal.note(conn, now, who, f"{what} {role.value}", f"person/{person}")
    return done


def revive(app: App, ref: str, who: str) -> int:
    """Addresses and chats that failed are tried again: somebody knows that they work. How many those are."""
    person, now = find(app, ref), app.now()
    with database.write(app.conn) as conn:
        revived = contact_points.revive(conn, person, now)
        journal.note(conn, now, who, "revived", f"person/{person}", f"addresses: {revived}")
    return revived


def duplicates(app: App) -> list[dict[str, Any]]:
    """Pairs of people who may be one."""
    rows = app.conn.execute("select a, b, reason, found_at from possible_duplicates where settled_at is null")
    return [dict(row) for row in rows]


def settle_duplicate(app: App, a: int, b: int, who: str) -> None:
    """A person has looked at a pair. UserError when it is not on the list."""
    now = app.now()
    with database.write(app.conn) as conn:
        done = conn.execute(
            "update possible_duplicates set settled_at = ? where a = ? and b = ? and settled_at is null",
            (now.isoformat(timespec="seconds"), min(a, b), max(a, b)),
        )
        if not done.rowcount:
            raise UserError(Problem("this pair is not on the list", f"persons {a} and {b}"))
        journal.note(conn, now, who, "settled a possible duplicate", f"person/{a}", f"person/{b}")


def erase(app: App, ref: str, who: str) -> dict[str, int]:
    """Erase a person's data; what stays is ids, states and times, so that figures and keys stay true. Counts.

    Of the addresses keyed hashes are kept (`steps/erased.py`), so that an old row does not bring the person back.
    Mails and refused rows that nobody could tie to the person are known by the address in them.
    """
    person, now = find(app, ref), app.now()
    done: dict[str, int] = {}
    app.conn.execute("pragma secure_delete = on")  # what was deleted is written over, not left in free pages
    with database.write(app.conn) as conn:
        done["hashes kept"] = erased.keep(app, conn, person, now)
        done["forms"] = pending.withdraw(conn, person)
        done["messages taken back"] = outbox_moves.recall(conn, "the person's data was erased", participant_id=person)
        done |= erasure.erase(conn, person, now)
        journal.note(conn, now, who, "erased", f"person/{person}", json.dumps(done))
    return done
