"""Facts -> decisions -> outbox. Planning again does nothing; several planners at once make one row a key.

Looks only at people who may have something due (`store/next_due.py`). Leaves deciding to `domain/foresight.py`, writing
down what was decided to `steps/planned.py`, leaving to `steps/deliver.py`.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.facts import Facts
from domain.foresight import Group, decide_all, group_of, next_look, not_due, skipped_quietly
from domain.planning import Hold, Send, Skip
from steps import places
from steps.app import App
from steps.planned import Looked, record
from store import database, facts, journal, looks, meta, next_due, outbox
from store.facts import Person

RULES = "rules_in_force"
KEPT = 10_000  # people whose decisions are kept until the guard has spoken: some 2 kB each
RECORDED = 500  # people a transaction


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


def plan(app: App, *, dry_run: bool = False, session_id: int | None = None) -> PlanReport:
    """Record every touch that may go now, and the newest Hold or Skip of the others.

    Everybody is looked at before anything is sent, for the mass guard's sake. Those to whom nothing is to be sent are
    settled at once; of the others the decisions of the first `KEPT` wait in memory, and the rest is asked again.
    """
    now = app.now()
    _notice_new_rules(app, dry_run)
    if not dry_run:
        places.pass_on(app)
    seen, guard = Counter[str](), _Guard(app)
    kept: list[Looked] = []
    again = array("q")  # ids
    run: int | None = None
    for ids in _pages(app, now, session_id):
        page = looked_at(app, ids, session_id, now)
        for one in page:
            guard.see(one)
        if dry_run:
            seen.update(_counted(page))
            continue
        if run is None and any(one.called_for for one in page):
            run = journal.run_started(app.conn, "plan", now)
        seen.update(record(app, [one for one in page if not one.sends], session_id is None, set(), now))
        sending = [one for one in page if one.sends]
        room = KEPT - len(kept)
        kept += sending[:room]
        again.extend(one.person for one in sending[room:])
    guarded = guard.stops()
    if dry_run:
        seen["draft"] = sum(guard.sends[group] for group in guarded)
        return _report(seen)
    for page in _waiting(app, kept, again, session_id, now):
        seen.update(record(app, page, session_id is None, guarded, now))
    report = _report(seen)
    if run is not None:
        summary = {"send": report.send, "drafts": report.drafts, "hold": report.hold, "skip": report.skip}
        journal.run_finished(app.conn, run, app.now(), summary)
    return report


def looked_at(app: App, people: Sequence[int], session_id: int | None, now: datetime) -> list[Looked]:
    """What becomes of one page of people, of one session or of everything."""
    after_end = app.programme.rules.longest_after_end
    return [_decided(app, one, session_id, now) for one in facts.gather(app.conn, people, now, after_end)]


def _decided(app: App, person: Person, session_id: int | None, now: datetime) -> Looked:
    sends: list[tuple[Facts, Send]] = []
    others: list[Hold | Skip] = []
    for one, decision in decide_all(person.case, app.programme.rules, now):
        if session_id is not None and decision.touch.session_id != session_id:
            continue
        if isinstance(decision, Send):
            sends.append((one, decision))
        else:
            others.append(decision)
    worth = [d for d in others if not (not_due(d) or skipped_quietly(d))]
    called_for = bool(sends or others)
    again = next_look([*others, *(send for _, send in sends)], now)
    return Looked(person.id, person.version, sends, worth, again, called_for)


def _waiting(
    app: App, kept: list[Looked], again: "array[int]", session_id: int | None, now: datetime
) -> Iterator[list[Looked]]:
    for begin in range(0, len(kept), RECORDED):
        yield kept[begin : begin + RECORDED]
    kept.clear()
    for begin in range(0, len(again), RECORDED):
        yield looked_at(app, again[begin : begin + RECORDED], session_id, now)


class _Guard:
    """The mass guard: counts what each sending sends now or holds for later, and stops what is too large."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.keys: dict[Group, set[str]] = defaultdict(set)
        self.sends: Counter[Group] = Counter()

    def see(self, one: Looked) -> None:
        for _, send in one.sends:
            self.sends[group_of(send.touch)] += 1
            self._add(send)
        for other in one.others:
            if isinstance(other, Hold):
                self._add(other)

    def _add(self, decision: Send | Hold) -> None:
        keys = self.keys[group_of(decision.touch)]
        if len(keys) <= self.app.programme.mass_plan:  # beyond that the number no longer matters
            keys.add(decision.touch.key)

    def stops(self) -> set[Group]:
        """Sendings that wait for approval.

        What is held counts, whoever looked at it, and so does a part that still waits: a sending that goes out zone
        by zone must not slip past the guard in small pieces.
        """
        held = looks.held_groups(self.app.conn, self.app.now())
        most = self.app.programme.mass_plan
        large = {group for group, found in self.keys.items() if len(found | held.get(group, set())) > most}
        return large | outbox.drafted(self.app.conn)


def _report(counts: Counter[str]) -> PlanReport:
    purposes = {k.removeprefix("purpose "): v for k, v in counts.items() if k.startswith("purpose ")}
    return PlanReport(
        counts["send"], counts["draft"], counts["hold"], counts["skip"], counts["unwritable"], purposes
    )


def _counted(page: Sequence[Looked]) -> Counter[str]:
    """What recording them would come to, if all can be written."""
    counts: Counter[str] = Counter()
    for one in page:
        counts["send"] += len(one.sends)
        counts.update(f"purpose {send.touch.purpose.value}" for _, send in one.sends)
        counts.update("hold" if isinstance(other, Hold) else "skip" for other in one.others)
    return counts


def _notice_new_rules(app: App, dry_run: bool) -> None:
    """Everybody is looked at anew when the cadences changed."""
    seen = app.programme.rules.fingerprint
    if dry_run or meta.get(app.conn, RULES) == seen:
        return
    with database.write(app.conn) as conn:
        next_due.look_at_everybody(conn)
        meta.put(conn, RULES, seen)


def _pages(app: App, now: datetime, session_id: int | None) -> Iterator[list[int]]:
    if session_id is None:
        return next_due.due_pages(app.conn, now)
    session = next((s for s in next_due.plannable_sessions(app.conn, now) if s.id == session_id), None)
    return next_due.concerned_pages(app.conn, session) if session else iter(())
