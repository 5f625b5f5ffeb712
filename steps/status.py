"""How things stand: counts, what is due, last runs, and what needs a person, with the command that settles it."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from domain.checklists import Settling
from domain.errors import Problem, UserError
from domain.gaps import LEAD
from domain.times import iso
from steps import audience, checklist_desk, gaps, rsvps, session_state, sessions
from steps.app import App
from steps.checklist_desk import Waiting
from store import database, inbox, journal, meta, outbox


def status(app: App) -> dict[str, Any]:
    """JSON-ready. `needs_person`: kind, count, oldest, why, do; oldest first."""
    conn, now = app.conn, app.now()
    count = "select count(*) from "
    return {
        "now": now.isoformat(),
        "participants": _one(app, count + "participants where erased_at is null"),
        "sessions": _one(app, count + "sessions where state = 'confirmed' and starts_at > ?", app_now(app)),
        "invitations": {
            partstat: _one(app, count + "invitations where wanted = 1 and partstat = ?", partstat)
            for partstat in ("NEEDS-ACTION", "ACCEPTED", "TENTATIVE", "DECLINED")
        },
        "outbox": outbox.counts(conn),
        "channels": {
            row["channel"]: row["n"]
            for row in conn.execute("select channel, count(*) as n from outbox group by channel")
        },
        "oldest_due": _one(app, "select min(not_before) from outbox where state = 'queued' and not_before <= ?",
                           app_now(app)),
        "last_runs": journal.last_runs(conn),
        "restored": meta.get(conn, meta.RESTORED),
        "needs_person": needs_person(app),
    }  # fmt: skip


def app_now(app: App) -> str:
    return app.now().isoformat(timespec="seconds")


def _one(app: App, query: str, *values: object) -> Any:
    return app.conn.execute(query, values).fetchone()[0]


# kind, query giving (count, oldest), what it is, what settles it
_DESK = (
    ("unknown sharers", "select count(distinct s.session_id), min(s.created_at) from (select h.session_id, x.created_at"
     " from sharers h join sessions x on x.id = h.session_id where h.participant_id is null and h.name <> ''"
     " and x.state = 'confirmed' and x.starts_at > :now and exists"
     " (select 1 from checklist_items i where i.session_id = h.session_id)) s",
     "sessions name sharers whom nobody knows", "letsconnect checklist show SESSION, then checklist share"),
    ("unanswered", "select count(*), min(created_at) from desk_tasks where settled_at is null"
     " and subject not like 'item-%'",
     "people answered none of our messages; ask them in person", "letsconnect desk list, then desk settle ID"),
    ("requests", "select count(*), min(asked_at) from support_requests where state = 'open'",
     "people asked for support and wait for an answer", "letsconnect support list, then support settle OUTCOME ID"),
    ("proposals", "select count(*), min(completed_at) from proposals where state = 'complete'",
     "people propose a clinic and wait for a date", "letsconnect proposal list, then the form Confirm a session"),
    ("drafts", "select count(*), min(created_at) from outbox where state = 'draft'",
     "a large sending waits for approval", "letsconnect outbox approve --all"),
    ("issues", "select count(*), min(created_at) from issues where state = 'draft'",
     "an issue waits for your approval", "letsconnect newsletter preview KIND, then newsletter approve KIND CODE"),
    ("skipped issues", "select count(*), min(created_at) from issues where state = 'skipped' and settled_at is null",
     "there was nothing to say, so an issue was skipped", "letsconnect newsletter list, then newsletter settle ID"),
    ("held", "select count(*), min(created_at) from outbox where state = 'held'",
     "messages are held", "letsconnect outbox release --all"),
    ("unsure", "select count(*), min(created_at) from outbox where state = 'unsure'",
     "nobody can know whether these arrived", "letsconnect outbox list --state unsure, then outbox resolve ID"),
    ("failed", f"select count(*), min(created_at) from outbox where {outbox.REFUSED}",
     "messages were refused", "letsconnect outbox list --state failed, then outbox resend ID"),
    ("quarantined", "select count(*), min(received_at) from inbox where state = 'quarantined'",
     "mails could not be read", "letsconnect inbox list, then inbox settle ID"),
    ("letters", "select count(*), min(received_at) from inbox where state = 'for_person'",
     "mails need a person's eyes", "letsconnect inbox list, then inbox settle ID"),
    ("rejected rows", "select count(*), min(r.started_at) from import_rejections j join import_runs r"
     " on r.id = j.run_id where j.settled_at is null",
     "rows of imports wait for correction", "letsconnect import rejected"),
    ("doubtful guests", "select count(*), min(at) from guests where state = 'doubtful'",
     "guests of sessions may be people we know", "letsconnect attendance doubtful, then attendance settle"),
    ("possible duplicates", "select count(*), min(found_at) from possible_duplicates where settled_at is null",
     "people may be in twice", "letsconnect person duplicates"),
    ("paused channels", "select count(*), min(since) from channel_pauses where permanent = 1 and until > :now",
     "a server refuses us", "letsconnect doctor"),
)  # fmt: skip


def needs_person(app: App) -> list[dict[str, Any]]:
    """What waits for a person, oldest first; empty when nothing does."""
    found = []
    for kind, query, why, do in _DESK:
        count, oldest = app.conn.execute(query, {"now": app_now(app)} if ":now" in query else {}).fetchone()
        if count:
            found.append({"kind": kind, "count": count, "oldest": oldest, "why": why, "do": do})
    left = checklist_desk.waiting(app)
    found += [*_sharers(app, left), *_contradictions(app), *_overdue(app), *_interpretation(app)]
    found += _undocumented(app, {one.session.id for one in left})
    return sorted(found, key=lambda item: str(item["oldest"]))


def _sharers(app: App, left: Sequence[Waiting]) -> list[dict[str, Any]]:
    """A row a session, whatever is missing of it: they are settled together, once it is over by closing it."""
    found = []
    for one in left:
        session, codes = one.session, ", ".join(line.item.code.replace("_", " ") for line in one.lines)
        said = "a sharer asks for help" if one.helps == len(one.lines) else "its sharers are silent"
        things = f"{len(one.lines)} things wait" if len(one.lines) > 1 else "one thing waits"
        why = f"session {session.id} ({session.code}), {session.starts_at:%Y-%m-%d}: {said}; {things}: {codes}"
        over = session.ends_at <= app.now()
        do = f"letsconnect session state {session.id}, then session close {session.id} --take-over" if over else (
            f"letsconnect desk list, then checklist settle {session.id} {'|'.join(Settling)}"
        )  # fmt: skip
        kind = "undocumented" if over else "sharers"
        found.append({"kind": kind, "count": 1, "oldest": iso(one.since), "why": why, "do": do})
    return found


def _contradictions(app: App) -> list[dict[str, Any]]:
    waiting = rsvps.contradictions(app)
    if not waiting:
        return []
    which = "; ".join(f"letsconnect session answer {c.session_id} {c.participant_id} yes|no|maybe" for c in waiting[:5])
    return [
        {"kind": "contradicting answers", "count": len(waiting), "oldest": iso(waiting[0].since),
         "why": "somebody said yes in one place and no in another", "do": f"ask, then {which}"}
    ]  # fmt: skip


def _overdue(app: App) -> list[dict[str, Any]]:
    short = [target for target in gaps.targets(app) if target.short]
    if not short:
        return []
    why = f"the targets ask for sessions that nobody has planned: {'; '.join(target.title for target in short)}"
    oldest = iso(min(target.due - LEAD for target in short if target.due is not None))
    return [{"kind": "targets", "count": len(short), "oldest": oldest, "why": why, "do": "letsconnect gaps"}]


WEEK = timedelta(days=7)


def _undocumented(app: App, told: Collection[int]) -> list[dict[str, Any]]:
    """Sessions that are over for a week and not closed, but for those `told` already."""
    known = (sessions.find(app, str(number)) for number in session_state.documented(app).waiting if number not in told)
    late = [session for session in known if session.ends_at <= app.now() - WEEK]
    if not late:
        return []
    do = "; ".join(f"letsconnect session state {session.id}" for session in late[:5])
    return [
        {"kind": "undocumented", "count": len(late), "oldest": iso(late[0].ends_at),
         "why": "sessions are over and not documented", "do": f"{do}, then session close"}
    ]  # fmt: skip


def _interpretation(app: App) -> list[dict[str, Any]]:
    """Sessions of the coming days for which an interpreter has to be found."""
    wanted = audience.interpretation_wanted(app)
    if not wanted:
        return []
    which = "; ".join(f"session {one.session.id}: {', '.join(one.languages)}" for one in wanted)
    return [
        {"kind": "interpretation", "count": len(wanted), "oldest": iso(app.now()),
         "why": f"interpretation is wanted ({which})", "do": "letsconnect session change ID --interpretation CODES"}
    ]  # fmt: skip


def letter(app: App, inbox_id: int) -> bytes:
    """One mail as it came. UserError when there is none."""
    row = app.conn.execute("select raw from inbox where id = ?", (inbox_id,)).fetchone()
    if row is None:
        raise UserError(Problem(f"there is no mail {inbox_id}", "inbox", "See: letsconnect inbox list"))
    return bytes(row["raw"])


def settle_letters(app: App, ids: Sequence[int], who: str) -> int:
    """A person has seen to these mails. All or nothing; UserError names those that do not wait."""
    with database.write(app.conn) as conn:
        problems = []
        for one in ids:
            done = conn.execute(
                "update inbox set state = 'settled' where id = ? and state in ('for_person', 'quarantined')", (one,)
            )
            if not done.rowcount:
                problems.append(Problem("does not wait for a person", f"mail {one}"))
            journal.note(conn, app.now(), who, "settled", f"mail/{one}")
        if problems:
            raise UserError(*problems)
    return len(ids)


def letters(app: App) -> list[dict[str, object]]:
    """Mails that wait for a person."""
    return inbox.open_items(app.conn)
