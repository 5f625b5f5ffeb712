"""Everything of one person at one moment, and what comes of it by and by if nobody does anything.

`decide_all` is what the planner asks; `foresee` asks it again at every moment at which something may change, and takes
what it would have sent for granted. So a forecast is the planner asked about tomorrow, and equals what it then does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.admission import admit
from domain.cadences import NO_CAP, Purpose, Rules
from domain.invitations import Invitation, PartStat
from domain.planning import Decision, Facts, Heard, Hold, Send, Skip, decide, touches

REQUESTS = (Purpose.INVITATION, Purpose.UPDATE)


@dataclass(frozen=True, slots=True)
class Case:
    """One person's facts: about the programme, and about each session. `known`: keys that are in the outbox.

    `sent`: when messages of a cap class left, or were recorded.
    """

    facts: tuple[Facts, ...]
    known: frozenset[str] = frozenset()
    sent: tuple[datetime, ...] = ()


def decide_all(case: Case, rules: Rules, now: datetime) -> list[tuple[Facts, Decision]]:
    """Each touch that is called for and not recorded yet, with the facts it is about and what becomes of it now."""
    found = [
        (facts, decide(touch, facts, rules, now))
        for facts in case.facts
        for touch in touches(facts, rules)
        if touch.key not in case.known
    ]
    admitted = admit([decision for _, decision in found], case.sent, rules, now)
    return [(facts, decision) for (facts, _), decision in zip(found, admitted, strict=True)]


def next_look(decisions: Collection[Decision], now: datetime) -> datetime | None:
    """When to look at this person again if no fact changes; None: not before one does."""
    return min((d.until for d in decisions if isinstance(d, Hold) and d.until > now), default=None)


def foresee(case: Case, rules: Rules, now: datetime, end: datetime) -> list[tuple[datetime, Facts, Decision]]:
    """What is sent when, and how everything else stands at `end` (with the moment since which it stands so)."""
    sent: list[tuple[datetime, Facts, Decision]] = []
    standing: dict[str, tuple[datetime, Facts, Decision]] = {}
    moment = now
    while True:
        decided = decide_all(case, rules, moment)
        leaving = [(facts, d) for facts, d in decided if isinstance(d, Send)]
        for facts, decision in decided:
            before = standing.get(decision.touch.key)
            if before is None or before[2] != decision:
                standing[decision.touch.key] = (moment, facts, decision)
        if leaving:
            sent += [(moment, facts, d) for facts, d in leaving]
            for _, d in leaving:
                standing.pop(d.touch.key)
            case = _after(case, leaving, moment)
            continue  # what left may call for more at this very moment
        later = next_look([d for _, d in decided], moment)
        if later is None or later > end:
            break
        moment = later
    still = {decision.touch.key for _, decision in decided}
    return sent + [row for key, row in standing.items() if key in still]


def _after(case: Case, leaving: Sequence[tuple[Facts, Send]], moment: datetime) -> Case:
    """The case once these have left: keys are known, caps are fuller, calendars have their entries."""
    changed = list(case.facts)
    for facts, decision in leaving:
        touch = decision.touch
        at = changed.index(facts)
        if touch.purpose in REQUESTS and facts.session is not None:
            moved = facts.asked_at is None or facts.heard.request is None or (
                facts.heard.request - _bump(facts) < facts.session.time_sequence
            )
            changed[at] = replace(
                facts,
                heard=Heard(touch.sequence, facts.heard.cancel),
                asked_at=moment if moved else facts.asked_at,
                invitation=facts.invitation or _invited(facts, touch.touchpoint == "general_invitation"),
                involved_since=facts.involved_since or moment,
            )
        elif touch.purpose is Purpose.CANCELLATION:
            changed[at] = replace(facts, heard=Heard(facts.heard.request, touch.sequence))
    return Case(
        tuple(changed),
        case.known | {decision.touch.key for _, decision in leaving},
        case.sent + tuple(moment for _, decision in leaving if decision.touch.cap != NO_CAP),
    )


def _bump(facts: Facts) -> int:
    return facts.invitation.bump if facts.invitation else 0


def _invited(facts: Facts, general: bool) -> Invitation:
    assert facts.session is not None
    origin = "general" if general else "registration"
    return Invitation(0, facts.session.id, facts.person.id, "", origin, True, 0, PartStat.NEEDS_ACTION, None)


def skipped_quietly(decision: Decision) -> bool:
    return isinstance(decision, Skip) and decision.quietly
