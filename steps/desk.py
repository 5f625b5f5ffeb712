"""The desk: what waits for a person, as a daily mail to the coordinators. Counts only, nobody's name.

Leaves what waits to `status.py`, and the sending to `deliver.py`.
"""

from datetime import UTC, timedelta
from functools import partial

from domain.times import zone_or_none
from steps import notices, status
from steps.app import App
from templates_email import contexts

OF_USE = timedelta(days=1)


def mail_desk(app: App) -> int:
    """Put today's mail to each coordinator into the outbox, unless nothing waits. How many were new.

    Once a day, by the programme's calendar. Who stands in programme.toml more than once gets one.
    """
    waiting = status.needs_person(app)
    if not waiting:
        return 0
    today = app.now().astimezone(zone_or_none(app.programme.zone) or UTC).date()
    items = tuple(contexts.DeskItem(one["why"], one["count"], str(one["oldest"])[:10], one["do"]) for one in waiting)
    because = f"{sum(one['count'] for one in waiting)} things wait for a person"
    return notices.record(
        app,
        [
            notices.letter(app, f"desk/{today}/{number}", reader, partial(contexts.Desk, items=items), because, OF_USE)
            for number, reader in notices.coordinators(app)
        ],
    )
