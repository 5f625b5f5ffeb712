"""A calendar to subscribe to: METHOD:PUBLISH (RFC 5546 section 3.2.1), how often to look again, every event in UTC.

Two intervals say the same to different clients: REFRESH-INTERVAL (RFC 7986 section 5.7) and X-PUBLISHED-TTL. A
cancelled session stays in the feed as STATUS:CANCELLED: an event that merely disappears, a client keeps for a while.
No ATTENDEE: whose feed it is, is not written in it. Which events there are is decided in `steps/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from calendars.contentlines import (
    PRODID,
    address_line,
    clean_line,
    clean_name,
    clean_text,
    serialise,
    text_line,
    time_line,
)

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
LOOK_AGAIN = "PT1H"


@dataclass(frozen=True, slots=True)
class Event:
    """One session. Times are aware; `changed` is when its words or times last changed; `url` is ASCII or "".
    `language` (BCP 47) of the description, `summary_language` of the summary, "" where nobody said."""

    uid: str
    sequence: int
    changed: datetime
    start: datetime
    end: datetime
    summary: str
    status: Status
    description: str = ""
    location: str = ""
    url: str = ""
    language: str = ""
    summary_language: str = ""


def feed(name: str, organizer_name: str, organizer_address: str, events: Sequence[Event]) -> bytes:
    """The whole feed. The same events give the same bytes: DTSTAMP is when a session changed, not when we wrote."""
    title = clean_line(name)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        text_line("NAME", title), text_line("X-WR-CALNAME", title),
        f"REFRESH-INTERVAL;VALUE=DURATION:{LOOK_AGAIN}", f"X-PUBLISHED-TTL:{LOOK_AGAIN}",
    ]  # fmt: skip
    organizer = address_line("ORGANIZER", organizer_address, {"CN": clean_name(organizer_name)})
    for event in events:
        lines += ["BEGIN:VEVENT", *_lines(event), organizer, "END:VEVENT"]
    return serialise([*lines, "END:VCALENDAR"])


def _lines(event: Event) -> list[str]:
    lines = [
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        time_line("DTSTAMP", event.changed),
        time_line("LAST-MODIFIED", event.changed),
        time_line("DTSTART", event.start),
        time_line("DTEND", event.end),
        text_line("SUMMARY", clean_line(event.summary), event.summary_language),
        f"STATUS:{event.status}",
        "TRANSP:TRANSPARENT" if event.status == "CANCELLED" else "TRANSP:OPAQUE",
    ]
    if description := clean_text(event.description):
        lines.append(text_line("DESCRIPTION", description, event.language))
    if location := clean_line(event.location):
        lines.append(text_line("LOCATION", location))
    return [*lines, f"URL:{event.url}"] if event.url else lines
