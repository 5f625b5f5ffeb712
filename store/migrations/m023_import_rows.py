"""Which rows of forms went in without a word, so that a sheet that is visited every hour is not taken in anew."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m023_import_rows(db: Any) -> None:
    """A mark for each row, gone when its person withdraws from a session, which the row may still name.

    A person's second skill makes nobody due: the planner asks only whether there is one.
    """
    run(db, _ROWS)


_ROWS = """
create table import_rows (
  digest text primary key,                   -- of the row as it came, and of everything by which it was read
  participant_id integer not null references participants (id),
  run_id integer not null references import_runs (id)
) strict, without rowid;

create index import_rows_participant on import_rows (participant_id);

create trigger import_rows_withdrawn after update of state on registrations when new.state = 'withdrawn' begin
  delete from import_rows where participant_id = new.participant_id; end;

drop trigger participant_skills_new;

create trigger participant_skills_new after insert on participant_skills
when not exists (select 1 from participant_skills where participant_id = new.participant_id limit 1 offset 1) begin
  update participants set next_due = '0', facts_version = facts_version + 1 where id = new.participant_id; end
"""
