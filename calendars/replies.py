"""What comes back from people's calendars: METHOD:REPLY and COUNTER (RFC 5546 sections 3.2.3 and 3.2.7).

Reads leniently what clients are known to write wrongly, and gives up aloud (`Unreadable`) where a guess could
record an answer nobody gave. Finding the calendar part inside a mail is left to `channels/`; whether the UID
is known, the sender believable and the answer the newest is left to `steps/` and `domain/invitations.py`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from calendars.contentlines import clean_text
from calendars.invitations import SEQUENCE_MAX
from calendars.scanning import Calendar, Event, NotACalendar, scan, split
from domain.errors import LetsConnectError
from domain.invitations import PartStat

COMMENT_MAX = 2000  # characters that are kept
_ATTENDEES_MAX = 50
_TIME = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")
Property = tuple[dict[str, str], str]  # parameters and value
Properties = dict[str, list[Property]]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Times are UTC; None where the client gave none, or none that can be read.

    `method` is the body's. `attendee` is an address without mailto:, as written; it may differ from From, and
    the UID tells who answers. `start` is the DTSTART that came along.
    """

    uid: str
    method: str  # "REPLY" | "COUNTER"
    partstat: PartStat
    sequence: int | None
    dtstamp: datetime | None
    attendee: str | None
    start: datetime | None
    comment: str = ""

    @property
    def proposed_start(self) -> datetime | None:
        """The time a COUNTER asks for. None in a COUNTER: it asks for something that a person must read."""
        return self.start if self.method == "COUNTER" else None

    def proposal(self, scheduled: datetime) -> datetime | None:
        """The time asked for instead of `scheduled`, if any.

        Counts the "propose new time" of iOS too: a REPLY that is TENTATIVE and has another DTSTART. Ask only with
        the time that belongs to this reply's SEQUENCE: a late "maybe" to the old time proposes nothing.
        """
        tentative = self.method == "COUNTER" or self.partstat is PartStat.TENTATIVE
        return self.start if tentative and self.start != scheduled else None


class Unreadable(LetsConnectError):
    """A calendar part that a person must look at.

    `reason` holds nothing of a person. `uids` are those of the events it is about, where they could be told;
    `replies` are the answers beside them that could be read.
    """

    def __init__(self, reason: str, uids: Iterable[str] = (), replies: Iterable[Reply] = ()) -> None:
        self.reason, self.uids, self.replies = reason, tuple(uids), tuple(replies)
        super().__init__(reason)


def read(data: bytes, charset: str | None = None, method: str | None = None) -> list[Reply]:
    """The distinct answers in one calendar part, in order; empty when it is empty or holds no answer.

    `data` is the part with its transfer encoding undone; `charset` and `method` are its MIME parameters: the
    charset is a hint, the method counts only where the body has none. Raises Unreadable and nothing else.
    """
    if not data.strip(b" \t\r\n\0"):
        return []
    try:
        calendars = scan(data, charset)
    except NotACalendar as error:
        raise Unreadable(str(error)) from None
    if not calendars:
        raise Unreadable("the calendar part holds no VCALENDAR")
    replies: list[Reply] = []
    troubles: list[tuple[str, str]] = []  # reason, and UID where known
    for calendar in calendars:
        _collect(calendar, (method or "").strip().upper(), replies, troubles)
    if troubles:
        reasons, uids = (dict.fromkeys(filter(None, column)) for column in zip(*troubles, strict=True))
        raise Unreadable("; ".join(reasons), uids, distinct(replies))
    return distinct(replies)


def distinct(replies: Iterable[Reply]) -> list[Reply]:
    """The same answer counts once, whether it came twice in a part or in two parts of one mail."""
    seen: dict[tuple[object, ...], Reply] = {}
    for r in replies:
        seen.setdefault((r.uid, r.method, r.partstat, r.sequence, r.dtstamp, r.attendee, r.start), r)
    return list(seen.values())


def _collect(
    calendar: Calendar, mime_method: str, replies: list[Reply], troubles: list[tuple[str, str]]
) -> None:
    method = calendar.method or mime_method
    if method not in ("REPLY", "COUNTER"):
        return
    if not calendar.events:
        troubles.append((f"a {method} without a VEVENT", ""))
    for event in calendar.events:
        uid = ""
        try:
            properties = _properties(event)
            uid = _uid(properties)
            replies.append(_reply(uid, method, properties, event.whole))
        except ValueError as error:
            troubles.append((str(error), uid))


def _properties(event: Event) -> Properties:
    found: Properties = {}
    for name, line in event.lines:
        try:
            found.setdefault(name, []).append(split(line))
        except ValueError:
            raise ValueError(f"the {name} line cannot be read") from None
    return found


