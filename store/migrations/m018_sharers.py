"""Proposals that a chat asks about at once; plans that begin anew; and what coordinators do, counted by session."""

from typing import Any

from store.migrations.registry import migrations, run


@migrations()
def m018_sharers(db: Any) -> None:
    """Each deed of a coordinator is one row, however many journal entries it leaves."""
    run(db, _PROPOSALS)
    run(db, _PLANS)
    run(db, _DEEDS)


# The update to which the chat said the question that is open.
_PROPOSALS = "alter table proposals add column in_chat integer references inbox (id)"

# When what is open got new dates at last, and how often: what this plan's occasion is ahead of the session's.
_PLANS = """
alter table checklists add column renewed_at text;

alter table checklists add column bump integer not null default 0
"""

_DEEDS = """
create table deeds (
  id integer primary key,
  at text not null,
  who text not null,
  door text not null,                        -- the command, or the form's name
  session_id integer references sessions (id)  -- a deed about several sessions is a row each
) strict;

create index deeds_session on deeds (session_id) where session_id is not null
"""
