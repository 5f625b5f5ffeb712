"""Learning spaces: added, changed, cancelled. A change takes back what is queued; the planner writes anew.

Input is text as a form or a terminal gives it; every problem is reported at once with its field.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from domain.errors import Problem, UserError
from domain.sessions import Invites, LedBy, Session, SessionState
from domain.times import zone_or_none
from steps import arranging
from steps.app import App
from store import database, invitations, journal, outbox_moves, sessions, skills

TEXTS = ("title", "purpose", "audience", "preparation", "venue")
LISTS = ("languages", "interpretation", "sharers")
FIELDS = (*TEXTS, *LISTS, "code", "kind", "start", "zone", "minutes", "capacity", "invites", "led_by", "skills")
LEADERS = [one.value for one in LedBy if one]
FARTHEST = timedelta(days=3653)
_LONGEST = {"title": 200, "venue": 500}
_CONTROL = {c for c in map(chr, range(0x20)) if c not in "\n\t"} | {"\x7f"}


def add(app: App, fields: Mapping[str, str], who: str) -> Session:
    """A new session from `fields` (see FIELDS; title and start are needed). UserError lists every problem."""
    now = app.now()
    kind = app.programme.kinds.get(fields.get("kind", next(iter(app.programme.kinds))))
    values, problems = _read(app, fields, None)
    problems += [Problem("is needed", name) for name in ("title", "start") if name not in fields]
    if kind is None or problems:
        raise UserError(*problems)
    blank = Session(
        id=0, code="", kind=kind.code, title="", purpose="", audience="", preparation="", languages=(),
        interpretation=(), venue="", starts_at=now, minutes=kind.minutes, zone=app.programme.zone,
        capacity=kind.capacity, invites=kind.invites, state=SessionState.CONFIRMED, sequence=0, time_sequence=0,
        changed_at=now,
    )  # fmt: skip
    session = replace(blank, **values)
    if session.starts_at <= now:
        raise UserError(Problem("is in the past", "start", "Give a moment that is still to come"))
    with database.write(app.conn) as conn:
        session = replace(session, code=session.code or _free_code(app, session.title))
        if sessions.find(conn, session.code):
            raise UserError(Problem("is taken by another session", "code", "Choose another code"))
        _know_skills(app, session)
        session = sessions.insert(conn, session, now)
        arranging.arrange(app, conn, session, now)
        journal.note(conn, now, who, "added", f"session/{session.id}", session.code)
    return session


def change(app: App, ref: str, fields: Mapping[str, str], who: str) -> Session:
    """Change some fields. What has not left yet is taken back; people hear of it from the next plan."""
    now = app.now()
    with database.write(app.conn) as conn:
        old = find(app, ref)
        if old.state is SessionState.CANCELLED:
            raise UserError(Problem("the session is cancelled", f"session {old.id}", "Add a new one instead"))
        values, problems = _read(app, fields, old)
        if problems:
            raise UserError(*problems)
        new = replace(old, **values)
        if new.starts_at != old.starts_at and new.starts_at <= now:
            raise UserError(Problem("is in the past", "start", "Give a moment that is still to come"))
        if new.code != old.code and sessions.find(conn, new.code):
            raise UserError(Problem("is taken by another session", "code", "Choose another code"))
        if new == old:
            return old
        _know_skills(app, new)
        new = sessions.change(conn, old, new, now)
        arranging.arrange(app, conn, new, now)
        if new.sequence != old.sequence:
            taken_back = outbox_moves.recall(conn, "superseded: the session changed", session_id=old.id)
            if new.time_sequence != old.time_sequence:
                invitations.settle_session(conn, old.id, new.time_sequence)
                arranging.moved(conn, new)
            detail = f"SEQUENCE {new.sequence}, {taken_back} queued messages taken back"
            journal.note(conn, now, who, "changed", f"session/{old.id}", detail)
        else:
            journal.note(conn, now, who, "changed", f"session/{old.id}", "nothing that calendars show")
    return new


def cancel(app: App, ref: str, reason: str, who: str) -> Session:
    """Cancel a session; whoever has it in the calendar hears of it from the next plan. Again changes nothing."""
    now = app.now()
    with database.write(app.conn) as conn:
        old = find(app, ref)
        if old.state is SessionState.CANCELLED:
            return old
        text = clean(reason)
        new = sessions.change(conn, old, replace(old, state=SessionState.CANCELLED, cancel_reason=text), now)
        taken_back = outbox_moves.recall(conn, "superseded: the session was cancelled", session_id=old.id)
        journal.note(conn, now, who, "cancelled", f"session/{old.id}", f"{taken_back} queued messages taken back")
    return new


def invite_everybody(app: App, ref: str, who: str) -> Session:
    """A general invitation: from the next plan on everybody eligible gets a private REQUEST."""
    return change(app, ref, {"invites": Invites.EVERYBODY.value}, who)


def find(app: App, ref: str) -> Session:
    """The session of that id, code or title. UserError when there is none, or more than one."""
    found = sessions.find(app.conn, ref.strip())
    if len(found) == 1:
        return found[0]
    if found:
        codes = ", ".join(s.code for s in found)
        raise UserError(Problem(f"more than one session is called {ref!r}", "session", f"Use a code: {codes}"))
    raise UserError(Problem(f"there is no session {ref!r}", "session", "See: letsconnect session list"))


def listing(app: App, upcoming: bool = True) -> list[Session]:
    return sessions.listing(app.conn, ending_after=app.now() if upcoming else None)


def clean(text: str) -> str:
    """Text without control characters, trimmed, in composed form."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if c not in _CONTROL).strip()


