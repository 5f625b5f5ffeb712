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
from domain.errors import Problem, UserError
from domain.invitations import PartStat

Method = Literal["REQUEST", "CANCEL"]
SEQUENCE_MAX = 2**31 - 1  # INTEGER, RFC 5545 section 3.3.8

_UID = re.compile(r"[A-Za-z0-9@._~:+=/-]{1,255}")  # nothing that TEXT would escape
_ADDRESS_SIDE = re.compile('[^\\s@<>()\\[\\]:;,"\\\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff]+')
_LINK = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")  # RFC 3986 characters only
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's entry for one session. Times are aware; addresses are bare, without "mailto:".

    An update has the same `uid`, a higher `sequence` and a fresh `dtstamp`. `partstat` is the person's
    last answer; an update that moves nothing may keep it. `language` is the BCP 47 tag of the texts,
    `summary_language` that of the summary, where it is another.
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
    summary_language: str = ""


def request(entry: Entry) -> bytes:
    """The invitation, or its update: CRLF, UTF-8, folded. Raises UserError with every problem at once."""
    return _calendar("REQUEST", normalise(entry))


def cancel(entry: Entry) -> bytes:
    """Takes the entry back: same UID, ORGANIZER and ATTENDEE, DTSTART kept, SEQUENCE above the last one sent.

    Raises UserError with every problem at once.
    """
    return _calendar("CANCEL", normalise(entry))


def normalise(entry: Entry) -> Entry:
    """The entry as clients will read it: control characters gone, one-line names, whole seconds in UTC.

    Raises UserError with every problem; no problem repeats the value, which may be a person's.
    """
    problems = problems_of(entry)
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


def is_good_for_one(entry: Entry) -> bool:
    """Whether nothing is wrong with what is one person's in it."""
    return bool(_UID.fullmatch(entry.uid)) and _is_moment(entry.dtstamp) and is_address(entry.attendee_address)


def _is_moment(moment: datetime) -> bool:
    return moment.utcoffset() is not None and 1970 <= moment.year < 9999


def problems_of(entry: Entry) -> list[Problem]:
    """Everything that a calendar could not hold."""
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
        good = moment is None or _is_moment(moment)
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
    for name in ("language", "summary_language"):
        tag = getattr(entry, name)
        good_language = not tag or _LANGUAGE.fullmatch(tag)
        unless(good_language, name, "not a language tag", "Use a BCP 47 tag such as en or pt-BR")
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


def _personal(entry: Entry, method: Method) -> list[str]:
    """The lines that differ from person to person, and from sending to sending."""
    return [
        f"UID:{entry.uid}",
        f"SEQUENCE:{entry.sequence}",
        time_line("DTSTAMP", entry.dtstamp),
        address_line("ATTENDEE", entry.attendee_address, {**guest(entry, method), "CN": entry.attendee_name}),
    ]


def guest(entry: Entry, method: Method) -> dict[str, str]:
    """Parameters of the ATTENDEE, but for the name."""
    params = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": entry.partstat.value}
    # Without RSVP some clients show no buttons.
    return {**params, "RSVP": "TRUE"} if method == "REQUEST" else params


def _constant(entry: Entry) -> list[str]:
    """The lines that are the same for everybody who gets this session in this language."""
    described = [text_line("DESCRIPTION", entry.description, entry.language)] if entry.description else []
    return [*when(entry), *described, *where(entry)]


def when(entry: Entry) -> list[str]:
    """Of a normalised entry, the shared lines before the description."""
    return [
        address_line("ORGANIZER", entry.organizer_address, {"CN": entry.organizer_name}),
        time_line("DTSTART", entry.start),
        time_line("DTEND", entry.end),
        text_line("SUMMARY", entry.summary, entry.summary_language or entry.language),
    ]


def where(entry: Entry) -> list[str]:
    """And those after it."""
    lines = [text_line("LOCATION", entry.location, entry.language)] if entry.location else []
    if entry.url:
        lines.append(f"URL:{entry.url}")
    if entry.last_modified:
        lines.append(time_line("LAST-MODIFIED", entry.last_modified))
    return lines


def frame(method: Method) -> tuple[list[str], list[str]]:
    """The lines before those of an entry, and after them."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    state = {"REQUEST": ["STATUS:CONFIRMED", "TRANSP:OPAQUE"], "CANCEL": ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"]}
    return [*head, "BEGIN:VEVENT"], [*state[method], "END:VEVENT", "END:VCALENDAR"]


def _calendar(method: Method, entry: Entry) -> bytes:
    head, tail = frame(method)
    return serialise([*head, *_personal(entry, method), *_constant(entry), *tail])
