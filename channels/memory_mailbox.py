"""A mailbox in memory with the rules of `mailbox.Mailbox`, for tests and trials; one contract suite proves both.

`deliver`, `expunge` and `renew` play the server's side and may be called from another thread.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from channels.mailbox import Batch, Position, RawMail
from domain.errors import Transient


class MemoryMailbox:
    """`breaks_after`: so many batches more, then the connection is lost once."""

    def __init__(self, batch_mails: int = 200, stop: Callable[[], bool] = lambda: False) -> None:
        self.breaks_after: int | None = None
        self._batch_mails, self._stop = batch_mails, stop
        self._changed = threading.Condition(threading.RLock())
        self._mails: dict[int, RawMail] = {}
        self._uidvalidity, self._uidnext = 1, 1
        self._known: tuple[int, int] | None = None

    def deliver(self, data: bytes, internal_date: datetime) -> int:
        """Puts a mail in and returns its UID."""
        with self._changed:
            uid, self._uidnext = self._uidnext, self._uidnext + 1
            self._mails[uid] = RawMail(self._uidvalidity, uid, internal_date, data)
            self._changed.notify_all()
            return uid

    def expunge(self, uid: int) -> None:
        with self._changed:
            del self._mails[uid]

    def renew(self) -> None:
        """Changes UIDVALIDITY, as a server does that was restored: the mails stay, numbered anew."""
        with self._changed:
            self._uidvalidity += 1
            kept, self._mails, self._uidnext = self._mails.values(), {}, 1
            for mail in kept:
                self.deliver(mail.data, mail.internal_date)

    def fetch(self, since: Position | None) -> Iterator[Batch]:
        self._known = (0, 0)  # a fetch that does not end leaves news
        with self._changed:
            uidvalidity, uidnext = self._uidvalidity, self._uidnext
            first = since.uid + 1 if since and since.uidvalidity == uidvalidity else 1
            uids = [uid for uid in self._mails if uid >= first]
        for i in range(0, len(uids), self._batch_mails):
            self._break_if_due()
            with self._changed:
                current = self._mails if self._uidvalidity == uidvalidity else {}
                batch = [current[uid] for uid in uids[i : i + self._batch_mails] if uid in current]
            if batch:
                yield batch
            if self._stop():
                return
        self._known = (uidvalidity, uidnext)

    def wait(self, seconds: float) -> bool:
        self._break_if_due()
        with self._changed:
            self._known = self._known or (self._uidvalidity, self._uidnext)
            slices = max(int(seconds / 0.1), 1)
            for _ in range(slices):
                if (self._uidvalidity, self._uidnext) != self._known or self._stop():
                    break
                self._changed.wait(seconds / slices)
            return (self._uidvalidity, self._uidnext) != self._known

    def check(self) -> str:
        return f"memory: {len(self._mails)} mails in the folder"

    def close(self) -> None:
        """There is no connection."""

    def _break_if_due(self) -> None:
        if self.breaks_after == 0:
            self.breaks_after = None
            raise Transient("the connection was lost")
        if self.breaks_after is not None:
            self.breaks_after -= 1
