-- The schema as all migrations leave it. Made by `python -m store.schema_file`; a test keeps it true.

CREATE TABLE answers (
  registration_id integer not null references registrations (id),
  question text not null,
  value text not null,
  primary key (registration_id, question)
) strict, without rowid;

CREATE TRIGGER attendances_gone after delete on attendances begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = old.participant_id
  or id in (select participant_id from invitations where session_id = old.session_id and partstat = 'ACCEPTED'); end;

CREATE TRIGGER attendances_materials after insert on attendances begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'materials', new.participant_id, new.session_id, max(r.materials_at, new.at) from session_records r
  where r.session_id = new.session_id and julianday(new.at) - julianday(r.materials_at) < 30
  and not exists (select 1 from concerned_people p
    where p.session_id = new.session_id and p.who = new.participant_id and p.led); end;

CREATE TRIGGER attendances_new after insert on attendances begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id
  or id in (select participant_id from invitations where session_id = new.session_id and partstat = 'ACCEPTED'); end;

CREATE TABLE attendances (
  session_id integer not null references sessions (id),
  participant_id integer not null references participants (id),
  source text not null,
  at text not null, minutes integer,
  primary key (session_id, participant_id)
) strict, without rowid;

CREATE INDEX attendances_participant on attendances (participant_id);

CREATE VIEW attended as
-- A row is somebody in a session that took place; `participant_id` is null for a guest, doubtful ones among them.
select a.session_id, s.kind, s.led_by, s.starts_at, a.participant_id, a.minutes, 0 as doubtful
from attendances a join sessions s on s.id = a.session_id
where s.state = 'confirmed'
union all
select g.session_id, s.kind, s.led_by, s.starts_at, null, g.minutes, g.state = 'doubtful'
from guests g join sessions s on s.id = g.session_id
where s.state = 'confirmed' and g.state <> 'person';

CREATE TRIGGER badges_changed after update on badges begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TRIGGER badges_new after insert on badges begin
  insert or ignore into followups (kind, participant_id, ref, since)
  values ('badge', new.participant_id, new.id, new.issued_at);
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE badges (
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

CREATE INDEX badges_participant on badges (participant_id);

CREATE TABLE channel_pauses (
  channel text primary key,
  until text not null,
  permanent integer not null default 0 check (permanent in (0, 1)),
  reason text not null,
  since text not null
) strict, without rowid;

CREATE TRIGGER checklist_items_changed after update on checklist_items begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = new.session_id); end;

CREATE TRIGGER checklist_items_gone after delete on checklist_items begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = old.session_id); end;

CREATE TRIGGER checklist_items_new after insert on checklist_items begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = new.session_id); end;

CREATE TRIGGER desk_tasks_item after update of state on checklist_items when new.state in ('done', 'not_needed') begin
  update desk_tasks set settled_at = new.answered_at where subject = 'item-' || new.id and settled_at is null; end;

CREATE TABLE checklist_items (
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

CREATE INDEX checklist_items_answered_by on checklist_items (answered_by) where answered_by is not null
;

CREATE TRIGGER checklists_changed after update on checklists begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = new.session_id); end;

CREATE TRIGGER checklists_new after insert on checklists begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (select participant_id from checklists where session_id = new.session_id); end;

CREATE TABLE checklists (
  id integer primary key,                    -- what the sharer's page is called by
  session_id integer not null references sessions (id),
  participant_id integer not null references participants (id),
  position integer not null,                 -- the first sharer's is the lowest
  created_at text not null,
  ended_at text, renewed_at text, bump integer not null default 0,                             -- no longer a sharer of the session
  unique (session_id, participant_id)
) strict;

CREATE INDEX checklists_participant on checklists (participant_id);

CREATE VIEW concerned_people as
-- A row is a person whom a session concerned: `led` it, or was on its list, asked for it or said that they might come.
select session_id, participant_id as who, 1 as led from checklists where ended_at is null
union select session_id, participant_id, 1 from sharers where participant_id is not null
union select session_id, participant_id, 0 from attendances
union select session_id, participant_id, 0 from registrations where session_id is not null and state = 'registered'
union select session_id, participant_id, 0 from invitations where wanted = 1 and partstat in ('ACCEPTED', 'TENTATIVE');

