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

create index badges_participant on badges (participant_id);

create table support_requests (
  id integer primary key,
  participant_id integer not null references participants (id),
  ask text not null check (ask in ('mentoring', 'review', 'community', 'means')),
  session_id integer references sessions (id),  -- after which it was asked; null: of the programme
  text text not null default '',             -- the person's own words
  source text not null,                      -- mail, form, hand
  state text not null default 'open' check (state in ('open', 'granted', 'declined', 'withdrawn')),
  asked_at text not null,
  settled_at text,
  check ((state = 'open') = (settled_at is null))
) strict;

-- Asked once more while it waits, it is the same request.
create unique index support_requests_open on support_requests (participant_id, ask) where state = 'open';

create index support_requests_waiting on support_requests (asked_at) where state = 'open'
"""
