"""Everything of one person at one moment, and what comes of it by and by if nobody does anything.

`decide_all` is what the planner asks; `foresee` asks it again at every moment at which something may change, and takes
what it would have sent for granted. So a forecast is the planner asked about tomorrow, and equals what it then does.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from domain.admission import admit
from domain.cadences import NO_CAP, Purpose, Rules
from domain.facts import Facts, Heard
from domain.invitations import Invitation, PartStat
from domain.planning import Decision, Hold, Send, Skip, decide
from domain.subjects import About
from domain.touches import Touch, touches

REQUESTS = (Purpose.INVITATION, Purpose.UPDATE)
FOR_APPROVAL = "waits for approval"
Group = tuple[str, int | None]  # touchpoint and session: what the mass guard counts together


def group_of(touch: Touch) -> Group:
    return touch.touchpoint, touch.session_id


@dataclass(frozen=True, slots=True)
class Case:
    """One person's facts: about the programme, about each session, about each subject. `known`: keys that are in the
    outbox or on the desk. `sent`: when messages of a cap class left, or were recorded, by key.
    """

    facts: tuple[Facts, ...]
    known: frozenset[str] = frozenset()
    sent: Mapping[str, datetime] = field(default_factory=dict)


def decide_all(case: Case, rules: Rules, now: datetime) -> list[tuple[Facts, Decision]]:
    """Each touch that is called for and not recorded yet, with the facts it is about and what becomes of it now."""
    found = [
        (facts, decide(touch, facts, rules, now))
        for facts in _in_turn(case, rules, now)
        for touch in touches(facts, rules)
        if touch.key not in case.known
    ]
    admitted = admit([decision for _, decision in found], tuple(case.sent.values()), rules, now)
    return [(facts, decision) for (facts, _), decision in zip(found, admitted, strict=True)]


def _in_turn(case: Case, rules: Rules, now: datetime) -> Iterator[Facts]:
    """The facts, with each session's checklist items of a person in turn: the next is asked about once the one before
    it is done, has come to the desk, or is of no use any more."""
    waiting: dict[int | None, list[tuple[datetime, int]]] = defaultdict(list)
    for facts in case.facts:
        item = facts.subject
        if item is None or item.about is not About.ITEM or not item.mine or item.closed:
            continue
        on_desk = any(f"{code}/{item.tag}/{facts.person.id}" in case.known for code in rules.on_desk)
        if not on_desk and (item.until is None or now < item.until):
            waiting[_session_id(facts)].append((item.since, item.id))
    for facts in case.facts:
        item = facts.subject
        if item is not None and item.about is About.ITEM:
            first = min(waiting[_session_id(facts)], default=(item.since, item.id))
            facts = replace(facts, subject=replace(item, in_turn=first[1] == item.id))
        yield facts


def _session_id(facts: Facts) -> int | None:
    return facts.session.id if facts.session else None


def next_look(decisions: Collection[Decision], now: datetime) -> datetime | None:
    """When to look at this person again if no fact changes; None: not before one does.

    What has come to the desk may make way for the next ask at once.
    """
    if any(isinstance(d, Send) and d.to is None for d in decisions):
        return now
    return min((d.until for d in decisions if isinstance(d, Hold) and d.until > now), default=None)


def foresee(
    case: Case,
    rules: Rules,
    now: datetime,
    end: datetime,
    leaving: Sequence[tuple[datetime, Touch]] = (),
    guarded: Mapping[Group, datetime] = MappingProxyType({}),
) -> list[tuple[datetime, Facts, Decision]]:
    """What is sent when, and how everything else stands at `end` (with the moment since which it stands so).

    `leaving`: what is in the outbox already and leaves at that moment. `guarded`: sendings that wait for a person's
    approval from a moment on; theirs are Holds without an end.
    """
    return _Foresight(case, rules, leaving, guarded).until(now, end)


class _Foresight:
    def __init__(
        self, case: Case, rules: Rules, leaving: Sequence[tuple[datetime, Touch]], guarded: Mapping[Group, datetime]
    ) -> None:
        self.case, self.rules, self.guarded = case, rules, guarded
        self.leaving = sorted(leaving, key=lambda pair: (pair[0], pair[1].key))
        self.done: list[tuple[datetime, Facts, Decision]] = []
        self.standing: dict[str, tuple[datetime, Facts, Decision]] = {}

    def until(self, now: datetime, end: datetime) -> list[tuple[datetime, Facts, Decision]]:
        moment = now
        while True:
            while self.leaving and self.leaving[0][0] <= moment:
                self._left(self.leaving.pop(0)[1], moment)
            decided = decide_all(self.case, self.rules, moment)
            sends = [(facts, d) for facts, d in decided if isinstance(d, Send)]
            for facts, decision in decided:
                before = self.standing.get(decision.touch.key)
                if before is None or before[2] != decision:
                    self.standing[decision.touch.key] = (moment, facts, decision)
            for facts, send in sends:
                self._send(facts, send, moment)
            if sends:
                continue  # what left may call for more at this very moment
            later = [t for t in (next_look([d for _, d in decided], moment), self._next_leaving()) if t is not None]
            if not later or min(later) > end:
                break
            moment = min(later)
        still = {decision.touch.key for _, decision in decided}
        return self.done + [row for key, row in self.standing.items() if key in still]

    def _next_leaving(self) -> datetime | None:
        return self.leaving[0][0] if self.leaving else None

    def _send(self, facts: Facts, send: Send, moment: datetime) -> None:
        touch = send.touch
        self.standing.pop(touch.key)
        self.case = replace(self.case, known=self.case.known | {touch.key}, sent=self._sent(touch, moment))
        waits_from = self.guarded.get(group_of(touch))
        if waits_from is not None and waits_from <= moment and send.to is not None:
            self.done.append((moment, facts, Hold(touch, FOR_APPROVAL, datetime.max.replace(tzinfo=UTC))))
        else:
            self.done.append((moment, facts, send))
            self._left(touch, moment)

    def _left(self, touch: Touch, moment: datetime) -> None:
        """What the facts about its session or proposal are once a message has left: the calendar has its entry, or
        lost it; the question was put."""
        self.case = replace(
            self.case,
            sent=self._sent(touch, moment),
            facts=tuple(
                _after(facts, touch, moment) if _about(facts, touch) else facts for facts in self.case.facts
            ),
        )

    def _sent(self, touch: Touch, moment: datetime) -> Mapping[str, datetime]:
        return {**self.case.sent, touch.key: moment} if touch.cap != NO_CAP else self.case.sent


def _about(facts: Facts, touch: Touch) -> bool:
    if facts.about in (About.PROPOSAL, About.SURVEY) and facts.subject is not None:
        return f"/{facts.subject.tag}/" in touch.key
    return facts.about is About.SESSION and facts.session is not None and facts.session.id == touch.session_id


def _after(facts: Facts, touch: Touch, moment: datetime) -> Facts:
    if facts.subject is not None:
        return replace(facts, subject=replace(facts.subject, asked_at=facts.subject.asked_at or moment))
    assert facts.session is not None
    if touch.purpose in REQUESTS:
        first = facts.asked_at is None or facts.heard.request is None
        first = first or (facts.heard.request or 0) - _bump(facts) < facts.session.time_sequence
        return replace(
            facts,
            heard=Heard(touch.sequence, facts.heard.cancel),
            asked_at=moment if first else facts.asked_at,
            invitation=facts.invitation or _invited(facts, touch.touchpoint == "general_invitation"),
            involved_since=moment if facts.involved_since is None or _comes_back(facts) else facts.involved_since,
        )
    if touch.purpose is Purpose.CANCELLATION:
        return replace(facts, heard=Heard(facts.heard.request, touch.sequence))
    return facts


def _comes_back(facts: Facts) -> bool:
    """Whether this request follows a CANCEL."""
    return facts.heard.cancel is not None and not facts.heard.entry_stands


def _bump(facts: Facts) -> int:
    return facts.invitation.bump if facts.invitation else 0


def _invited(facts: Facts, general: bool) -> Invitation:
    assert facts.session is not None
    origin = "general" if general else "registration"
    return Invitation(0, facts.session.id, facts.person.id, "", origin, True, 0, PartStat.NEEDS_ACTION, None)


def skipped_quietly(decision: Decision) -> bool:
    return isinstance(decision, Skip) and decision.quietly


def not_due(decision: Decision) -> bool:
    """A timed touch that only waits for its moment."""
    return isinstance(decision, Hold) and decision.until == decision.touch.due_at
