"""Facts -> decisions -> outbox. Planning again does nothing; several planners at once make one row a key.

Looks only at people who may have something due (`store/facts.py`). Leaves deciding to `domain/foresight.py`, words to
`steps/compose.py`, leaving to `steps/deliver.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.cadences import Purpose
from domain.errors import UserError
from domain.foresight import Group, decide_all, group_of, next_look, not_due, skipped_quietly
from domain.messages import State
from domain.planning import Decision, Facts, Hold, Send, Skip
from steps.app import App
from steps.compose import compose
from store import database, desk_tasks, facts, invitations, journal, meta, outbox
from store.facts import Person
from store.outbox import NewMessage

RULES = "rules_in_force"
# A letter that cannot be written for somebody is tried again when a fact changes, and now and then.
UNWRITABLE_AGAIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class PlanReport:
    """How many touches were sent to the outbox (`drafts` of them for approval) or the desk, held, skipped, or cannot
    be written. Timed touches that are not due yet are not counted."""

    send: int = 0
    drafts: int = 0
    hold: int = 0
    skip: int = 0
    unwritable: int = 0
    by_purpose: dict[str, int] = field(default_factory=dict)


def gathered(app: App, pages: Iterator[list[int]], now: datetime) -> Iterator[Person]:
    """The cases of people, page by page."""
    for ids in pages:
        yield from facts.gather(app.conn, ids, now, app.programme.rules.longest_after_end)


def guarded_groups(app: App, keys: Mapping[Group, set[str]]) -> set[Group]:
    """The mass guard: sendings that wait for approval. `keys`: what each sends now, or holds for later.

    What is held counts, whoever looked at it, and so does a part that still waits: a sending that goes out zone by
    zone must not slip past the guard in small pieces.
    """
    held = facts.held_groups(app.conn, app.now())
    large = {group for group, found in keys.items() if len(found | held.get(group, set())) > app.programme.mass_plan}
    return large | outbox.drafted(app.conn)


def plan(app: App, *, dry_run: bool = False, session_id: int | None = None) -> PlanReport:
    """Record every touch that may go now, and the newest Hold or Skip of the others."""
    now = app.now()
    _notice_new_rules(app, dry_run)
    counts: Counter[str] = Counter()
    keys: dict[Group, set[str]] = defaultdict(set)
    sends: Counter[Group] = Counter()
    for person in gathered(app, _pages(app, now, session_id), now):
        for _, decision in _decided(app, person, session_id, now):
            _count(counts, decision)
            if not isinstance(decision, Skip) and not not_due(decision):
                keys[group_of(decision.touch)].add(decision.touch.key)
            if isinstance(decision, Send):
                sends[group_of(decision.touch)] += 1
    guarded = guarded_groups(app, keys)
    if dry_run:
        counts["draft"] = sum(sends[group] for group in guarded)
        return _report(counts)
    done: Counter[str] = Counter()
    run = journal.run_started(app.conn, "plan", now) if counts else None
    for ids in _pages(app, now, session_id):
        people = facts.gather(app.conn, ids, now, app.programme.rules.longest_after_end)
        done.update(_record(app, people, session_id, guarded, now))
    report = _report(done)
    if run is not None:
        summary = {"send": report.send, "drafts": report.drafts, "hold": report.hold, "skip": report.skip}
        journal.run_finished(app.conn, run, app.now(), summary)
    return report


def _report(counts: Counter[str]) -> PlanReport:
    purposes = {k.removeprefix("purpose "): v for k, v in counts.items() if k.startswith("purpose ")}
    return PlanReport(
        counts["send"], counts["draft"], counts["hold"], counts["skip"], counts["unwritable"], purposes
    )


def _count(counts: Counter[str], decision: Decision) -> None:
    if isinstance(decision, Send):
        counts["send"] += 1
        counts[f"purpose {decision.touch.purpose.value}"] += 1
    elif isinstance(decision, Hold):
        counts["hold"] += not not_due(decision)
    else:
        counts["skip"] += not skipped_quietly(decision)


def _notice_new_rules(app: App, dry_run: bool) -> None:
    """Everybody is looked at anew when the cadences changed."""
    seen = app.programme.rules.fingerprint
    if dry_run or meta.get(app.conn, RULES) == seen:
        return
    with database.write(app.conn) as conn:
        facts.look_at_everybody(conn)
        meta.put(conn, RULES, seen)


def _pages(app: App, now: datetime, session_id: int | None) -> Iterator[list[int]]:
    if session_id is None:
        return facts.due_pages(app.conn, now)
    session = next((s for s in facts.plannable_sessions(app.conn, now) if s.id == session_id), None)
    return facts.concerned_pages(app.conn, session) if session else iter(())


def _decided(app: App, person: Person, session_id: int | None, now: datetime) -> list[tuple[Facts, Decision]]:
    decided = decide_all(person.case, app.programme.rules, now)
    return [(f, d) for f, d in decided if session_id in (None, d.touch.session_id)]


@dataclass(frozen=True, slots=True)
class _Written:
    """One person's decisions, and the messages they came to."""

    person: Person
    sends: list[tuple[Facts, Send, NewMessage | None]]
    others: list[Decision]
    unwritable: int


