"""As a coordinator does it: the command line, a real SMTP server, a private Dovecot, and a person's calendar.

Shows that the invitation that lands in the mailbox is one that ical.js and libical accept, that an answer counts as
soon as it arrives, and that a change and a cancellation move and end the very same entry.
"""

import email
import imaplib
import json
import os
import signal
import smtplib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from demo.ports import free_port
from tests.judges.judge import judge_ical_js, judge_libical
from tests.servers.dovecot import Dovecot, dovecot

PROGRAMME = "letsconnect@example.org"
ADA = "ada@example.org"
START = datetime.now(UTC).replace(hour=13, minute=0, second=0, microsecond=0) + timedelta(days=60)


class ToDovecot:
    """An SMTP server's other end: every mail goes into the recipient's Dovecot mailbox."""

    def __init__(self, server: Dovecot) -> None:
        self.server = server

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        for recipient in envelope.rcpt_tos:
            self.server.deliver(recipient, envelope.content)
        return "250 2.0.0 kept"


@contextmanager
def relay(server: Dovecot) -> Iterator[int]:
    port = free_port()
    controller = Controller(ToDovecot(server), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


class Terminal:
    """`letsconnect ...` in processes of their own."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.argv = [sys.executable, "-P", "-c", "import sys; from cli import main; sys.exit(main())"]

    def __call__(self, *words: str) -> Any:
        argv = [*self.argv, *words, "--json"]
        done = subprocess.run(argv, env=self.environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def running(self, *words: str) -> Iterator[None]:
        process = subprocess.Popen([*self.argv, *words], env=self.environ, stdout=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Dovecot]:
    with dovecot(tmp_path) as running:
        yield running


@pytest.fixture
def terminal(server: Dovecot, tmp_path: Path) -> Iterator[Terminal]:
    with relay(server) as port:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("LETSCONNECT_")} | {
            "LETSCONNECT_HOME": str(tmp_path / "home"),
            "LETSCONNECT_MAILBOX": PROGRAMME,
            "LETSCONNECT_SMTP_URL": f"smtp://127.0.0.1:{port}?tls=none",
            "LETSCONNECT_IMAP_URL": f"imap://{PROGRAMME.replace('@', '%40')}:{server.password}"
            f"@127.0.0.1:{server.imap_port}/INBOX?tls=none",
        }
        yield Terminal(environ)


def mailbox(server: Dovecot, user: str) -> list[Message]:
    box = imaplib.IMAP4(server.host, server.imap_port)
    box.login(user, server.password)
    box.select("INBOX", readonly=True)
    (numbers,) = box.search(None, "ALL")[1]
    found = [email.message_from_bytes(box.fetch(n, "(BODY.PEEK[])")[1][0][1]) for n in numbers.split()]
    box.logout()
    return found


def entry(mail: Message) -> bytes:
    """The calendar part that clients show with buttons: the last one of multipart/alternative."""
    parts = [p for p in mail.walk() if p.get_content_type() == "multipart/alternative"]
    last = parts[0].get_payload()[-1]
    assert last.get_content_type() == "text/calendar"
    return bytes(last.get_payload(decode=True))


def property_of(data: bytes, name: str) -> str:
    unfolded = data.decode().replace("\r\n ", "")
    return next(line.split(":", 1)[1] for line in unfolded.splitlines() if line.split(":")[0].split(";")[0] == name)


def reply(data: bytes, partstat: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ADA, PROGRAMME, "Accepted"
    mail["Message-ID"] = f"<{partstat}.{time.monotonic_ns()}@example.org>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("Ada has accepted")
    mail.add_alternative(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//calendar//EN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        f"UID:{property_of(data, 'UID')}\r\nSEQUENCE:{property_of(data, 'SEQUENCE')}\r\n"
        f"DTSTAMP:{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}\r\nDTSTART:{property_of(data, 'DTSTART')}\r\n"
        f"ORGANIZER:mailto:{PROGRAMME}\r\nATTENDEE;PARTSTAT={partstat}:mailto:{ADA}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n",
        subtype="calendar",
        params={"method": "REPLY"},
    )
    return mail.as_bytes()


def accepted_by_judges(data: bytes) -> None:
    for judge in (judge_ical_js, judge_libical):
        verdict = judge(data)
        assert (verdict["ok"], verdict["error"]) == (True, "")
        (event,) = verdict["events"]
        assert event["uid"] == [property_of(data, "UID")]


def test_registration_file_becomes_an_accepted_invitation(
    server: Dovecot, terminal: Terminal, tmp_path: Path
) -> None:
    form = tmp_path / "form.csv"
    form.write_text(f"Name,Email,Country,Languages\nAda Obi,{ADA},Nigeria,English\n", "utf-8")
    terminal("init")
    terminal("session", "add", "--title", "Proposal writing", "--start", START.isoformat())
    terminal("import", "registrations", str(form), "--session", "proposal-writing")
    assert terminal("run", "tick")["deliver"]["sent"] == 2

    mails = sorted(mailbox(server, ADA), key=lambda mail: mail.get_content_type())
    assert [mail.get_content_type() for mail in mails] == ["multipart/alternative", "multipart/mixed"]
    first = entry(mails[1])
    accepted_by_judges(first)
    assert (property_of(first, "METHOD"), property_of(first, "SEQUENCE")) == ("REQUEST", "0")

    with terminal.running("run", "inbox", "--watch"):
        server.deliver(PROGRAMME, reply(first, "ACCEPTED"))
        arrived = time.monotonic()
        with closing(sqlite3.connect(Path(terminal.environ["LETSCONNECT_HOME"]) / "letsconnect.db")) as store:
            while store.execute("select partstat from invitations").fetchall() != [("ACCEPTED",)]:
                assert time.monotonic() - arrived < 20, "the answer was not read"
                time.sleep(0.05)
    (answer,) = [r for r in terminal("why", ADA) if r["what"] == "answer"]
    assert (answer["verdict"], answer["session_id"]) == ("ACCEPTED", 1)

    terminal("session", "change", "1", "--start", (START + timedelta(days=1)).isoformat())
    terminal("run", "tick")
    moved = entry(mailbox(server, ADA)[-1])
    accepted_by_judges(moved)
    assert property_of(moved, "UID") == property_of(first, "UID")
    assert (property_of(moved, "METHOD"), property_of(moved, "SEQUENCE")) == ("REQUEST", "1")
    assert property_of(moved, "DTSTART") == f"{START + timedelta(days=1):%Y%m%dT%H%M%SZ}"

    terminal("session", "cancel", "1", "--reason", "the sharer is ill")
    terminal("run", "tick")
    ended = entry(mailbox(server, ADA)[-1])
    accepted_by_judges(ended)
    assert property_of(ended, "UID") == property_of(first, "UID")
    assert (property_of(ended, "METHOD"), property_of(ended, "SEQUENCE")) == ("CANCEL", "2")
    assert property_of(ended, "STATUS") == "CANCELLED"
    assert len(mailbox(server, ADA)) == 4


def test_plain_reply_is_confirmed_by_mail(server: Dovecot, terminal: Terminal, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    form.write_text(f"Name,Email,Country,Languages\nAda Obi,{ADA},Spain,Spanish\n", "utf-8")
    terminal("init")
    terminal("session", "add", "--title", "Proposal writing", "--start", START.isoformat())
    terminal("import", "registrations", str(form), "--session", "1")
    terminal("run", "tick")
    invitation = next(m for m in mailbox(server, ADA) if m.get_content_type() == "multipart/mixed")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ADA, PROGRAMME, "Re: Invitación"
    mail["Message-ID"], mail["In-Reply-To"] = "<answer@example.org>", invitation["Message-ID"]
    mail.set_content("Sí, claro\n\nEl jue, 4 feb 2100, Let's Connect escribió:\n> ¿Puedes venir?\n")
    with smtplib.SMTP("127.0.0.1", int(terminal.environ["LETSCONNECT_SMTP_URL"].split(":")[2].split("?")[0])) as smtp:
        smtp.send_message(mail)
    terminal("run", "tick")
    assert terminal("status")["invitations"]["ACCEPTED"] == 1
    confirmation = mailbox(server, ADA)[-1]
    assert confirmation["In-Reply-To"] == "<answer@example.org>"
    assert confirmation["Content-Language"] == "es"
