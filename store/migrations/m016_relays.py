"""Questions to sharers and their answers, passed on without an address."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m016_relays(db: Any) -> None:
    """Who wrote to whom about which session; the words are in the message alone."""
    run(db, _RELAYS)


_RELAYS = """
create table relays (
  id integer primary key,
  session_id integer not null references sessions (id),
  sender_id integer not null references participants (id),
  recipient_id integer not null references participants (id),
  answers integer references relays (id),
  at text not null
) strict;

create index relays_sender on relays (sender_id, at)
"""
