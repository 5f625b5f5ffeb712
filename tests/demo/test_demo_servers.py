"""The demo's mail servers as the child process they are: caught, delivered, refused, gone with the parent."""

import contextlib
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import imapclient
import pytest

from demo import servers

PROGRAMME = "letsconnect@example.org"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Servers]:
    log = tmp_path_factory.mktemp("demo") / "servers.log"
    child = servers.start(PROGRAMME, "a-password", ("gone@example.net",), log)
    yield child
    child.stop()
    assert log.read_text() == ""


def send(running: servers.Servers, recipient: str, subject: str = "Hello", **parts: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = PROGRAMME, recipient, subject
    mail.set_content(parts.get("text", "words"))
    if "html" in parts:
        mail.add_alternative(parts["html"], subtype="html")
    mail["Content-Language"] = parts.get("language", "en")  # last: adding parts moves Content- fields down
    with smtplib.SMTP(servers.HOST, running.smtp_port) as relay:
        relay.send_message(mail, from_addr="letsconnect+b-x@example.org", to_addrs=[recipient])


def get(running: servers.Servers, path: str, **query: str) -> httpx.Response:
    return httpx.get(running.viewer_url.rstrip("/") + path, params=query or None, trust_env=False)


def number_of(running: servers.Servers, recipient: str) -> int:
    return int([m["id"] for m in get(running, "/mails.json").json() if m["recipient"] == recipient][-1])


def imap(running: servers.Servers, password: str = "a-password") -> imapclient.IMAPClient:
    client = imapclient.IMAPClient(servers.HOST, running.imap_port, ssl=False, timeout=10)
    client.login(PROGRAMME, password)
    return client


def test_mail_to_a_person_is_caught_and_shown(running: servers.Servers) -> None:
    send(running, "amina@example.org", "An invitation", html="<p>See <b>you</b></p>", language="fr")
    number = number_of(running, "amina@example.org")
    assert "An invitation" in get(running, "/").text
    assert "words" in get(running, f"/mails/{number}", part="text").text
    assert get(running, f"/mails/{number}/html").text.strip() == "<p>See <b>you</b></p>"
    assert "letsconnect+b-x@example.org" in get(running, f"/mails/{number}").text


def test_list_is_filtered_by_recipient_language_and_kind(running: servers.Servers) -> None:
    send(running, "filter-one@example.org", "Subject one", language="es")
    send(running, "filter-two@example.org", "Subject two", language="ar")
    assert "Subject two" not in get(running, "/", to="FILTER-one").text
    shown = get(running, "/", to="filter", language="ar", purpose="letter").text
    assert ("Subject one" in shown, "Subject two" in shown) == (False, True)
    assert "No mails match" in get(running, "/", to="filter", purpose="update").text


def test_hostile_mail_stays_in_its_frame(running: servers.Servers) -> None:
    script = "<script>alert(1)</script>"
    send(running, "hostile@example.org", script, html=script, text="</pre><b>")
    number = number_of(running, "hostile@example.org")
    pages = "".join(get(running, path).text for path in ("/", f"/mails/{number}", f"/mails/{number}?part=text"))
    assert ("<script" in pages, "</pre><b>" in pages) == (False, False)
    policy = get(running, f"/mails/{number}/html").headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups") and "default-src 'none'" in policy and "script-src" not in policy
    assert get(running, "/").headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")


def test_viewer_addresses_hold_no_mail_addresses(running: servers.Servers) -> None:
    send(running, "private@example.org")
    links = [part.split('"')[0] for part in get(running, "/").text.split('href="')[1:]]
    assert [link for link in links if "@" in link or "private" in link] == []


def test_viewer_unknown_mail(running: servers.Servers) -> None:
    assert [get(running, f"/mails/{n}").status_code for n in (0, 999_999)] == [404, 404]


def test_mail_to_the_programme_wakes_an_idle_client(running: servers.Servers) -> None:
    client = imap(running)
    client.select_folder("INBOX", readonly=True)
    before = len(client.search())
    client.idle()
    send(running, "letsconnect+b-abc@example.org", "An answer")
    woken = client.idle_check(timeout=10)
    client.idle_done()
    uids = client.search()
    raw = client.fetch(uids[-1:], ["BODY.PEEK[]"])[uids[-1]][b"BODY[]"]
    client.logout()
    assert (len(uids), bool(woken)) == (before + 1, True)
    assert b"Delivered-To: letsconnect+b-abc@example.org\r\n" in raw and b"Subject: An answer" in raw


def test_imap_refuses_a_wrong_password(running: servers.Servers) -> None:
    with pytest.raises(imapclient.exceptions.LoginError):
        imap(running, "another")


def test_recipient_to_be_refused_is_answered_550(running: servers.Servers) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(running, "gone@example.net")
    assert refusal.value.recipients["gone@example.net"][0] == 550


def test_servers_end_with_their_parent(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from demo import servers\n"
        "child = servers.start('letsconnect@example.org', 'pw', (), Path(sys.argv[1]))\n"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return not Path(f"/proc/{pid}/stat").exists() or " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False
