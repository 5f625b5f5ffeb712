"""What a session says of itself in other languages than its own, for everybody who reads them."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m027_translations(db: Any) -> None:
    """An empty field is said in the session's own words, so a row has one at least that is not."""
    run(db, _TRANSLATIONS)


_TRANSLATIONS = """
create table session_translations (
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
"""