def _know_skills(app: App, session: Session) -> None:
    """The store has the taxonomy before a session refers to it."""
    if session.skills:
        skills.sync(app.conn, app.programme.skills)


def _free_code(app: App, title: str) -> str:
    bare = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:40].strip("-") or "session"
    code, n = stem, 1
    while sessions.find(app.conn, code):
        n += 1
        code = f"{stem}-{n}"
    return code


def _read(app: App, fields: Mapping[str, str], old: Session | None) -> tuple[dict[str, Any], list[Problem]]:
    """Text fields as values of Session."""
    values: dict[str, Any] = {}
    problems = [
        Problem("is not a field of a session", name, f"Known: {', '.join(FIELDS)}")
        for name in fields
        if name not in FIELDS
    ]

    def take(name: str, reader: Callable[[str], Any], target: str = "") -> None:
        if name in fields:
            try:
                values[target or name] = reader(fields[name])
            except ValueError as error:
                problems.append(Problem(str(error), name))

    for name in TEXTS:
        take(name, partial(text, name, needed=name == "title"))
    for name in LISTS:
        parting = ";" if name == "sharers" else "[;,]"  # names may hold commas
        take(name, partial(_list, parting=parting))
    take("code", _code)
    take("kind", lambda text: _one_of(text, app.programme.kinds))
    take("invites", lambda text: Invites(_one_of(text, [i.value for i in Invites])))
    take("led_by", lambda text: LedBy("" if text.strip() == "unknown" else _one_of(text, LEADERS)))
    take("skills", lambda text: _skills(text, [skill.code for skill in app.programme.skills]))
    take("minutes", lambda text: _number(text, 5, 7 * 24 * 60))
    take("capacity", lambda text: None if text.strip() in ("", "none") else _number(text, 1, 100_000))
    take("zone", _zone)
    zone = values.get("zone") or (old.zone if old else app.programme.zone)
    take("start", lambda text: _moment(text, zone, app.now()), "starts_at")
    return values, problems


def _list(text: str, parting: str) -> tuple[str, ...]:
    return tuple(item for item in map(str.strip, re.split(parting, clean(text))) if item)


def _skills(text: str, known: Collection[str]) -> tuple[str, ...]:
    codes = _list(text, "[;,]")
    if unknown := [code for code in codes if code not in known]:
        raise ValueError(f"has what is no skill's code: {', '.join(unknown)}; skills.toml has them")
    return tuple(sorted(set(codes)))


def text(name: str, given: str, needed: bool = False) -> str:
    """One of TEXTS as it is kept, a title on one line. ValueError says what is wrong with it."""
    value, longest = clean(given), _LONGEST.get(name, 5000)
    if name == "title":
        value = " ".join(value.split())
    if len(value) > longest:
        raise ValueError(f"is longer than {longest} characters")
    if needed and not value:
        raise ValueError("must not be empty")
    return value


def _code(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", text.strip()) or text.strip().isdigit():
        raise ValueError("is not a code: write lower-case letters, digits and dashes, with a letter in it")
    return text.strip()


def _one_of(text: str, known: Any) -> str:
    if text.strip() not in known:
        raise ValueError(f"is none of {', '.join(known)}")
    return text.strip()


def _number(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"\d{1,7}", text.strip()) or not low <= int(text) <= high:
        raise ValueError(f"is not a whole number from {low} to {high}")
    return int(text)


def _zone(text: str) -> str:
    if zone_or_none(text.strip()) is None:
        raise ValueError("is not an IANA time zone: write for example Africa/Lagos")
    return text.strip()


def _moment(text: str, zone: str, now: datetime) -> datetime:
    """ISO 8601 with an offset, or a wall time in the session's zone; a wall time that does not exist is refused."""
    hint = "is not a date and time: write 2026-12-03T14:00+01:00, or 2026-12-03T14:00 in the session's zone"
    try:
        naive = datetime.fromisoformat(text.strip())
        if len(text.strip()) < len("2026-12-03T14"):
            raise ValueError
        local = naive.replace(tzinfo=naive.tzinfo or zone_or_none(zone), second=0, microsecond=0)
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(hint) from None
    if moment - now > FARTHEST:
        raise ValueError("is more than ten years ahead")
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError(f"does not exist in {zone}: the clocks are moved forward then")
    return moment
