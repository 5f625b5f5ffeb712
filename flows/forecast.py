"""Forecast: what the coming days would bring. Leaves the deciding to steps/forecast.py."""

from collections import Counter
from typing import Annotated

from prefect import flow
from pydantic import Field

from flows.skin import counted, show, step
from steps import forecast as foreseeing
from steps.forecast import Foreseen

NAME = "Forecast"
ROWS = 500


@flow(name=NAME, persist_result=False)
async def forecast(days: Annotated[int, Field(ge=1, le=90)] = 7) -> None:
    """Shows which messages the coming days would bring if nothing changed, and which not. Sends nothing.

    For one person's messages and the reasons: letsconnect why PERSON.

    Args:
        days: How many days to look ahead, at most 90.
    """
    found = await step(NAME, lambda app: foreseeing.forecast(app, days))
    counts = Counter(f"{one.at:%Y-%m-%d} {one.verdict}: {one.purpose}" for one in found)
    sends = [one for one in found if one.verdict == "send"]
    more = f"\n\nand {len(sends) - ROWS} more" if len(sends) > ROWS else ""
    await show(
        "forecast",
        f"{counted(dict(sorted(counts.items())), 'day (UTC)')}\n\n## Messages\n\n{listed(sends[:ROWS])}{more}",
        f"The next {days} days, seen from now",
    )


def listed(sends: list[Foreseen]) -> str:
    """A Markdown table of ids; names and addresses have no place in Prefect's database."""
    head = "| when (UTC) | purpose | session | participant | language |\n| --- | --- | --- | --- | --- |"
    rows = [
        f"| {s.at:%Y-%m-%d %H:%M} | {s.purpose} | {s.session_id or ''} | {s.participant_id} | {s.language} |"
        for s in sends
    ]
    return "\n".join([head, *rows])
