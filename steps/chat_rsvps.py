"""Answers to invitations by a chat's buttons, and the list of what is ahead."""

from dataclasses import replace
from typing import Literal

from domain.invitations import Invitation, PartStat, Rsvp, RsvpSource
from domain.sessions import Session, SessionState
from steps import answers, chat_words
from steps.chat_visit import Reading, Visit
from steps.chat_words import Row
from store import chats, claims, invitations, sessions
from templates_email import chats as words
from templates_email import labels

Choice = Literal["yes", "no", "maybe"]
PARTSTATS: dict[Choice, PartStat] = {
    "yes": PartStat.ACCEPTED, "no": PartStat.DECLINED, "maybe": PartStat.TENTATIVE
}  # fmt: skip
SHOWN: dict[PartStat, words.Answer] = {
    PartStat.ACCEPTED: "yes", PartStat.DECLINED: "no", PartStat.TENTATIVE: "maybe", PartStat.NEEDS_ACTION: "none"
}  # fmt: skip
MINE_SHOWN = 8  # as in the template


def pressed(visit: Visit, invitation_id: int, choice: Choice, sequence: int) -> Reading:
    """`sequence`: the SEQUENCE that the message with the button was about. Another person's button is refused."""
    invitation = invitations.get(visit.conn, invitation_id)
    if invitation is None or visit.person_id is None or invitation.participant_id != visit.person_id:
        return visit.unknown("another person's button")
    session = sessions.get(visit.conn, invitation.session_id)
    assert session is not None
    message_id = chats.arrived(visit.conn, invitation.participant_id, f"rsvp/{invitation.id}/{choice}/{sequence}")
    if message_id is not None:
        claims.prove_sent(visit.conn, message_id, "its button was pressed, so it arrived", visit.now)
    if session.state is SessionState.CANCELLED or not invitation.wanted:
        return visit.read("rsvp", words.Gone(title=session.told("title")), reason="session or invitation is gone")
    if session.ends_at <= visit.now:
        return replace(mine(visit), reason="the session is over")
    newest = session.sequence + invitation.bump
    rsvp = Rsvp(
        invitation.id, PARTSTATS[choice], RsvpSource.TELEGRAM, min(sequence, newest) - invitation.bump,
        visit.received_at, inbox_id=visit.inbox_id,
    )  # fmt: skip
    if _said_before(visit, invitation, rsvp):
        return visit.read("rsvp", reason="pressed twice")
    new, _ = answers.record(visit.conn, invitation, session, rsvp, visit.now)
    count = "rsvps" if new else ""
    when = chat_words.moment(visit.app, session, visit.person(visit.person_id).zone)
    if rsvp.sequence < session.time_sequence:
        again = (chat_words.rsvp_row(invitation.id, newest),)
        moved = words.Stale(title=session.told("title"), when=when)
        return visit.read("rsvp", moved, again, reason="answers an earlier time", count=count)
    reading = visit.read("rsvp", words.Answered(title=session.told("title"), when=when, answer=choice), count=count)
    language = reading.said.language if reading.said else ""
    return replace(reading, toast=f"✓ {labels.label(choice, language)}")


def _said_before(visit: Visit, invitation: Invitation, rsvp: Rsvp) -> bool:
    """Whether this person's newest answer says the same from here: the second of a double click."""
    newest = invitations.newest_rsvp(visit.conn, invitation.id)
    if newest is None or newest.source is not RsvpSource.TELEGRAM:
        return False
    return (newest.partstat, newest.sequence) == (rsvp.partstat, rsvp.sequence)


def mine(visit: Visit) -> Reading:
    """What is ahead for this person, with buttons for what they are invited to."""
    assert visit.person_id is not None
    zone = visit.person(visit.person_id).zone
    ahead = chats.sessions_of(visit.conn, visit.person_id, visit.now)
    shown: list[words.ChatSession] = []
    rows: list[Row] = []
    for session_id, invitation_id in ahead:
        session = sessions.get(visit.conn, session_id)
        invitation = invitations.get(visit.conn, invitation_id) if invitation_id is not None else None
        assert session is not None
        number = f"{len(shown) + 1}. " if len(ahead) > 1 else ""
        shown.append(_line(visit, session, invitation, number, zone))
        if invitation is not None and len(shown) <= MINE_SHOWN:
            rows.append(chat_words.rsvp_row(invitation.id, session.sequence + invitation.bump, number))
    return visit.read("mine", words.Mine(sessions=tuple(shown)), tuple(rows))


def _line(
    visit: Visit, session: Session, invitation: Invitation | None, number: str, zone: str
) -> words.ChatSession:
    said = SHOWN[invitation.partstat] if invitation else "none"
    when = chat_words.moment(visit.app, session, zone)
    return words.ChatSession(number=number, title=session.told("title"), when=when, venue=session.venue, answer=said)