def _uid(found: Properties) -> str:
    uids = {value.strip() for _, value in found.get("UID", [])} - {""}
    if len(uids) != 1:
        raise ValueError("no UID, or more than one")
    return uids.pop()


def _reply(uid: str, method: str, found: Properties, whole: bool) -> Reply:
    """Raises ValueError with a reason that holds no value, as values may be a person's."""
    if not whole:
        raise ValueError("the calendar part was cut off")
    partstat, attendee, note = _answer(found.get("ATTENDEE", []), method)
    comments = [value for _, value in found.get("COMMENT", [])] or [note]
    return Reply(
        uid=uid,
        method=method,
        partstat=partstat,
        sequence=_sequence(found.get("SEQUENCE", [])),
        dtstamp=_moment(found.get("DTSTAMP", []), "DTSTAMP", floating_is_utc=True),
        attendee=attendee,
        start=_moment(found.get("DTSTART", []), "DTSTART", floating_is_utc=False),
        comment=clean_text("\n".join(comments))[:COMMENT_MAX],
    )


def _answer(attendees: list[Property], method: str) -> tuple[PartStat, str | None, str]:
    """Status, address, note. Our invitations have one ATTENDEE; more come from forwarding or delegating."""
    if len(attendees) > _ATTENDEES_MAX:
        raise ValueError(f"more than {_ATTENDEES_MAX} ATTENDEEs")
    if method == "REPLY" and not any(params.get("PARTSTAT") for params, _ in attendees):
        raise ValueError("no ATTENDEE with a PARTSTAT")
    answers = [(_partstat(params), params, value) for params, value in attendees]
    told = [a for a in answers if a[0] is not PartStat.NEEDS_ACTION] or answers
    if len({a[0] for a in told}) > 1:
        raise ValueError("several ATTENDEEs with different answers")
    if not told:
        return PartStat.NEEDS_ACTION, None, ""
    addresses = {_address(params, value) for _, params, value in told}
    address = addresses.pop() if len(addresses) == 1 else None
    return told[0][0], address, told[0][1].get("X-RESPONSE-COMMENT", "")


def _partstat(params: dict[str, str]) -> PartStat:
    text = params.get("PARTSTAT", "").upper() or PartStat.NEEDS_ACTION  # the default, RFC 5545 section 3.2.12
    if text == "DELEGATED":
        raise ValueError("the invitation was delegated to somebody else")
    if text not in tuple(PartStat):
        raise ValueError("a PARTSTAT that is no answer to an invitation")
    return PartStat(text)


def _address(params: dict[str, str], value: str) -> str | None:
    """None for what is no address: invalid:nomail, urn:uuid:..., Apple's paths without an EMAIL parameter."""
    scheme, _, rest = value.strip().partition(":")
    address = rest if scheme.strip().lower() == "mailto" else params.get("EMAIL", value)
    address = address.strip().strip("<>").strip()
    return address if re.fullmatch(r"[^\s@:]+@[^\s@:]+", address) else None


def _sequence(found: list[Property]) -> int | None:
    if not found:
        return None
    text = found[0][1].strip()
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > SEQUENCE_MAX:
        raise ValueError("a SEQUENCE that is no number")
    return int(text)


def _moment(found: list[Property], name: str, *, floating_is_utc: bool) -> datetime | None:
    """UTC, or None for a date without time, a time without zone, or a zone that only the sender knows."""
    if not found:
        return None
    params, value = found[0]
    text = value.strip().upper()
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text)
        if moment.tzinfo or "T" not in text:
            return moment if moment.tzinfo else None
        zone = _zone(params.get("TZID", "")) or ("UTC" if floating_is_utc else "")
        return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if zone else None
    except (ValueError, OverflowError):
        raise ValueError(f"a {name} that is no date or time") from None


def _zone(tzid: str) -> str:
    """The IANA name for a TZID: itself, a Windows name's, or the tail of /vendor/date/Europe/Paris."""
    plain = tzid.strip()
    if plain.lower() in ("utc", "gmt", "z", "tzone://microsoft/utc"):
        return "UTC"
    parts = plain.split("/")
    tails = ["/".join(parts[-n:]) for n in (3, 2)]
    known = _known_zones()
    return next((known[name.lower()] for name in (plain, *tails) if name.lower() in known), "")


@cache
def _known_zones() -> dict[str, str]:
    zones = {name.lower(): name for name in available_timezones()}
    return {**{windows.lower(): name for windows, name in WINDOWS_TO_OLSON.items()}, **zones}
