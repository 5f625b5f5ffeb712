"""What an issue says of a coming session in other languages than its own: a text like the others, named by its code."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m020_session_texts(db: Any) -> None:
    """A check cannot be changed, so the table is made anew."""
    run(db, _BLOCKS)


_BLOCKS = """
create table issue_texts (
  issue_id integer not null references issues (id),
  section text not null check (section in ('opening', 'news', 'movement', 'thanks', 'coming')),
  name text not null,
  language text not null,                    -- BCP 47
  title text not null default '',
  body text not null,
  changed_at text not null,
  primary key (issue_id, section, name, language)
) strict, without rowid;

insert into issue_texts select issue_id, section, name, language, title, body, changed_at from issue_blocks;

drop table issue_blocks;

alter table issue_texts rename to issue_blocks
"""
