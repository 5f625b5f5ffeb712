"""What is known of a message when it is recorded, and need not be found out again when it leaves."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m013_second_looks(db: Any) -> None:
    """The facts it was decided on, and until when time cannot undo it; that its bytes can leave as they are. Null, or
    0: look."""
    run(db, _SECOND_LOOKS)


_SECOND_LOOKS = """
alter table outbox add column decided_on integer;

alter table outbox add column stands_until text;

alter table payloads add column plain integer not null default 0 check (plain in (0, 1));
"""
