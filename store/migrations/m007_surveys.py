"""Surveys put to people: who was asked what, and whether they answered."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m007_surveys(db: Any) -> None:
    """One row for each survey that was put to one person."""
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
  answered_at text,                          -- what stops the reminders; says nothing of what was answered
  closed_at text,
  unique (survey, session_id, participant_id)
) strict;

create index survey_requests_participant on survey_requests (participant_id)
"""
