"""What comes back from mail servers: a dozen formats, written after the real ones; and what only looks like it."""

import time

import pytest

from channels import bounces, inbound
from channels.bounces import Bounce
from domain.reachability import Permanence

OURS = "letsconnect@example.org"
TOKEN = "<abcdefghijkl2345abcdefgh@example.org>"
VERP = "letsconnect+b-abcdefghijkl@example.org"

RETURNED = f"""Return-Path: <{VERP}>
Received: from mail.example.org by mx.example.net; Sun, 22 Nov 2026 12:00:00 +0000
From: Let's Connect <{OURS}>
To: Ada <ada@example.net>
Subject: Invitation
Message-ID: {TOKEN}

You are invited.
"""


def mail(
    body: str, *, sender: str = "MAILER-DAEMON@mx.example.net", subject: str = "Undelivered Mail Returned to Sender",
    kind: str = "text/plain; charset=utf-8", headers: str = "",
) -> bytes:  # fmt: skip
    return (
        f"From: Mail system <{sender}>\nTo: {OURS}\nSubject: {subject}\nMessage-ID: <bounce-1@mx.example.net>\n"
        f"{headers}MIME-Version: 1.0\nContent-Type: {kind}\n\n{body}"
    ).replace("\n", "\r\n").encode()  # fmt: skip


def report(recipient: str, words: str = "It could not be delivered.", returned: str = RETURNED, **more: str) -> bytes:
    body = (
        f"--b\nContent-Type: text/plain\n\n{words}\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example.net\n\n{recipient}\n"
        + (f"--b\nContent-Type: message/rfc822\n\n{returned}\n" if returned else "")
        + "--b--\n"
    )
    return mail(body, kind='multipart/report; report-type=delivery-status; boundary="b"', **more)


def read(raw: bytes) -> Bounce | None:
    return bounces.read(raw, inbound.read(raw))


def facts(raw: bytes) -> list[tuple[str, str, str]]:
    """(address, permanence, status) of each recipient."""
    found = read(raw)
    assert found is not None
    return [(r.address, r.permanence.value, r.status) for r in found.recipients]


