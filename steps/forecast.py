"""Who would get what, when, and who not, with reasons. The planner's own question, asked about later; sends nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from config.programme import Programme
from domain.facts import Facts
from domain.foresight import FOR_APPROVAL, Case, Group, foresee, group_of, not_due, skipped_quietly
from domain.messages import Message, State
from domain.planning import Decision, Hold, Send, Skip, still_wanted
from domain.touches import Touch
from steps.app import App
from steps.plan import gathered
from store import facts, meta, next_due, outbox
from store.facts import Person

LATER = datetime.max.replace(tzinfo=UTC)
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
    recorded, leaving = _recorded(app, now, end, person)
    planned = _to_plan(app, now, end, leaving, person)
    heard = {row.participant_id for row in recorded}
    found = recorded + [row for row in planned if row.verdict != "none" or row.participant_id not in heard]
    return sorted(found, key=lambda one: (one.at, one.key))


Leaving = dict[int, list[tuple[datetime, Touch]]]  # by person


def _to_plan(app: App, now: datetime, end: datetime, leaving: Leaving, person: int | None) -> list[Foreseen]:
    """What the next plans record. The mass guard and a restored database make it wait for a person, as they will."""
    guarded = _guarded(app, now, end, leaving, person)
    restored = meta.get(app.conn, meta.RESTORED) is not None
    found: list[Foreseen] = []
    for someone in _everybody(app, now, person):
        for row in _of_person(app, someone.case, now, end, leaving.get(someone.id, []), guarded):
            waits = restored and row.verdict == "send" and row.channel != "desk"
            found.append(replace(row, verdict="hold", because=HELD) if waits else row)
    return found


def _everybody(app: App, now: datetime, person: int | None) -> Iterator[Person]:
    return gathered(app, iter([[person]]) if person is not None else next_due.all_pages(app.conn), now)


def _guarded(
    app: App, now: datetime, end: datetime, leaving: Leaving, person: int | None
) -> dict[Group, datetime]:
    """Sendings that the mass guard will stop, and from when on; those that wait already from now on.

    What waits for approval calls for nothing more, so it is foreseen again with what was found, until that is all.
    """
    guarded = dict.fromkeys(outbox.drafted(app.conn), now)
    while person is None:
        spans: dict[Group, list[tuple[datetime, datetime]]] = defaultdict(list)
        for someone in _everybody(app, now, None):
            case, mine = someone.case, leaving.get(someone.id, [])
            for at, _, decision in foresee(case, app.programme.rules, now, end, mine, guarded):
                if not isinstance(decision, Skip) and not not_due(decision):
                    since = decision.touch.due_at or now
                    spans[group_of(decision.touch)].append((since, at if isinstance(decision, Send) else LATER))
        found = {group: moment for group, pairs in spans.items() if (moment := _too_many(app, pairs)) is not None}
        new = {group: moment for group, moment in found.items() if group not in guarded}
        if not new:
            break
        guarded |= new
    return guarded


def _too_many(app: App, spans: list[tuple[datetime, datetime]]) -> datetime | None:
    """When more than the guard allows are sent, or wait to be, at one moment."""
    for moment in sorted({at for _, at in spans if at != LATER}):
        if sum(since <= moment <= at for since, at in spans) > app.programme.mass_plan:
            return moment
    return None


def _of_person(
    app: App,
    case: Case,
    now: datetime,
    end: datetime,
    leaving: Sequence[tuple[datetime, Touch]],
    guarded: Mapping[Group, datetime],
) -> list[Foreseen]:
    """One person's rows; somebody for whom there is nothing at all gets one that says why."""
    found: list[Foreseen] = []
    later: list[Foreseen] = []
    for at, one, decision in foresee(case, app.programme.rules, now, end, leaving, guarded):
        row = _row(app, decision.touch.key, decision.touch.purpose.value, one, decision, at)
        (later if not_due(decision) or skipped_quietly(decision) else found).append(row)
    if found:
        return found
    coming = min((row for row in later if row.verdict == "hold"), key=lambda row: row.at, default=None)
    because = f"nothing in these days; next is {coming.purpose}" if coming else "no rule has anything to say"
    base = case.facts[0]
    return [
        Foreseen(
            key=f"none/{base.person.id}", participant_id=base.person.id, session_id=None, purpose="", channel="",
            language=_language(app, base), zone=base.person.zone or app.programme.zone, verdict="none",
            at=coming.at if coming else end, because=because, recorded=False,
        )
    ]  # fmt: skip


def _recorded(
    app: App, now: datetime, end: datetime, person: int | None
) -> tuple[list[Foreseen], Leaving]:
    """What waits in the outbox: it leaves when its time comes, unless the second look says otherwise."""
    restored = meta.get(app.conn, meta.RESTORED) is not None
    rows: list[Foreseen] = []
    leaving: Leaving = defaultdict(list)
    for message in _waiting(app, person):
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
        row = replace(row, language=message.language, channel=message.channel, recorded=True)
        if message.expires_at is not None and message.expires_at <= at:
            row = replace(row, verdict="skip", because="too late to be of use")
        elif message.state is not State.QUEUED or restored:
            row = replace(row, verdict="hold", because=FOR_APPROVAL if message.state is State.DRAFT else HELD)
        elif isinstance(decision, Send):
            leaving[message.participant_id].append((at, decision.touch))
        rows.append(row)
    return rows, leaving


def _waiting(app: App, person: int | None) -> Iterator[Message]:
    for state in (State.QUEUED, State.DRAFT, State.HELD):
        after = 0
        filters: dict[str, object] = {"state": state.value}
        if person is not None:
            filters["participant_id"] = person
        while page := outbox.listing(app.conn, filters, 500, after):
            after = page[-1].id
            yield from page


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


@dataclass(frozen=True, slots=True)
class Difference:
    """What other rules would do to one message: `change` "more", "less", "sooner" or "later"."""

    key: str
    change: str
    participant_id: int
    session_id: int | None
    purpose: str
    now: datetime | None
    then: datetime | None
    because: str


def compare(app: App, days: int, other: Programme) -> list[Difference]:
    """Who would get more, less, sooner or later under other programme files. Sends and changes nothing."""
    here = {row.key: row for row in forecast(app, days)}
    there = {row.key: row for row in forecast(replace(app, programme=other), days)}
    found = []
    for key in sorted(here.keys() | there.keys()):
        a, b = here.get(key), there.get(key)
        now = a.at if a and a.verdict == "send" else None
        then = b.at if b and b.verdict == "send" else None
        if now == then:
            continue
        change = "more" if now is None else "less" if then is None else "sooner" if then < now else "later"
        row = b if b and b.verdict == "send" else a
        assert row is not None
        because = b.because if b else "no rule of the other files asks for it"
        found.append(
            Difference(key, change, row.participant_id, row.session_id, row.purpose, now, then, because)
        )
    return found
