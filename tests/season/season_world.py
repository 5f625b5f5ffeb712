"""A season of a programme: people of every kind, sessions that come, move and fall, and what each of them does.

The world acts on the programme as the world does: mails and updates that are filed and read, rows of forms, a
coordinator's hand. Whatever happens is written into the log, from which the oracle says what had to follow.
"""

import heapq
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import Any

from channels.telegram_message import thaw
from domain.deliveries import Outcome
from domain.invitations import PartStat, Rsvp, RsvpSource
from domain.times import iso
from steps import answers
from steps.app import App
from steps.deliver import deliver
from steps.inbox import read_filed
from steps.plan import plan
from steps.telegram import read_filed as read_updates
from store import chats, contact_points, database, inbox, invitations, next_due, outbox, sessions
from tests.season.season_kills import mortal, process
from tests.season.season_log import Answer, Log, Someone, Space, Version
from tests.season.season_place import TwoChannels
from tests.steps.mails_in import bounce, calendar_answer, reply_by_text

START = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)  # a Monday
WEEKS = 26  # over the changes of clocks in Madrid, New York and Casablanca, there and back
END = START + timedelta(weeks=WEEKS)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = (
    "Europe/Madrid", "America/New_York", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia", "Africa/Lagos",
)  # fmt: skip
DOORS = ("calendar", "text", "telegram", "page", "never")
WORDS = {"ACCEPTED": "Yes, I will be there", "DECLINED": "No, sorry", "TENTATIVE": "Maybe"}


class Harness(TwoChannels):
    """Runs every step two times to its end, and before that once until a kill at a random instant."""

    def __init__(self, folder: Path, now: datetime) -> None:
        super().__init__(folder, now)
        self.dice = random.Random(7)
        self.app.close()
        self.doomed = self.another()
        for app in (self.app, self.doomed):
            app.__dict__["conn"] = mortal(app.settings.db)

    @property
    def kills(self) -> int:
        return int(self.doomed.conn.kills)

    def twice(self, step: Callable[[App], object]) -> None:
        with process(self.doomed, self.dice.randint(1, self.dice.choice([8, 30, 60, 120, 400]))):
            step(self.doomed)
        step(self.app)
        step(self.app)

    def hour(self) -> None:
        """Plan and deliver until nothing more is due."""
        conn, now, busy = self.app.conn, self.time, True
        while busy:
            busy = False
            if next(next_due.due_pages(conn, now), None) is not None:
                self.twice(plan)
                busy = True
            for channel in (self.channel, self.chat):
                if outbox.due(conn, now, channel.name):
                    self.twice(partial(deliver, channel=channel))
                    busy = True

    def refuse_chat(self, person: int) -> None:
        self.chat.outcomes[str(9000 + person)] = Outcome.REFUSED_RECIPIENT


