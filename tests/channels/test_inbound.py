"""Raw mails as they come, hostile ones too. Samples are small and written for these tests."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.inbound import CalendarPart, DsnRecipient, Unreadable, read
from channels.mime import MAX_DEPTH, MAX_PARTS

ICS = b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"


def _mail(text, *bodies):
    return "\r\n".join(line.strip() for line in text.strip().split("\n")).encode() + b"\r\n\r\n" + b"".join(bodies)


def _part(fields, body):
    return f"--b\r\n{fields}\r\n\r\n".encode() + body + b"\r\n"


def _mixed(*parts, subtype="mixed", head="From: ana@example.net"):
    head = f'{head}\r\nContent-Type: multipart/{subtype}; boundary="b"\r\n\r\n'
    return head.encode() + b"".join(parts) + b"--b--\r\n"


def test_read_plain_mail():
    mail = read(
        _mail(
            """Return-Path: <ana@example.net>
            Delivered-To: team+q7@example.org
            Message-ID: <1@example.net>
            In-Reply-To: <b@example.org>
            References: <a@example.org> <b@example.org>
            From: =?utf-8?q?Ana_L=C3=B3pez?= <Ana@Example.NET>
            To: "Team, the" <team@example.org>, x
            Cc: TEAM@example.org
            Subject: Re: =?utf-8?b?2YbYudmF?= =?iso-8859-1?q?_s=ED?=
            Date: Sun, 22 Nov 2026 10:00:00 +0300
            Content-Type: text/plain; charset=utf-8""",
            "Sí\r\nAna".encode(),
        )
    )
    assert mail.message_id == "<1@example.net>"
    assert mail.in_reply_to == ("<b@example.org>", "<a@example.org>")
    assert mail.from_address == "ana@example.net"
    assert mail.to_addresses == ("team+q7@example.org", "team@example.org")
    assert mail.subject == "Re: نعم sí"
    assert (mail.text, mail.calendars, mail.auto_submitted, mail.dsn) == ("Sí\nAna", (), False, ())


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", b"S\xed", "Sí"), ("us-ascii", "Sí".encode(), "Sí"), ("no-such-charset", "Sí".encode(), "Sí"),
        ("utf-8", b"S\xed", "Sí"), ("windows-1256", "نعم".encode("cp1256"), "نعم"), ("punycode", b"S-", "S-"),
        ("hex", b"ab", "ab"), ('"', "Sí".encode(), "Sí"), ("utf-16", b"\xff", "ÿ"),
    ],
)  # fmt: skip
def test_text_charset(charset, data, text):
    assert read(f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + data).text == text


def test_text_transfer_encodings():
    encoded = base64.encodebytes("Sí, iré".encode()).replace(b"\n", b"\r\n")
    assert read(b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded).text == "Sí, iré"
    assert read(b"Content-Transfer-Encoding: QUOTED-PRINTABLE\r\n\r\nS=C3=AD=\r\n, x").text == "Sí, x"


def test_text_from_html_marks_the_quote():
    html = (
        b"<html><head><style>p{}</style><title>no</title></head><body><!-- no --><p>Yes, I&#8217;ll come<br>Ana</p>"
        b"<div>On 22/11/2026 10:00, Team wrote:</div><blockquote><p>Come?</p><blockquote>old</blockquote></blockquote>"
    )
    mail = read(b"Content-Type: text/html\r\n\r\n" + html)
    assert [line for line in mail.text.split("\n") if line] == [
        "Yes, I’ll come", "Ana", "On 22/11/2026 10:00, Team wrote:", "> Come?", "> > old"
    ]  # fmt: skip


def test_text_plain_before_html_and_attachments_left_out():
    raw = _mixed(
        _part("Content-Disposition: attachment; filename=a.txt", b"attached"),
        _part("Content-Type: text/html", b"<p>html</p>"),
        _part("Content-Type: text/plain", b" \r\n"),
        _part("Content-Type: text/plain", b"plain"),
    )
    assert read(raw).text == "plain"


def test_calendars_of_google_and_attachments_counted_once():
    inner = b"".join(
        [
            b'Content-Type: multipart/alternative; boundary="c"\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nYes\r\n',
            b"--c\r\nContent-Type: text/calendar; charset=UTF-8; method=reply\r\n\r\n", ICS, b"\r\n--c--\r\n",
        ]
    )  # fmt: skip
    encoded = base64.encodebytes(ICS)
    raw = _mixed(
        b"--b\r\n" + inner,
        _part('Content-Type: application/ics; name="invite.ics"\r\nContent-Transfer-Encoding: base64', encoded),
        _part('Content-Type: application/octet-stream; name="Other.ICS"', ICS + b"X"),
        _part("Content-Type: text/calendar", b""),
        head="Auto-Submitted: auto-generated",
    )
    mail = read(raw)
    assert mail.calendars == (CalendarPart(ICS, "utf-8", "REPLY"), CalendarPart(ICS + b"X", None, None))
    assert (mail.text, mail.auto_submitted) == ("Yes", True)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Auto-Submitted: auto-replied", True), ("Auto-Submitted: no", False), ("Auto-Submitted: No; x=y", False),
        ("Precedence: bulk", True), ("Precedence: list", False), ("X-Autoreply: yes", True),
        ("X-Auto-Response-Suppress: All", True), ("Return-Path: <>", True), ("Subject: Automatic reply: Hi", True),
        ("Subject: Réponse automatique", True), ("Subject: Re: hi", False), ("List-Id: <x.y>", False),
        ("Content-Type: multipart/report; report-type=disposition-notification", True),
    ],
)  # fmt: skip
def test_auto_submitted(field, expected):
    assert read(f"{field}\r\n\r\nhi".encode()).auto_submitted is expected


STATUS = b"""Reporting-MTA: dns; mx.example.net\r
\r
Original-Recipient: rfc822;ana@example.net\r
Final-Recipient: RFC822; Ana@example.net\r
Action: failed\r
Status: 5.1.1 (no such user)\r
Diagnostic-Code: smtp; 550 5.1.1 no\r
 such user\r
