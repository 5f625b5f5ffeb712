"""Sample people answering their invitations, each in the manner of a mail program people really use.

Builds whole mails from the invitation that came; sending them is for the caller. Calendar answers follow RFC 5546
sections 3.2.3 (REPLY) and 3.2.7 (COUNTER) with the habits of the client named; the bounce follows RFC 3464.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime

from demo.caught import Caught


@dataclass(frozen=True, slots=True)
class Answer:
    """One mail to the programme: envelope and bytes (RFC 5322, CRLF)."""

    sender: str  # "" for a bounce
    recipient: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers, the programme they write to, and when."""

    name: str
    address: str
    programme: str
    now: datetime


def google_yes(to: Caught, person: Person) -> Answer:
    """Accepted in Google Calendar: the reply twice in one mail, and Auto-Submitted as if no human were there."""
    calendar = _calendar(to, "REPLY", _attendee(person, "ACCEPTED"), person.now)
    mail = _mail(person, f"Accepted: {title(to)}", to)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{person.name} has accepted this invitation.\n")
    mail.add_alternative("<p>This invitation has been <b>accepted</b>.</p>", subtype="html")
    mail.make_mixed()
    inner = next(mail.iter_parts())
    assert isinstance(inner, MIMEPart)
    _add_calendar(inner, calendar, "REPLY")
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
    return _from(person, mail)


def outlook_no(to: Caught, person: Person, words: str) -> Answer:
    """Declined in Outlook with a word of explanation; MAILTO in capitals."""
    attendee = _attendee(person, "DECLINED").replace("mailto:", "MAILTO:")
    calendar = _calendar(to, "REPLY", attendee, person.now, f"COMMENT;LANGUAGE=en-GB:{words}")
    mail = _mail(person, f"Declined: {title(to)}", to)
    mail["X-MS-Has-Attach"] = ""
    mail.set_content(f"{words}\n")
    mail.make_alternative()
    _add_calendar(mail, calendar, "REPLY")
    return _from(person, mail)


def other_time(to: Caught, person: Person, later: timedelta, words: str) -> Answer:
    """A proposal of another time (COUNTER), as Thunderbird and Outlook send it."""
    start, end = (_moment(to, name) + later for name in ("DTSTART", "DTEND"))
    calendar = _calendar(to, "COUNTER", _attendee(person, "TENTATIVE"), person.now, f"COMMENT:{words}", start, end)
    mail = _mail(person, f"Propuesta de nueva hora: {title(to)}", to)
    mail.set_content(f"{words}\n")
    mail.make_alternative()
    _add_calendar(mail, calendar, "COUNTER")
    return _from(person, mail)


def written(to: Caught, person: Person, words: str, wrote: str) -> Answer:
    """A plain reply with the invitation quoted below; `wrote` is the mail program's line above the quote."""
    mail = _mail(person, f"Re: {to.subject}", to)
    quote = "\n".join(f"> {line}" for line in to.text.splitlines()[:12])
    mail.set_content(f"{words}\n\n{wrote}\n\n{quote}\n")
    return _from(person, mail)


def holiday_notice(to: Caught, person: Person) -> Answer:
    """An automatic reply of somebody who is away (RFC 3834): no answer to the question."""
    mail = _mail(person, f"Réponse automatique : {to.subject}", to)
    mail["Auto-Submitted"] = "auto-replied"
    mail["Precedence"] = "bulk"
    mail.set_content("Bonjour, je suis absente jusqu'à lundi. Oui, je lis mes messages à mon retour.\n")
    return _from(person, mail)


