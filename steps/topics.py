"""What a person wants to hear about, topic by topic: stopped, chosen, and allowed again.

A wish is kept as suppressions of the person's addresses, and looked at when a message is planned and again when it
leaves. What is queued of a topic that is stopped is taken back at once. A topic is one of cadences.toml.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from domain.messages import Message
from domain.participants import ConsentTopic, Participant
from steps.app import App
from store import consents, contact_points, database, journal, outbox, outbox_moves, participants

EVERYTHING = "*"
PAGE = "the page for topics"


@dataclass(frozen=True, slots=True)
class Wishes:
    """`wanted`: topic -> whether the person gets it, in the order of cadences.toml."""

    person: Participant
    wanted: dict[str, bool]

    @property
    def nothing(self) -> bool:
        """Whether the person asked for no mail at all."""
        return EVERYTHING in self.person.suppressed


def of_reference(app: App, reference: str) -> Message | None:
    """The message to a participant that a reference names; None when it is gone, or its reader is."""
    message = outbox.by_reference(app.conn, reference)
    return message if message is not None and message.participant_id is not None else None


def wishes(app: App, person: int) -> Wishes | None:
    """None for somebody who is gone."""
    found = participants.load(app.conn, [person], app.now()).get(person)
    if found is None or found.erased:
        return None
    refused = set(found.suppressed)
    known = [point.topic for point in app.programme.rules.touchpoints.values()] + sorted(refused - {EVERYTHING})
    if found.consents.get(ConsentTopic.INVITATIONS) is False:
        refused.add("general_invitations")
    return Wishes(found, {topic: not refused & {topic, EVERYTHING} for topic in dict.fromkeys(known)})


def stop(app: App, message: Message, topic: str, reason: str) -> None:
    """No more messages about `topic` ("*": any) to the reader of `message`, which brought them here."""
    now = app.now()
    with database.write(app.conn) as conn:
        stopped(conn, message, topic, reason, now, now)


def stopped(
    conn: sqlite3.Connection, message: Message, topic: str, reason: str, at: datetime, now: datetime,
    inbox_id: int | None = None,
) -> None:  # fmt: skip
    """Likewise, inside the caller's transaction; it was asked for at `at`."""
    person = message.participant_id
    assert person is not None
    contact_points.suppress(conn, person, topic, reason, now)
    contact_points.event(
        conn, "unsubscribed", at, outbox_id=message.id, inbox_id=inbox_id, contact_point_id=message.contact_point_id,
        detail=topic,
    )  # fmt: skip
    _recall(conn, person, topic)


def choose(app: App, person: int, wanted: Collection[str]) -> None:
    """The topics that a person wants from now on; all others are stopped. Nothing is written when nothing changes."""
    now = app.now()
    with database.write(app.conn) as conn:
        before = wishes(app, person)
        if before is None:
            return
        if before.nothing and wanted:
            contact_points.lift(conn, person, EVERYTHING, now, "email")
        for topic, had in before.wanted.items():
            if topic in wanted and not had:
                _allow(conn, before.person, topic, now)
            elif topic not in wanted and topic not in before.person.suppressed and not (before.nothing and not wanted):
                contact_points.suppress(conn, person, topic, "chosen on the page", now)
                _recall(conn, person, topic)
        changed = [topic for topic, had in before.wanted.items() if had is not (topic in wanted)]
        if changed:
            journal.note(conn, now, PAGE, "chose topics", f"person/{person}", ", ".join(changed))


def resume(app: App, person: int, topic: str) -> None:
    """Undo: messages about `topic` ("*": whatever is not stopped by itself) again."""
    now = app.now()
    with database.write(app.conn) as conn:
        before = wishes(app, person)
        if before is None:
            return
        _allow(conn, before.person, topic, now)
        journal.note(conn, now, PAGE, "allowed again", f"person/{person}", topic)


def _allow(conn: sqlite3.Connection, person: Participant, topic: str, now: datetime) -> None:
    contact_points.lift(conn, person.id, topic, now, "email")
    if topic == "general_invitations" and person.consents.get(ConsentTopic.INVITATIONS) is False:
        consents.put(conn, person.id, ConsentTopic.INVITATIONS, True, "page", now)


def _recall(conn: sqlite3.Connection, person: int, topic: str) -> None:
    note = f"asked for no more messages about {topic}"
    outbox_moves.recall(conn, note, participant_id=person, topic=None if topic == EVERYTHING else topic)
