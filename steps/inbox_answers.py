"""Answers that come by mail: of calendars (iTIP), in words, and the wish for no more messages.

A From line proves nothing: an answer counts only when it carries what this person alone was given (the entry's UID,
our Message-ID, or the reference). What an answer changes is in `steps/answers.py`.
"""

import re
import sqlite3
from datetime import datetime

from calendars import replies as calendar
from channels import inbound
from domain.cadences import Purpose
from domain.invitations import Invitation, PartStat, Rsvp, RsvpSource
from domain.messages import Message
from domain.participants import ConsentTopic, canonical_address
from domain.replies import answer
from domain.reply_phrases import Answer
from domain.sessions import Session
from domain.subjects import About, of_key
from steps import answers, proposals, support, topics
from steps.inbox_reading import Reading, by_references, references
from steps.mails import REFERENCE_LENGTH, UNSUBSCRIBE_TAG
from store import claims, consents, contact_points, inbox, invitations, sessions

PARTSTATS = {Answer.YES: PartStat.ACCEPTED, Answer.NO: PartStat.DECLINED, Answer.MAYBE: PartStat.TENTATIVE}
ANSWERED = "answered, so it arrived"
# The subject that List-Unsubscribe's mailto: asks for.
_UNSUBSCRIBE = re.compile(rf"\s*unsubscribe\s+([a-z2-7]{{{REFERENCE_LENGTH}}})\s*", re.I)


def read_calendar(
    conn: sqlite3.Connection, mail: inbox.Filed, letter: inbound.Inbound, now: datetime
) -> Reading | None:
    """None when the calendar parts hold no answer."""
    found: list[calendar.Reply] = []
    trouble = ""
    for part in letter.calendars:
        try:
            found += calendar.read(part.data, part.charset, part.method)
        except calendar.Unreadable as error:
            found += error.replies
            trouble = trouble or error.reason
    counts: list[str] = []
    person: int | None = None
    proposal = unknown = False
    for reply in calendar.distinct(found):
        invitation = invitations.by_uid(conn, reply.uid)
        session = sessions.get(conn, invitation.session_id) if invitation else None
        if invitation is None or session is None:
            unknown = True
            continue
        person = invitation.participant_id
        newest = session.sequence + invitation.bump
        sequence = newest if reply.sequence is None else min(reply.sequence, newest)
        # A late "maybe" carries the old time and proposes nothing.
        current = sequence - invitation.bump >= session.time_sequence
        proposed = reply.proposal(session.starts_at) if current else None
        proposal = proposal or proposed is not None or reply.method == "COUNTER"
        stamp = min(reply.dtstamp or mail.received_at, mail.received_at)  # a wrong clock must not win for ever
        rsvp = Rsvp(
            invitation.id, reply.partstat, RsvpSource.CALENDAR, sequence - invitation.bump, stamp,
            reply.comment[:2000], proposed, mail.id,
        )  # fmt: skip
        if _answered(conn, invitation, session, rsvp, mail, letter, now):
            counts.append("rsvps")
        if reply.sequence is not None:
            _prove_arrived(conn, invitation, sequence, now)
    if trouble:
        return Reading("for_person", "calendar", trouble, person, (*counts, "for_person"))
    if proposal:
        return Reading("for_person", "counter", "proposes another time", person, (*counts, "for_person"))
    if person is not None:
        return Reading("read", "rsvp", participant_id=person, counts=tuple(counts))
    if unknown:
        return Reading("ignored", "rsvp", "about an entry that is not ours", counts=("ignored",))
    return None


def _answered(
    conn: sqlite3.Connection,
    invitation: Invitation,
    session: Session,
    rsvp: Rsvp,
    mail: inbox.Filed,
    letter: inbound.Inbound,
    now: datetime,
) -> bool:
    """Record one answer and what follows from it. Whether it was new."""
    new, _ = answers.record(conn, invitation, session, rsvp, now)
    if new:
        address = canonical_address(letter.from_address) if letter.from_address else None
        contact_points.sign_of_life(conn, invitation.participant_id, address, min(mail.received_at, now))
    return new


