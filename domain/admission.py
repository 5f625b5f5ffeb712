"""The weekly cap: how much one person gets, whatever the reasons. Pure; asked once a person, after `decide`.

Only touches of a cap class count and are held back; an invitation that somebody asked for, a change, an answer go
whenever they must.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.cadences import NO_CAP, Rules
from domain.planning import Decision, Hold, Send, Skip

WINDOW = timedelta(days=7)


def admit(
    decisions: Sequence[Decision], sent: Sequence[datetime], rules: Rules, now: datetime
) -> list[Decision]:
    """The decisions with those over the cap held or skipped. `sent`: when capped touches left, or were recorded.

    The more urgent (lower priority number, then earlier due) go first; what is over waits until the oldest leaves the
    window, or is dropped when it would be of no use by then.
    """
    recent = sorted(moment for moment in sent if moment > now - WINDOW)
    room = rules.weekly_cap - len(recent)
    capped = [d for d in decisions if isinstance(d, Send) and d.touch.cap != NO_CAP]
    if len(capped) <= room:
        return list(decisions)
    over = sorted(capped, key=_urgency)[max(room, 0) :]
    return [_over(d, recent, rules, now) if d in over else d for d in decisions]


def _urgency(decision: Send) -> tuple[int, float, str]:
    touch = decision.touch
    return touch.priority, touch.due_at.timestamp() if touch.due_at else 0.0, touch.key


def _over(decision: Decision, recent: Sequence[datetime], rules: Rules, now: datetime) -> Decision:
    touch = decision.touch
    because = f"had {rules.weekly_cap} messages in seven days"
    # With nothing recent the cap is filled by more urgent ones of this very moment.
    until = (recent[0] if recent else now) + WINDOW
    if touch.expires_at is not None and until >= touch.expires_at:
        return Skip(touch, f"{because}, and would be too late after")
    return Hold(touch, because, until)
