"""One address may hold several resources of a session, such as its slides and its recording."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m025_resource_kinds(db: Any) -> None:
    """An address counted once, so that of two kinds at one address readers saw the one that was named last."""
    run(db, _RESOURCE_KINDS)


_RESOURCE_KINDS = """
create table resources_by_kind (
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

insert into resources_by_kind select id, session_id, kind, title, url, language, bytes, added_at from resources;

drop table resources;

alter table resources_by_kind rename to resources
"""
