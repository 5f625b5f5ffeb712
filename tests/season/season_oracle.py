"""What must have been sent in a season: when, to whom, by which channel, and nothing else. None of our own code.

One person at a time, hour by hour. Reads the world's log and, on its own terms, cadences.toml; where that file says
what a rule is for in words of the product (an audience, "best"), the rule is written out here once more.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.season.season_log import Log, Someone, Space, Version

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
SEEN, MORNING, TEN = 21, 8, 10  # quiet from nine in the evening to eight; ten is everybody's hour
CAP = 4
ABOUT_PROGRAMME = ("onboarding_start", "onboarding_skills", "never_came_first", "never_came_last")
Sent = tuple[datetime, str, str]  # when, what, by which channel


def length(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    number, unit = int(text.lstrip("-")[:-1]), text[-1]
    return sign * number * {"d": DAY, "h": HOUR, "m": timedelta(minutes=1)}[unit]


def cadences(path: Path) -> dict[str, dict[str, Any]]:
    points = tomllib.loads(path.read_text())["touchpoints"]
    return {code: {"cap": "none", "audience": [], "priority": 5, **point} for code, point in points.items()}


@dataclass
class Life:
    """What the programme did with one person so far."""

    sent: set[str] = field(default_factory=set)
    capped: list[datetime] = field(default_factory=list)
    request: dict[int, int] = field(default_factory=dict)  # session -> newest SEQUENCE that left
    cancel: dict[int, int] = field(default_factory=dict)
    asked: dict[tuple[int, int], datetime] = field(default_factory=dict)  # session, time -> first request of it
    invited: dict[int, datetime] = field(default_factory=dict)
    chat_refused: bool = False


@dataclass
class Wish:
    """Something that is to go now, unless the cap is against it."""

    key: str
    channel: str
    priority: int
    due: float
    capped: bool
    session: int | None = None
    sequence: int = 0
    kind: str = ""


Open = list[tuple[Space, Version]]


def expected(log: Log, points: dict[str, dict[str, Any]], hours: list[datetime]) -> list[Sent]:
    """Everything that everybody must get, or a coordinator be asked about them."""
    known = [(now, _open(log, now)) for now in hours]
    return sorted(sent for someone in log.people.values() for sent in _Person(log, someone, points).live(known))


def _open(log: Log, now: datetime) -> Open:
    """Sessions that are known and not over."""
    pairs = [(space, space.at(now)) for space in log.spaces.values()]
    return [(s, v) for s, v in pairs if v is not None and now < v.starts + timedelta(minutes=s.minutes)]


class _Person:
    def __init__(self, log: Log, someone: Someone, points: dict[str, dict[str, Any]]) -> None:
        self.log, self.me, self.points, self.life = log, someone, points, Life()
        self.found: list[Sent] = []
        self.worded = {answer.session for answer in someone.answers if answer.door == "text"}
        # When each rule about the programme may have its turn, generously.
        self.spans = []
        for code in ABOUT_PROGRAMME:
            first = someone.registered + length(points[code]["offset"]) - DAY
            self.spans.append((code, first, first + length(points[code]["expires_after"]) + 3 * DAY))

    def live(self, hours: list[tuple[datetime, Open]]) -> list[Sent]:
        for now, spaces in hours:
            if now < self.me.registered:
                continue
            while wishes := self._admitted(list(self._wishes(now, spaces)), now):
                for wish in wishes:
                    self._send(wish, now)
        return self.found

    # -- the facts at one moment ---------------------------------------------------------------------------

    def _zone(self, now: datetime) -> ZoneInfo:
        return ZoneInfo([zone for since, zone in self.me.zones if since <= now][-1])

    def _night(self, now: datetime) -> bool:
        hour = now.astimezone(self._zone(now)).hour
        return hour >= SEEN or hour < MORNING

    def _stopped(self, topic: str, now: datetime) -> bool:
        return any(since <= now and name in ("*", topic) for since, name in self.me.stops)

    def _mail(self, now: datetime) -> bool:
        return self.me.mail_dead is None or now < self.me.mail_dead

    def _chat(self, now: datetime) -> bool:
        if self.me.linked is None or now < self.me.linked or self.life.chat_refused:
            return False
        return self.me.chat_known_gone is None or now < self.me.chat_known_gone

    def _away(self, now: datetime) -> bool:
        """By the newest notice, unless they wrote a mail since."""
        notices = [(since, until) for since, until in self.me.away if since <= now]
        if not notices:
            return False
        since, until = notices[-1]
        return now < until and not any(since <= sign <= now for sign in self.me.mail_signs)

    def _signs(self, now: datetime) -> list[datetime]:
        every = [*self.me.mail_signs, *self.me.chat_signs, *self.me.other_signs]
        if self.me.linked is not None:
            every.append(self.me.linked)
        for space in self.log.spaces.values():  # whoever was there lived on that day, once it is written down
            if self.me.id in space.present and space.noted is not None and space.noted <= now:
                every.append(space.versions[-1].starts)
        return [sign for sign in every if sign <= now]

    def _answer(self, space: Space, version: Version, now: datetime) -> str:
        given = [a for a in self.me.answers if a.session == space.id and a.at <= now]
        valid = [(a.sequence, a.at, n, a.partstat) for n, a in enumerate(given) if a.sequence >= version.time_sequence]
        return max(valid)[3] if valid else "NEEDS-ACTION"

    def _came(self, now: datetime) -> bool:
        for space in self.log.spaces.values():
            version = space.at(now)
            if version is None:
                continue
            if space.noted is not None and space.noted <= now:
                if self.me.id in space.present:
                    return True
            elif space.cancelled is None and version.starts < now and self._answer(space, version, now) == "ACCEPTED":
                return True
        return False

    # -- what is called for --------------------------------------------------------------------------------

    def _wishes(self, now: datetime, spaces: Open) -> Iterator[Wish]:
        yield from self._about_programme(now)
        for space, version in spaces:
            yield from self._event(space, version, now)
            if space.id in self.worded:
                yield from self._confirmation(space, version, now)
            if space.id in self.life.request:
                yield from self._about_session(space, version, now)

    def _event(self, space: Space, version: Version, now: datetime) -> Iterator[Wish]:
        """Invitation, update, cancellation: at most one."""
        me, life, n = self.me, self.life, space.id
        joined = n in me.joins and me.joins[n] <= now
        left = n in me.leaves and me.leaves[n] <= now
        stands = n in life.request and life.cancel.get(n, -1) < life.request[n]
        cancelled = space.cancelled is not None and space.cancelled <= now
        if not (stands or joined or space.everybody):
            return
        if stands and not (cancelled or left) and life.request[n] >= version.sequence:
            return  # the calendar is right
        declined = self._answer(space, version, now) == "DECLINED"
        sequence = (space.cancel_sequence if cancelled else version.sequence) + int(left)
        if not self._mail(now):
            return
        if cancelled or left:
            if stands and not declined and not self._stopped("sessions", now):
                yield self._at_once("cancellation", f"cancel/{n}/{sequence}/{me.id}", n, sequence)
            return
        if now >= version.starts:
            return
        key = f"invite/{n}/{sequence}/{me.id}"
        if stands:
            if life.request[n] < sequence and not declined and not self._stopped("sessions", now):
                yield self._at_once("update", key, n, sequence)
        elif joined:
            if not self._stopped("sessions", now):
                yield self._at_once("invitation", key, n, sequence)
        elif space.everybody and me.general is not False:
            silent = self._stopped("general_invitations", now) or self._night(now) or self._away(now)
            if not silent:
                yield self._at_once("general_invitation", key, n, sequence)

    def _at_once(self, code: str, key: str, session: int | None, sequence: int) -> Wish:
        return Wish(key, "email", self.points[code]["priority"], 0.0, False, session, sequence, code)

    def _confirmation(self, space: Space, version: Version, now: datetime) -> Iterator[Wish]:
        """An answer in words is confirmed while it is the one that counts."""
        if space.cancelled is not None and space.cancelled <= now:
            return
        given = [a for a in self.me.answers if a.session == space.id and a.at <= now]
        valid = [(a.sequence, a.at, n) for n, a in enumerate(given) if a.sequence >= version.time_sequence]
        if not valid or not self._mail(now) or self._stopped("sessions", now):
            return
        newest = given[max(valid)[2]]
        if newest.door == "text" and now < newest.at + 2 * DAY:
            key = f"rsvp/{space.id}/{self.me.id}/{newest.at:%m%d%H%M}"
            yield self._at_once("rsvp_confirmation", key, space.id, 0)

    def _about_programme(self, now: datetime) -> Iterator[Wish]:
        me, since = self.me, self.me.registered
        welcomed = f"welcome/{me.id}" in self.life.sent
        if not welcomed and now < since + 30 * DAY and self._mail(now) and not self._stopped("programme", now):
            yield self._at_once("welcome", f"welcome/{me.id}", None, 0)
        for code, first, last in self.spans:
            if not first <= now <= last or f"{code}/{me.id}" in self.life.sent:
                continue
            if code == "onboarding_skills" and me.skilled is not None and me.skilled <= now:
                continue
            if code.startswith("never_came") and (self._came(now) or any(s > since for s in self._signs(now))):
                continue
            yield from self._timed(code, f"{code}/{me.id}", since, None, since, now)

    def _about_session(self, space: Space, version: Version, now: datetime) -> Iterator[Wish]:
        me, life, n = self.me, self.life, space.id
        if n not in life.request or life.cancel.get(n, -1) >= life.request[n]:
            return
        if (space.cancelled is not None and space.cancelled <= now) or (n in me.leaves and me.leaves[n] <= now):
            return
        asked = life.asked.get((n, version.time_sequence))
        soon = version.starts - now < 4 * DAY
        if not soon and (asked is None or now - asked < 2 * DAY):
            return
        answer, occasion = self._answer(space, version, now), f"{n}/{version.time_sequence}/{me.id}"
        concerned = min(moment for moment in (me.joins.get(n), life.invited[n]) if moment is not None)
        moves = [v.since for v in space.versions[1:] if v.since <= now and v.sequence == v.time_sequence]
        concerned = max([concerned, *moves])
        if answer != "DECLINED":
            yield from self._timed(
                "reminder_two_days", f"reminder_two_days/{occasion}", version.starts, version.starts, concerned, now
            )
        if answer == "ACCEPTED":
            yield from self._timed(
                "reminder_one_hour", f"reminder_one_hour/{occasion}", version.starts, version.starts, concerned, now
            )
        if asked is None or answer != "NEEDS-ACTION" or any(sign > asked for sign in self._signs(now)):
            return
        if n not in me.joins or me.joins[n] > now:  # invited with everybody: nobody presses them
            return
        for code in ("unanswered_mail", "unanswered_telegram", "unanswered_coordinator"):
            yield from self._timed(code, f"{code}/{occasion}", asked, version.starts, concerned, now)

    def _timed(
        self, code: str, key: str, anchor: datetime, before: datetime | None, concerned: datetime, now: datetime
    ) -> Iterator[Wish]:
        """Where it is due by now, still of use, and this person may be reached this way at this hour."""
        point = self.points[code]
        offset, soonest = length(point["offset"]), anchor + length(point["offset"])
        if key in self.life.sent or now < soonest - DAY:
            return
        due = soonest
        if point.get("preferred_hour"):
            zone = self._zone(now)
            day = soonest.astimezone(zone).date()
            hour = time(TEN if self.me.hour is None else self.me.hour)
            there = datetime.combine(day, hour, zone)
            if offset > timedelta() and there < soonest:
                there = datetime.combine(day + DAY, hour, zone)
            if offset > timedelta() or there < anchor:
                due = there
        ends = due + length(point["expires_after"])
        if before is not None:
            ends = min(ends, before)
        if not (due <= now < ends) or due < concerned or self._stopped(point["topic"], now):
            return
        channel = self._way(point.get("channel", "email"), now)
        if channel is None:
            return
        if channel != "desk" and point["quiet_hours"] and (
            self._night(now) or (channel == "email" and self._away(now))
        ):
            return
        yield Wish(key, channel, point["priority"], due.timestamp(), point["cap"] != "none", kind=code)

    def _way(self, channel: str, now: datetime) -> str | None:
        mail, chat = self._mail(now), self._chat(now)
        if channel == "best":
            wrote = max([s for s in self.me.mail_signs if s <= now], default=None)
            linked = [self.me.linked] if self.me.linked is not None else []
            pressed = max([s for s in [*linked, *self.me.chat_signs] if s <= now], default=None)
            if chat and (not mail or (pressed is not None and (wrote is None or pressed > wrote))):
                return "telegram"
            return "email" if mail else None
        return {"email": "email" if mail else None, "telegram": "telegram" if chat else None, "desk": "desk"}[channel]

    # -- what goes -----------------------------------------------------------------------------------------

    def _admitted(self, wishes: list[Wish], now: datetime) -> list[Wish]:
        wishes = [wish for wish in wishes if wish.key not in self.life.sent]
        room = CAP - sum(now - WEEK < moment <= now for moment in self.life.capped)
        capped = sorted((w for w in wishes if w.capped), key=lambda w: (w.priority, w.due, w.key))
        return [w for w in wishes if not w.capped] + capped[: max(room, 0)]

    def _send(self, wish: Wish, now: datetime) -> None:
        life, me = self.life, self.me
        gone = wish.channel == "telegram" and me.chat_gone is not None and me.chat_gone <= now
        if gone and wish.key not in self.log.doubtful:
            life.chat_refused = True  # now the bot knows; what can go by mail does
            return
        life.sent.add(wish.key)
        self.found.append((now, wish.key, wish.channel))
        if wish.capped:
            life.capped.append(now)
        if wish.session is None or wish.kind == "rsvp_confirmation":
            return
        if wish.kind == "cancellation":
            life.cancel[wish.session] = wish.sequence
            return
        version = self.log.spaces[wish.session].at(now)
        assert version is not None
        life.request[wish.session] = wish.sequence
        life.invited.setdefault(wish.session, now)
        life.asked.setdefault((wish.session, version.time_sequence), now)
