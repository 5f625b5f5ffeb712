"""Resources of sessions: added one by one or from a file's rows. Says when all that a session's kind demands is in.

Input is text as a form or a terminal gives it; every problem is reported at once with its field. Files are read by
`steps/import_resources.py`; who is told of resources is the planner's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import Problem, UserError
from domain.imports import fold
from domain.resources import Resource, ResourceKind, checked_url, missing, parse_size
from domain.sessions import Session
from steps import sessions, typed_texts
from steps.app import App
from steps.typed_texts import language_code, line
from store import database, journal, resources

FIELDS = ("kind", "url", "title", "language", "size")


@dataclass(frozen=True, slots=True)
class Added:
    """`new`: no resource of the session was of this kind at this address. `complete`: with it all that was needed is
    in, just now. `changed`: something is otherwise than before."""

    resource: Resource
    new: bool
    changed: bool
    complete: bool
    missing: tuple[ResourceKind, ...]


def add(app: App, session_ref: str, fields: Mapping[str, str], who: str) -> Added:
    """A resource from `fields` (see FIELDS; kind and url are needed); the same again changes what is said of it.

    UserError lists every problem.
    """
    session, now = sessions.find(app, session_ref), app.now()
    values, problems = read(fields)
    if problems:
        raise UserError(*problems)
    with database.write(app.conn) as conn:
        added = put(app, session, values, now)
        what = "added a resource" if added.new else "changed a resource"
        if added.changed:
            journal.note(conn, now, who, what, f"session/{session.id}", f"{added.resource.kind} {added.resource.id}")
    return added


def put(app: App, session: Session, values: Mapping[str, Any], now: datetime) -> Added:
    """Store what `read` gave, inside a write transaction, and see whether the materials are in with it."""
    title = values["title"] or session.title
    before = {r.id: r for r in resources.listing(app.conn, session.id)}
    resource = Resource(0, session.id, values["kind"], title, values["url"], values["language"], values["size"], now)
    stored, new = resources.add(app.conn, resource)
    lacks = lacking(app, session)
    complete = not lacks and resources.materials_in(app.conn, session.id, now)
    return Added(stored, new, new or stored != before[stored.id], complete, lacks)


def remove(app: App, resource_id: int, who: str) -> None:
    """Take a wrong one out. UserError when there is none of that id."""
    now = app.now()
    with database.write(app.conn) as conn:
        known = resources.get(conn, resource_id)
        if known is None or not resources.remove(conn, resource_id):
            raise UserError(Problem("there is no such resource", f"resource {resource_id}", "See: resource list"))
        journal.note(conn, now, who, "removed a resource", f"session/{known.session_id}", f"{known.kind} {known.id}")


def lacking(app: App, session: Session) -> tuple[ResourceKind, ...]:
    """What the session's kind demands and nobody has added or waived."""
    kind = app.programme.kinds.get(session.kind)  # a kind may have left programme.toml since
    there = {r.kind for r in resources.listing(app.conn, session.id)}
    return missing(kind.needs if kind else (), there, resources.record_of(app.conn, session.id).waived)


def listing(app: App, session_ref: str | None = None) -> list[Resource]:
    session = sessions.find(app, session_ref) if session_ref is not None else None
    return resources.listing(app.conn, session.id if session else None)


def read(fields: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """Text fields as values: kind, url, title ("" to take the session's), language ("" for nothing), size."""
    return typed_texts.read(fields, _READERS, needed=("kind", "url"))


def _kind(text: str) -> ResourceKind:
    wanted = fold(text)
    for kind in ResourceKind:
        if fold(kind.value) == wanted:
            return kind
    raise ValueError(f"is none of {', '.join(ResourceKind)}")


def _language(text: str) -> str:
    return language_code(text) if text.strip() else ""


_READERS: dict[str, typed_texts.Reader] = {
    "kind": _kind, "url": checked_url, "title": line(200), "language": _language, "size": parse_size,
}  # fmt: skip
