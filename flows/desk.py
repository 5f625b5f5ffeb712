"""The desk: what waits for a person, as an artifact and a daily mail. Leaves both to steps/status.py and desk.py."""

from collections.abc import Mapping
from typing import Any

from prefect import flow, get_client
from prefect.client.schemas.sorting import DeploymentSort

from flows import (
    approve_messages,
    change_session,
    close_session,
    confirm_session,
    record_attendance,
    send_brief,
    send_digest,
    send_newsletter,
    settle,
    settle_checklist,
    settle_request,
    topic_gaps,
)
from flows.skin import page, redacted, show, step
from steps import desk as mails
from steps import status
from steps.app import App

NAME = "Desk"
# What a form settles as well as the terminal.
FORMS = {
    **dict.fromkeys(("drafts", "held"), (approve_messages.NAME,)),
    **dict.fromkeys(
        ("unanswered", "unsure", "failed", "quarantined", "letters", "rejected rows", "skipped issues",
         "contradicting answers"), (settle.NAME,),
    ),
    "sharers": (settle_checklist.NAME,), "requests": (settle_request.NAME,),
    "doubtful guests": (record_attendance.NAME,), "undocumented": (close_session.NAME,),
    "interpretation": (change_session.NAME,), "proposals": (confirm_session.NAME,), "targets": (topic_gaps.NAME,),
    "issues": (send_newsletter.NAME, send_digest.NAME, send_brief.NAME),
}  # fmt: skip


@flow(name=NAME, persist_result=False)
async def desk(mail: bool = False) -> None:
    """Lists what waits for a person, the oldest first, with the command or form that settles each.

    By itself every morning, and then also as a mail to the coordinators when something waits.

    Args:
        mail: Mail it to the coordinators as well, unless they have today's mail already.
    """
    waiting, mailed = await step(NAME, lambda app: look(app, mail))
    await show("desk", listed(waiting, mailed, await _addresses()), "What waits for a person")


async def _addresses() -> dict[str, str]:
    """Where Prefect's pages have each form."""
    async with get_client() as client:
        found = await client.read_deployments(limit=200, sort=DeploymentSort.NAME_ASC)  # the server demands both
    return {one.name: f"/deployments/deployment/{one.id}/run" for one in found}


def look(app: App, mail: bool) -> tuple[list[dict[str, Any]], int]:
    """What waits, and to how many coordinators a mail goes about it."""
    return status.needs_person(app), mails.mail_desk(app) if mail else 0


def listed(waiting: list[dict[str, Any]], mailed: int = 0, forms: Mapping[str, str] | None = None) -> str:
    """Counts and ids; names and addresses have no place in Prefect's database. `forms`: where each is, by its name."""
    if not waiting:
        return "Nothing waits for a person."
    things = sum(one["count"] for one in waiting)
    first = f"{things} thing waits" if things == 1 else f"{things} things wait"
    # Not a table: Prefect breaks no line in one, and what settles it would be out of sight.
    rows = [
        f"- **{one['count']}** · {one['why']} · since {str(one['oldest'])[:10]}\n\n  {_settles(one, forms or {})}"
        for one in waiting
    ]
    return page(
        f"{first} for a person, the oldest since {str(waiting[0]['oldest'])[:10]}.",
        "\n".join(rows),
        f"Mailed to {mailed} coordinator{'s' if mailed > 1 else ''}." if mailed else "",
    )


def _settles(one: dict[str, Any], forms: Mapping[str, str]) -> str:
    command = str(redacted(one["do"]))
    names = [f"[{name}]({forms[name]})" if name in forms else f"*{name}*" for name in FORMS.get(one["kind"], ())]
    return f"{' or '.join(names)}; in the terminal: {command}" if names else f"In the terminal: {command}"
