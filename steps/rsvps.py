"""Answers that people give on their page or a coordinator enters, and contradictions, which wait for a coordinator.

Every answer is kept; which one counts is decided in `domain/invitations.py`, what follows from one in `answers.py`.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from domain.errors import Problem, UserError
from domain.invitations import Invitation, PartStat, Rsvp, RsvpSource, conflict
from domain.participants import Participant
from domain.sessions import Session, SessionState
from domain.times import iso
from steps import answers, page_links, persons, places, sessions
from steps.app import App
from store import contact_points, database, invitations, journal, participants
from store import sessions as store_sessions

WORDS = {"yes": PartStat.ACCEPTED, "no": PartStat.DECLINED, "maybe": PartStat.TENTATIVE}
WHO = "the answer's page"
LINK_OUTLIVES = timedelta(days=7)  # so that a late click is told that it is over, not that the link is wrong


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two answers of one person about one session; `counts` is the newer one, which is in force until settled."""

    session_id: int
    participant_id: int
    before: PartStat
    before_source: RsvpSource
    counts: PartStat
    source: RsvpSource
    since: datetime


def answer(app: App, session_ref: str, person_ref: str, word: str, who: str) -> PartStat:
    """Enter what a person said elsewhere, or settle a contradiction. PARTSTAT as it is now.

    UserError when the session or the person is not known, or the person was not invited to it.
    """
    if word not in WORDS:
        raise UserError(Problem(f"{word!r} is no answer", "answer", f"Write one of {', '.join(WORDS)}"))
    session, person, now = sessions.find(app, session_ref), persons.find(app, person_ref), app.now()
    with database.write(app.conn) as conn:
        invitation = invitations.of_session(conn, session.id, [person]).get(person)
        if invitation is None:
            remedy = "Register the person for it, and let the next plan invite them"
            raise UserError(Problem("has no invitation to this session", f"person {person}", remedy))
        rsvp = Rsvp(invitation.id, WORDS[word], RsvpSource.COORDINATOR, session.sequence, now)
        answers.record(conn, invitation, session, rsvp, now)
        journal.note(conn, now, who, "answered for", f"person/{person}", f"session/{session.id} {word}")
        settled = invitations.get(conn, invitation.id)
    assert settled is not None
    return settled.partstat


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands between a person and a session; `invitation` is None before any, `comment` the newest answer's."""

    session: Session
    person: Participant
    invitation: Invitation | None
    comment: str

    def open_at(self, now: datetime) -> bool:
        """Whether an answer can still be given."""
        wanted = self.invitation is not None and self.invitation.wanted
        return wanted and self.session.state is SessionState.CONFIRMED and now < self.session.ends_at


def link(app: App, session: Session, participant_id: int) -> str:
    """The address of the page where this person answers for this session; "" without PAGES_URL."""
    return page_links.url(app, page_links.Page.RSVP, (session.id, participant_id), session.ends_at + LINK_OUTLIVES)


def standing(app: App, session_id: int, participant_id: int) -> Standing | None:
    """None when either is gone."""
    session = store_sessions.get(app.conn, session_id)
    person = participants.load(app.conn, [participant_id], app.now()).get(participant_id)
    if session is None or person is None or person.erased:
        return None
    invitation = invitations.of_session(app.conn, session_id, [participant_id]).get(participant_id)
    newest = invitations.newest_rsvp(app.conn, invitation.id) if invitation else None
    return Standing(session, person, invitation, newest.comment if newest else "")


def answer_by_page(app: App, session_id: int, participant_id: int, word: str, comment: str) -> bool:
    """Record what somebody chose on their page. False when it is too late, or they are not on the list."""
    now = app.now()
    with database.write(app.conn) as conn:
        there = standing(app, session_id, participant_id)
        if there is None or there.invitation is None or not there.open_at(now):
            return False
        source, sequence = RsvpSource.PAGE, there.session.sequence
        rsvp = Rsvp(there.invitation.id, WORDS[word], source, sequence, now, comment=comment)
        if not _said_before(conn, rsvp):
            answers.record(conn, there.invitation, there.session, rsvp, now)
            contact_points.sign_of_life(conn, participant_id, None, now)
    return True


def way_back(app: App, there: Standing) -> Literal["", "place", "line"]:
    """What whoever is off the list gets who registers again; "" for who is on it, and when it is too late."""
    if there.invitation is not None and there.invitation.wanted:
        return ""
    return places.way_back(app, there.session, there.person.id)


def register_again(app: App, session_id: int, participant_id: int) -> bool:
    """Somebody who is off the list wants a place after all, or one in the line. False when there is no way back."""
    with database.write(app.conn) as conn:
        there = standing(app, session_id, participant_id)
        if there is None or not way_back(app, there):
            return False
        places.take(app, session_id, participant_id, WHO)
        contact_points.sign_of_life(conn, participant_id, None, app.now())
    return True


def _said_before(conn: sqlite3.Connection, rsvp: Rsvp) -> bool:
    """Whether the newest answer is this very one: the form was sent twice."""
    newest = invitations.newest_rsvp(conn, rsvp.invitation_id)
    said = newest and (newest.partstat, newest.source, newest.sequence, newest.comment)
    return said == (rsvp.partstat, rsvp.source, rsvp.sequence, rsvp.comment)


def contradictions(app: App) -> list[Contradiction]:
    """Those about sessions to come, oldest first."""
    rows = app.conn.execute(
        "select i.id, i.session_id, i.participant_id, s.time_sequence from sessions s"
        " join invitations i on i.session_id = s.id and i.wanted = 1 and i.answered_at is not null"
        " where s.state = 'confirmed' and s.starts_at > ? and (select count(distinct r.source) from rsvps r"
        " where r.invitation_id = i.id and r.sequence >= s.time_sequence) > 1",
        (iso(app.now()),),
    ).fetchall()
    found = []
    for row in rows:
        given = app.conn.execute("select * from rsvps where invitation_id = ?", (row["id"],))
        pair = conflict(map(invitations.rsvp_from_row, given), row["time_sequence"])
        if pair is not None:
            before, after = pair
            found.append(
                Contradiction(
                    row["session_id"], row["participant_id"], before.partstat, before.source, after.partstat,
                    after.source, after.stamp,
                )
            )  # fmt: skip
    return sorted(found, key=lambda c: (c.since, c.session_id, c.participant_id))
