"""What sharers prepare, sessions that people propose, and who is looked at when one of these, or a survey, changes."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m008_checklists(db: Any) -> None:
    """Proposals, checklists, their items; desk tasks that name what they are about."""
    run(db, _TABLES)
    run(db, _DESK)
    run(db, _DUE)


_TABLES = """
create table proposals (
  id integer primary key,
  participant_id integer not null references participants (id),
  title text not null default '',
  purpose text not null default '',
  wanted text not null default '',           -- when, in the person's own words
  state text not null default 'asking'
    check (state in ('asking', 'complete', 'confirmed', 'declined', 'withdrawn')),
  source text not null default '',           -- what brought it: mail, telegram, page, coordinator
  asked_at text not null,                    -- when the question that waits was put
  created_at text not null,
  completed_at text,
  settled_at text,                           -- confirmed, declined or withdrawn
  session_id integer references sessions (id)  -- what it became
) strict;

create index proposals_participant on proposals (participant_id);

create table checklists (
  id integer primary key,                    -- what the sharer's page is called by
  session_id integer not null references sessions (id),
  participant_id integer not null references participants (id),
  position integer not null,                 -- the first sharer's is the lowest
  created_at text not null,
  ended_at text,                             -- no longer a sharer of the session
  unique (session_id, participant_id)
) strict;

create index checklists_participant on checklists (participant_id);

create table checklist_items (
  id integer primary key,
  session_id integer not null references sessions (id),
  code text not null,                        -- in checklists.toml
  owner text not null check (owner in ('sharer', 'co_sharer')),
  after integer not null check (after in (0, 1)),
  offset_minutes integer not null,           -- from the start, or after the session from its end: never a due time
  way text not null check (way in ('tick', 'text', 'link', 'file', 'number')),
  blocks text not null default '',
  again integer not null default 0 check (again in (0, 1)),  -- to be done anew when the session moves
  state text not null default 'open' check (state in ('open', 'done', 'not_needed', 'help')),
  answer text not null default '',
  answered_by integer references participants (id),
  source text not null default '',
  answered_at text,
  created_at text not null,
  unique (session_id, code)
) strict;

create index checklist_items_answered_by on checklist_items (answered_by) where answered_by is not null
"""

# A sign of life settles a task about a silent person, not one about something that is still to do.
_DESK = """
alter table desk_tasks add column subject text not null default '';

drop trigger desk_tasks_sign;

create trigger desk_tasks_sign after update of last_sign_at on contact_points
when new.last_sign_at is not old.last_sign_at begin
  update desk_tasks set settled_at = new.last_sign_at where subject = ''
  and participant_id = new.participant_id and settled_at is null and created_at <= new.last_sign_at; end;

drop trigger desk_tasks_answer;

create trigger desk_tasks_answer after update of partstat on invitations when new.partstat <> 'NEEDS-ACTION' begin
  update desk_tasks set settled_at = new.answered_at where subject = ''
  and participant_id = new.participant_id and session_id = new.session_id and settled_at is null; end;

create trigger desk_tasks_item after update of state on checklist_items when new.state in ('done', 'not_needed') begin
  update desk_tasks set settled_at = new.answered_at where subject = 'item-' || new.id and settled_at is null; end;

create trigger desk_tasks_survey after update of answered_at, closed_at on survey_requests
when new.answered_at is not null or new.closed_at is not null begin
  update desk_tasks set settled_at = coalesce(new.answered_at, new.closed_at)
  where subject = 'survey-' || new.id and settled_at is null; end;

create trigger desk_tasks_proposal after update of settled_at on proposals when new.settled_at is not null begin
  update desk_tasks set settled_at = new.settled_at where subject = 'proposal-' || new.id and settled_at is null; end;

create trigger desk_tasks_moved after update of time_sequence on sessions
when new.time_sequence <> old.time_sequence begin
  update desk_tasks set settled_at = new.changed_at where session_id = new.id and settled_at is null
  and subject in (select 'item-' || id from checklist_items where session_id = new.id and state <> 'help'); end
"""

_DUE = """
create trigger survey_requests_new after insert on survey_requests begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

create trigger survey_requests_changed after update on survey_requests begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

create trigger proposals_new after insert on proposals begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

create trigger proposals_changed after update on proposals begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

create trigger checklists_new after insert on checklists begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = new.session_id); end;

create trigger checklists_changed after update on checklists begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = new.session_id); end;

create trigger checklist_items_new after insert on checklist_items begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = new.session_id); end;

create trigger checklist_items_changed after update on checklist_items begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = new.session_id); end;

create trigger checklist_items_gone after delete on checklist_items begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = old.session_id); end;

drop trigger sessions_changed;

create trigger sessions_changed after update on sessions begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where (new.invites = 'everybody' and erased_at is null)
     or id in (select participant_id from registrations where session_id = new.id)
     or id in (select participant_id from invitations where session_id = new.id)
     or id in (select participant_id from survey_requests where session_id = new.id)
     or id in (select participant_id from checklists where session_id = new.id); end
"""