POSTFIX = report(
    "Final-Recipient: rfc822; ada@example.net\nOriginal-Recipient: rfc822;ada@example.net\nAction: failed\n"
    "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <ada@example.net>: Recipient address rejected: User unknown",
    "This is the mail system at host mx.example.net.\n\n<ada@example.net>: host mail.example.net said: 550 5.1.1",
)
GMAIL = report(
    "Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.",
    sender="mailer-daemon@googlemail.com",
    subject="Delivery Status Notification (Failure)",
)
GMAIL_FULL = report(
    "Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.2.2\n"
    "Diagnostic-Code: smtp; 552-5.2.2 The email account that you tried to reach is over quota.",
    sender="mailer-daemon@googlemail.com",
)
OUTLOOK_POLICY = report(
    "Final-Recipient: rfc822;ada@example.net\nAction: failed\nStatus: 5.7.1\n"
    "Diagnostic-Code: smtp;550 5.7.1 Message rejected due to content restrictions; user unknown",
    sender="postmaster@mail.example.net",
)
AMAZON_VAGUE = report(
    "Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.0.0\n"
    "Diagnostic-Code: smtp; 5.1.0 - Unknown address error 550-'5.2.2 <ada@example.net>... Mailbox Full'",
)
DELAYED = report(
    "Final-Recipient: rfc822; ada@example.net\nAction: delayed\nStatus: 4.4.1\n"
    "Will-Retry-Until: Fri, 27 Nov 2026 12:00:00 +0000",
    subject="Delayed Mail (still being retried)",
    returned="",
)
DELIVERED = report("Final-Recipient: rfc822; ada@example.net\nAction: delivered\nStatus: 2.1.5", returned="")
EXIM = mail(
    "This message was created automatically by mail delivery software.\n\n"
    "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. "
    "The following address(es) failed:\n\n  ada@example.net\n    SMTP error from remote mail server after RCPT TO:"
    "<ada@example.net>:\n    550 5.1.1 unknown user\n\n------ This is a copy of the message, including all the "
    f"headers. ------\n\n{RETURNED}",
    subject="Mail delivery failed: returning message to sender",
    headers="X-Failed-Recipients: ada@example.net\nAuto-Submitted: auto-replied\n",
)
QMAIL = mail(
    "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the "
    "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ada@example.net>:\n"
    "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + RETURNED,
    subject="failure notice",
)
YAHOO = mail(
    "Sorry, we were unable to deliver your message to the following address.\n\n<ada@example.net>:\nRemote host said: "
    "554 delivery error: This user's mailbox is over quota\n\n--- Below this line is a copy of the message.\n\n"
    + RETURNED,
    sender="MAILER-DAEMON@yahoo.example",
    subject="Failure Notice",
)
EXCHANGE = mail(
    "Your message\n\n  To:      Ada\n  Subject: Invitation\n  Sent:    Sun, 22 Nov 2026 12:00:00 +0000\n\ndid not "
    "reach the following recipient(s):\n\nada@example.net on Sun, 22 Nov 2026 12:00:10 +0000\n    The recipient "
    "name is not recognized\n",
    sender="postmaster@mx.example.net",
    subject="Undeliverable: Invitation",
)
OFFICE = mail(
    "--c\nContent-Type: text/plain\n\nDelivery has failed to these recipients or groups:\n\nada@example.net"
    "<mailto:ada@example.net>\nThe email address wasn't found at the destination domain.\n\nRemote Server returned "
    "'550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'\n\n"
    f"Original message headers:\n\n{RETURNED}\n--c\nContent-Type: text/html\n\n<p>no</p>\n--c--\n",
    sender="postmaster@mx.example.net",
    subject="Undeliverable: Invitation",
    kind='multipart/alternative; boundary="c"',
)
SENDMAIL = mail(
    "The original message was received at Sun, 22 Nov 2026 12:00:00 GMT\n\n   ----- The following addresses had "
    "permanent fatal errors -----\n<ada@example.net>\n\n   ----- Transcript of session follows -----\n... while "
    "talking to mx.example.net.:\n>>> RCPT To:<ada@example.net>\n<<< 550 <ada@example.net>... User unknown\n"
    "550 <ada@example.net>... User unknown\n",
    subject="Returned mail: User unknown",
)
SELF_MADE = mail(
    f"Lo sentimos: la cuenta ada@example.net no existe en este servidor.\n\n{RETURNED}",
    sender="postmaster@mx.example.net",
    subject="Mensaje devuelto",
)
REJECTED = mail(
    "--d\nContent-Type: text/plain\n\nYour message to <ada@example.net> was automatically rejected:\nQuota exceeded\n"
    "--d\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ada@example.net\n--d--\n",
    subject="Automatically rejected mail",
    kind='multipart/report; report-type=disposition-notification; boundary="d"',
)


@pytest.mark.parametrize(
    ("raw", "lasting", "status", "names_ours"),
    [
        (POSTFIX, "hard", "5.1.1", True),
        (GMAIL, "hard", "5.1.1", True),
        (GMAIL_FULL, "soft", "5.2.2", True),
        (OUTLOOK_POLICY, "soft", "5.7.1", True),  # whatever its words are
        (AMAZON_VAGUE, "soft", "5.2.2", True),  # the status that says something
        (DELAYED, "delayed", "4.4.1", False),
        (DELIVERED, "delivered", "2.1.5", False),
        (EXIM, "hard", "5.1.1", True),
        (QMAIL, "hard", "5.1.1", True),
        (YAHOO, "soft", "", True),
        (EXCHANGE, "hard", "", False),
        (OFFICE, "hard", "5.1.10", True),
        (SENDMAIL, "hard", "", False),
        (SELF_MADE, "hard", "", True),
        (REJECTED, "soft", "", False),
    ],
    ids=[
        "postfix", "gmail", "gmail-full", "outlook-policy", "amazon", "delayed", "delivered", "exim", "qmail", "yahoo",
        "exchange", "office", "sendmail", "self-made", "dovecot",
    ],
)  # fmt: skip
def test_read_format(raw: bytes, lasting: str, status: str, names_ours: bool) -> None:
    assert facts(raw) == [("ada@example.net", lasting, status)]
    found = read(raw)
    assert found is not None
    assert (found.permanence, found.complained) == (Permanence(lasting), False)
    assert found.message_ids == ((TOKEN,) if names_ours else ())
    assert found.return_paths == ((VERP,) if names_ours else ())


