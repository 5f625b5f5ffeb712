"""Who asked to be erased, so that an old row of a sheet does not bring them back."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m026_erasures(db: Any) -> None:
    """Nothing refers to a person: what was theirs is gone, and a mark tells nothing without the installation's secret.

    An import counts the rows that it passed over because of a mark.
    """
    run(db, _ERASURES)


_ERASURES = """
create table erasures (
  mark text primary key,                     -- HMAC-SHA-256 of an address or chat with the installation's secret
  at text not null                           -- of the newest erasure
) strict, without rowid;

alter table import_runs add column erased integer not null default 0
"""
