"""Closes sessions that are documented: by a coordinator, with whatever is still missing in one go, or by itself.

What is missing is said by `session_state.py`; who is thanked follows from the closing (`store/followups.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from domain.errors import Problem, UserError
from domain.resources import ResourceKind
from domain.sessions import Session
from steps import attendance, resources, session_state, sessions
from steps.app import App
from steps.checklists import of_session
from steps.session_state import Standing
from store import checklists, database, desk_tasks, journal
from store import resources as stored

BY_ITSELF = "closing"  # in the journal


@dataclass(frozen=True, slots=True)
class Brought:
    """What a coordinator adds while closing. `people`: who was there (id, address or user name); `guests`: how many
    more, None leaves that as it is; `links`: kind of resource -> address; `without`: kinds that there will never be;
    `take_over`: what is open of its checklist is the coordinators' now, and whatever waited of it leaves the desk."""

    people: Sequence[str] = ()
    guests: int | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    without: Collection[str] = ()
    take_over: bool = False


NOTHING = Brought()


def close(app: App, session_ref: str, who: str, brought: Brought = NOTHING, *, dry_run: bool = False) -> Standing:
    """Close a session that is documented, or is so with what is `brought`: its sharers are thanked. Again changes
    nothing. All or nothing: UserError says what is missing, and then nothing was added either."""
    session = sessions.find(app, session_ref)
    unknown = [name for name in brought.without if name not in [kind.value for kind in ResourceKind]]
    if unknown:
        raise UserError(*(Problem(f"is none of {', '.join(ResourceKind)}", name) for name in unknown))
    with database.trying(app.conn, dry_run), database.write(app.conn):
        return _close(app, session, who, brought)


def _close(app: App, session: Session, who: str, brought: Brought) -> Standing:
    conn, now, ref = app.conn, app.now(), str(session.id)
    if brought.people or brought.guests is not None:
        attendance.attended(app, ref, brought.people, who, brought.guests)
    for kind, url in brought.links.items():
        resources.add(app, ref, {"kind": kind, "url": url}, who)
    before = stored.record_of(conn, session.id)
    waived = before.waived | {ResourceKind(name) for name in brought.without}
    if waived != before.waived:
        stored.waive(conn, session.id, waived)
    if brought.take_over:
        checklists.see_to(conn, [line.item.id for line in of_session(app, conn, session).left], now)
        desk_tasks.settle_items(conn, session.id, now)
    standing = session_state.of(app, session)
    if standing.missing and before.closed_at is None:
        add = "Add it; a resource that there will never be: --without KIND, or the form's list"
        settle = "Tick it, or take over all that is open: --take-over, or the form's tick"
        where = f"session {session.id}"
        raise UserError(*(
            Problem(f"still missing: {one}", where, settle if one.startswith("checklist: ") else add)
            for one in standing.missing
        ))  # fmt: skip
    if standing.resources:
        stored.materials_in(conn, session.id, now)
    if stored.close(conn, session.id, now):
        detail = f"without {', '.join(sorted(waived))}" if waived else ""
        journal.note(conn, now, who, "closed", f"session/{session.id}", detail)
    return session_state.of(app, session)


def close_documented(app: App) -> list[int]:
    """Close every session of which nothing is missing: nobody has to. Their ids."""
    closed = []
    for number in session_state.documented(app).waiting:
        session = sessions.find(app, str(number))
        if not session_state.of(app, session).missing:
            close(app, str(number), BY_ITSELF)
            closed.append(number)
    return closed
