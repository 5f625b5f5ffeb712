"""Who would get what, when, and who not, with reasons. The planner's own question, asked about later; sends nothing."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.foresight import Case, decide_all, foresee, skipped_quietly
from domain.messages import Message, State
from domain.planning import Decision, Facts, Hold, Send, Skip, still_wanted
from steps.app import App
from steps.plan import Group, gathered, group_of, guarded_groups, not_due
from store import facts, meta, outbox

FOR_APPROVAL = "waits for approval"
HELD = "held until a person releases it"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One touch: `verdict` "send", "hold", "skip", or "none" for somebody who gets nothing; `at` when that comes to be.

    `recorded`: already in the outbox. `channel` "desk": a coordinator's task.
    """

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
    """What the next plans record. The mass guard and a restored database make it wait for a person, as they will."""
    rules = app.programme.rules
    keys: dict[Group, set[str]] = defaultdict(set)
    rows: list[tuple[Group, Foreseen]] = []
    pages = iter([[person]]) if person is not None else facts.all_pages(app.conn)
    for someone in gathered(app, pages, now):
        for _, decision in decide_all(someone.case, rules, now):
            if not isinstance(decision, Skip) and not not_due(decision):
                keys[group_of(decision.touch)].add(decision.touch.key)
        rows += _of_person(app, someone.case, now, end)
    guarded = guarded_groups(app, keys)
    restored = meta.get(app.conn, meta.RESTORED) is not None
    for group, row in rows:
        if row.verdict == "send" and row.channel != "desk" and (restored or group in guarded):
            yield replace(row, verdict="hold", because=HELD if restored else FOR_APPROVAL)
        else:
            yield row


def _of_person(app: App, case: Case, now: datetime, end: datetime) -> list[tuple[Group, Foreseen]]:
    """One person's rows; somebody for whom there is nothing at all gets one that says why."""
    found, later = [], []
    for at, one, decision in foresee(case, app.programme.rules, now, end):
        row = (group_of(decision.touch), _row(app, decision.touch.key, decision.touch.purpose.value, one, decision, at))
        if not_due(decision) or skipped_quietly(decision):
            later.append(row)
        else:
            found.append(row)
    if found:
        return found
    coming = min((row for _, row in later if row.verdict == "hold"), key=lambda row: row.at, default=None)
    because = f"nothing in these days; next is {coming.purpose}" if coming else "no rule has anything to say"
    base = case.facts[0]
    none = Foreseen(
        key=f"none/{base.person.id}", participant_id=base.person.id, session_id=None, purpose="", channel="",
        language=_language(app, base), zone=base.person.zone or app.programme.zone, verdict="none",
        at=coming.at if coming else end, because=because, recorded=False,
    )  # fmt: skip
    return [(("", None), none)]


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
                if message.participant_id is None or at > end:
                    continue
                known = facts.of_message(
                    app.conn, message.key, message.participant_id, message.session_id, at,
                    app.programme.rules.longest_after_end,
                )  # fmt: skip
                if known is None:
                    continue
                at, decision = _second_looks(app, message, known, at, end)
                row = _row(app, message.key, message.purpose, known, decision, at)
                row = replace(row, language=message.language, recorded=True)
                if message.expires_at is not None and message.expires_at <= at:
                    row = replace(row, verdict="skip", because="too late to be of use")
                elif state is not State.QUEUED or restored:
                    row = replace(row, verdict="hold", because=FOR_APPROVAL if state is State.DRAFT else HELD)
                yield row


def _second_looks(
    app: App, message: Message, known: Facts, at: datetime, end: datetime
) -> tuple[datetime, Decision | None]:
    """What delivery finds when it looks, and looks again after every Hold; the moment of the last look."""
    while True:
        decision = still_wanted(message.key, message.touchpoint, known, app.programme.rules, at)
        if not isinstance(decision, Hold) or decision.until > end:
            return at, decision
        at = decision.until


def _row(
    app: App, key: str, purpose: str, one: Facts, decision: Decision | None, at: datetime
) -> Foreseen:
    verdict = {Send: "send", Hold: "hold", Skip: "skip"}.get(type(decision), "skip")
    because = decision.because if decision is not None else "no longer called for: the facts changed"
    return Foreseen(
        key=key,
        participant_id=one.person.id,
        session_id=one.session.id if one.session else None,
        purpose=purpose,
        channel=_channel(app, decision),
        language=_language(app, one),
        zone=one.person.zone or app.programme.zone,
        verdict=verdict,
        at=decision.until if isinstance(decision, Hold) else at,
        because=because,
        recorded=False,
    )


def _language(app: App, one: Facts) -> str:
    return (one.person.languages or app.programme.languages)[0]


def _channel(app: App, decision: Decision | None) -> str:
    """Where it goes, or would go."""
    if isinstance(decision, Send):
        return decision.to.channel if decision.to else "desk"
    point = app.programme.rules.touchpoints.get(decision.touch.touchpoint) if decision else None
    return point.channel.value if point else "email"
