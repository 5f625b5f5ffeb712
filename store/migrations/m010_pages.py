"""What people's pages keep."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m010_pages(db: Any) -> None:
    """A person's calendar address can be made void: the link names a number, and a new one takes its place."""
    run(db, _PAGES)


_PAGES = """
create table feed_links (
  participant_id integer primary key references participants (id),
  number integer not null                    -- that the address in force names; nobody here: 1
) strict
"""