CREATE TRIGGER consents_changed after update on consents begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TRIGGER consents_new after insert on consents begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE consents (
  participant_id integer not null references participants (id),
  topic text not null,
  granted integer not null check (granted in (0, 1)),
  source text not null,
  at text not null,
  primary key (participant_id, topic)
) strict, without rowid;

CREATE TRIGGER contact_points_changed after update on contact_points begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id in (old.participant_id, new.participant_id); end;

CREATE TRIGGER contact_points_gone after delete on contact_points begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = old.participant_id; end;

CREATE TRIGGER contact_points_new after insert on contact_points begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TRIGGER desk_tasks_sign after update of last_sign_at on contact_points
when new.last_sign_at is not old.last_sign_at begin
  update desk_tasks set settled_at = new.last_sign_at where subject = ''
  and participant_id = new.participant_id and settled_at is null and created_at <= new.last_sign_at; end;

CREATE TABLE contact_points (
  id integer primary key,
  participant_id integer not null references participants (id),
  channel text not null check (channel in ('email', 'telegram')),
  address text not null,
  canonical text not null,                   -- what two spellings of one mailbox share
  health text not null default 'ok' check (health in ('ok', 'soft', 'hard', 'blocked', 'never_linked')),
  is_primary integer not null default 1 check (is_primary in (0, 1)),
  last_sign_at text,
  created_at text not null, away_until text, revived_at text,
  unique (channel, canonical)
) strict;

CREATE INDEX contact_points_participant on contact_points (participant_id);

CREATE TABLE decisions (
  key text primary key,                      -- of the touch
  participant_id integer not null references participants (id),
  session_id integer references sessions (id),
  touchpoint text not null,
  verdict text not null check (verdict in ('hold', 'skip')),
  because text not null,
  until text,
  decided_at text not null
) strict, without rowid;

CREATE INDEX decisions_participant on decisions (participant_id);

CREATE TABLE deeds (
  id integer primary key,
  at text not null,
  who text not null,
  door text not null,                        -- the command, or the form's name
  session_id integer references sessions (id)  -- a deed about several sessions is a row each
) strict;

CREATE INDEX deeds_session on deeds (session_id) where session_id is not null
;

CREATE TABLE deliveries (
  id integer primary key,
  outbox_id integer not null references outbox (id),
  attempt integer not null,
  outcome text not null,
  phase text not null,
  code integer,
  text text not null default '',
  at text not null
) strict;

CREATE INDEX deliveries_outbox on deliveries (outbox_id);

CREATE TABLE delivery_events (
  id integer primary key,
  kind text not null check (kind in ('bounced', 'deferred', 'complained', 'autoreplied', 'unsubscribed')),
  outbox_id integer references outbox (id),
  contact_point_id integer references contact_points (id),
  inbox_id integer references inbox (id),
  detail text not null default '',
  at text not null
, permanence text not null default ''
  check (permanence in ('', 'hard', 'soft', 'delayed'))) strict;

CREATE INDEX delivery_events_contact on delivery_events (contact_point_id);

CREATE TABLE desk_tasks (
  id integer primary key,
  key text not null unique,
  participant_id integer references participants (id),
  session_id integer references sessions (id),
  coordinator text not null,
  because text not null,
  created_at text not null,
  settled_at text
, subject text not null default '') strict;

CREATE INDEX desk_tasks_open on desk_tasks (created_at) where settled_at is null;

CREATE INDEX desk_tasks_participant on desk_tasks (participant_id);

CREATE TABLE erasures (
  mark text primary key,                     -- HMAC-SHA-256 of an address or chat with the installation's secret
  at text not null                           -- of the newest erasure
) strict, without rowid;

CREATE TABLE feed_links (
  participant_id integer primary key references participants (id),
  number integer not null                    -- that the address in force names; nobody here: 1
) strict
;

CREATE TABLE feedback (
  id integer primary key,
  source text not null check (source in ('mail', 'telegram', 'call', 'meeting', 'social', 'other')),
  consent text not null check (consent in ('none', 'internal', 'anonymous', 'named')),
  text text not null,
  participant_id integer references participants (id),  -- null: nobody we know, or not to be named
  session_id integer references sessions (id),
  inbox_id integer unique references inbox (id),
  said_on text not null,                     -- a day
  entered_by text not null,
  created_at text not null
) strict;

CREATE INDEX feedback_participant on feedback (participant_id) where participant_id is not null
;

