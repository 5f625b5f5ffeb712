"""Surveys put to people, their answers, and what reaches the programme outside surveys."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m007_surveys(db: Any) -> None:
    """Who was asked what; answers on the way; answers as they are counted, anonymous ones apart; a feedback log."""
    run(db, _SURVEYS)


_SURVEYS = """
create table survey_requests (
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

create unique index survey_requests_once
  on survey_requests (survey, version, coalesce(session_id, 0), participant_id);

create index survey_requests_participant on survey_requests (participant_id);

create index survey_requests_session on survey_requests (session_id);

create index survey_requests_open on survey_requests (closes_at) where closed_at is null;

-- answers on the way: moved to responses when the last one is there, or when the survey closes
create table survey_drafts (
  request_id integer not null references survey_requests (id),
  question text not null,
  value text not null,                       -- '': passed over
  source text not null check (source in ('mail', 'telegram', 'page', 'coordinator')),
  inbox_id integer references inbox (id),
  at text not null,
  primary key (request_id, question)
) strict, without rowid;

-- Anonymous ones have neither person, request nor source, and the Monday of their week. The id is random and the
-- table is kept in its order, so that nothing tells which row came when.
create table responses (
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

create unique index responses_request on responses (request_id) where request_id is not null;

create index responses_participant on responses (participant_id) where participant_id is not null;

create index responses_session on responses (session_id);

create table response_answers (
  response_id text not null references responses (id),
  question text not null,
  value text not null,                       -- 1 to 5, yes or no, an option's code, or the person's own words
  free integer not null check (free in (0, 1)),  -- 1: own words, or a link
  primary key (response_id, question)
) strict, without rowid;

create table feedback (
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

create index feedback_participant on feedback (participant_id) where participant_id is not null
"""