def bounce(to: Caught, now: datetime) -> Answer:
    """A delivery status notification for a mailbox that no longer exists; goes where the letter's envelope said."""
    domain = to.recipient.rpartition("@")[2]
    top = "\r\n".join(
        [
            f"From: Mail Delivery System <MAILER-DAEMON@{domain}>", f"To: <{to.sender}>",
            "Subject: Undelivered Mail Returned to Sender", f"Date: {format_datetime(now)}",
            f"Message-ID: <{now:%Y%m%d%H%M%S}.bounce@{domain}>", "Auto-Submitted: auto-replied", "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="returned"',
        ]
    )  # fmt: skip
    status = "\r\n".join(
        [
            f"Reporting-MTA: dns; mx.{domain}", "", f"Final-Recipient: rfc822; {to.recipient}", "Action: failed",
            "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 User unknown in virtual mailbox table",
        ]
    )  # fmt: skip
    words = "This is the mail system. Your message could not be delivered to one or more recipients."
    headers = to.data.split(b"\r\n\r\n", 1)[0].decode("ascii", "replace")
    parts = (("text/plain", words), ("message/delivery-status", status), ("text/rfc822-headers", headers))
    body = "".join(f"--returned\r\nContent-Type: {kind}\r\n\r\n{text}\r\n\r\n" for kind, text in parts)
    return Answer("", to.sender, f"{top}\r\n\r\n{body}--returned--\r\n".encode("ascii", "replace"))


def unreadable(person: Person) -> Answer:
    """Something no program can read: parts within parts without end."""
    head = f"From: <{person.address}>\r\nTo: <{person.programme}>\r\nSubject: Fwd: Fwd: Fwd:\r\nMIME-Version: 1.0\r\n"
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(60))
    return Answer(person.address, person.programme, f"{head}{nested}\r\nhello\r\n".encode())


def _mail(person: Person, subject: str, to: Caught) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    local, _, domain = person.address.rpartition("@")
    display = "".join(c for c in person.name if c not in '"\\<>')
    mail["From"] = f'"{display}" <{person.address}>'
    mail["To"] = person.programme
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(person.now)
    mail["Message-ID"] = f"<{local}.{to.id}.{person.now:%Y%m%d%H%M%S}@{domain}>"
    mail["In-Reply-To"] = mail["References"] = to.header("Message-ID")
    return mail


def _from(person: Person, mail: EmailMessage) -> Answer:
    return Answer(person.address, person.programme, mail.as_bytes())


def _add_calendar(mail: MIMEPart, calendar: bytes, method: str) -> None:
    mail.add_alternative(calendar, maintype="text", subtype="calendar", cte="base64", params={"method": method})
    *_, part = mail.iter_parts()
    assert isinstance(part, MIMEPart)
    part.set_param("charset", "UTF-8")


def _attendee(person: Person, partstat: str) -> str:
    name = person.name.replace('"', "'")
    return f'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};CN="{name}":mailto:{person.address}'


def _calendar(
    to: Caught, method: str, attendee: str, now: datetime, comment: str = "",
    start: datetime | None = None, end: datetime | None = None,
) -> bytes:  # fmt: skip
    """UID, SEQUENCE and ORGANIZER of the invitation, the answer of one attendee, folded lines."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sample people//demo//EN", f"METHOD:{method}", "BEGIN:VEVENT",
        f"UID:{_property(to, 'UID')}", f"SEQUENCE:{_property(to, 'SEQUENCE')}", f"DTSTAMP:{_stamp(now)}",
        f"DTSTART:{_stamp(start or _moment(to, 'DTSTART'))}", f"DTEND:{_stamp(end or _moment(to, 'DTEND'))}",
        f"SUMMARY:{_property(to, 'SUMMARY')}", f"ORGANIZER:{_property(to, 'ORGANIZER')}", attendee,
        *([comment] if comment else []), "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return b"".join(_fold(line.encode()) for line in lines)


def _fold(line: bytes) -> bytes:
    """RFC 5545 section 3.1: 75 octets a line, cut between characters."""
    parts = []
    while len(line) > 74:
        end = 74
        while line[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(line[:end])
        line = line[end:]
    return b"\r\n ".join([*parts, line]) + b"\r\n"


def _property(to: Caught, name: str) -> str:
    """The raw value of a VEVENT property in the invitation, unfolded, without its parameters."""
    event = to.calendar.replace("\r\n ", "").partition("BEGIN:VEVENT")[2]
    found = re.search(rf'^{name}(?:;(?:[^":\r\n]|"[^"]*")*)?:(.*?)\r?$', event, re.M)
    if not found:
        raise ValueError(f"mail {to.id} has no {name}: not an invitation")
    return found.group(1)


def title(to: Caught) -> str:
    """The title of the session that the invitation is for."""
    return re.sub(r"\\([\\,;])", r"\1", _property(to, "SUMMARY"))


def _moment(to: Caught, name: str) -> datetime:
    return datetime.strptime(_property(to, name), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
