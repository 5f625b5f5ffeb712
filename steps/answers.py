"""One answer to an invitation, whatever brought it: recorded, and what follows from it.

Reading the answer out of a mail, an update or a form is left to the steps that call this, and so are the sign of
life and the proof of arrival, which belong to the address, chat or message it came from.
"""

import sqlite3
from datetime import datetime

from domain.invitations import Invitation, PartStat, Rsvp
from domain.sessions import Session
from store import invitations, outbox_moves


def record(
    conn: sqlite3.Connection, invitation: Invitation, session: Session, rsvp: Rsvp, now: datetime
) -> tuple[bool, bool]:
    """(whether the answer was new, whether it is the one that counts). Inside the caller's transaction."""
    new_id, counts = invitations.record_rsvp(conn, rsvp, session.time_sequence, now)
    if counts and rsvp.partstat is PartStat.DECLINED:
        note = "declined: a decline means less mail"
        outbox_moves.recall(conn, note, session_id=session.id, participant_id=invitation.participant_id)
    return new_id is not None, counts
