"""Facts -> decisions -> outbox. Planning again does nothing; several planners at once make one row a key.

Leaves deciding to `domain/planning.py`, words to `steps/compose.py`, leaving to `steps/deliver.py`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.errors import UserError
from domain.messages import State
from domain.planning import Decision, Facts, Hold, Send, Skip, Touch, decide, touches
from steps.app import App
from steps.compose import compose
from store import database, facts, invitations, journal, meta, outbox

Group = tuple[str, int | None]  # touchpoint, session


@dataclass(frozen=True, slots=True)
class PlanReport:
    """How many touches were sent to the outbox (`drafts` of them for approval), held, skipped, or cannot be written."""

    send: int = 0
    drafts: int = 0
    hold: int = 0
    skip: int = 0
    unwritable: int = 0
    by_purpose: dict[str, int] = field(default_factory=dict)


def pages(app: App, now: datetime, session_id: int | None = None, person: int | None = None) -> Iterator[list[Facts]]:
    """The facts of everybody for whom something may be due; of one session or person where asked."""
    for session in facts.plannable_sessions(app.conn, now):
        if session_id in (None, session.id):
            yield from facts.session_pages(app.conn, session, now, person)
    if session_id is None:
        yield from facts.rsvp_pages(app.conn, now, person)
        yield from facts.welcome_pages(app.conn, now, person)


def decisions(app: App, page: list[Facts], now: datetime) -> Iterator[tuple[Facts, Decision]]:
    rules = app.programme.rules
    for one in page:
        for touch in touches(one, rules):
            yield one, decide(touch, one, rules, now)


def group_of(touch: Touch) -> Group:
    return touch.touchpoint, touch.session_id


def guarded_groups(app: App, sizes: Mapping[Group, int]) -> set[Group]:
    """The mass guard: sendings that wait for approval. `sizes`: how many each sends now, or holds for later.

    What is held for quiet hours counts, and so does a part that still waits: a sending that goes out zone by zone
    must not slip past the guard in small pieces.
    """
    return {group for group, size in sizes.items() if size > app.programme.mass_plan} | outbox.drafted(app.conn)


def plan(app: App, *, dry_run: bool = False, session_id: int | None = None) -> PlanReport:
    """Record every touch that may go now, and the newest Hold or Skip of the others."""
    now = app.now()
    groups: Counter[Group] = Counter()
    sends: Counter[Group] = Counter()
    counts: Counter[str] = Counter()
    purposes: Counter[str] = Counter()
    for page in pages(app, now, session_id):
        for _, decision in decisions(app, page, now):
            counts[type(decision).__name__] += 1
            if not isinstance(decision, Skip):
                groups[group_of(decision.touch)] += 1
            if isinstance(decision, Send):
                sends[group_of(decision.touch)] += 1
                purposes[decision.touch.purpose.value] += 1
    guarded = guarded_groups(app, groups)
    drafts = sum(sends[group] for group in guarded)
    if dry_run:
        return PlanReport(counts["Send"], drafts, counts["Hold"], counts["Skip"], 0, dict(purposes))
    done: Counter[str] = Counter()
    run = journal.run_started(app.conn, "plan", now)
    for page in pages(app, now, session_id):
        done.update(_record(app, page, guarded, now))
    report = PlanReport(
        done["send"], done["draft"], done["hold"], done["skip"], done["unwritable"],
        {k.removeprefix("purpose "): v for k, v in done.items() if k.startswith("purpose ")},
    )  # fmt: skip
    summary = {"send": report.send, "drafts": report.drafts, "hold": report.hold, "skip": report.skip}
    journal.run_finished(app.conn, run, app.now(), summary)
    return report


def _record(app: App, page: list[Facts], guarded: set[Group], now: datetime) -> Counter[str]:
    """Compose outside the transaction, record inside it; what changed meanwhile is left for the next plan."""
    sends, done = [], Counter[str]()
    others = []
    for one, decision in decisions(app, page, now):
        if not isinstance(decision, Send):
            others.append(decision)
            continue
        state = State.DRAFT if group_of(decision.touch) in guarded else State.QUEUED
        try:
            sends.append((one, decision, compose(app, decision.touch, one, state, now)))
        except UserError as error:
            others.append(Hold(decision.touch, f"cannot be written: {error.problems[0].what}", now))
            done["unwritable"] += 1
    with database.write(app.conn) as conn:
        restored = meta.get(conn, meta.RESTORED) is not None
        for one, decision, message in sends:
            if not _still_true(app, one):
                continue
            if one.session is not None and one.invitation is None:
                uid = app.uid(one.session.id, one.person.id)
                origin = "general" if decision.touch.touchpoint == "general_invitation" else "registration"
                made = invitations.ensure(conn, one.session.id, one.person.id, uid, origin, now)
                message = replace(message, invitation_id=made)
            if restored:
                message = replace(message, state=State.HELD)
            if outbox.record(conn, message, now):
                done["send"] += 1
                done["draft"] += message.state is State.DRAFT
                done[f"purpose {message.purpose}"] += 1
            facts.forget_decision(conn, decision.touch.key)
        for decision in others:
            touch = decision.touch
            verdict, until = ("hold", decision.until) if isinstance(decision, Hold) else ("skip", None)
            done[verdict] += 1
            facts.record_decision(
                conn, touch.key, touch.participant_id, touch.session_id, touch.touchpoint, verdict,
                decision.because, until, now,
            )  # fmt: skip
    return done


def _still_true(app: App, one: Facts) -> bool:
    """Inside the transaction: the session is the one the words were written for, and the person is still there."""
    person = app.conn.execute("select erased_at from participants where id = ?", (one.person.id,)).fetchone()
    if person is None or person["erased_at"] is not None:
        return False
    if one.session is None:
        return True
    row = app.conn.execute("select sequence, state from sessions where id = ?", (one.session.id,)).fetchone()
    if row is None or (row["sequence"], row["state"]) != (one.session.sequence, one.session.state.value):
        return False
    found = invitations.of_session(app.conn, one.session.id, [one.person.id]).get(one.person.id)
    bump, wanted = (found.bump, found.wanted) if found else (0, True)
    planned = (one.invitation.bump, one.invitation.wanted) if one.invitation else (0, True)
    return (bump, wanted) == planned
