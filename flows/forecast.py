"""Forecast: what the coming days would bring. Leaves the deciding to steps/forecast.py."""

from collections import Counter
from typing import Annotated

from prefect import flow
from pydantic import Field

from flows.skin import counted, page, sentence, show, step, table
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
    more = f"and {len(sends) - ROWS} more" if len(sends) > ROWS else ""
    letters = page("## Messages", listed(sends[:ROWS]), more) if sends else ""
    await show(
        "forecast",
        page(said(found), counted(dict(sorted(counts.items())), "day (UTC)"), letters),
        f"The next {days} days, seen from now",
    )


def said(found: list[Foreseen]) -> str:
    verdicts = Counter(one.verdict for one in found)
    return sentence(
        (verdicts["send"], "message leaves", "messages leave"),
        (verdicts["hold"], "waits beyond that", "wait beyond that"),
        (verdicts["skip"], "is left out", "are left out"),
        (verdicts["none"], "person gets nothing", "people get nothing"),
    ) or "Nothing is ahead in these days."


def listed(sends: list[Foreseen]) -> str:
    """A Markdown table of ids; names and addresses have no place in Prefect's database."""
    rows = [(f"{s.at:%Y-%m-%d %H:%M}", s.purpose, s.session_id or "", s.participant_id, s.language) for s in sends]
    return table(("when (UTC)", "purpose", "session", "participant", "language"), rows)
