"""What the evaluation needs: whose idea a session was, which skills it was about, who came without an account."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m012_report(db: Any) -> None:
    """Sessions say who led them and what they taught; guests; views that the report's figures are counted from."""
    run(db, _TABLES)
    run(db, _VIEWS)


_TABLES = """
alter table sessions add column led_by text not null default ''
  check (led_by in ('', 'working_group', 'community', 'team'));

create table session_skills (
  session_id integer not null references sessions (id),
  skill text not null references skills (code),
  primary key (session_id, skill)
) strict, without rowid;

alter table attendances add column minutes integer;

create table guests (
  id integer primary key,
  session_id integer not null references sessions (id),
  key text not null,                         -- what two rows of one guest share: mail:... or name:..., folded
  name text not null default '',
  email text not null default '',
  minutes integer,
  source text not null,
  state text not null default 'guest' check (state in ('guest', 'doubtful', 'person')),
  participant_id integer references participants (id),  -- whom a doubtful one turned out to be
  at text not null,
  settled_at text,
  unique (session_id, key),
  check ((state = 'person') = (participant_id is not null))
) strict;

create index guests_doubtful on guests (at) where state = 'doubtful';

create table guest_candidates (
  guest_id integer not null references guests (id),
  participant_id integer not null references participants (id),
  confidence integer not null check (confidence between 1 and 100),
  reason text not null,
  primary key (guest_id, participant_id)
) strict, without rowid
"""

_VIEWS = """
create view programme_registrations as
-- A row is a person who registered for the programme, and when they did: the form's own time where it has one.
select
  p.id as participant_id,
  coalesce(r.submitted_at, r.created_at, p.registered_at) as at,
  coalesce(r.as_group, 0) as as_group
from participants p
left join registrations r on r.participant_id = p.id and r.session_id is null
where (r.id is not null and r.state = 'registered') or (r.id is null and p.registered_at is not null);

create view attended as
-- A row is somebody in a session that took place; `participant_id` is null for a guest, doubtful ones among them.
select a.session_id, s.kind, s.led_by, s.starts_at, a.participant_id, a.minutes, 0 as doubtful
from attendances a join sessions s on s.id = a.session_id
where s.state = 'confirmed'
union all
select g.session_id, s.kind, s.led_by, s.starts_at, null, g.minutes, g.state = 'doubtful'
from guests g join sessions s on s.id = g.session_id
where s.state = 'confirmed' and g.state <> 'person';

create view session_people as
-- A row is a session, cancelled ones too, with how many took part; `met`: two or more did, or somebody said they met.
select s.id, s.kind, s.led_by, s.starts_at, s.state,
  count(a.session_id) as people, count(a.participant_id) as registered,
  count(a.session_id) > 1 or exists (
    select 1 from responses r join response_answers m on m.response_id = r.id
    where r.session_id = s.id and m.question = 'did_meet' and m.value = 'yes'
  ) as met
from sessions s left join attended a on a.session_id = s.id
group by s.id
"""
