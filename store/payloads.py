"""Frozen bytes of messages: put down once, read back as they were. Whole, or values in a skeleton that many share.

The hash is always of the whole letter, so a filled one is proven to be what was frozen. Which messages share a
skeleton is decided where they are written (`steps/letters.py`); when bodies are dropped, in `store/retention.py`.
"""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from domain.deliveries import is_plain
from domain.payloads import Filled, Skeleton, joined, parted
from domain.times import iso

_KEPT = 300  # skeletons in memory, some 14 kB each


def put(conn: sqlite3.Connection, outbox_id: int, data: bytes | Filled, now: datetime) -> None:
    """Keep a message's bytes, in place of what was there."""
    if isinstance(data, bytes):
        whole, kept, skeleton, plain = data, data, None, is_plain(data)
    else:
        whole, kept, skeleton = data.whole(), joined(data.values), _skeleton_id(conn, data.skeleton, now)
        plain = data.is_plain() or is_plain(whole)
    conn.execute(
        "insert into payloads (outbox_id, sha256, data, plain, skeleton_id) values (?, ?, ?, ?, ?)"
        " on conflict (outbox_id) do update set sha256 = excluded.sha256, data = excluded.data,"
        " plain = excluded.plain, skeleton_id = excluded.skeleton_id",
        (outbox_id, hashlib.sha256(whole).hexdigest(), kept, plain, skeleton),
    )


def _skeleton_id(conn: sqlite3.Connection, skeleton: Skeleton, now: datetime) -> int:
    found = conn.execute("select id from skeletons where sha256 = ?", (skeleton.sha256,)).fetchone()
    if found is None:
        found = conn.execute(
            "insert into skeletons (sha256, layout, data, created_at) values (?, ?, ?, ?) returning id",
            (skeleton.sha256, skeleton.layout(), skeleton.data, iso(now)),
        ).fetchone()
    return int(found[0])


class Reader:
    """Reads frozen bytes; keeps the skeletons it met, as the next message will want them again."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._skeletons: dict[int, Skeleton] = {}

    def read(self, ids: Sequence[int]) -> dict[int, tuple[bytes, bool]]:
        """The bytes of these messages, but for those that are gone or do not match their hash; whether they are known
        to be plain (`domain.deliveries.is_plain`)."""
        rows = self._conn.execute(
            "select outbox_id, sha256, data, plain, skeleton_id from payloads"
            " where outbox_id in (select value from json_each(?))",
            (json.dumps(ids),),
        ).fetchall()
        found = {}
        for one, sha256, data, plain, skeleton in rows:
            whole = data if skeleton is None else self._filled(skeleton, data)
            proven = _is(whole, sha256)
            if not proven and skeleton in self._skeletons:
                del self._skeletons[skeleton]
                whole = self._filled(skeleton, data)  # a backup was put in place meanwhile: other skeletons
                proven = _is(whole, sha256)
            if whole is not None and proven:
                found[one] = (whole, plain == 1)
        return found

    def _filled(self, number: int, kept: bytes) -> bytes | None:
        skeleton = self._skeletons.get(number) or self._load(number)
        values = parted(kept)
        return skeleton.fill(values) if skeleton is not None and len(values) == skeleton.values else None

    def _load(self, number: int) -> Skeleton | None:
        row = self._conn.execute("select sha256, layout, data from skeletons where id = ?", (number,)).fetchone()
        if row is None:
            return None
        try:
            skeleton = Skeleton.read(row["data"], row["layout"])
        except (ValueError, LookupError, TypeError):  # damaged
            return None
        if skeleton.sha256 != row["sha256"]:
            return None
        while len(self._skeletons) >= _KEPT:
            del self._skeletons[next(iter(self._skeletons))]
        self._skeletons[number] = skeleton
        return skeleton


def _is(whole: bytes | None, sha256: str) -> bool:
    return whole is not None and hashlib.sha256(whole).hexdigest() == sha256


def read(conn: sqlite3.Connection, outbox_id: int) -> bytes | None:
    """The frozen bytes of one message; None when they are gone or do not match their hash."""
    found = Reader(conn).read([outbox_id]).get(outbox_id)
    return found[0] if found else None


def sweep(conn: sqlite3.Connection) -> int:
    """Drop the skeletons that no message uses any more. How many."""
    unused = "not exists (select 1 from payloads where payloads.skeleton_id = skeletons.id)"
    return conn.execute(f"delete from skeletons where {unused}").rowcount
