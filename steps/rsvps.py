"""Answers that a coordinator enters, and answers that contradict each other and wait for one.

Every answer is kept; which one counts is decided in `domain/invitations.py`, what follows from one in `answers.py`.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import Problem, UserError
from domain.invitations import PartStat, Rsvp, RsvpSource, conflict
from domain.times import iso
from steps import answers, persons, sessions
from steps.app import App
from store import database, invitations, journal

WORDS = {"yes": PartStat.ACCEPTED, "no": PartStat.DECLINED, "maybe": PartStat.TENTATIVE}


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
