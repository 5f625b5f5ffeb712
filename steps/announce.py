"""Announcing a session in the programme's Telegram groups: once a group and time, and nothing personal.

A session that moves may be announced again; what has not left by then is taken back by `sessions.py`.
"""

from collections import defaultdict

from config.programme import Group
from domain.cadences import Purpose
from domain.errors import Problem, UserError
from domain.messages import Message, State
from domain.sessions import Session, SessionState
from steps import chat_links, notices, sessions
from steps.app import App
from steps.notices import Notice
from store import database, journal, outbox
from templates_email import skeletons
from templates_email.chats import Announcement
from templates_email.formats import Moment


def announce(app: App, session_ref: str, who: str, dry_run: bool = False) -> int:
    """Post the session to every group that has not had it at its present time. How many groups it is, or (dry run)
    would be. UserError: no such session, one that has begun or is cancelled, no group, no bot.
    """
    session = sessions.find(app, session_ref)
    if session.state is SessionState.CANCELLED or session.starts_at <= app.now():
        remedy = "Choose one of the upcoming sessions"
        raise UserError(Problem("is cancelled or has begun", f"session {session.id}", remedy))
    if not app.programme.groups:
        remedy = "Add [[groups]] with its name and its chat_id, which the bot says when somebody writes /chatid there"
        raise UserError(Problem("no Telegram group is set", "programme.toml: groups", remedy))
    chat_links.needs_token(app)
    with database.write(app.conn) as conn:
        fresh = _fresh(app, session)
        if dry_run or not fresh:
            return len(fresh)
        count = notices.record(app, [_post(app, session, group, key) for group, key in fresh])
        journal.note(conn, app.now(), who, "announced", f"session/{session.id}", f"to {count} groups")
    return count


def _fresh(app: App, session: Session) -> list[tuple[Group, str]]:
    """The groups that have not had it, each with the key of its post: by the chat's number, not its place in the
    file, which an added group would shift.

    What was taken back before it left is written anew; what Telegram refused is followed by a copy.
    """
    filters = {"session_id": session.id, "purpose": Purpose.ANNOUNCEMENT.value}
    posts: dict[str, list[Message]] = defaultdict(list)
    for message in outbox.listing(app.conn, filters):
        posts[message.key.partition("#")[0]].append(message)
    found: list[tuple[Group, str]] = []
    for group in app.programme.groups:
        key = f"announce/{session.id}/{session.time_sequence}/{group.chat_id}"
        had = posts[key]
        if not had:
            found.append((group, key))
        elif had[-1].state is State.CANCELLED:
            found.append((group, had[-1].key))
        elif had[-1].state is State.FAILED:
            found.append((group, f"{key}#{len(had) + 1}"))
    return found


def _post(app: App, session: Session, group: Group, key: str) -> Notice:
    page = f"{app.settings.pages_url}/sessions/{session.id}" if app.settings.pages_url else ""
    context = Announcement(
        title=session.told("title"),
        when=Moment(session.starts_at, session.minutes, app.programme.zone),
        languages=session.languages,
        audience=session.told("audience"),
        link=page,  # never the meeting's own address: a group is public
    )
    rendered = skeletons.render(context.message, app.programme.languages, context)
    return notices.post(
        key,
        Purpose.ANNOUNCEMENT,
        group.chat_id,
        rendered.language,
        rendered.chat.strip(),
        "announced to the group",
        session.starts_at,
        session_id=session.id,
        sequence=session.sequence,
    )