class World:
    def __init__(self, folder: Path, seed: int, people: int = 300) -> None:
        self.dice, self.log, self.number = random.Random(seed), Log(), count(1)
        self.manner = cycle(("silently", "aloud", "stop"))  # of leaving the chat
        self.place = Harness(folder, START)
        self.agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self.patience: dict[int, tuple[str, int]] = {}  # door, and the attempt that is answered
        self.asked: dict[tuple[int, int, int], int] = {}
        self.reached: set[str] = set()  # keys of what arrived: nobody answers what they never got
        self.shown: set[tuple[int, str]] = set()  # (chat, button), likewise
        self.asked_for: set[tuple[int, int]] = set()  # (person, invitation) whose buttons somebody looked for
        for n in range(people):
            begins = START + DAY * self.dice.random() if n < people * 0.4 else self._some(START + DAY, END - 7 * DAY)
            self.then(begins, self.registers)
        for month in range(6):
            self.then(START + timedelta(days=28 * month, hours=2), lambda m=month: self.orientation(m))
            self.then(START + timedelta(days=28 * month + 5, hours=3), lambda m=month: self.clinic(m))

    # -- time ----------------------------------------------------------------------------------------------

    def _some(self, first: datetime, last: datetime) -> datetime:
        minutes = int((last - first) / timedelta(minutes=1))
        return first + timedelta(minutes=self.dice.randint(0, max(0, minutes)))

    def then(self, moment: datetime, act: Callable[[], None]) -> None:
        # not on the hour: what falls on a tick would leave open which was first
        moment = moment.replace(second=0, microsecond=0)
        moment += timedelta(minutes=1) if moment.minute == 0 else timedelta()
        heapq.heappush(self.agenda, (moment, next(self.number), act))

    def happens_until(self, now: datetime) -> bool:
        """Let the world do what it does before this moment. Whether it did anything."""
        acted = False
        while self.agenda and self.agenda[0][0] < now:
            self.place.time, _, act = heapq.heappop(self.agenda)
            act()
            acted = True
        self.place.time = now
        return acted

    # -- people --------------------------------------------------------------------------------------------

    def registers(self) -> None:
        place, dice, now = self.place, self.dice, self.place.time
        zone = dice.choice(ZONES)
        general = dice.choice([None, None, True, True, False])
        consents = {} if general is None else {"invitations": general}
        person = place.person(f"Person {next(self.number)}", zone=zone, language=dice.choice(["en", "fr", "ar"]),
                              consents=consents)  # fmt: skip
        hour = dice.choice([None, None, None, 7, 19, 22])
        place.app.conn.execute("update participants set preferred_hour = ? where id = ?", (hour, person))
        me = Someone(person, now, [(now, zone)], hour, general)
        self.log.people[person] = me
        self.patience[person] = (dice.choice(DOORS), dice.choice([1, 1, 1, 2, 3]))
        for chance, first, last, act in (
            (0.45, 0, 40, self.links), (0.15, 5, 120, self.moves_country), (0.1, 1, 150, self.goes_dead),
            (0.06, 10, 150, self.stops), (0.12, 5, 150, self.goes_away), (0.3, 0, 20, self.says_skills),
            (0.1, 20, 150, self.writes), (0.25, 45, 150, self.blocks),
        ):  # fmt: skip
            if dice.random() < chance:
                self.then(self._some(now + first * DAY + HOUR, now + last * DAY), lambda a=act: a(me))

    def links(self, me: Someone) -> None:
        chats.link(self.place.app.conn, me.id, 9000 + me.id, self.place.time)
        me.linked = self.place.time

    def moves_country(self, me: Someone) -> None:
        zone = self.dice.choice(ZONES)
        self.place.moved_to(me.id, zone)
        me.zones.append((self.place.time, zone))

    def goes_dead(self, me: Someone) -> None:
        """The address will be gone when the next mail arrives."""
        self.patience[me.id] = ("bounce", 1)

    def stops(self, me: Someone) -> None:
        topic = self.dice.choice(["*", "reminders", "general_invitations", "onboarding", "sessions"])
        contact_points.suppress(self.place.app.conn, me.id, topic, "asked", self.place.time)
        me.stops.append((self.place.time, topic))

    def goes_away(self, me: Someone) -> None:
        until = self._some(self.place.time + DAY, self.place.time + 20 * DAY)
        row = "select id from contact_points where participant_id = ? and channel = 'email'"
        (contact,) = self.place.app.conn.execute(row, (me.id,)).fetchone()
        contact_points.away(self.place.app.conn, contact, until)
        me.away.append((self.place.time, until))

    def says_skills(self, me: Someone) -> None:
        self.place.skilled(me.id)
        me.skilled = self.place.time

    def writes(self, me: Someone) -> None:
        """A letter that answers the welcome; a person must read it."""
        key = f"welcome/{me.id}"
        if me.mail_dead is None and self.patience[me.id][0] != "bounce" and key in self.reached:
            to = self.place.by_key(key).message_id
            self.mail(me, "Could you tell me more about the people in my region?", to)

    def blocks(self, me: Someone) -> None:
        if me.linked is None or me.chat_gone is not None or me.chat_known_gone is not None:
            return
        match next(self.manner):
            case "silently":
                self.place.refuse_chat(me.id)
                me.chat_gone = self.place.time
            case "aloud":
                me_bot = {"user": {"id": 1, "is_bot": True, "first_name": "b"}, "status": "kicked"}
                self.update(me, "my_chat_member", {"new_chat_member": me_bot, "old_chat_member": me_bot, "date": 0})
                self.place.refuse_chat(me.id)
                me.chat_known_gone = self.place.time
            case "stop":
                self.update(me, "message", {"message_id": 1, "date": 0, "text": "/stop"})
                me.chat_signs.append(self.place.time)
                me.chat_known_gone = self.place.time

    # -- what reaches us -----------------------------------------------------------------------------------

    def mail(self, me: Someone, words: str, to: str) -> None:
        self.place.file(
            reply_by_text(words, to=to, sender=f"p{me.id}@example.org", ident=f"m{next(self.number)}")
        )
        self.place.twice(read_filed)
        me.mail_signs.append(self.place.time)

    def update(self, me: Someone, kind: str, fields: dict[str, Any]) -> None:
        """Something that this person did in the chat."""
        number, user = next(self.number), {"id": 9000 + me.id, "is_bot": False, "first_name": "p"}
        chat = {"id": 9000 + me.id, "type": "private", "first_name": "p"}
        inner = {**fields, "from": user}
        if kind == "callback_query":
            inner |= {"id": str(number), "chat_instance": "1", "message": {"message_id": 1, "date": 0, "chat": chat}}
        else:
            inner["chat"] = chat
        raw = json.dumps({"update_id": number, kind: inner}).encode()
        with database.write(self.place.app.conn) as conn:
            inbox.file(conn, "telegram/1", 0, [(number, self.place.time, raw)], self.place.time, channel="telegram")
        self.place.twice(read_updates)

    # -- sessions ------------------------------------------------------------------------------------------

    def _add(self, title: str, kind: str, ahead: float) -> Space:
        place, now = self.place, self.place.time
        hour = self.dice.choice([9, 13, 14, 17, 20])
        start = (now + ahead * DAY).replace(hour=hour, minute=self.dice.choice([0, 0, 30, 45]))
        made = place.session(title, iso(start), kind=kind)
        version = Version(now, made.starts_at, made.sequence, made.time_sequence)
        space = Space(made.id, made.invites.value == "everybody", made.minutes, [version])
        self.log.spaces[space.id] = space
        return space

    def orientation(self, month: int) -> None:
        space = self._add(f"Orientation {month}", "orientation", 20)
        if month in (1, 4):
            self.then(self._some(self.place.time + 4 * DAY, self.place.time + 16 * DAY), lambda: self.moves(space))
        if month == 2:
            self.then(self._some(self.place.time + 6 * DAY, self.place.time + 18 * DAY), lambda: self.falls(space))

    def clinic(self, month: int) -> None:
        space = self._add(f"Clinic {month}", "clinic", 19)
        start = space.versions[0].starts
        known = list(self.log.people.values())
        for me in self.dice.sample(known, min(len(known), 40)):
            late = self.dice.choice([18, 18, 18, 10, 3, 0.2])
            self.then(self._some(start - late * DAY, start - late * DAY / 2), lambda m=me: self.joins(m, space))
        if month in (0, 3, 5):
            self.then(self._some(self.place.time + 3 * DAY, start - DAY), lambda: self.moves(space))
        if month in (1, 3):
            self.then(self._some(self.place.time + 2 * DAY, start - DAY), lambda: self.renames(space))
        if month == 4:
            self.then(self._some(self.place.time + 6 * DAY, start - DAY), lambda: self.falls(space))
        else:
            self.then(start + 12 * DAY, lambda: self.notes(space))

    def joins(self, me: Someone, space: Space) -> None:
        if space.cancelled is None and self.place.time < space.versions[-1].starts:
            self.place.register(me.id, self._fresh(space))
            me.joins[space.id] = self.place.time
            if self.dice.random() < 0.06:
                self.then(self.place.time + self.dice.randint(2, 200) * HOUR, lambda: self.leaves(me, space))

    def leaves(self, me: Someone, space: Space) -> None:
        if space.cancelled is None and self.place.time < space.versions[-1].starts:
            entry = invitations.of_session(self.place.app.conn, space.id, [me.id]).get(me.id)
            if entry is not None:
                self.place.withdraw(me.id, self._fresh(space))
                me.leaves[space.id] = self.place.time

    def _fresh(self, space: Space) -> Any:
        return sessions.get(self.place.app.conn, space.id)

    def moves(self, space: Space) -> None:
        now, old = self.place.time, space.versions[-1]
        if space.cancelled is None and now < old.starts:
            start = max(old.starts + self.dice.choice([-2, 1, 3, 4]) * DAY, now + 2 * HOUR)
            self._changed(space, self.place.change(self._fresh(space), start=iso(start.replace(minute=0))))

    def renames(self, space: Space) -> None:
        if space.cancelled is None and self.place.time < space.versions[-1].starts:
            self._changed(space, self.place.change(self._fresh(space), title=f"Renamed {space.id}"))

    def _changed(self, space: Space, made: Any) -> None:
        space.versions.append(Version(self.place.time, made.starts_at, made.sequence, made.time_sequence))

    def falls(self, space: Space) -> None:
        if self.place.time < space.versions[-1].starts:
            made = self.place.cancel(self._fresh(space), "nobody could be found")
            space.cancelled, space.cancel_sequence = self.place.time, made.sequence

    def notes(self, space: Space) -> None:
        """Somebody writes down who was there: most who had said yes, and some who never answered."""
        start = space.versions[-1].starts
        if space.cancelled is not None or start > self.place.time:
            return
        known = [me for me in self.log.people.values() if me.joins.get(space.id, END) < start]
        for me in known:
            if self.dice.random() < 0.5:
                space.present.add(me.id)
                self.place.attended(me.id, self._fresh(space))
        space.noted = self.place.time if space.present else None

    # -- answers -------------------------------------------------------------------------------------------

    def received(self, key: str, data: bytes, channel: str) -> None:
        """A message of ours has arrived; what its reader makes of it."""
        self.reached.add(key)
        parts = key.split("/")
        person = int(parts[-1])
        me, (door, patience) = self.log.people[person], self.patience[person]
        if channel == "email" and door == "bounce":
            if me.mail_dead is None and self.dice.random() < 0.99:
                self.patience[person] = ("dead", 1)
                self.then(self.place.time + timedelta(minutes=30), lambda: self.bounces(me, data))
            return
        if parts[0] not in ("invite", "reminder_two_days", "unanswered_mail", "unanswered_telegram"):
            return
        space = self.log.spaces[int(parts[1])]
        version = space.versions[-1]
        tries = self.asked[person, space.id, version.time_sequence] = (
            self.asked.get((person, space.id, version.time_sequence), 0) + 1
        )
        if tries == patience and door not in ("never", "dead", "bounce"):
            delay = self.dice.choice([0.2, 3, 20, 60, 100, 300]) * HOUR
            self.then(self.place.time + delay, lambda: self.answers(me, space, version.sequence, door))
            if self.dice.random() < 0.1:  # changes their mind, by another door
                other = self.dice.choice(DOORS[:4])
                self.then(self.place.time + delay + 9 * HOUR, lambda: self.answers(me, space, version.sequence, other))

    def shows(self, data: bytes) -> None:
        """A message of ours has arrived in a chat, with its buttons."""
        message = thaw(data)
        self.shown.update((message.chat_id, button.data) for row in message.buttons for button in row)

    def bounces(self, me: Someone, original: bytes) -> None:
        self.place.file(bounce("5.1.1", original=original, ident=f"b{next(self.number)}"))
        self.place.twice(read_filed)
        me.mail_dead = self.place.time

    def answers(self, me: Someone, space: Space, sequence: int, door: str) -> None:
        place, now, conn = self.place, self.place.time, self.place.app.conn
        entry = invitations.of_session(conn, space.id, [me.id]).get(me.id)
        if entry is None or not entry.wanted or me.leaves.get(space.id) is not None:
            return
        if space.cancelled is not None or now >= space.versions[-1].starts:
            return
        gone = me.chat_gone is not None or me.chat_known_gone is not None
        if (door == "telegram" and (me.linked is None or gone)) or (door in ("text", "calendar") and me.mail_dead):
            door = "page"
        key = f"invite/{space.id}/{sequence + entry.bump}/{me.id}"
        if door in ("text", "calendar") and key not in self.reached:
            door = "page"
        said = self.dice.choices(["ACCEPTED", "DECLINED", "TENTATIVE"], [6, 3, 1])[0]
        word = {"ACCEPTED": "yes", "DECLINED": "no", "TENTATIVE": "maybe"}[said]
        button = f"rsvp/{entry.id}/{word}/{sequence + entry.bump}"
        if door == "telegram" and (9000 + me.id, button) not in self.shown:
            if (me.id, entry.id) not in self.asked_for:
                self.asked_for.add((me.id, entry.id))
                self.update(me, "message", {"message_id": 1, "date": 0, "text": "/mine"})
                me.chat_signs.append(now)
                self.then(now + 2 * HOUR, lambda: self.answers(me, space, sequence, door))
                return
            door = "page"
        if door == "calendar":
            place.file(calendar_answer(
                entry.uid, said, sequence=sequence + entry.bump, dtstamp=now, sender=f"p{me.id}@example.org",
                ident=f"c{next(self.number)}",
            ))  # fmt: skip
            place.twice(read_filed)
            me.mail_signs.append(now)
        elif door == "text":
            self.mail(me, WORDS[said], place.by_key(key).message_id)
        elif door == "telegram":
            self.update(me, "callback_query", {"data": button})
            me.chat_signs.append(now)
        else:
            session = self._fresh(space)
            rsvp = Rsvp(entry.id, PartStat(said), RsvpSource.PAGE, sequence, now)
            with database.write(conn):
                answers.record(conn, entry, session, rsvp, now)
            me.other_signs.append(now)
        me.answers.append(Answer(now, space.id, said, sequence, door))
