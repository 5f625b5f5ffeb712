"""Decided twice: whether a message that is about to leave is still wanted, by the facts as they are now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.cadences import Purpose
from domain.messages import Claimed, Settlement, State
from domain.planning import Hold, Skip, still_wanted
from domain.routes import mail_unwanted
from steps.app import App
from steps.plan import RULES
from steps.settling import ANSWERS_AT_ONCE
from store import facts, looks, meta
from store.facts import Person

FRESH = timedelta(seconds=5)


class SecondLook:
    """Of one delivery. Nobody is looked at again while everything is as when the planner decided."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.standing: set[int] = set()
        self.asked_at = app.now()
        self.people: dict[int, Person] = {}
        self.looked_at = app.now()

    def begin(self, page: Iterable[Claimed], now: datetime) -> None:
        """These are next."""
        in_force = meta.get(self.app.conn, RULES) == self.app.programme.rules.fingerprint
        self.standing = looks.standing(self.app.conn, [one.id for one in page], now) if in_force else set()
        self.asked_at = now

    def at(self, message: Claimed, waiting: Iterable[Claimed], now: datetime) -> Settlement | None:
        """What became of the facts since this was recorded. None: still wanted. `waiting`: whose facts to read along.

        Raises ValueError, LookupError or TypeError for a row that cannot be read.
        """
        if message.expires_at is not None and message.expires_at <= now:
            return Settlement(State.EXPIRED, counts=False, note="too late to be of use")
        if message.participant_id is None or message.purpose in ANSWERS_AT_ONCE:
            return None  # to a group or a coordinator, or what a person has just asked for
        if now - self.asked_at > FRESH:
            self.begin(waiting, now)
        if message.id in self.standing:
            return None
        person = self._person(message.participant_id, waiting, now)
        if message.purpose == Purpose.RELAY.value:
            refusal = mail_unwanted(person.case.facts[0].person, message.topic) if person else "the person is gone"
            return Settlement(State.CANCELLED, counts=False, note=refusal) if refusal else None
        known = facts.behind(self.app.conn, message.key, message.session_id, person.case) if person else None
        if known is None:
            return Settlement(State.CANCELLED, counts=False, note="the person or session is gone")
        decision = still_wanted(message.key, message.touchpoint, known, self.app.programme.rules, now)
        if decision is None:
            return Settlement(State.CANCELLED, counts=False, note="no longer called for: the facts changed")
        if isinstance(decision, Skip):
            return Settlement(State.CANCELLED, counts=False, note=decision.because)
        if isinstance(decision, Hold):
            return Settlement(State.QUEUED, not_before=decision.until, counts=False, note=decision.because)
        return None

    def _person(self, person: int, waiting: Iterable[Claimed], now: datetime) -> Person | None:
        """Somebody's case, read together with those of all whose messages wait here; not older than a few seconds."""
        if person not in self.people or now - self.looked_at > FRESH:
            among = sorted({m.participant_id for m in waiting if m.participant_id is not None})
            after_end = self.app.programme.rules.longest_after_end
            try:
                found = facts.gather(self.app.conn, among, now, after_end)
            except (ValueError, LookupError, TypeError):  # a spoilt row: the others must not wait for it
                found = facts.gather(self.app.conn, [person], now, after_end)
            self.people, self.looked_at = {one.id: one for one in found}, now
        return self.people.get(person)
