"""Response statistics: what was answered, and how soon, by attempt x channel x sender (for the report)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from steps.app import App
from store import statistics


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """`attempt`: 1 is the invitation, 2 and more the rungs of the ladder after it; updates and reminders, which ask as
    well, are told apart by `purpose`. `sender`: an identity of programme.toml.

    An answer belongs to the newest message about its session that had left before it came; `median_hours` is from
    that message to the answer, None without answers.
    """

    attempt: int
    purpose: str
    channel: str
    sender: str
    sent: int
    answered: int
    median_hours: float | None


def responses(app: App, start: datetime, end: datetime) -> list[ResponseRow]:
    """Of the messages that left from `start` on and before `end`, by attempt, purpose, channel, sender."""
    sent: dict[tuple[int, str, str, str], int] = defaultdict(int)
    waited: dict[tuple[int, str, str, str], list[float]] = defaultdict(list)
    for one in statistics.attempts(app.conn, start, end):
        group = (one.attempt, one.purpose, one.channel, one.sender)
        sent[group] += 1
        if one.answered_at is not None:
            waited[group].append((one.answered_at - one.sent_at).total_seconds() / 3600)
    return [
        ResponseRow(*group, sent[group], len(waited[group]), round(median(waited[group]), 2) if waited[group] else None)
        for group in sorted(sent)
    ]
