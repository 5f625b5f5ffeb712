"""One delivery's side of a channel's three calls: what it may pull, what it may finish, what became of each.

Every message passes here: claimed in pages, asked once more whether it is wanted, marked at risk, settled. Which
channels there are, and what happens around a delivery, is in `steps/deliver.py`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from domain.cadences import Purpose
from domain.deliveries import Outcome, Parcel, Receipt
from domain.messages import Message, Settlement, State, settle
from domain.planning import Hold, Skip, still_wanted
from steps.app import App
from store import claims, contact_points, database, facts, meta, outbox
from store.facts import Person

LEASE = timedelta(minutes=30)  # longer than the ten minutes that RFC 5321 section 4.5.3.2.6 allows the final dot
CLAIM_PAGE = 100
FRESH = timedelta(seconds=5)
ANSWERS_AT_ONCE = frozenset({Purpose.CHAT_ANSWER.value})
_MIGRATED = re.compile(r"migrated:(-?\d+)")


class Delivery:
    """Of one owner over one channel. `counts` is added to."""

    def __init__(self, app: App, channel: str, owner: str, limit: int | None, counts: Counter[str]) -> None:
        self.app, self.channel, self.owner, self.counts = app, channel, owner, counts
        self.left = limit
        self.messages: dict[int, Message] = {}  # claimed and not settled yet
        self.people: dict[int, Person] = {}
        self.looked_at = app.now()

    def parcels(self) -> Iterator[Parcel]:
        """Claims a page at a time, asks again whether each is wanted, and hands over its frozen bytes."""
        while self.left is None or self.left > 0:
            now = self.app.now()
            most = CLAIM_PAGE if self.left is None else min(CLAIM_PAGE, self.left)
            with database.write(self.app.conn) as conn:
                if meta.get(conn, meta.RESTORED) is not None:
                    return  # a backup was put in place under this delivery
                page = claims.claim(conn, self.channel, self.owner, now, now + LEASE, most)
            if not page:
                return
            if self.left is not None:
                self.left -= len(page)
            # When our lease had run out, another process may have queued what is still under way here.
            # Claimed again, it is ours again; handed over again, it would leave twice.
            fresh = [message for message in page if message.id not in self.messages]
            self.messages.update((message.id, message) for message in page)
            for message in fresh:
                parcel = self._checked(message)
                if parcel is not None:
                    yield parcel

    def _checked(self, message: Message) -> Parcel | None:
        now = self.app.now()
        try:
            verdict = self._second_look(message, now)
        except (ValueError, LookupError, TypeError) as error:  # a spoilt row; the others must not wait for it
            note = f"its facts cannot be read ({type(error).__name__})"
            verdict = Settlement(State.FAILED, counts=False, note=note)
        data = outbox.payload(self.app.conn, message.id) if verdict is None else None
        if verdict is None and data is None:
            verdict = Settlement(State.FAILED, counts=False, note="its frozen bytes are damaged")
        if verdict is None and data is not None:
            return Parcel(message.id, message.sender, message.recipient, data)
        assert verdict is not None
        del self.messages[message.id]
        with database.write(self.app.conn) as conn:
            if claims.settle(conn, message.id, self.owner, verdict, now):
                self.counts["postponed" if verdict.state is State.QUEUED else "dropped"] += 1
        return None

    def _second_look(self, message: Message, now: datetime) -> Settlement | None:
        """Decided twice: what became of the facts since this was recorded. None: still wanted."""
        if message.expires_at is not None and message.expires_at <= now:
            return Settlement(State.EXPIRED, counts=False, note="too late to be of use")
        if message.participant_id is None or message.purpose in ANSWERS_AT_ONCE:
            return None  # to a group or a coordinator, or what a person has just asked for
        person = self._person(message.participant_id, now)
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

    def _person(self, person: int, now: datetime) -> Person | None:
        """Somebody's case, read together with those of all whose messages wait here; not older than a few seconds."""
        if person not in self.people or now - self.looked_at > FRESH:
            waiting = {m.participant_id for m in self.messages.values() if m.participant_id is not None}
            after_end = self.app.programme.rules.longest_after_end
            try:
                found = facts.gather(self.app.conn, sorted(waiting), now, after_end)
            except (ValueError, LookupError, TypeError):  # a spoilt row: the others must not wait for it
                found = facts.gather(self.app.conn, [person], now, after_end)
            self.people, self.looked_at = {one.id: one for one in found}, now
        return self.people.get(person)

    def at_risk(self, ids: Sequence[int]) -> Collection[int]:
        now = self.app.now()
        with database.write(self.app.conn) as conn:
            return claims.mark_at_risk(conn, ids, self.owner, now, now + LEASE)

    def settle(self, answers: Sequence[tuple[int, Receipt]]) -> None:
        now = self.app.now()
        with database.write(self.app.conn) as conn:
            for message_id, receipt in answers:
                self._settle_one(conn, self.messages.pop(message_id), receipt, now)

    def _settle_one(self, conn: database.Connection, message: Message, receipt: Receipt, now: datetime) -> None:
        verdict, repeat = settle(receipt, message.attempts, now), False
        if verdict.state is State.UNSURE and message.repeatable and message.repeats == 0:
            note = "its fate is unknown; a calendar message is sent again once"
            verdict, repeat = Settlement(State.QUEUED, now + timedelta(minutes=2), note=note), True
        held = claims.settle(conn, message.id, self.owner, verdict, now, repeat)
        if not held and receipt.outcome is Outcome.SENT:
            held = claims.prove_sent(conn, message.id, "the answer came after its lease had run out", now)
        if verdict.counts:
            claims.record_delivery(conn, message.id, message.attempts + 1, receipt, now)
        if receipt.outcome is Outcome.REFUSED_RECIPIENT:
            contact_points.refused(conn, message.id, receipt, now)
            if message.channel != "email" and message.purpose not in ANSWERS_AT_ONCE:
                claims.make_way(conn, message)  # it certainly did not arrive: mail may take its place
        if moved := _MIGRATED.fullmatch(receipt.text):
            claims.readdress(conn, message.id, moved[1])
        if not held:
            self.counts["fenced"] += 1
        elif verdict.counts:
            self.counts["later" if verdict.state is State.QUEUED else verdict.state.value] += 1

    def give_back(self) -> None:
        """What was claimed and never settled: untried ones go back; a mark that stands is for `recover`."""
        if self.messages:
            with database.write(self.app.conn) as conn:
                claims.release(conn, list(self.messages), self.owner)