CREATE TRIGGER followups_new after insert on followups begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE followups (
  id integer primary key,
  kind text not null check (kind in ('materials', 'thanks', 'badge', 'request', 'proposed')),
  participant_id integer not null references participants (id),
  session_id integer references sessions (id),
  ref integer,                               -- id of the badge, request or proposal
  since text not null
) strict;

CREATE UNIQUE INDEX followups_once on followups (kind, participant_id, coalesce(session_id, 0), coalesce(ref, 0));

CREATE INDEX followups_participant on followups (participant_id, since);

CREATE TABLE guest_candidates (
  guest_id integer not null references guests (id),
  participant_id integer not null references participants (id),
  confidence integer not null check (confidence between 1 and 100),
  reason text not null,
  primary key (guest_id, participant_id)
) strict, without rowid
;

CREATE TABLE guests (
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

CREATE INDEX guests_doubtful on guests (at) where state = 'doubtful';

CREATE TABLE import_rejections (
  id integer primary key,
  run_id integer not null references import_runs (id),
  line integer not null,
  field text not null,
  reason text not null,
  raw text not null,                         -- the row as it came, JSON, for correction
  settled_at text
) strict;

CREATE TABLE import_rows (
  digest text primary key,                   -- of the row as it came, and of everything by which it was read
  participant_id integer not null references participants (id),
  run_id integer not null references import_runs (id)
) strict, without rowid;

CREATE INDEX import_rows_participant on import_rows (participant_id);

CREATE TABLE import_runs (
  id integer primary key,
  kind text not null,
  source text not null,                      -- a file's name or "link", never its content
  sha256 text not null,
  started_at text not null,
  finished_at text,
  accepted integer not null default 0,
  merged integer not null default 0,
  unchanged integer not null default 0,
  rejected integer not null default 0
, erased integer not null default 0) strict;

CREATE INDEX import_runs_sha on import_runs (kind, sha256);

CREATE TABLE inbox (
  id integer primary key,
  channel text not null check (channel in ('email', 'telegram')),
  mailbox text not null,
  uidvalidity integer not null,
  uid integer not null,
  received_at text not null,
  filed_at text not null,
  state text not null default 'filed'
    check (state in ('filed', 'read', 'ignored', 'quarantined', 'for_person', 'settled')),
  kind text not null default '',
  reason text not null default '',
  message_id text not null default '',
  participant_id integer references participants (id),
  raw blob not null, truncated integer not null default 0 check (truncated in (0, 1)),
  unique (channel, mailbox, uidvalidity, uid)
) strict;

CREATE INDEX inbox_message_id on inbox (message_id) where message_id <> '';

CREATE INDEX inbox_open on inbox (state) where state in ('filed', 'quarantined', 'for_person');

CREATE TRIGGER desk_tasks_answer after update of partstat on invitations when new.partstat <> 'NEEDS-ACTION' begin
  update desk_tasks set settled_at = new.answered_at where subject = ''
  and participant_id = new.participant_id and session_id = new.session_id and settled_at is null; end;

CREATE TRIGGER invitations_changed after update on invitations begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TRIGGER invitations_new after insert on invitations begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE invitations (
  id integer primary key,
  session_id integer not null references sessions (id),
  participant_id integer not null references participants (id),
  uid text not null unique,                  -- RFC 5545 UID, this person's own
  origin text not null check (origin in ('registration', 'general')),
  wanted integer not null default 1 check (wanted in (0, 1)),
  bump integer not null default 0,           -- what this entry's SEQUENCE is ahead of the session's
  partstat text not null default 'NEEDS-ACTION'
    check (partstat in ('NEEDS-ACTION', 'ACCEPTED', 'DECLINED', 'TENTATIVE')),
  answered_at text,
  created_at text not null,
  unique (session_id, participant_id)
) strict;

CREATE INDEX invitations_participant on invitations (participant_id);

CREATE TABLE "issue_blocks" (
  issue_id integer not null references issues (id),
  section text not null check (section in ('opening', 'news', 'movement', 'thanks', 'coming')),
  name text not null,
  language text not null,                    -- BCP 47
  title text not null default '',
  body text not null,
  changed_at text not null,
  primary key (issue_id, section, name, language)
) strict, without rowid;

CREATE TABLE issue_readers (
  issue_id integer not null references issues (id),
  participant_id integer not null references participants (id),
  language text not null,
  recorded_at text,                          -- since when it is in the outbox
  left_out text not null default '',         -- why it is not, though it was on the list
  primary key (issue_id, participant_id)
) strict, without rowid;

CREATE INDEX issue_readers_participant on issue_readers (participant_id);

CREATE INDEX issue_readers_waiting on issue_readers (issue_id, participant_id) where recorded_at is null;

CREATE TABLE issues (
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

CREATE UNIQUE INDEX issues_open on issues (kind) where state in ('draft', 'approved', 'sending');

CREATE TABLE journal (
  id integer primary key,
  at text not null,
  who text not null,
  what text not null,
  subject text not null default '',          -- noun and id, as session/3
  detail text not null default ''
) strict;

CREATE TABLE mailbox_positions (
  mailbox text primary key,
  uidvalidity integer not null,
  uid integer not null
, first_read_at text) strict, without rowid;

CREATE TABLE meta (
  key text primary key,
  value text not null
) strict;

CREATE TABLE opportunities (
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

CREATE TABLE opportunity_texts (
  opportunity_id integer not null references opportunities (id),
  language text not null,
  title text not null default '',
  body text not null,
  primary key (opportunity_id, language)
) strict, without rowid
;

CREATE TRIGGER outbox_settled after update of state, key on outbox
when new.participant_id is not null and new.state in ('sent', 'failed', 'unsure', 'cancelled', 'expired') begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE outbox (
  id integer primary key,
  key text not null unique,                  -- idempotency: planning again does nothing
  participant_id integer references participants (id),  -- null: to a group or a coordinator
  contact_point_id integer references contact_points (id),
  channel text not null check (channel in ('email', 'telegram')),
  touchpoint text not null,
  purpose text not null,
  topic text not null,
  session_id integer references sessions (id),
  invitation_id integer references invitations (id),
  sequence integer,
  state text not null check (state in ('draft', 'queued', 'held', 'claimed', 'at_risk', 'sent', 'failed',
    'unsure', 'cancelled', 'expired')),
  because text not null,
  language text not null,
  priority integer not null default 5,
  not_before text not null,
  expires_at text,
  message_id text not null unique,
  sender text not null,                      -- envelope
  recipient text not null,
  attempts integer not null default 0,
  repeatable integer not null default 0 check (repeatable in (0, 1)),
  repeats integer not null default 0,
  claim text,                                -- whose lease this is; the fence
  lease_until text,
  note text not null default '',
  created_at text not null,
  sent_at text, attempt integer not null default 1, identity text not null default 'programme', cap text not null default 'none', decided_on integer, stands_until text,
  check ((state in ('claimed', 'at_risk')) = (claim is not null and lease_until is not null))
) strict;

CREATE INDEX outbox_claims on outbox (claim) where state in ('claimed', 'at_risk');

CREATE INDEX outbox_due on outbox (channel, priority, not_before) where state = 'queued';

CREATE INDEX outbox_participant on outbox (participant_id, session_id);

CREATE INDEX outbox_session on outbox (session_id)
;

CREATE INDEX outbox_state on outbox (state, channel);

CREATE TABLE participant_roles (
  participant_id integer not null references participants (id),
  role text not null check (role in ('participant', 'sharer', 'ambassador', 'coordinator', 'adviser')),
  state text not null default 'held' check (state in ('wished', 'held')),
  primary key (participant_id, role)
) strict, without rowid;

CREATE TRIGGER participant_skills_gone after delete on participant_skills begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = old.participant_id; end;

CREATE TRIGGER participant_skills_new after insert on participant_skills
when not exists (select 1 from participant_skills where participant_id = new.participant_id limit 1 offset 1) begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE participant_skills (
  participant_id integer not null references participants (id),
  skill text not null references skills (code),
  direction text not null check (direction in ('learn', 'share')),
  level text not null default '',
  example text not null default '',
  primary key (participant_id, skill, direction)
) strict, without rowid;

CREATE TRIGGER participants_changed after update of name, zone, languages, registered_at, erased_at, preferred_hour
on participants begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.id; end;

CREATE TABLE participants (
  id integer primary key,
  name text not null,
  country text not null default '',          -- ISO 3166-1 alpha-2
  region text not null default '',
  zone text not null default '',             -- IANA
  languages text not null default '[]',      -- BCP 47, in order of preference
  wiki_user text not null default '',
  home_wikis text not null default '[]',
  affiliate text not null default '',
  tenure text not null default '',           -- years in the movement, as the form's choice
  connectivity text not null default '',
  support_needed text not null default '',
  name_folded text not null default '',
  registered_at text,                        -- when this installation learned of the registration
  created_at text not null,
  updated_at text not null,
  erased_at text
, preferred_hour integer check (preferred_hour between 0 and 23), next_due text default '0', facts_version integer not null default 0) strict;

CREATE INDEX participants_name_folded on participants (name_folded);

CREATE INDEX participants_next_due on participants (next_due, id) where next_due is not null;

CREATE TABLE payloads (
  outbox_id integer primary key references outbox (id),
  sha256 text not null,
  data blob not null
, plain integer not null default 0 check (plain in (0, 1)), skeleton_id integer references skeletons (id)) strict;

CREATE INDEX payloads_skeleton on payloads (skeleton_id) where skeleton_id is not null
;

CREATE TABLE pending_registrations (
  id integer primary key,
  canonical text not null,                   -- of the address that has to confirm
  language text not null,                    -- of the form
  fields text not null,                      -- as JSON; emptied once it is confirmed or over
  session_id integer references sessions (id),
  asked_at text not null,
  confirmed_at text,
  participant_id integer references participants (id)
) strict;

CREATE INDEX pending_registrations_canonical on pending_registrations (canonical, asked_at);

CREATE TABLE possible_duplicates (
  a integer not null references participants (id),
  b integer not null references participants (id),
  reason text not null,
  found_at text not null,
  settled_at text,
  primary key (a, b),
  check (a < b)
) strict, without rowid;

CREATE VIEW programme_registrations as
-- A row is a person who registered for the programme, and when they did: the form's own time where it has one.
select
  p.id as participant_id,
  coalesce(r.submitted_at, r.created_at, p.registered_at) as at,
  coalesce(r.as_group, 0) as as_group
from participants p
left join registrations r on r.participant_id = p.id and r.session_id is null
where (r.id is not null and r.state = 'registered') or (r.id is null and p.registered_at is not null);

CREATE TRIGGER desk_tasks_proposal after update of settled_at on proposals when new.settled_at is not null begin
  update desk_tasks set settled_at = new.settled_at where subject = 'proposal-' || new.id and settled_at is null; end;

CREATE TRIGGER proposals_changed after update on proposals begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TRIGGER proposals_complete after update of state on proposals when new.state = 'complete' begin
  insert or ignore into followups (kind, participant_id, ref, since)
  values ('proposed', new.participant_id, new.id, new.completed_at); end;

CREATE TRIGGER proposals_new after insert on proposals begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE proposals (
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
, in_chat integer references inbox (id), on_page integer not null default 0 check (on_page in (0, 1))) strict;

CREATE INDEX proposals_participant on proposals (participant_id);

CREATE TRIGGER import_rows_withdrawn after update of state on registrations when new.state = 'withdrawn' begin
  delete from import_rows where participant_id = new.participant_id; end;

CREATE TRIGGER registrations_changed after update on registrations begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TRIGGER registrations_new after insert on registrations begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE registrations (
  id integer primary key,
  participant_id integer not null references participants (id),
  session_id integer references sessions (id),   -- null: for the programme
  state text not null default 'registered' check (state in ('registered', 'withdrawn')),
  as_group integer not null default 0 check (as_group in (0, 1)),
  group_name text not null default '',
  submitted_at text,
  import_run_id integer references import_runs (id),
  created_at text not null
) strict;

CREATE UNIQUE INDEX registrations_programme on registrations (participant_id) where session_id is null;

CREATE UNIQUE INDEX registrations_session on registrations (session_id, participant_id)
  where session_id is not null;

CREATE TABLE relays (
  id integer primary key,
  session_id integer not null references sessions (id),
  sender_id integer not null references participants (id),
  recipient_id integer not null references participants (id),
  answers integer references relays (id),
  at text not null
) strict;

CREATE INDEX relays_sender on relays (sender_id, at)
;

CREATE TABLE "resources" (
  id integer primary key,
  session_id integer not null references sessions (id),
  kind text not null check (kind in ('recording', 'slides', 'case_study', 'template', 'translation', 'link')),
  title text not null,
  url text not null,
  language text not null default '',         -- BCP 47; '': not said
  bytes integer check (bytes >= 0),          -- null: nobody knows
  added_at text not null,
  unique (session_id, url, kind)
) strict;

CREATE TABLE response_answers (
  response_id text not null references responses (id),
  question text not null,
  value text not null,                       -- 1 to 5, yes or no, an option's code, or the person's own words
  free integer not null check (free in (0, 1)),  -- 1: own words, or a link
  primary key (response_id, question)
) strict, without rowid;

CREATE VIEW response_attempts as
-- A row is a message that left and asks about a session; `answered_at`: the first answer for which it was the
-- newest such message. What a coordinator entered is nobody's reply.
select
  o.id as outbox_id,
  o.session_id,
  o.participant_id,
  o.attempt,
  o.purpose,
  o.channel,
  o.identity as sender,
  o.sent_at,
  (
    select min(coalesce(x.received_at, r.created_at))
    from invitations i
    join rsvps r on r.invitation_id = i.id and r.partstat <> 'NEEDS-ACTION' and r.source <> 'coordinator'
    left join inbox x on x.id = r.inbox_id
    where i.session_id = o.session_id and i.participant_id = o.participant_id
      and coalesce(x.received_at, r.created_at) >= o.sent_at
      and not exists (
        select 1 from outbox n
        where n.participant_id = o.participant_id and n.session_id = o.session_id and n.state = 'sent'
          and n.purpose in ('invitation', 'update', 'reminder', 'nudge')
          and (n.sent_at, n.id) > (o.sent_at, o.id) and n.sent_at <= coalesce(x.received_at, r.created_at)
      )
  ) as answered_at
from outbox o
where o.session_id is not null and o.state = 'sent' and o.sent_at is not null
  and o.purpose in ('invitation', 'update', 'reminder', 'nudge');

CREATE TABLE responses (
  id text primary key,
  survey text not null,
  version integer not null,
  session_id integer references sessions (id),
  request_id integer references survey_requests (id),
  participant_id integer references participants (id),
  source text not null check (source in ('', 'mail', 'telegram', 'page', 'mixed', 'coordinator', 'import')),
  asked text not null,                       -- JSON, codes of the questions that were put: the base of every share
  complete integer not null check (complete in (0, 1)),
  answered_on text not null,                 -- a day
  import_run_id integer references import_runs (id),
  row_key text unique                        -- of an imported row: the same row is taken in once
) strict, without rowid;

CREATE INDEX responses_participant on responses (participant_id) where participant_id is not null;

CREATE UNIQUE INDEX responses_request on responses (request_id) where request_id is not null;

CREATE INDEX responses_session on responses (session_id);

CREATE TRIGGER rsvps_new after insert on rsvps begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where id = (select participant_id from invitations where id = new.invitation_id); end;

CREATE TABLE rsvps (
  id integer primary key,
  invitation_id integer not null references invitations (id),
  partstat text not null check (partstat in ('NEEDS-ACTION', 'ACCEPTED', 'DECLINED', 'TENTATIVE')),
  source text not null check (source in ('calendar', 'mail_text', 'telegram', 'page', 'coordinator')),
  sequence integer not null,
  stamp text not null,
  comment text not null default '',
  proposed_start text,
  inbox_id integer references inbox (id),
  created_at text not null,
  unique (invitation_id, source, sequence, stamp, partstat)
) strict;

CREATE TABLE session_changes (
  session_id integer not null references sessions (id),
  sequence integer not null,
  field text not null,
  old text not null,
  new text not null,
  primary key (session_id, sequence, field)
) strict, without rowid;

CREATE VIEW session_people as
-- A row is a session, cancelled ones too, with how many took part; `met`: two or more did, or somebody said they met.
select s.id, s.kind, s.led_by, s.starts_at, s.state,
  count(a.session_id) as people, count(a.participant_id) as registered,
  count(a.session_id) > 1 or exists (
    select 1 from responses r join response_answers m on m.response_id = r.id
    where r.session_id = s.id and m.question = 'did_meet' and m.value = 'yes'
  ) as met
from sessions s left join attended a on a.session_id = s.id
group by s.id;

CREATE TRIGGER session_records_closed after update of closed_at on session_records
when old.closed_at is null and new.closed_at is not null begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'thanks', who, new.session_id, new.closed_at from concerned_people
  where session_id = new.session_id and led; end;

CREATE TRIGGER session_records_closed_new after insert on session_records when new.closed_at is not null begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'thanks', who, new.session_id, new.closed_at from concerned_people
  where session_id = new.session_id and led; end;

CREATE TRIGGER session_records_materials after update of materials_at on session_records
when old.materials_at is null and new.materials_at is not null begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'materials', who, new.session_id, new.materials_at from concerned_people
  where session_id = new.session_id and not led
  and who not in (select who from concerned_people where session_id = new.session_id and led); end;

CREATE TRIGGER session_records_new after insert on session_records when new.materials_at is not null begin
  insert or ignore into followups (kind, participant_id, session_id, since)
  select 'materials', who, new.session_id, new.materials_at from concerned_people
  where session_id = new.session_id and not led
  and who not in (select who from concerned_people where session_id = new.session_id and led); end;

CREATE TABLE session_records (
  session_id integer primary key references sessions (id),
  waived text not null default '[]',         -- kinds of resources that there will never be, JSON
  materials_at text,                         -- when all that its kind demands was in; set once
  closed_at text
) strict;

CREATE TABLE session_skills (
  session_id integer not null references sessions (id),
  skill text not null references skills (code),
  primary key (session_id, skill)
) strict, without rowid;

CREATE TABLE session_translations (
  session_id integer not null references sessions (id),
  language text not null,                    -- BCP 47
  title text not null default '',
  purpose text not null default '',
  audience text not null default '',
  preparation text not null default '',
  changed_at text not null,
  primary key (session_id, language),
  check (title <> '' or purpose <> '' or audience <> '' or preparation <> '')
) strict, without rowid
;

CREATE TRIGGER desk_tasks_moved after update of time_sequence on sessions
when new.time_sequence <> old.time_sequence begin
  update desk_tasks set settled_at = new.changed_at where session_id = new.id and settled_at is null
  and subject in (select 'item-' || id from checklist_items where session_id = new.id and state <> 'help'); end;

CREATE TRIGGER desk_tasks_over after update of state on sessions when new.state = 'cancelled' begin
  update desk_tasks set settled_at = new.changed_at where session_id = new.id and settled_at is null; end;

CREATE TRIGGER sessions_changed after update on sessions begin
  update participants set next_due = '0', facts_version = facts_version + 1
  where (new.invites = 'everybody' and erased_at is null)
     or id in (select participant_id from registrations where session_id = new.id)
     or id in (select participant_id from invitations where session_id = new.id)
     or id in (select participant_id from survey_requests where session_id = new.id)
     or id in (select participant_id from checklists where session_id = new.id); end;

CREATE TRIGGER sessions_new after insert on sessions when new.invites = 'everybody' begin
  update participants set next_due = '0', facts_version = facts_version + 1 where erased_at is null; end;

CREATE TABLE sessions (
  id integer primary key,
  code text not null unique,
  kind text not null,
  title text not null,
  purpose text not null default '',
  audience text not null default '',
  preparation text not null default '',
  languages text not null default '[]',
  interpretation text not null default '[]',
  venue text not null default '',
  starts_at text not null,
  minutes integer not null check (minutes > 0),
  zone text not null,
  capacity integer check (capacity > 0),
  invites text not null check (invites in ('registered', 'everybody')),
  state text not null check (state in ('confirmed', 'cancelled')),
  cancel_reason text not null default '',
  sequence integer not null default 0,       -- RFC 5545 SEQUENCE
  time_sequence integer not null default 0,  -- SEQUENCE at which start or length last changed
  created_at text not null,
  changed_at text not null
, moved_at text, led_by text not null default ''
  check (led_by in ('', 'working_group', 'community', 'team'))) strict;

CREATE INDEX sessions_starts_at on sessions (starts_at);

CREATE TABLE sharers (
  session_id integer not null references sessions (id),
  position integer not null,
  name text not null,
  participant_id integer references participants (id),
  primary key (session_id, position)
) strict, without rowid;

CREATE INDEX sharers_participant on sharers (participant_id) where participant_id is not null
;

CREATE TABLE sheet_answers (
  item_id integer not null references checklist_items (id) on delete cascade,
  question text not null,                    -- its code in checklists.toml
  answer text not null,                      -- '': passed over
  answered_by integer references participants (id),
  source text not null default '',
  answered_at text not null,
  primary key (item_id, question)
) strict;

CREATE INDEX sheet_answers_answered_by on sheet_answers (answered_by) where answered_by is not null
;

CREATE TRIGGER skeletons_frozen before update on skeletons begin
  select raise(abort, 'a skeleton never changes'); end;

CREATE TABLE skeletons (
  id integer primary key autoincrement,      -- never given twice: who keeps a skeleton in memory knows it by this
  sha256 text not null unique,               -- of layout and data
  layout text not null,                      -- JSON: where in data which value goes
  data blob not null,
  created_at text not null
) strict;

CREATE TABLE skills (
  code text primary key,
  category text not null,
  title text not null,
  version integer not null
) strict, without rowid;

CREATE TABLE step_runs (
  id integer primary key,
  step text not null,
  started_at text not null,
  finished_at text,
  summary text not null default ''           -- counts as JSON, or the problem
) strict;

CREATE INDEX step_runs_step on step_runs (step, id);

CREATE TRIGGER support_requests_changed after update on support_requests begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TRIGGER support_requests_new after insert on support_requests begin
  insert or ignore into followups (kind, participant_id, session_id, ref, since)
  select 'request', new.participant_id, new.session_id, new.id, new.asked_at where new.source <> 'form';
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE support_requests (
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

CREATE UNIQUE INDEX support_requests_open on support_requests (participant_id, ask) where state = 'open';

CREATE INDEX support_requests_waiting on support_requests (asked_at) where state = 'open';

CREATE TRIGGER suppressions_changed after update on suppressions begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id in (
    select participant_id from contact_points where channel = new.channel and canonical = new.canonical); end;

CREATE TRIGGER suppressions_new after insert on suppressions begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id in (
    select participant_id from contact_points where channel = new.channel and canonical = new.canonical); end;

CREATE TABLE suppressions (
  id integer primary key,
  channel text not null,
  canonical text not null,
  topic text not null,                       -- '*' is every topic
  reason text not null,
  since text not null,
  until text,
  lifted_at text
) strict;

CREATE UNIQUE INDEX suppressions_active on suppressions (channel, canonical, topic) where lifted_at is null;

CREATE TABLE survey_drafts (
  request_id integer not null references survey_requests (id),
  question text not null,
  value text not null,                       -- '': passed over
  source text not null check (source in ('mail', 'telegram', 'page', 'coordinator')),
  inbox_id integer references inbox (id),
  at text not null,
  primary key (request_id, question)
) strict, without rowid;

CREATE TRIGGER desk_tasks_survey after update of answered_at, closed_at on survey_requests
when new.answered_at is not null or new.closed_at is not null begin
  update desk_tasks set settled_at = coalesce(new.answered_at, new.closed_at)
  where subject = 'survey-' || new.id and settled_at is null; end;

CREATE TRIGGER survey_requests_changed after update on survey_requests begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TRIGGER survey_requests_new after insert on survey_requests begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end;

CREATE TABLE survey_requests (
  id integer primary key,
  survey text not null,                      -- its code in surveys.toml
  version integer not null,
  session_id integer references sessions (id),  -- what it is about; null: the programme
  participant_id integer not null references participants (id),
  opened_at text not null,
  closes_at text not null,
  answered_at text,                          -- of the first answer: stops the reminders, says nothing of what was said
  complete integer not null default 0 check (complete in (0, 1)),
  closed_at text,
  in_chat text not null default '',          -- the question that was put last in the person's chat, and when
  in_chat_at text
) strict;

CREATE UNIQUE INDEX survey_requests_once
  on survey_requests (survey, version, coalesce(session_id, 0), participant_id);

CREATE INDEX survey_requests_open on survey_requests (closes_at) where closed_at is null;

CREATE INDEX survey_requests_participant on survey_requests (participant_id);

CREATE INDEX survey_requests_session on survey_requests (session_id);

CREATE TABLE telegram_links (
  participant_id integer primary key references participants (id),
  used integer not null default 0,           -- links that were used; a link names the number before it
  chat_id integer,                           -- the private chat that opened the newest link and was asked to confirm
  asked_at text
) strict
;

CREATE TABLE waiting_list (
  session_id integer not null references sessions (id),
  participant_id integer not null references participants (id),
  since text not null,
  ended_at text,
  outcome text not null default '' check (outcome in ('', 'place', 'left')),
  primary key (session_id, participant_id),
  check ((ended_at is null) = (outcome = ''))
) strict, without rowid;

CREATE INDEX waiting_list_open on waiting_list (session_id, since) where ended_at is null
;
