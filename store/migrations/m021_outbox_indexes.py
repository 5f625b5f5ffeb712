"""Indexes of the outbox that a page of claims can be read from in order, and that a change of state rewrites less."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m021_outbox_indexes(db: Any) -> None:
    """Claiming looked at everything queued; a session's messages were moved in its index with every state."""
    run(db, _OUTBOX_INDEXES)


_OUTBOX_INDEXES = """
drop index outbox_due;

create index outbox_due on outbox (channel, priority, not_before) where state = 'queued';

drop index outbox_session;

create index outbox_session on outbox (session_id)
"""
