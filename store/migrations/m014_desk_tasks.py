"""Finds a person's tasks on the desk without reading everybody's."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m014_desk_tasks(db: Any) -> None:
    """The planner asks for the tasks of each page of people."""
    run(db, "create index desk_tasks_participant on desk_tasks (participant_id)")
