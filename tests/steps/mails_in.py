"""Mails as they come back (calendar answers, answers by text, bounces, holiday notices), and reading them."""

from datetime import datetime
from email.message import EmailMessage

from steps.inbox import InboxReport, read_filed
from tests.programme import NOON, Place

KEY = "invite/1/0/1"  # what Ada had


def read(place: Place, *mails: bytes, received: datetime | None = None) -> InboxReport:
    place.file(*mails, received=received)
    return read_filed(place.app)


def states(place: Place) -> list[tuple[str, str]]:
    """(state, kind) of everything that came, oldest first."""
    rows = place.app.conn.execute("select state, kind from inbox order by id")
    return [(row["state"], row["kind"]) for row in rows]


def health(place: Place, person: int = 1) -> str:
    row = place.app.conn.execute("select health from contact_points where participant_id = ?", (person,)).fetchone()
    return str(row["health"])


def reply_by_text(
    words: str, *, to: str | None = None, quoting: str = "", sender: str = "p1@example.org", ident: str = "r1",
    headers: dict[str, str] | None = None,
) -> bytes:  # fmt: skip
    """`to`: the Message-ID answered, in In-Reply-To. `quoting`: text of ours below the answer."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "letsconnect@example.org", "Re: Invitation"
    mail["Message-ID"] = f"<{ident}@mail.example.org>"
    if to:
        mail["In-Reply-To"] = to
    for name, value in (headers or {}).items():
        mail[name] = value
    quote = "".join(f"> {line}\n" for line in quoting.splitlines())
    mail.set_content(f"{words}\n\nOn Sun, 22 Nov 2026 at 12:00, Let's Connect <l@example.org> wrote:\n{quote}")
    return mail.as_bytes()


def stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def calendar_answer(
    uid: str,
    partstat: str,
    *,
    sequence: int | None = 0,
    method: str = "REPLY",
    dtstamp: datetime = NOON,
    start: datetime | None = None,
    sender: str = "p1@example.org",
    ident: str = "c1",
    headers: dict[str, str] | None = None,
) -> bytes:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", f"METHOD:{method}", "BEGIN:VEVENT",
        f"UID:{uid}", f"DTSTAMP:{stamp(dtstamp)}",
        *([f"SEQUENCE:{sequence}"] if sequence is not None else []),
        *([f"DTSTART:{stamp(start)}"] if start else []),
        "ORGANIZER:mailto:letsconnect@example.org", f"ATTENDEE;PARTSTAT={partstat}:mailto:{sender}",
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "letsconnect@example.org", f"{partstat}: Invitation"
    mail["Message-ID"] = f"<{ident}@mail.example.org>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content("This is an answer.")
    mail.add_alternative("\r\n".join(lines).encode(), "text", "calendar", params={"method": method})
    return mail.as_bytes()


def bounce(
    status: str,
    *,
    action: str = "failed",
    diagnostic: str = "",
    original: bytes | None = None,
    to: str = "letsconnect@example.org",
    ident: str = "b1",
) -> bytes:
    """RFC 3464. `original`: the bytes that are returned with it."""
    report = (
        "Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; p1@example.org\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n" + (f"Diagnostic-Code: {diagnostic}\r\n" if diagnostic else "")
    )
    returned = b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + original + b"\r\n" if original is not None else b""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nTo: {to}\r\nMessage-ID: <{ident}@mx.example.org>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n"
    ).encode() + returned + b"--b--\r\n"


def letter_text(place: Place, key: str) -> str:
    """The plain text of a message of ours, as its reader sees it."""
    part = place.letter(key).get_body(("plain",))
    assert part is not None
    return str(part.get_content())
