"""Reminders: what the cadences bring in the coming days, and what came back. Leaves both to steps/."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from pydantic import Field

from flows.plan_and_deliver import check, told
from flows.skin import page, sentence, show, step, table
from steps import deliver, forecast, plan, statistics
from steps.app import App
from steps.forecast import Foreseen
from steps.statistics import ResponseRow

NAME = "Reminders"
EVER = datetime(2000, 1, 1, tzinfo=UTC)


@flow(name=NAME, persist_result=False)
async def reminders(days: Annotated[int, Field(ge=1, le=90)] = 7, dry_run: bool = True) -> None:
    """Shows which reminders and steps of ladders the coming days bring, over which channel, which not and why; and
    what was answered so far.

    For one person's messages and the reasons: letsconnect why PERSON.

    Args:
        days: How many days to look ahead, at most 90.
        dry_run: Only show. Take the tick away to plan and deliver, before it is shown, what is due now.
    """

    def work(app: App) -> tuple[str, deliver.DeliverReport | None]:
        done = None if dry_run else (plan.plan(app), deliver.deliver(app))
        ahead = foreseen(forecast.forecast(app, days), [point.code for point in app.programme.rules.timed])
        back = answered(statistics.responses(app, EVER, app.now()))
        text = page(told(*done) if done else "", f"## The next {days} days", ahead, "## Answers so far", back)
        return text, done[1] if done else None

    text, delivered = await step(NAME, work)
    await show("reminders", text, f"The next {days} days, seen from now")
    if delivered:
        check(NAME, delivered)


def foreseen(rows: Iterable[Foreseen], timed: Collection[str]) -> str:
    """What `timed` touchpoints bring, counted by touchpoint, channel, verdict and reason."""
    counts = Counter(
        (one.key.partition("/")[0], one.channel, one.verdict, _without_zone(one.because))
        for one in rows
        if one.key.partition("/")[0] in timed and one.verdict != "none"
    )
    verdicts: Counter[str] = Counter()
    for (_, _, verdict, _), number in counts.items():
        verdicts[verdict] += number
    words = sentence(
        (verdicts["send"], "message leaves", "messages leave"),
        (verdicts["hold"], "waits beyond that", "wait beyond that"),
        (verdicts["skip"], "is left out", "are left out"),
    )
    order = {code: number for number, code in enumerate(timed)}
    found = sorted(counts, key=lambda group: (order[group[0]], group[1:]))
    lines = [(counts[group], group[0].replace("_", " "), *group[1:]) for group in found]
    words = words or "No reminder is due in these days."
    return page(words, table(("number", "step", "channel", "what", "why"), lines))


def _without_zone(because: str) -> str:
    """One line for quiet hours, not one for each of thirty zones."""
    return "quiet hours where they live" if because.startswith("quiet hours in ") else because


def answered(rows: Collection[ResponseRow]) -> str:
    sent, back = sum(row.sent for row in rows), sum(row.answered for row in rows)
    lines = [
        (row.purpose, row.attempt, row.channel, row.sender, row.sent, row.answered,
         "" if row.median_hours is None else f"{row.median_hours:g}")
        for row in rows
    ]  # fmt: skip
    words = f"{back} of {sent} messages about a session were answered." if sent else "Nothing has been asked yet."
    return page(words, table(("what", "attempt", "channel", "from", "sent", "answered", "median hours"), lines))