def test_read_several_recipients_each_with_its_own() -> None:
    raw = report(
        "Final-Recipient: rfc822; ada@example.net\nAction: delayed\nStatus: 4.4.1\n\n"
        "Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1"
    )
    assert facts(raw) == [("ada@example.net", "delayed", "4.4.1"), ("bob@example.net", "hard", "5.1.1")]
    found = read(raw)
    assert found is not None and found.permanence is Permanence.HARD


def test_read_nobody_named_is_a_bounce_all_the_same() -> None:
    raw = mail("We regret: the mailbox is full.", headers="Auto-Submitted: auto-replied\n")
    found = read(raw)
    assert found == Bounce((), permanence=Permanence.SOFT)


def test_read_recipient_from_the_letter_that_came_back() -> None:
    body = f"--e\nContent-Type: text/plain\n\nNo such user.\n--e\nContent-Type: message/rfc822\n\n{RETURNED}\n--e--\n"
    raw = mail(body, kind='multipart/mixed; boundary="e"')
    assert facts(raw) == [("ada@example.net", "hard", "")]


# -- complaints ----------------------------------------------------------------------------------------------


def arf(kind: str = "abuse") -> bytes:
    body = (
        "--f\nContent-Type: text/plain\n\nAn email abuse report.\n--f\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: {kind}\nUser-Agent: FBL/1.0\nVersion: 1\nOriginal-Rcpt-To: ada@example.net\n"
        f"--f\nContent-Type: message/rfc822\n\n{RETURNED}\n--f--\n"
    )
    return mail(
        body,
        sender="feedback@arf.example.com",
        subject="FW: Invitation",
        kind='multipart/report; report-type=feedback-report; boundary="f"',
    )


def test_read_complaint() -> None:
    found = read(arf())
    assert found is not None
    assert (found.complained, found.message_ids, found.return_paths) == (True, (TOKEN,), (VERP,))
    assert [r.address for r in found.recipients] == ["ada@example.net"]


def test_read_report_that_it_is_no_spam_is_no_complaint() -> None:
    assert read(arf("not-spam")) is None


# -- what is none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        # a holiday notice, sent to the bounce address as RFC 3834 asks
        mail(
            "I am away until 3 January. Mail to ada@example.net could not be delivered in my absence.",
            sender="ada@example.net",
            subject="Automatic reply: Invitation",
            headers=f"Return-Path: <>\nAuto-Submitted: auto-replied\nDelivered-To: {VERP}\n",
        ),
        mail("I am away.", sender="ada@example.net", subject="Away until May 5", headers="Return-Path: <>\n"),
        # a person who writes about bounces, with one quoted
        mail(
            "My mails came back! What now?\n\n> <bob@example.net>: 550 5.1.1 User unknown\n> could not be delivered",
            sender="ada@example.net",
            subject="Re: Undelivered Mail Returned to Sender",
        ),
        mail(
            "Yes, I'll come. My other address bob@example.net does not exist any more.",
            sender="ada@example.net",
            subject="Could not open the link",
            headers=f"In-Reply-To: {TOKEN}\n",
        ),
        # a receipt for reading, RFC 8098
        mail(
            "--g\nContent-Type: text/plain\n\nYour message was read.\n--g\n"
            "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ada@example.net\n--g--\n",
            sender="ada@example.net",
            subject="Read: Invitation",
            kind='multipart/report; report-type=disposition-notification; boundary="g"',
        ),
    ],
    ids=["holiday", "holiday-bare", "person-quotes-one", "person-answers", "read-receipt"],
)
def test_read_is_no_bounce(raw: bytes) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    "body",
    [
        "<" * 200_000,
        "a@" * 100_000,
        "\n--x" * 50_000,
        "550 5.1.1 user " * 20_000,
        "ada@example.net " * 20_000,
        ("Content-Type: multipart/mixed; boundary=x\n\n--x\n") * 500,
        "Message-ID: <" + "x" * 100_000,
        "\t\n" * 120_000,
    ],
    ids=["angles", "ats", "boundaries", "codes", "addresses", "nested", "long-id", "lines"],
)
def test_read_hostile_text_ends_soon(body: str) -> None:
    for kind in ("text/plain", "multipart/mixed; boundary=x"):
        raw = mail(body, kind=kind)
        began = time.perf_counter()
        try:
            read(raw)
        except inbound.Unreadable:
            continue
        assert time.perf_counter() - began < 1
