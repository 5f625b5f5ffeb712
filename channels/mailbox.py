"""What a mailbox is to the inbox step: raw mails in order, a position to go on from, and a way to wait.

Terminology (RFC 3501 section 2.3.1.1): a UID names a mail for ever within one UIDVALIDITY; when a server changes
the UIDVALIDITY, every UID known is void. The caller stores the position with the mails it filed, and recognises
mails it has seen before by their content: after a change of UIDVALIDITY, or a crash, it gets mails again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Position:
    """The last mail that is filed."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class RawMail:
    """`data` is the mail as the server has it; of one with `truncated` only the header fields, perhaps not even all
    (too large, or the server cannot give it). `internal_date` is aware, UTC: when it came."""

    uidvalidity: int
    uid: int
    internal_date: datetime
    data: bytes
    truncated: bool = False


Batch = list[RawMail]  # never empty, UIDs rising


class Mailbox(Protocol):
    """Implementations are tested by one contract suite. One thread at a time.

    Errors: Transient (connection lost; try again later, from the stored position) and Permanent (login refused, no
    such folder, bad certificate; the text says the remedy, and holds neither address nor password).
    """

    def fetch(self, since: Position | None) -> Iterator[Batch]:
        """Every mail after `since`, or every mail there is if `since` is None or of another UIDVALIDITY.

        Marks nothing as read. Mails that are expunged meanwhile are left out. Ends early when told to stop.
        """

    def wait(self, seconds: float) -> bool:
        """Waits until something may be new since the last `fetch` that ended: True; or until then: False."""

    def check(self) -> str:
        """One line for `doctor`. Raises as above."""

    def close(self) -> None:
        """Ends the connection. The mailbox may be used again."""
