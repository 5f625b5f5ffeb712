"""A person's hand on the outbox: look, approve, hold, release, send again, say what became of an unsure one."""

from collections.abc import Mapping, Sequence

from domain.errors import Problem, UserError
from domain.messages import Message, State
from steps.app import App
from store import database, journal, meta, outbox, outbox_moves, participants, payloads


def listing(app: App, filters: Mapping[str, object], most: int = 1000) -> list[Message]:
    return outbox.listing(app.conn, filters, most)


def get(app: App, message_id: int) -> Message:
    message = outbox.get(app.conn, message_id)
    if message is None:
        raise UserError(Problem(f"there is no message {message_id}", "outbox", "See: letsconnect outbox list"))
    return message


def payload(app: App, message_id: int) -> bytes:
    data = payloads.read(app.conn, get(app, message_id).id)
    if data is None:
        raise UserError(Problem("its bytes are gone or damaged", f"message {message_id}"))
    return data


def approve(app: App, ids: Sequence[int] | None, who: str) -> int:
    """Drafts may leave: those of `ids`, or all. How many."""
    return _move(app, ids, (State.DRAFT,), State.QUEUED, f"approved by {who}", who, "approved")


def hold(app: App, ids: Sequence[int], who: str) -> int:
    """Queued messages and drafts wait for a person."""
    return _move(app, ids, (State.QUEUED, State.DRAFT), State.HELD, f"held by {who}", who, "held")


def release(app: App, ids: Sequence[int] | None, who: str) -> int:
    """Held messages may leave: those of `ids`, or all; with all, a restored database sends again. How many."""
    count = _move(app, ids, (State.HELD,), State.QUEUED, f"released by {who}", who, "released")
    if ids is None:
        with database.write(app.conn) as conn:
            meta.remove(conn, meta.RESTORED)
    return count


def resolve(app: App, message_id: int, arrived: bool, who: str) -> None:
    """Say what became of an unsure message: it arrived, or it did not and may be sent again."""
    target, words = (State.SENT, "arrived") if arrived else (State.QUEUED, "did not arrive")
    _move(app, [message_id], (State.UNSURE,), target, f"{who} says it {words}", who, f"resolved: {words}")


def resend(app: App, message_id: int, who: str) -> int:
    """The same words again as a new message, whatever became of the old one. The new one's id."""
    old = get(app, message_id)
    if old.state in (State.DRAFT, State.QUEUED, State.HELD, State.CLAIMED, State.AT_RISK):
        remedy = "Approve, release or wait instead"
        raise UserError(Problem(f"it has not left yet (it is {old.state.value})", f"message {message_id}", remedy))
    data = payload(app, message_id)
    now = app.now()
    if old.participant_id is None:
        raise UserError(Problem("it went to no participant", f"message {message_id}", "Announce it again instead"))
    person = participants.load(app.conn, [old.participant_id], now)[old.participant_id]
    if old.channel == "email" and (person.email is None or person.email.address != old.recipient):
        remedy = "Its words and its address are frozen: write to the person yourself"
        raise UserError(Problem("the person has another address now", f"message {message_id}", remedy))
    with database.write(app.conn) as conn:
        base = old.key.partition("#")[0]
        (copies,) = conn.execute(
            "select count(*) from outbox where key = ? or key glob ?", (base, f"{base}#*")
        ).fetchone()
        key = f"{base}#{copies + 1}"
        fresh = app.message_id(key)
        data = data.replace(old.message_id.encode(), fresh.encode(), 1)
        outbox_moves.copy_for_resend(conn, old, key, fresh, f"sent again by {who}: {old.because}", now, data)
        journal.note(conn, now, who, "sent again", f"message/{old.id}")
        (new_id,) = conn.execute("select id from outbox where key = ?", (key,)).fetchone()
    return int(new_id)


def _move(
    app: App,
    ids: Sequence[int] | None,
    sources: tuple[State, ...],
    target: State,
    note: str,
    who: str,
    what: str,
) -> int:
    """All or nothing: a message in the wrong state is a problem, and then none is moved."""
    now = app.now()
    with database.write(app.conn) as conn:
        if ids is None:
            marks = ",".join("?" * len(sources))
            found = conn.execute(f"select id from outbox where state in ({marks})", [s.value for s in sources])
            ids = [row["id"] for row in found]
        problems = []
        for one in ids:
            message = get(app, one)
            if not outbox_moves.move(conn, one, sources, target, note, now):
                wanted = " or ".join(s.value for s in sources)
                problems.append(Problem(f"is {message.state.value}, not {wanted}", f"message {one}"))
            elif len(ids) == 1:
                journal.note(conn, now, who, what, f"message/{one}")
        if problems:
            raise UserError(*problems)
        if len(ids) > 1:
            journal.note(conn, now, who, what, "outbox", f"{len(ids)} messages")
    return len(ids)
