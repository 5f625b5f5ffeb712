"""Who would get what, when, and who not, with reasons. The planner's own question, asked about later; sends nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.messages import State
from domain.planning import Decision, Facts, Hold, Send, Skip, foresee, still_wanted, touches
from steps.app import App
from steps.plan import pages
from store import facts, meta, outbox


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One touch: `verdict` "send", "hold" or "skip"; `at` when that comes to be; `recorded`: already in the outbox."""

    key: str
    participant_id: int
    session_id: int | None
    purpose: str
    channel: str
    language: str
    zone: str
    verdict: str
    at: datetime
    because: str
    recorded: bool


def forecast(app: App, days: int, person: int | None = None) -> list[Foreseen]:
    """What the coming `days` bring if the facts stay as they are, by moment, then key."""
    now = app.now()
    end = now + timedelta(days=days)
    found = [*_recorded(app, now, end, person), *_to_plan(app, now, end, person)]
    return sorted(found, key=lambda one: (one.at, one.key))


def _to_plan(app: App, now: datetime, end: datetime, person: int | None) -> Iterator[Foreseen]:
    rules = app.programme.rules
    for page in pages(app, now, person=person):
        for one in page:
            for touch in touches(one, rules):
                at, decision = foresee(touch, one, rules, now, end)
                yield _row(app, touch.key, touch.purpose.value, one, decision, at, recorded=False)


def _recorded(app: App, now: datetime, end: datetime, person: int | None) -> Iterator[Foreseen]:
    """What waits in the outbox: it leaves when its time comes, unless the second look says otherwise."""
    restored = meta.get(app.conn, meta.RESTORED) is not None
    for state in (State.QUEUED, State.DRAFT, State.HELD):
        after = 0
        filters: dict[str, object] = {"state": state.value}
        if person is not None:
            filters["participant_id"] = person
        while page := outbox.listing(app.conn, filters, 500, after):
            after = page[-1].id
            for message in page:
                at = max(now, message.not_before)
                known = facts.of_message(app.conn, message.key, message.participant_id, message.session_id, at)
                if known is None or at > end:
                    continue
                decision = still_wanted(message.key, message.touchpoint, known, app.programme.rules, at)
                row = _row(app, message.key, message.purpose, known, decision, at, recorded=True)
                if state is not State.QUEUED or restored:
                    waits = "waits for approval" if state is State.DRAFT else "held until a person releases it"
                    row = replace(row, verdict="hold", because=waits)
                yield row


def _row(
    app: App, key: str, purpose: str, one: Facts, decision: Decision | None, at: datetime, *, recorded: bool
) -> Foreseen:
    verdict = {Send: "send", Hold: "hold", Skip: "skip"}.get(type(decision), "skip")
    because = decision.because if decision is not None else "no longer called for: the facts changed"
    return Foreseen(
        key=key,
        participant_id=one.person.id,
        session_id=one.session.id if one.session else None,
        purpose=purpose,
        channel="email",
        language=(one.person.languages or app.programme.languages)[0],
        zone=one.person.zone or app.programme.zone,
        verdict=verdict,
        at=decision.until if isinstance(decision, Hold) else at,
        because=because,
        recorded=recorded,
    )