\r
Final-Recipient: rfc822; ben@example.net\r
Action: delayed\r
Status: 4.4.1\r
"""


@pytest.mark.parametrize(
    ("fields", "returned"),
    [
        ("Content-Type: message/rfc822", b"Message-ID: <q@example.org>\r\nSubject: x\r\n\r\nhi"),
        ("Content-Type: text/rfc822-headers", b"Subject: x\r\nMessage-ID: <q@example.org>\r\n"),
        ("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64",
         base64.encodebytes(b"Message-ID: <q@example.org>\r\n\r\nhi")),
    ],
)  # fmt: skip
def test_dsn_recipients_and_original(fields, returned):
    raw = _mixed(
        _part("Content-Type: text/plain", b"Sorry"),
        _part("Content-Type: message/delivery-status", STATUS),
        _part(fields, returned),
        subtype="report",
    )
    mail = read(raw)
    assert mail.dsn == (
        DsnRecipient("ana@example.net", "failed", "5.1.1", "smtp; 550 5.1.1 no such user", "<q@example.org>"),
        DsnRecipient("ben@example.net", "delayed", "4.4.1", "", "<q@example.org>"),
    )
    assert (mail.auto_submitted, mail.message_id, mail.text) == (True, None, "Sorry")


def test_dsn_returned_invitation_is_not_a_calendar_part():
    returned = b"Content-Type: text/calendar; method=REQUEST\r\n\r\n" + ICS
    raw = _mixed(
        _part("Content-Type: message/delivery-status", STATUS),
        _part("Content-Type: message/rfc822; name=invite.ics", returned),
        subtype="report",
    )
    assert read(raw).calendars == ()


def _nested(levels):
    return b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i) for i in range(levels))


@pytest.mark.parametrize(
    "raw",
    [
        _nested(1500),
        _nested(MAX_DEPTH + 1),
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * (MAX_PARTS + 1),
    ],
    ids=["nested-1500", "nested-just-too-deep", "parts-100000", "parts-just-too-many"],
)
def test_read_beyond_the_bounds(raw):
    began = time.monotonic()
    with pytest.raises(Unreadable) as caught:
        read(raw)
    assert "example" not in str(caught.value)
    assert time.monotonic() - began < 2


def test_read_within_the_bounds():
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * (MAX_PARTS - 1)
    assert read(raw).text == "x"
    assert read(_nested(MAX_DEPTH) + b"\r\nhi").text == "hi"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n", b"\0", b"Message-ID: <<<<@@@@>>>>\r\n\r\n", b"Content-Type: multipart/mixed\r\n\r\nx",
        b"Content-Type: message/rfc822\r\n\r\n" * 1500, b"From: " + b"(" * 100_000, b"Date: 99 Nov 99999\r\n\r\n",
        b"Date: Mon, 1 Jan 0001 00:00:00 +1400\r\n\r\n", b"Content-Type: multipart/mixed; boundary=b\r\n\r\nno parts",
        b'Content-Type: text/plain; a="' + b";" * 100_000 + b"\r\n\r\nx", b"Subject: =?utf-8?b?x?=\r\n\r\n",
        b"Content-Type: text/html\r\n\r\n" + b"<a " * 300_000, b"Content-Type: text/html\r\n\r\n" + b"<!--" * 250_000,
        b"Content-Transfer-Encoding: base64\r\n\r\n\xff\xfe=", b"X" * 5_000_000,
        b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 50_000,
    ],
    ids=lambda raw: raw[:30].decode("ascii", "replace"),
)  # fmt: skip
def test_read_hostile_mail_is_quick(raw):
    began = time.monotonic()
    read(raw)
    assert time.monotonic() - began < 2


def test_read_text_is_bounded():
    assert len(read(b"\r\n" + b"x" * 3_000_000).text) == 1024 * 1024


@given(st.binary(max_size=300))
def test_read_any_bytes(noise):
    read(noise)
    read(_mixed(_part("Content-Type: " + noise.decode("latin-1"), noise), _part(noise.decode("latin-1"), ICS)))