def _prove_arrived(conn: sqlite3.Connection, invitation: Invitation, sequence: int, now: datetime) -> None:
    """The entry with this SEQUENCE was answered, so the message that brought it arrived."""
    rows = conn.execute(
        "select id from outbox where participant_id = ? and +invitation_id = ? and sequence = ?"
        " and purpose in ('invitation', 'update')",
        (invitation.participant_id, invitation.id, sequence),
    ).fetchall()
    for row in rows:
        claims.prove_sent(conn, row["id"], ANSWERED, now)


# -- words ------------------------------------------------------------------------------------------------


def read_text(
    conn: sqlite3.Connection, mail: inbox.Filed, letter: inbound.Inbound, message: Message | None, now: datetime
) -> Reading:
    if message is None or message.participant_id is None:
        return Reading("for_person", "letter", "a letter that answers none of ours", counts=("for_person",))
    person = message.participant_id
    address = canonical_address(letter.from_address) if letter.from_address else None
    contact_points.sign_of_life(conn, person, address, min(mail.received_at, now))  # whatever it says
    said = answer(letter.text)
    if said is Answer.STOP:
        return stopped(conn, mail, message, now)
    if said is Answer.YES and message.purpose == Purpose.NEVER_CAME:
        consents.put(conn, person, ConsentTopic.INVITATIONS, True, "mail", now)
        return Reading("read", "wants invitations", participant_id=person)
    named = of_key(message.key)
    if named is not None and named[0] is About.PROPOSAL and proposals.take(
        conn, named[1], person, said, letter.text, now
    ):
        return Reading("read", "proposal", participant_id=person)
    if message.purpose == Purpose.MATERIALS and support.read_mail(conn, person, message.session_id, letter.text, now):
        return Reading("read", "request", participant_id=person)
    invitation = session = None
    if message.session_id is not None and of_key(message.key) is None:  # about a survey, "yes" is no RSVP
        session = sessions.get(conn, message.session_id)
        invitation = invitations.of_session(conn, message.session_id, [person]).get(person)
    if said is None or session is None or invitation is None:
        return Reading("for_person", "letter", "an answer in words that a person must read", person, ("for_person",))
    sequence = (message.sequence or 0) - invitation.bump
    source, stamp = RsvpSource.MAIL_TEXT, mail.received_at
    rsvp = Rsvp(invitation.id, PARTSTATS[said], source, sequence, stamp, inbox_id=mail.id)
    new = _answered(conn, invitation, session, rsvp, mail, letter, now)
    stale = sequence < session.time_sequence
    reason = "answers an earlier time; asked again by the update" if stale else ""
    return Reading("read", "rsvp", reason, person, ("rsvps",) if new else ())


# -- no more ----------------------------------------------------------------------------------------------


def read_unsubscribe(
    conn: sqlite3.Connection, mail: inbox.Filed, letter: inbound.Inbound, now: datetime
) -> Reading | None:
    """What a mail program sends when its unsubscribe button is pressed (RFC 2369); None for any other mail.

    It is to the address, or has the subject, that List-Unsubscribe gave it, and answers nothing.
    """
    found = references(letter.to_addresses, UNSUBSCRIBE_TAG)
    subject = _UNSUBSCRIBE.fullmatch(letter.subject)
    if subject:
        found.append(subject[1].lower())
    if not found:
        return None
    message = by_references(conn, found)
    if message is None or message.participant_id is None:
        return Reading("for_person", "stop", "asks for no more of a message that is not ours", counts=("for_person",))
    return stopped(conn, mail, message, now)


def stopped(conn: sqlite3.Connection, mail: inbox.Filed, message: Message, now: datetime) -> Reading:
    """No more messages about the letter's topic, and what is queued of it is taken back."""
    at = min(mail.received_at, now)
    topics.stopped(conn, message, message.topic, "asked by mail", at, now, mail.id)
    return Reading("read", "stop", participant_id=message.participant_id, counts=("stops",))
