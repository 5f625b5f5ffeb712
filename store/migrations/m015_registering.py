"""Registering by oneself: forms that wait for their confirmation, and who waits for a place."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m015_registering(db: Any) -> None:
    """Nothing here is planned from: a confirmed form and a place that is given become registrations."""
    run(db, _REGISTERING)


_REGISTERING = """
create table pending_registrations (
  id integer primary key,
  canonical text not null,                   -- of the address that has to confirm
  language text not null,                    -- of the form
  fields text not null,                      -- as JSON; emptied once it is confirmed or over
  session_id integer references sessions (id),
  asked_at text not null,
  confirmed_at text,
  participant_id integer references participants (id)
) strict;

create index pending_registrations_canonical on pending_registrations (canonical, asked_at);

create table waiting_list (
  session_id integer not null references sessions (id),
  participant_id integer not null references participants (id),
  since text not null,
  ended_at text,
  outcome text not null default '' check (outcome in ('', 'place', 'left')),
  primary key (session_id, participant_id),
  check ((ended_at is null) = (outcome = ''))
) strict, without rowid;

create index waiting_list_open on waiting_list (session_id, since) where ended_at is null
"""
