"""The audience of a session, in numbers (R29): for its sharers' brief, and for finding interpreters in time."""

import json
from dataclasses import dataclass
from datetime import timedelta

from domain.audience import Audience, Member, describe
from domain.sessions import Session, SessionState
from steps.app import App
from store import sessions

AHEAD = timedelta(days=10)


def of_session(app: App, session: Session) -> Audience:
    """Those who registered or said that they come, and did not decline."""
    titles = {skill.code: skill.title for skill in app.programme.skills}
    rows = app.conn.execute(
        "select p.id, p.languages, p.connectivity from participants p where p.erased_at is null and p.id in"
        " (select participant_id from registrations where session_id = :id and state = 'registered'"
        "  union select participant_id from invitations where session_id = :id and wanted = 1"
        "  and partstat in ('ACCEPTED', 'TENTATIVE')) and p.id not in"
        " (select participant_id from invitations where session_id = :id and partstat = 'DECLINED') order by p.id",
        {"id": session.id},
    ).fetchall()
    among = json.dumps([row["id"] for row in rows])
    wishes: dict[int, list[str]] = {row["id"]: [] for row in rows}
    levels: dict[int, list[str]] = {row["id"]: [] for row in rows}
    for row in app.conn.execute(
        "select * from participant_skills where participant_id in (select value from json_each(?))", (among,)
    ):
        if row["direction"] == "learn":
            wishes[row["participant_id"]].append(titles.get(row["skill"], row["skill"]))
        elif row["skill"] in session.skills and row["level"]:
            levels[row["participant_id"]].append(row["level"].casefold())
    members = [
        Member(json.loads(row["languages"]), row["connectivity"], wishes[row["id"]], levels[row["id"]]) for row in rows
    ]
    return describe(members, session.languages, session.interpretation)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Interpretation that a coming session needs and nobody has promised."""

    session: Session
    languages: tuple[str, ...]


def interpretation_wanted(app: App) -> list[Wanted]:
    """Of the sessions of the next ten days, soonest first."""
    now = app.now()
    coming = [s for s in sessions.listing(app.conn, ending_after=now) if now < s.starts_at <= now + AHEAD]
    found = [Wanted(s, of_session(app, s).interpretation) for s in coming if s.state is SessionState.CONFIRMED]
    return [one for one in found if one.languages]
