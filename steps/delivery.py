"""One delivery's side of a channel's three calls: what it may pull, what it may finish, what became of each.

Every message passes here: claimed in pages, asked once more whether it is wanted (`steps/second_look.py`), marked at
risk, settled (`steps/settling.py`). Marks and answers are safe in a file at once (`store/marks.py`); rows are written
by the page. Which channels there are, and what happens around a delivery, is in `steps/deliver.py`.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from domain.deliveries import Parcel, Receipt
from domain.messages import Claimed, Settlement, State
from steps.app import App
from steps.second_look import SecondLook
from steps.settling import settle_all
from store import claims, database, marks, meta, payloads
from store.marks import Marks

LEASE = timedelta(minutes=30)  # longer than the ten minutes that RFC 5321 section 4.5.3.2.6 allows the final dot
CLAIM_PAGE = 100
CLAIM_MOST = 500  # of a channel that is through with a page quickly; a slow one must be through long before the lease
QUICKLY = timedelta(minutes=1)
LOAD_PAGE = 50  # bodies in memory at once
# Answers are written into the rows when there are so many, or after so long: `outbox list` shows them then.
WRITE_PAGE = 500
WRITE_AFTER = timedelta(seconds=1)


class Delivery:
    """Of one owner over one channel. `counts` is added to."""

    def __init__(self, app: App, channel: str, owner: str, limit: int | None, counts: Counter[str]) -> None:
        self.app, self.channel, self.owner, self.counts = app, channel, owner, counts
        self.left = limit
        self.messages: dict[int, Claimed] = {}  # claimed and without an answer yet
        self.answers: list[tuple[Claimed, Receipt, datetime]] = []  # in the file of marks, and not in the rows
        self.second_look = SecondLook(app)
        self.bodies = payloads.Reader(app.conn)
        self.marks = Marks(marks.folder_of(app.conn), owner)
        # The newest page, until when it is leased, and the database's version as it was claimed.
        self.page: frozenset[int] = frozenset()
        self.leased_until, self.claimed_at = app.now(), (0, 0)

    def parcels(self) -> Iterator[Parcel]:
        """Claims a page at a time, asks again whether each is wanted, and hands over its frozen bytes."""
        before = self.app.now() - QUICKLY
        while self.left is None or self.left > 0:
            now = self.app.now()
            size = CLAIM_MOST if now - before < QUICKLY else CLAIM_PAGE
            before = now
            most = size if self.left is None else min(size, self.left)
            with database.write(self.app.conn) as conn:
                self._write_answers(conn)
                # A backup may have been put in place under this delivery: then no more.
                restored = meta.get(conn, meta.RESTORED) is not None
                page = [] if restored else claims.claim(conn, self.channel, self.owner, now, now + LEASE, most)
                if page:
                    self.page, self.leased_until = frozenset(message.id for message in page), now + LEASE
                    self.claimed_at = claims.version(conn)
            self._written()
            if not page:
                return
            if self.left is not None:
                self.left -= len(page)
            # When our lease had run out, another process may have queued what is still under way here.
            # Claimed again, it is ours again; handed over again, it would leave twice.
            fresh = [message for message in page if message.id not in self.messages]
            self.messages.update((message.id, message) for message in page)
            for start in range(0, len(fresh), LOAD_PAGE):
                yield from self._checked_page(fresh[start : start + LOAD_PAGE])

    def _checked_page(self, page: Sequence[Claimed]) -> Iterator[Parcel]:
        bodies = self.bodies.read([message.id for message in page])
        self.second_look.begin(page, self.app.now())
        for place, message in enumerate(page):
            parcel = self._checked(message, page[place:], bodies.pop(message.id, None))
            if parcel is not None:
                yield parcel

    def _checked(self, message: Claimed, waiting: Sequence[Claimed], found: tuple[bytes, bool] | None) -> Parcel | None:
        now = self.app.now()
        try:
            verdict = self.second_look.at(message, waiting, now)
        except (ValueError, LookupError, TypeError) as error:  # a spoilt row; the others must not wait for it
            note = f"its facts cannot be read ({type(error).__name__})"
            verdict = Settlement(State.FAILED, counts=False, note=note)
        if verdict is None and found is not None:
            return Parcel(message.id, message.sender, message.recipient, *found)
        verdict = verdict or Settlement(State.FAILED, counts=False, note="its frozen bytes are damaged")
        del self.messages[message.id]
        with database.write(self.app.conn) as conn:
            if claims.settle(conn, message.id, self.owner, verdict, now):
                self.counts["postponed" if verdict.state is State.QUEUED else "dropped"] += 1
        return None

    def at_risk(self, ids: Sequence[int]) -> Collection[int]:
        now = self.app.now()
        with database.write(self.app.conn) as conn:  # between the look and the mark nobody takes a message back
            granted = self._held(conn, ids, now)
            if granted:
                self.marks.mark(granted, now + LEASE)
        return granted

    def _held(self, conn: database.Connection, ids: Sequence[int], now: datetime) -> Collection[int]:
        """Those that may be marked. Of the newest page the rows need not be read while nothing at all was written."""
        if not self.page.issuperset(ids) or now >= self.leased_until or self.claimed_at != claims.version(conn):
            return claims.leased(conn, ids, self.owner, now)
        ends = ((one, self.messages[one].expires_at) for one in ids)
        return {one for one, end in ends if end is None or end > now}

    def settle(self, answers: Sequence[tuple[int, Receipt]]) -> None:
        now = self.app.now()
        if answers:
            self.marks.answered([(one, receipt, now) for one, receipt in answers])
            self.answers += [(self.messages.pop(one), receipt, now) for one, receipt in answers]
        if self.answers and (len(self.answers) >= WRITE_PAGE or now - self.answers[0][2] >= WRITE_AFTER):
            with database.write(self.app.conn) as conn:
                self._write_answers(conn)
            self._written()

    def _write_answers(self, conn: database.Connection) -> None:
        self.counts.update(settle_all(conn, self.owner, self.answers))

    def _written(self) -> None:
        if self.answers:
            self.marks.settled()
            self.answers = []

    def give_back(self) -> None:
        """At the end: what was answered is written, what was never tried goes back, a mark that stands is for whoever
        takes over. The file of marks goes when the rows say all that it says."""
        try:
            with database.write(self.app.conn) as conn:
                if self.marks.standing:
                    marks.carry_over(conn, [self.owner])
                self._write_answers(conn)
                claims.release(conn, list(self.messages), self.owner)
        finally:
            self.marks.close()
        marks.forget(marks.folder_of(self.app.conn), self.owner)
