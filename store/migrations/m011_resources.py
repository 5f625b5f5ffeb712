"""What follows a session: resources, when they were in and when it was closed, what people asked for, badges."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m011_resources(db: Any) -> None:
    """Resources are links with a kind, a language and a size; the files lie elsewhere."""
    run(db, _RESOURCES)


_RESOURCES = """
create table resources (
  id integer primary key,
  session_id integer not null references sessions (id),
  kind text not null check (kind in ('recording', 'slides', 'case_study', 'template', 'translation', 'link')),
  title text not null,
  url text not null,
  language text not null default '',         -- BCP 47; '': not said
  bytes integer check (bytes >= 0),          -- null: nobody knows
  added_at text not null,
  unique (session_id, url)
) strict;

-- What became of a session afterwards; no row: nothing yet.
create table session_records (
  session_id integer primary key references sessions (id),
  waived text not null default '[]',         -- kinds of resources that there will never be, JSON
  materials_at text,                         -- when all that its kind demands was in; set once
  closed_at text
) strict;

create table badges (
  id integer primary key,
  badge text not null,                       -- its code in badges.toml
  participant_id integer not null references participants (id),
  sessions text not null,                    -- ids of the sessions that earned it, JSON, oldest first
  earned_at text not null,                   -- when the last of them ended
  issued_at text not null,
  exported_at text,                          -- when it went into a file for the badge site
  revoked_at text,
  unique (badge, participant_id)
) strict;

create index badges_participant on badges (participant_id)
"""
