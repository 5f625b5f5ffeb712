"""What spares a message its second look: the facts it was decided on, and until when time cannot undo it."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m013_second_looks(db: Any) -> None:
    """Null in both: look again, whatever the facts."""
    run(db, _SECOND_LOOKS)


_SECOND_LOOKS = """
alter table outbox add column decided_on integer;

alter table outbox add column stands_until text;
"""
