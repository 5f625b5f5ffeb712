"""Answers to the questions of a checklist's item, one by one."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m019_sheets(db: Any) -> None:
    """What a sharer wrote so far; an item that goes takes its answers with it."""
    run(db, _SHEETS)


_SHEETS = """
create table sheet_answers (
  item_id integer not null references checklist_items (id) on delete cascade,
  question text not null,                    -- its code in checklists.toml
  answer text not null,                      -- '': passed over
  answered_by integer references participants (id),
  source text not null default '',
  answered_at text not null,
  primary key (item_id, question)
) strict;

create index sheet_answers_answered_by on sheet_answers (answered_by) where answered_by is not null
"""
