"""Issues of newsletters, what coordinators write for them, to whom they go; opportunities elsewhere."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m009_newsletter(db: Any) -> None:
    """An approval is kept whole: content, wording and list of readers, so that it outlives every process."""
    run(db, _NEWSLETTER)


_NEWSLETTER = """
create table issues (
  id integer primary key,
  kind text not null check (kind in ('newsletter', 'digest', 'brief')),
  state text not null check (state in ('draft', 'approved', 'sending', 'sent', 'skipped', 'dropped')),
  since text not null,                       -- what happened from here on is told
  until text not null,                       -- up to here; of a draft: when it was made
  created_at text not null,
  approved_at text,
  approved_by text not null default '',
  content text not null default '',          -- JSON, as approved
  content_hash text not null default '',     -- of what must not have changed until it is sent
  wording_hash text not null default '',     -- of the letters as they were approved
  readers integer not null default 0,        -- on the list, when approved
  sent_at text,
  settled_at text,                           -- a person knows that it was skipped
  note text not null default ''
) strict;

create unique index issues_open on issues (kind) where state in ('draft', 'approved', 'sending');

create table issue_blocks (
  issue_id integer not null references issues (id),
  section text not null check (section in ('opening', 'news', 'movement', 'thanks')),
  name text not null,
  language text not null,                    -- BCP 47
  title text not null default '',
  body text not null,
  changed_at text not null,
  primary key (issue_id, section, name, language)
) strict, without rowid;

create table issue_readers (
  issue_id integer not null references issues (id),
  participant_id integer not null references participants (id),
  language text not null,
  recorded_at text,                          -- since when it is in the outbox
  left_out text not null default '',         -- why it is not, though it was on the list
  primary key (issue_id, participant_id)
) strict, without rowid;

create index issue_readers_participant on issue_readers (participant_id);

create index issue_readers_waiting on issue_readers (issue_id, participant_id) where recorded_at is null;

create table opportunities (
  id integer primary key,
  url text not null unique,
  title text not null,
  organiser text not null default '',
  until text,                                -- last day, ISO date; null: open
  languages text not null default '[]',
  added_at text not null,
  added_by text not null,
  withdrawn_at text
) strict;

create table opportunity_texts (
  opportunity_id integer not null references opportunities (id),
  language text not null,
  title text not null default '',
  body text not null,
  primary key (opportunity_id, language)
) strict, without rowid
"""
