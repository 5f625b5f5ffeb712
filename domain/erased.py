"""Whether a row is of somebody who asked to be erased, or a new wish of theirs. Pure; marks are `store/erased.py`'s."""

from collections.abc import Iterable, Mapping
from datetime import datetime


def is_new_wish(said_at: datetime | None, erased_at: datetime) -> bool:
    """What was said after the erasure is; what nobody can date may be what was erased."""
    return said_at is not None and said_at > erased_at


def is_over(since: Mapping[str, datetime], addresses: Iterable[str], said_at: datetime | None) -> bool:
    """Whether one of these canonical addresses was erased (`since`: when, by address), and this is no new wish."""
    return any(one in since and not is_new_wish(said_at, since[one]) for one in addresses)
