"""The feedback log: entered by hand, or taken from a mail that waits for a person. Texts stay in our own store."""

import re
import sqlite3
from dataclasses import dataclass
from datetime import date

from channels import inbound
from domain.errors import Problem, UserError
from domain.feedback import Consent, Source
from domain.quotes import above_quote
from steps import persons, sessions
from steps.app import App
from store import database, feedback, inbox, journal
from store.feedback import Feedback
from store.inbox import Settled

LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be logged. `person`: who said it, None when they are not to be named; `said_on` None: today."""

    source: Source
    consent: Consent
    text: str
    person: str | None = None
    session: str | None = None
    said_on: date | None = None


def add(app: App, entry: Entry, who: str) -> int:
    """The id of the entry. UserError with everything that is wrong with it."""
    text = "".join(c for c in entry.text.strip() if c in "\n\t" or c.isprintable())
    now, problems = app.now(), []
    if not 0 < len(text) <= LONGEST:
        problems.append(Problem("is empty or too long", "text", f"Write 1 to {LONGEST} characters"))
    if entry.consent is Consent.NAMED and entry.person is None:
        problems.append(Problem("is needed for consent `named`", "--person", "Say who it was"))
    said_on = entry.said_on or now.date()
    if said_on > now.date():
        problems.append(Problem("is in the future", "--on", "Write the day on which it was said"))
    if problems:
        raise UserError(*problems)
    person = persons.find(app, entry.person) if entry.person is not None else None
    session = sessions.find(app, entry.session).id if entry.session is not None else None
    with database.write(app.conn) as conn:
        made = feedback.add(
            conn, entry.source, entry.consent, text, said_on, who, now, participant_id=person, session_id=session
        )
        assert made is not None
        journal.note(conn, now, who, "logged feedback", f"feedback/{made}")
    return made


def from_mail(app: App, inbox_id: int, consent: Consent, who: str, *, named: bool = True) -> int:
    """Log what somebody wrote above the quote of a mail that waits for a person, and settle that mail.

    `named`: note whose it is, where that is known. UserError when no such mail waits, or it says nothing.
    """
    now = app.now()
    with database.write(app.conn) as conn:
        row, text = look(app, inbox_id)
        said_on = date.fromisoformat(row["received_at"][:10])
        person = row["participant_id"] if named else None
        if consent is Consent.NAMED and person is None:
            raise UserError(Problem("it is not known who wrote it", f"mail {inbox_id}", "Choose another consent"))
        made = feedback.add(
            conn, Source.MAIL, consent, text, said_on, who, now, participant_id=person, inbox_id=inbox_id
        )
        if made is None:
            raise UserError(Problem("is in the log already", f"mail {inbox_id}"))
        done = Settled(inbox_id, "settled", row["kind"], row["reason"], row["message_id"], row["participant_id"])
        inbox.settle(conn, [done])
        journal.note(conn, now, who, "logged feedback", f"feedback/{made}", f"mail/{inbox_id}")
    return made


def look(app: App, inbox_id: int) -> tuple[sqlite3.Row, str]:
    """A mail that waits for a person, and what it says above the quote. UserError when there is none of both."""
    row = app.conn.execute(
        "select * from inbox where id = ? and channel <> 'telegram' and state = 'for_person'", (inbox_id,)
    ).fetchone()
    if row is None:
        remedy = "See: letsconnect inbox list"
        raise UserError(Problem("no such mail waits for a person", f"mail {inbox_id}", remedy))
    try:
        text = above_quote(inbound.read(bytes(row["raw"])).text)[:LONGEST]
    except inbound.Unreadable as error:
        raise UserError(Problem(f"cannot be read: {error}", f"mail {inbox_id}")) from error
    if not re.search(r"\w", text):
        raise UserError(Problem("says nothing above the quote", f"mail {inbox_id}"))
    return row, text


def listing(
    app: App, since: date | None = None, until: date | None = None, *, quotable: bool = False
) -> list[Feedback]:
    """The log, oldest first. `quotable`: only what may be quoted, with or without a name."""
    consents = (Consent.ANONYMOUS, Consent.NAMED) if quotable else ()
    return feedback.listing(app.conn, since or date(2000, 1, 1), until or app.now().date(), consents)
