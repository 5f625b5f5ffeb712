"""Proposals that are made on a page."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m024_proposals(db: Any) -> None:
    """The planner leaves a question alone that a page shows, for as long as it would take to ask again."""
    run(db, _PROPOSALS)


_PROPOSALS = "alter table proposals add column on_page integer not null default 0 check (on_page in (0, 1))"
