"""The desk: what waits for a person, as a daily mail to the coordinators. Counts only, nobody's name.

Leaves what waits to `status.py`, and the sending to `deliver.py`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from config.programme import Coordinator
from domain.cadences import Purpose
from domain.participants import canonical_address
from domain.times import zone_or_none
from steps import notices, status
from steps.app import App
from steps.mails import envelope_sender, mail_to, reference_of
from steps.notices import Notice
from templates_email import contexts, skeletons

OF_USE = timedelta(days=1)


def mail_desk(app: App) -> int:
    """Put today's mail to each coordinator into the outbox, unless nothing waits. How many were new.

    Once a day, by the programme's calendar. Who stands in programme.toml more than once gets one.
    """
    waiting = status.needs_person(app)
    if not waiting:
        return 0
    now = app.now()
    today = now.astimezone(zone_or_none(app.programme.zone) or UTC).date()
    readers: dict[str, tuple[int, Coordinator]] = {}
    for number, one in enumerate(app.programme.coordinators):
        readers.setdefault(canonical_address(one.address), (number, one))
    return notices.record(
        app, [_mail(app, f"desk/{today}/{number}", one, waiting, now) for number, one in readers.values()]
    )


def _mail(app: App, key: str, reader: Coordinator, waiting: list[dict[str, Any]], now: datetime) -> Notice:
    message_id = app.message_id(key)
    reference = reference_of(message_id)
    context = contexts.Desk(
        programme=app.programme.name,
        mailbox=app.mailbox,
        name=reader.name,
        reference=reference,
        items=tuple(
            contexts.DeskItem(one["why"], one["count"], str(one["oldest"])[:10], one["do"]) for one in waiting
        ),
    )
    rendered = skeletons.render(context.message, (*reader.languages, *app.programme.languages), context)
    return Notice(
        key=key,
        purpose=Purpose.DESK,
        channel="email",
        sender=envelope_sender(app, reference),
        recipient=reader.address,
        language=rendered.language,
        because=f"{sum(one['count'] for one in waiting)} things wait for a person",
        expires_at=now + OF_USE,
        data=mail_to(app, reader.name, reader.address, rendered, message_id, now),
    )
