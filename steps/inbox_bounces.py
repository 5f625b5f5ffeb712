"""What servers and programs send back: bounces, complaints, delivery and holiday notices.

None of it is an answer of a person, or a sign of life. Which message it is about, in this order: the address made
for that message alone (VERP), the Message-ID that came back, the threading fields, the reference in what came back;
and only for a bounce that names no message at all, the address: if one person has it and had a message from us
lately. Anybody could write such a bounce, so it alone never condemns an address; such a complaint is for a person.
"""

from datetime import UTC, datetime, timedelta

from channels import bounces
from domain.absences import away_until
from domain.messages import Message
from domain.participants import canonical_address
from domain.reachability import Permanence
from domain.times import iso, zone_or_none
from steps.inbox_known import Known
from steps.inbox_opening import Opened
from steps.inbox_reading import Reading
from store import claims, contact_points, outbox_moves

LATELY = timedelta(days=30)


def read_bounce(known: Known, one: Opened, bounce: bounces.Bounce, now: datetime) -> Reading:
    """A bounce, a delivery notice, or a complaint: recorded with the message and address it is about."""
    conn = known.conn
    message, sure = _message(known, one, bounce, now)
    what = "complaint" if bounce.complained else "bounce"
    if message is None:
        return Reading("for_person", what, f"a {what} about none of our messages", counts=("for_person",))
    at = min(one.mail.received_at, now)
    contact = message.contact_point_id
    if bounce.complained:
        if not sure:  # anybody could silence anybody
            reason = "a complaint that names a person and no message: person suppress, if it is true"
            return Reading("for_person", what, reason, message.participant_id, ("for_person",))
        return _complained(known, one, message, now)
    recipient = _recipient(bounce, message)
    lasting = recipient.permanence if recipient else bounce.permanence
    if lasting is Permanence.DELIVERED:
        _prove(known, message, "a delivery notice says that it arrived", now)
        return Reading("read", "delivery notice", participant_id=message.participant_id)
    if lasting is Permanence.HARD and not sure:
        lasting = Permanence.SOFT
    status = recipient.status if recipient else ""
    kind = "deferred" if lasting is Permanence.DELAYED else "bounced"
    contact_points.event(
        conn, kind, at, outbox_id=message.id, inbox_id=one.mail.id, contact_point_id=contact, detail=status,
        lasting=lasting,
    )  # fmt: skip
    if sure:
        _prove(known, message, "it came back, so it had left", now)
    if contact is not None and message.participant_id is not None and contact_points.refuses(conn, contact):
        outbox_moves.recall(conn, "the e-mail address refuses mail", participant_id=message.participant_id)
    return Reading("read", "bounce", f"{lasting} {status}".strip(), message.participant_id, ("bounces",))


def _prove(known: Known, message: Message, evidence: str, now: datetime) -> None:
    if message.unproven:
        claims.prove_sent(known.conn, message.id, evidence, now)


def _message(known: Known, one: Opened, bounce: bounces.Bounce, now: datetime) -> tuple[Message | None, bool]:
    """(the message that came back, whether that is proven)."""
    message = known.referred(one.returned) or known.message(bounce.message_ids) or known.answered(one)
    if message is not None or one.returned or bounce.message_ids or one.letter.in_reply_to:
        return message, True
    addresses = {canonical_address(recipient.address) for recipient in bounce.recipients}
    return contact_points.reached_lately(known.conn, addresses, now - LATELY), False


def _recipient(bounce: bounces.Bounce, message: Message) -> bounces.Bounced | None:
    """What is said of the address the message went to; it may have been forwarded, then of whom else is named."""
    mine = [r for r in bounce.recipients if r.address == message.recipient.lower()]
    worst = [r for r in bounce.recipients if r.permanence is bounce.permanence]
    return next(iter(mine or worst), None)


def _complained(known: Known, one: Opened, message: Message, now: datetime) -> Reading:
    """Called spam by its reader (RFC 5965): no more mail at all."""
    conn, person = known.conn, message.participant_id
    if person is None:
        return Reading("for_person", "complaint", "of a message to a group or a coordinator", counts=("for_person",))
    contact_points.suppress(conn, person, "*", "complained", now)
    contact_points.event(
        conn, "complained", min(one.mail.received_at, now), outbox_id=message.id, inbox_id=one.mail.id,
        contact_point_id=message.contact_point_id, detail=message.topic,
    )  # fmt: skip
    outbox_moves.recall(conn, "complained of our mail", participant_id=person)
    return Reading("read", "complaint", participant_id=person, counts=("complaints",))


def read_autoreply(known: Known, one: Opened, message: Message | None, now: datetime, zone: str) -> Reading:
    """Nobody typed it. Where it says until when its writer is away, that is noted. `message`: of ours, that it answers;
    `zone`: where no other is known."""
    message = message or known.referred(one.returned)
    if message is None:
        return Reading("read", "autoreply", counts=("autoreplies",))
    conn, contact, at = known.conn, message.contact_point_id, min(one.mail.received_at, now)
    row = conn.execute("select zone from participants where id = ?", (message.participant_id,)).fetchone()
    own = zone_or_none(row["zone"]) if row else None
    until = away_until(one.letter.subject, one.letter.text, at, own or zone_or_none(zone) or UTC)
    contact_points.event(
        conn, "autoreplied", at, outbox_id=message.id, inbox_id=one.mail.id, contact_point_id=contact,
        detail=f"away until {iso(until)}" if until else "",
    )  # fmt: skip
    if until is not None and contact is not None:
        contact_points.away(conn, contact, until)
    return Reading("read", "autoreply", participant_id=message.participant_id, counts=("autoreplies",))
