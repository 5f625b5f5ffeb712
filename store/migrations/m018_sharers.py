"""Proposals that are asked about in a chat at once."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m018_sharers(db: Any) -> None:
    """The planner does not put a question that the chat has put."""
    run(db, _PROPOSALS)


# The update to which the chat said the question that is open.
_PROPOSALS = "alter table proposals add column in_chat integer references inbox (id)"
