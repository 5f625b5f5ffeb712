"""What letters of one kind share is kept once."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m017_skeletons(db: Any) -> None:
    """Payloads from here on may be values that fill a skeleton; those recorded before stay whole."""
    run(db, _SKELETONS)


_SKELETONS = """
create table skeletons (
  id integer primary key autoincrement,      -- never given twice: who keeps a skeleton in memory knows it by this
  sha256 text not null unique,               -- of layout and data
  layout text not null,                      -- JSON: where in data which value goes
  data blob not null,
  created_at text not null
) strict;

create trigger skeletons_frozen before update on skeletons begin
  select raise(abort, 'a skeleton never changes'); end;

alter table payloads add column skeleton_id integer references skeletons (id);

create index payloads_skeleton on payloads (skeleton_id) where skeleton_id is not null
"""
