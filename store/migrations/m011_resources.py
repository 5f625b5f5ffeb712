"""What follows a session: resources, when they were in and when it was closed, what people asked for, badges."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m011_resources(db: Any) -> None:
    """Resources are links with a kind, a language and a size; the files lie elsewhere."""
    run(db, _RESOURCES)
    run(db, _PEOPLE)
    run(db, _FOLLOWUPS)


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

create index support_requests_waiting on support_requests (asked_at) where state = 'open';

-- What a person is told once, when something of theirs is ready. Rows are made by the triggers below.
create table followups (
  id integer primary key,
  kind text not null check (kind in ('materials', 'thanks', 'badge', 'request', 'proposed')),
  participant_id integer not null references participants (id),
  session_id integer references sessions (id),
  ref integer,                               -- id of the badge, request or proposal
  since text not null
) strict;

create unique index followups_once on followups (kind, participant_id, coalesce(session_id, 0), coalesce(ref, 0));

create index followups_participant on followups (participant_id, since);

create index sharers_participant on sharers (participant_id) where participant_id is not null
"""

_FOLLOWUPS = """
create trigger session_records_new after insert on session_records when new.materials_at is not null begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'materials', who, new.session_id, new.materials_at from concerned_people
  where session_id = new.session_id and not led
  and who not in (select who from concerned_people where session_id = new.session_id and led); end;

create trigger session_records_materials after update of materials_at on session_records
when old.materials_at is null and new.materials_at is not null begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'materials', who, new.session_id, new.materials_at from concerned_people
  where session_id = new.session_id and not led
  and who not in (select who from concerned_people where session_id = new.session_id and led); end;

-- entered on the list of attendance within a month of the materials
create trigger attendances_materials after insert on attendances begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'materials', new.participant_id, new.session_id, max(r.materials_at, new.at) from session_records r
  where r.session_id = new.session_id and julianday(new.at) - julianday(r.materials_at) < 30
  and not exists (select 1 from concerned_people p
    where p.session_id = new.session_id and p.who = new.participant_id and p.led); end;

create trigger session_records_closed_new after insert on session_records when new.closed_at is not null begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'thanks', who, new.session_id, new.closed_at from concerned_people
  where session_id = new.session_id and led; end;

create trigger session_records_closed after update of closed_at on session_records
when old.closed_at is null and new.closed_at is not null begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'thanks', who, new.session_id, new.closed_at from concerned_people
  where session_id = new.session_id and led; end;

create trigger badges_new after insert on badges begin
  insert or ignore into followups (kind, participant_id, ref, since)
  values ('badge', new.participant_id, new.id, new.issued_at);
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

create trigger badges_changed after update on badges begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

-- who named a need at registration reads of it in the welcome
create trigger support_requests_new after insert on support_requests begin
  insert or ignore into followups (kind, participant_id, session_id, ref, since)
  select 'request', new.participant_id, new.session_id, new.id, new.asked_at where new.source <> 'form';
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

create trigger support_requests_changed after update on support_requests begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

create trigger proposals_complete after update of state on proposals when new.state = 'complete' begin
  insert or ignore into followups (kind, participant_id, ref, since)
  values ('proposed', new.participant_id, new.id, new.completed_at); end;

create trigger followups_new after insert on followups begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end
"""

_PEOPLE = """
create view concerned_people as
-- A row is a person whom a session concerned: `led` it, or was on its list, asked for it or said that they might come.
select session_id, participant_id as who, 1 as led from checklists where ended_at is null
union select session_id, participant_id, 1 from sharers where participant_id is not null
union select session_id, participant_id, 0 from attendances
union select session_id, participant_id, 0 from registrations where session_id is not null and state = 'registered'
union select session_id, participant_id, 0 from invitations where wanted = 1 and partstat in ('ACCEPTED', 'TENTATIVE')
"""
