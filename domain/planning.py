"""May a touch go? Send, Hold or Skip, with its because.

Pure: facts, rules and `now` in, decisions out. `forecast`, `why` and the planner ask the same functions, and
`still_wanted` asks them again when a message is about to leave. Which touches the facts call for is in `touches.py`,
when they are due in `anchors.py`, whom they are not for in `refusals.py`; the weekly cap is in `admission.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.anchors import A_WEEK
from domain.cadences import MAILINGS, Rules, Touchpoint
from domain.facts import Facts, Heard
from domain.mailings import mailing, not_a_reader
from domain.participants import ContactPoint
from domain.refusals import not_for, refusal
from domain.routes import route
from domain.touches import Touch, touches


@dataclass(frozen=True, slots=True)
class Send:
    """`to`: where it goes; None for a task on the desk."""

    touch: Touch
    because: str
    to: ContactPoint | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    touch: Touch
    because: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """`quietly`: said by `why`, not worth a record (a reminder for those who are not coming)."""

    touch: Touch
    because: str
    quietly: bool = False


Decision = Send | Hold | Skip


def decide(touch: Touch, facts: Facts, rules: Rules, now: datetime) -> Decision:
    """May this touch go now? Asked when planning, in forecasts, and again before sending."""
    point = rules.touchpoints[touch.touchpoint]
    unfit = not_for(touch, point, facts, now)
    if unfit:
        return Skip(touch, unfit, quietly=True)
    refused = refusal(touch, facts, now)
    if refused:
        return Skip(touch, refused)
    if touch.due_at is not None and now < touch.due_at:
        return Hold(touch, "not due yet", touch.due_at)
    to, unreachable = route(point.channel, facts.person)
    if unreachable:
        return Skip(touch, unreachable)
    until, why = _waits(point, facts, rules, to, now)
    if until is not None and touch.expires_at is not None and until >= touch.expires_at:
        return Skip(touch, f"{why}, for longer than the message is of use")
    if until is not None:
        return Hold(touch, why, until)
    return Send(touch, touch.because, to)


def _waits(
    point: Touchpoint, facts: Facts, rules: Rules, to: ContactPoint | None, now: datetime
) -> tuple[datetime | None, str]:
    """Until when, and why, a touch that may go waits all the same."""
    if not point.quiet_hours or to is None:
        return None, ""
    if to.away_until is not None and to.away_until > now:
        return to.away_until, "the person is away"
    zone = facts.person.zone or rules.default_zone
    until = rules.quiet.quiet_until(now, zone)
    return until, f"quiet hours in {zone}"


def still_wanted(key: str, touchpoint: str, facts: Facts, rules: Rules, now: datetime) -> Decision | None:
    """The decision about a recorded message, asked again when it is about to leave; None: no longer called for.

    Asked as if the person had not heard of it yet: a repeat or a copy (`key#2`) must not forbid itself.
    """
    base = key.partition("#")[0]
    if touchpoint in MAILINGS:
        return decide_mailing(touchpoint, base, facts, rules, now)
    if base.startswith("cancel/"):
        facts = replace(facts, heard=Heard(request=-1))
    elif base.startswith("invite/"):
        facts = replace(facts, heard=Heard())
    for touch in touches(facts, rules):
        if touch.key == base:
            point = rules.touchpoints.get(touchpoint)
            if point is None:
                return Skip(touch, "the cadence has no such touchpoint any more")
            touch = replace(touch, touchpoint=touchpoint, purpose=point.purpose, topic=point.topic)
            return decide(touch, facts, rules, now)
    return None


def stands_until(send: Send, facts: Facts, rules: Rules, now: datetime) -> datetime:
    """The moment before which time alone does not undo this: as long as no fact changes, it is a Send until then."""
    point, session = rules.touchpoints[send.touch.touchpoint], facts.session
    ends = [now + A_WEEK, send.touch.expires_at]
    if facts.came_at is not None and facts.came_at >= now:
        ends.append(facts.came_at)
    if session is not None:  # it begins, it ends, it is forgotten
        moments = (session.starts_at, session.ends_at, session.ends_at + rules.longest_after_end)
        ends += [moment for moment in moments if moment > now]
    if point.quiet_hours:
        ends.append(rules.quiet.begins(now, facts.person.zone or rules.default_zone))
    return min(moment for moment in ends if moment is not None)


def decide_mailing(code: str, key: str, facts: Facts, rules: Rules, now: datetime) -> Decision:
    """Whether this person is a reader of an approved issue, asked when its list is made and before it is sent: it is
    nobody's touch before it is recorded."""
    touch = mailing(rules.touchpoints[code], key, facts.person.id, now)
    if unwanted := not_a_reader(code, facts.person):
        return Skip(touch, unwanted)
    return decide(touch, facts, rules, now)
