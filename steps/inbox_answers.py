"""Answers that come by mail: of calendars (iTIP), in words, and the wish for no more messages.

A From line proves nothing: an answer counts only when it carries what this person alone was given (the entry's UID,
our Message-ID, or the reference). What an answer changes is in `steps/answers.py`.
"""

import sqlite3
from datetime import datetime

from domain.cadences import Purpose
from domain.invitations import Invitation, PartStat, Rsvp, RsvpSource
from domain.messages import Message
from domain.participants import ConsentTopic, canonical_address
from domain.replies import answer
from domain.reply_phrases import Answer
from domain.sessions import Session
from domain.subjects import About, of_key
from steps import answers, proposals, support, topics
from steps.inbox_known import Known
from steps.inbox_opening import Opened
from steps.inbox_reading import Reading
from store import claims, consents, contact_points, inbox

PARTSTATS = {Answer.YES: PartStat.ACCEPTED, Answer.NO: PartStat.DECLINED, Answer.MAYBE: PartStat.TENTATIVE}
ANSWERED = "answered, so it arrived"


def read_calendar(known: Known, one: Opened, now: datetime) -> Reading:
    """Of a mail that answers a calendar."""
    counts: list[str] = []
    person: int | None = None
    proposal = False
    for reply in one.replies:
        invitation = known.invitation(reply.uid)
        session = known.session(invitation.session_id) if invitation else None
        if invitation is None or session is None:
            continue
        person = invitation.participant_id
        newest = session.sequence + invitation.bump
        sequence = newest if reply.sequence is None else min(reply.sequence, newest)
        # A late "maybe" carries the old time and proposes nothing.
        current = sequence - invitation.bump >= session.time_sequence
        proposed = reply.proposal(session.starts_at) if current else None
        proposal = proposal or proposed is not None or reply.method == "COUNTER"
        # A wrong clock must not win for ever.
        stamp = min(reply.dtstamp or one.mail.received_at, one.mail.received_at)
        rsvp = Rsvp(
            invitation.id, reply.partstat, RsvpSource.CALENDAR, sequence - invitation.bump, stamp,
            reply.comment[:2000], proposed, one.mail.id,
        )  # fmt: skip
        if _answered(known, one, invitation, session, rsvp, now):
            counts.append("rsvps")
        if reply.sequence is not None:  # the message that brought the entry with this SEQUENCE arrived
            for message_id in known.unproven(invitation, sequence):
                claims.prove_sent(known.conn, message_id, ANSWERED, now)
    if one.trouble:
        return Reading("for_person", "calendar", one.trouble, person, (*counts, "for_person"))
    if proposal:
        return Reading("for_person", "counter", "proposes another time", person, (*counts, "for_person"))
    if person is not None:
        return Reading("read", "rsvp", participant_id=person, counts=tuple(counts))
    return Reading("ignored", "rsvp", "about an entry that is not ours", counts=("ignored",))


def _answered(
    known: Known, one: Opened, invitation: Invitation, session: Session, rsvp: Rsvp, now: datetime
) -> bool:
    """Record one answer and what follows from it. Whether it was new."""
    new, _ = answers.record(known.conn, invitation, session, rsvp, now)
    if new:
        _sign_of_life(known, one, invitation.participant_id, now)
    return new


def _sign_of_life(known: Known, one: Opened, person: int, now: datetime) -> None:
    address = canonical_address(one.letter.from_address) if one.letter.from_address else None
    contact_points.sign_of_life(known.conn, person, address, min(one.mail.received_at, now))


# -- words ------------------------------------------------------------------------------------------------


def read_text(known: Known, one: Opened, message: Message | None, now: datetime) -> Reading:
    """`message`: of ours, that it answers."""
    if message is None or message.participant_id is None:
        return Reading("for_person", "letter", "a letter that answers none of ours", counts=("for_person",))
    conn, text, person = known.conn, one.letter.text, message.participant_id
    _sign_of_life(known, one, person, now)  # whatever it says
    said = answer(text)
    if said is Answer.STOP:
        return stopped(conn, one.mail, message, now)
    if said is Answer.YES and message.purpose == Purpose.NEVER_CAME:
        consents.put(conn, person, ConsentTopic.INVITATIONS, True, "mail", now)
        return Reading("read", "wants invitations", participant_id=person)
    named = of_key(message.key)
    if named is not None and named[0] is About.PROPOSAL and proposals.take(
        conn, named[1], person, said, text, now
    ):
        return Reading("read", "proposal", participant_id=person)
    if message.purpose == Purpose.MATERIALS and support.read_mail(conn, person, message.session_id, text, now):
        return Reading("read", "request", participant_id=person)
    invitation = session = None
    if message.session_id is not None and of_key(message.key) is None:  # about a survey, "yes" is no RSVP
        session = known.session(message.session_id)
        invitation = known.invitation_of(person, message.session_id)
    if said is None or session is None or invitation is None:
        return Reading("for_person", "letter", "an answer in words that a person must read", person, ("for_person",))
    sequence = (message.sequence or 0) - invitation.bump
    source, stamp = RsvpSource.MAIL_TEXT, one.mail.received_at
    rsvp = Rsvp(invitation.id, PARTSTATS[said], source, sequence, stamp, inbox_id=one.mail.id)
    new = _answered(known, one, invitation, session, rsvp, now)
    stale = sequence < session.time_sequence
    reason = "answers an earlier time; asked again by the update" if stale else ""
    return Reading("read", "rsvp", reason, person, ("rsvps",) if new else ())


# -- no more ----------------------------------------------------------------------------------------------


def read_unsubscribe(known: Known, one: Opened, now: datetime) -> Reading | None:
    """What a mail program sends when its unsubscribe button is pressed (RFC 2369); None for any other mail.

    It is to the address, or has the subject, that List-Unsubscribe gave it, and answers nothing.
    """
    if not one.unsubscribed:
        return None
    message = known.referred(one.unsubscribed)
    if message is None or message.participant_id is None:
        return Reading("for_person", "stop", "asks for no more of a message that is not ours", counts=("for_person",))
    return stopped(known.conn, one.mail, message, now)


def stopped(conn: sqlite3.Connection, mail: inbox.Filed, message: Message, now: datetime) -> Reading:
    """No more messages about the letter's topic, and what is queued of it is taken back."""
    at = min(mail.received_at, now)
    topics.stopped(conn, message, message.topic, "asked by mail", at, now, mail.id)
    return Reading("read", "stop", participant_id=message.participant_id, counts=("stops",))
