"""What the readers of mail share: one mail's reading, and finding the message of ours that a mail is about.

A message is found by what only its reader, or the server that refused it, was given: its Message-ID, or its
reference, which is in the text we send and in the addresses made for this message alone.
"""

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from channels import inbound
from domain.messages import Message
from steps.mails import REFERENCE_LENGTH
from store import outbox

_MAX_LOOKED_UP = 500  # many words look like one
_REFERENCE = re.compile(rf"\b[a-z2-7]{{{REFERENCE_LENGTH}}}\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail came to. `counts`: fields of InboxReport, one for each that it adds to."""

    state: str
    kind: str
    reason: str = ""
    participant_id: int | None = None
    counts: tuple[str, ...] = ()


def answered_message(conn: sqlite3.Connection, letter: inbound.Inbound) -> Message | None:
    """The message of ours that this mail answers, by what only its reader had."""
    return outbox.by_message_ids(conn, letter.in_reply_to) or by_text(conn, letter.text)


def by_text(conn: sqlite3.Connection, text: str) -> Message | None:
    """The message whose reference is in `text`."""
    for reference in list(dict.fromkeys(_REFERENCE.findall(text.lower())))[:_MAX_LOOKED_UP]:
        message = outbox.by_reference(conn, reference)
        if message is not None:
            return message
    return None


def references(addresses: Iterable[str], tag: str) -> list[str]:
    """What stands behind `tag` in addresses such as mailbox+b-REFERENCE@example.org."""
    return [address.partition(tag)[2].partition("@")[0] for address in addresses if tag in address]


def by_references(conn: sqlite3.Connection, found: Iterable[str]) -> Message | None:
    """The first message that one of these references names."""
    for reference in found:
        message = outbox.by_reference(conn, reference) if _REFERENCE.fullmatch(reference) else None
        if message is not None:
            return message
    return None


def contact_of(conn: sqlite3.Connection, message: Message | None) -> int | None:
    """The contact point that a message went to."""
    if message is None:
        return None
    row = conn.execute("select contact_point_id from outbox where id = ?", (message.id,)).fetchone()
    return int(row[0]) if row[0] is not None else None
