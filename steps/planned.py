"""Writes down what the planner decided about a page of people: messages into the outbox, tasks onto the desk, and
the Holds and Skips worth saying later.

Leaves the words to `steps/compose.py`, and the deciding and the mass guard to `steps/plan.py`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.cadences import Purpose
from domain.errors import UserError
from domain.facts import Facts
from domain.foresight import Group, group_of
from domain.messages import State
from domain.planning import Hold, Send, Skip, stands_until
from steps.app import App
from steps.compose import compose
from store import database, desk_tasks, invitations, looks, meta, outbox
from store.looks import Remembered
from store.outbox import NewMessage

# A letter that cannot be written for somebody is tried again when a fact changes, and now and then.
UNWRITABLE_AGAIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Looked:
    """What becomes of one person now. `version`: the facts that it was decided on.

    `others` are the Holds and Skips worth a record: not that something is not due yet, nor whom a reminder is not for.
    `again`: when to look next. `called_for`: whether the rules had anything to say at all.
    """

    person: int
    version: int
    sends: Sequence[tuple[Facts, Send]]
    others: Sequence[Hold | Skip]
    again: datetime | None
    called_for: bool = True


@dataclass(frozen=True, slots=True)
class _Written:
    """One person's decisions, and the messages they came to; None is a task on the desk."""

    looked: Looked
    sends: list[tuple[Facts, Send, NewMessage | None]]
    unwritable: list[Hold]


def record(app: App, page: Sequence[Looked], whole: bool, guarded: set[Group], now: datetime) -> Counter[str]:
    """Compose outside the transaction, record inside it; whoever changed meanwhile is left for the next plan.

    `whole`: everything about these people was decided, not one session only. `guarded`: sendings that become drafts.
    """
    written = [_write(app, one, guarded, now) for one in page]
    done, rules = Counter[str](), app.programme.rules
    if not written:
        return done
    with database.write(app.conn) as conn:
        restored = meta.get(conn, meta.RESTORED) is not None
        versions = looks.versions(conn, (one.person for one in page))
        fresh = [one for one in written if versions.get(one.looked.person) == one.looked.version]
        if whole:
            looks.forget_holds(conn, [one.looked.person for one in fresh])
        for one in fresh:
            for facts, send, message in one.sends:
                if _put(app, facts, send, message, restored, now):
                    done["send"] += 1
                    done[f"purpose {send.touch.purpose.value}"] += 1
                    done["draft"] += message is not None and message.state is State.DRAFT
        looks.forget(conn, [send.touch.key for one in fresh for _, send, _ in one.sends])
        others = [other for one in fresh for other in (*one.looked.others, *one.unwritable)]
        looks.remember(conn, [_remembered(other) for other in others], now)
        if whole:
            looks.look_again(conn, [(one.looked.person, _again(one)) for one in fresh])
        # Now of the facts with all this in them. What is about a subject hangs on more than the person's own facts.
        sends = [(facts, send) for one in fresh for facts, send, _ in one.sends if facts.subject is None]
        looks.decided(conn, [(send.touch.key, stands_until(send, facts, rules, now)) for facts, send in sends])
    done.update("hold" if isinstance(other, Hold) else "skip" for other in others)
    done["unwritable"] += sum(len(one.unwritable) for one in fresh)
    return done


def _write(app: App, looked: Looked, guarded: set[Group], now: datetime) -> _Written:
    written = _Written(looked, [], [])
    for facts, send in looked.sends:
        state = State.DRAFT if group_of(send.touch) in guarded else State.QUEUED
        try:
            message = compose(app, send, facts, state, now) if send.to is not None else None
            written.sends.append((facts, send, message))
        except UserError as error:
            because = f"cannot be written: {error.problems[0].what}"
            written.unwritable.append(Hold(send.touch, because, now + UNWRITABLE_AGAIN))
    return written


def _again(written: _Written) -> datetime | None:
    moments = (written.looked.again, *(hold.until for hold in written.unwritable))
    return min((moment for moment in moments if moment is not None), default=None)


def _put(
    app: App, one: Facts, send: Send, message: NewMessage | None, restored: bool, now: datetime
) -> bool:
    """Into the outbox, or onto the desk. Whether it was new."""
    touch, conn = send.touch, app.conn
    if message is None:
        person = one.person
        name = app.programme.coordinator_for(person.languages, person.region).name
        subject = f"{one.subject.about}-{one.subject.id}" if one.subject else ""
        return desk_tasks.add(conn, touch.key, person.id, touch.session_id, name, touch.because, now, subject)
    if one.session is not None and one.invitation is None and touch.purpose is Purpose.INVITATION:
        uid = app.uid(one.session.id, one.person.id)
        origin = "general" if touch.touchpoint == "general_invitation" else "registration"
        made = invitations.ensure(conn, one.session.id, one.person.id, uid, origin, now)
        message = replace(message, invitation_id=made)
    if restored:
        message = replace(message, state=State.HELD)
    return outbox.record(conn, message, now)


def _remembered(other: Hold | Skip) -> Remembered:
    touch = other.touch
    until = other.until if isinstance(other, Hold) else None
    return Remembered(touch.key, touch.participant_id, touch.session_id, touch.touchpoint, other.because, until)