def _write(app: App, person: Person, session_id: int | None, guarded: set[Group], now: datetime) -> _Written:
    written = _Written(person, [], [], 0)
    unwritable = 0
    for one, decision in _decided(app, person, session_id, now):
        if not isinstance(decision, Send):
            written.others.append(decision)
            continue
        state = State.DRAFT if group_of(decision.touch) in guarded else State.QUEUED
        try:
            message = compose(app, decision, one, state, now) if decision.to is not None else None
            written.sends.append((one, decision, message))
        except UserError as error:
            because = f"cannot be written: {error.problems[0].what}"
            written.others.append(Hold(decision.touch, because, now + UNWRITABLE_AGAIN))
            unwritable += 1
    return replace(written, unwritable=unwritable)


def _record(
    app: App, people: list[Person], session_id: int | None, guarded: set[Group], now: datetime
) -> Counter[str]:
    """Compose outside the transaction, record inside it; whoever changed meanwhile is left for the next plan."""
    pages = [_write(app, person, session_id, guarded, now) for person in people]
    done: Counter[str] = Counter()
    with database.write(app.conn) as conn:
        restored = meta.get(conn, meta.RESTORED) is not None
        for written in pages:
            if facts.version(conn, written.person.id) != written.person.version:
                continue
            if session_id is None:
                facts.forget_holds(conn, written.person.id)
            for one, decision, message in written.sends:
                if _put(app, one, decision, message, restored, now):
                    _count(done, decision)
                    done["draft"] += message is not None and message.state is State.DRAFT
                facts.forget_decision(conn, decision.touch.key)
            for other in written.others:
                _count(done, other)
                _remember(app, other, now)
            done["unwritable"] += written.unwritable
            if session_id is None:
                facts.look_again(conn, written.person.id, next_look(written.others, now))
    return done


def _put(
    app: App, one: Facts, decision: Send, message: NewMessage | None, restored: bool, now: datetime
) -> bool:
    """Into the outbox, or onto the desk. Whether it was new."""
    touch, conn = decision.touch, app.conn
    if message is None:
        person = one.person
        name = app.programme.coordinator_for(person.languages, person.region).name
        return desk_tasks.add(conn, touch.key, person.id, touch.session_id, name, touch.because, now)
    if one.session is not None and one.invitation is None and touch.purpose is Purpose.INVITATION:
        uid = app.uid(one.session.id, one.person.id)
        origin = "general" if touch.touchpoint == "general_invitation" else "registration"
        made = invitations.ensure(conn, one.session.id, one.person.id, uid, origin, now)
        message = replace(message, invitation_id=made)
    if restored:
        message = replace(message, state=State.HELD)
    return outbox.record(conn, message, now)


def _remember(app: App, decision: Decision, now: datetime) -> None:
    """A Hold or Skip worth saying later; not that something is not due yet, nor whom a reminder is not for."""
    if not_due(decision) or skipped_quietly(decision) or isinstance(decision, Send):
        return
    touch = decision.touch
    verdict, until = ("hold", decision.until) if isinstance(decision, Hold) else ("skip", None)
    facts.record_decision(
        app.conn, touch.key, touch.participant_id, touch.session_id, touch.touchpoint, verdict,
        decision.because, until, now,
    )  # fmt: skip
