"""What a person's calendar is told: METHOD:REQUEST to invite or update, METHOD:CANCEL to take back (RFC 5546
sections 3.2.2 and 3.2.5).

One VEVENT with one ATTENDEE and a UID of its own per person, in UTC: the UID tells who answers.
Which SEQUENCE and DTSTAMP to send is decided in `steps/`; the MIME part (last in multipart/alternative, same
method in both places) is put together by who builds the mail. No VALARM: clients ignore or distrust an
organiser's alarms, and the programme reminds by itself. No SENT-BY, no TZID, no X-MICROSOFT properties: each
breaks some client's buttons.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

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
from domain.errors import Problem, UserError
from domain.invitations import PartStat

SEQUENCE_MAX = 2**31 - 1  # INTEGER, RFC 5545 section 3.3.8

_UID = re.compile(r"[A-Za-z0-9@._~:+=/-]{1,255}")  # nothing that TEXT would escape
_ADDRESS_SIDE = re.compile('[^\\s@<>()\\[\\]:;,"\\\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff]+')
_LINK = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")  # RFC 3986 characters only
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's entry for one session. Times are aware; addresses are bare, without "mailto:".

    An update has the same `uid`, a higher `sequence` and a fresh `dtstamp`. `partstat` is the person's
    last answer; an update that moves nothing may keep it. `language` is the BCP 47 tag of the texts.
    """

    uid: str
    sequence: int
    dtstamp: datetime
    start: datetime
    end: datetime
    summary: str
    description: str
    location: str
    url: str
    organizer_name: str
    organizer_address: str
    attendee_name: str
    attendee_address: str
    partstat: PartStat = PartStat.NEEDS_ACTION
    last_modified: datetime | None = None
    language: str = ""


def request(entry: Entry) -> bytes:
    """The invitation, or its update: CRLF, UTF-8, folded. Raises UserError with every problem at once."""
    entry = normalise(entry)
    personal = _personal(
        entry, {**_guest(entry), "RSVP": "TRUE"}
    )  # without RSVP some clients show no buttons
    return _calendar("REQUEST", [*personal, *_constant(entry), "STATUS:CONFIRMED", "TRANSP:OPAQUE"])


def cancel(entry: Entry) -> bytes:
    """Takes the entry back: same UID, ORGANIZER and ATTENDEE, DTSTART kept, SEQUENCE above the last one sent.

    Raises UserError with every problem at once.
    """
    entry = normalise(entry)
    personal = _personal(entry, _guest(entry))
    return _calendar("CANCEL", [*personal, *_constant(entry), "STATUS:CANCELLED", "TRANSP:TRANSPARENT"])


def normalise(entry: Entry) -> Entry:
    """The entry as clients will read it: control characters gone, one-line names, whole seconds in UTC.

    Raises UserError with every problem; no problem repeats the value, which may be a person's.
    """
    problems = _problems(entry)
    if problems:
        raise UserError(*problems)
    modified = entry.last_modified
    return replace(
        entry,
        dtstamp=_whole(entry.dtstamp),
        start=_whole(entry.start),
        end=_whole(entry.end),
        last_modified=_whole(modified) if modified else None,
        summary=clean_line(entry.summary),
        description=clean_text(entry.description),
        location=clean_line(entry.location),
        organizer_name=clean_name(entry.organizer_name),
        attendee_name=clean_name(entry.attendee_name),
        partstat=PartStat(entry.partstat),
    )


def _problems(entry: Entry) -> list[Problem]:
    found: list[Problem] = []

    def unless(good: object, where: str, what: str, remedy: str) -> None:
        if not good:
            found.append(Problem(what, where, remedy))

    unless(
        _UID.fullmatch(entry.uid), "uid", "not a usable UID", "Use 1 to 255 of letters, digits and @._~:+=/-"
    )
    unless(0 <= entry.sequence <= SEQUENCE_MAX, "sequence", "outside 0 to 2147483647", "Count up from 0")
    times_good = True
    for name in ("dtstamp", "start", "end", "last_modified"):
        moment = getattr(entry, name)
        good = moment is None or (moment.utcoffset() is not None and 1970 <= moment.year < 9999)
        unless(
            good, name, "a time without a zone, or of no sensible year", "Give an aware datetime from 1970 on"
        )
        times_good = times_good and good
    if times_good:
        unless(_whole(entry.start) < _whole(entry.end), "end", "not after the start", "Give a later end")
    unless(clean_line(entry.summary), "summary", "empty", "Give the session a title")
    for name in ("organizer_address", "attendee_address"):
        remedy = "Give it as name@domain, without mailto:"
        unless(is_address(getattr(entry, name)), name, "not a bare e-mail address", remedy)
    good_link = not entry.url or _LINK.fullmatch(entry.url)
    unless(good_link, "url", "not an http(s) address in ASCII", "Percent-encode other characters (RFC 3986)")
    good_language = not entry.language or _LANGUAGE.fullmatch(entry.language)
    unless(good_language, "language", "not a language tag", "Use a BCP 47 tag such as en or pt-BR")
    good_partstat = entry.partstat in tuple(PartStat)
    unless(good_partstat, "partstat", "not a status we send", f"Use one of {', '.join(PartStat)}")
    return found


def is_address(address: str) -> bool:
    """Whether it can stand after mailto: unchanged, as clients compare it with the mailbox's own address."""
    local, at, host = address.partition("@")
    good = bool(at and _ADDRESS_SIDE.fullmatch(local) and _ADDRESS_SIDE.fullmatch(host))
    return good and len(address.encode()) <= 254


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _personal(entry: Entry, params: dict[str, str]) -> list[str]:
    """The lines that differ from person to person, and from sending to sending."""
    return [
        f"UID:{entry.uid}",
        f"SEQUENCE:{entry.sequence}",
        time_line("DTSTAMP", entry.dtstamp),
        address_line("ATTENDEE", entry.attendee_address, {**params, "CN": entry.attendee_name}),
    ]


def _guest(entry: Entry) -> dict[str, str]:
    return {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": entry.partstat.value}


def _constant(entry: Entry) -> list[str]:
    """The lines that are the same for everybody who gets this session in this language."""
    lines = [
        address_line("ORGANIZER", entry.organizer_address, {"CN": entry.organizer_name}),
        time_line("DTSTART", entry.start),
        time_line("DTEND", entry.end),
        text_line("SUMMARY", entry.summary, entry.language),
    ]
    if entry.description:
        lines.append(text_line("DESCRIPTION", entry.description, entry.language))
    if entry.location:
        lines.append(text_line("LOCATION", entry.location, entry.language))
    if entry.url:
        lines.append(f"URL:{entry.url}")
    if entry.last_modified:
        lines.append(time_line("LAST-MODIFIED", entry.last_modified))
    return lines


def _calendar(method: str, event: list[str]) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    return serialise([*head, "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR"])
