"""A private Dovecot 2.3 on loopback: IMAP to read, LMTP to deliver. For tests; any user, one password.

    with dovecot(tmp_path) as server:
        server.deliver("team@example.org", raw)
        ...connect to server.host, server.imap_port as "team@example.org" with server.password...

It never runs as root: Dovecot refuses to serve mail as root, and one set of rules for everybody is simpler than two.
Started by root, it is handed to `nobody` (the same configuration then works in a root container and at home).
Plain context managers, no fixtures, so that contract, season and crash tests can all use it.
"""

import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.ports import free_port
from tests.needs import needs

_CONFIG = """\
base_dir = {run}/run
state_dir = {run}/run/state
log_path = {run}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain login
auth_username_chars =
auth_failure_delay = 0
disable_plaintext_auth = no
{tls}
mail_location = maildir:{run}/mail/%u
mailbox_list_index = no
imap_capability = {capability}
imap_idle_notify_interval = 2 mins
maildir_very_dirty_syncs = no
lmtp_save_to_detail_mailbox = no
recipient_delimiter = +
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={run}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server. `imaps_port` is 0 without a certificate; `home` is where its log and mail lie."""

    host: str
    imap_port: int
    imaps_port: int
    lmtp_port: int
    password: str
    home: Path

    def deliver(self, recipient: str, data: bytes) -> None:
        """Brings one mail by LMTP (RFC 2033), as a mail relay would; a "+detail" is dropped from the mailbox."""
        with smtplib.LMTP(self.host, self.lmtp_port) as relay:
            relay.sendmail("sender@example.net", [recipient], data)

    def log(self) -> str:
        """What the server wrote to its log."""
        return (self.home / "dovecot.log").read_text(errors="replace")


@contextmanager
def dovecot(
    tmp_path: Path, certificate: tuple[Path, Path] | None = None, capability: str = ""
) -> Iterator[Dovecot]:
    """Starts a server with empty mailboxes and stops it at the end.

    `certificate`: (certificate chain, private key) in PEM; turns on STARTTLS and the imaps port. `capability`
    replaces the list that the server advertises after login (for a server without IDLE). `tmp_path` receives the
    log when the server is done; it runs in a short directory of its own, as socket names are limited to 107 bytes.
    """
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    needs(program, "Dovecot 2.3 (Debian: dovecot-imapd dovecot-lmtpd)")
    assert program is not None
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    needs(version.startswith("2.3"), "Dovecot 2.3 (2.4 reads another configuration language)")

    root = os.getuid() == 0
    account = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
    group = grp.getgrgid(account.pw_gid).gr_name
    run = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    imap_port, imaps_port, lmtp_port = free_port(), free_port(), free_port()
    tls = "ssl = no"
    try:
        if certificate:
            for source, name in zip(certificate, ("cert.pem", "key.pem"), strict=True):
                (run / name).write_bytes(source.read_bytes())
            tls = f"ssl = yes\nssl_cert = <{run}/cert.pem\nssl_key = <{run}/key.pem"
        config = run / "settings.conf"  # Dovecot puts a link named dovecot.conf in base_dir
        config.write_text(
            _CONFIG.format(
                run=run, user=account.pw_name, group=group, uid=account.pw_uid, gid=account.pw_gid, tls=tls,
                password="secret", imap_port=imap_port, imaps_port=imaps_port if certificate else 0,
                lmtp_port=lmtp_port, capability=capability,
            )
        )  # fmt: skip
        if root:
            for path in (run, *run.iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)
        process = subprocess.Popen(
            [program, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            **({"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if root else {}),
        )  # fmt: skip
        try:
            server = Dovecot(
                "127.0.0.1", imap_port, imaps_port if certificate else 0, lmtp_port, "secret", run
            )
            _await_greeting(process, server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stderr:
                process.stderr.close()
    finally:
        if (run / "dovecot.log").exists():
            shutil.copyfile(run / "dovecot.log", tmp_path / "dovecot.log")
        for _ in range(20):  # the server's children outlive it by a moment and still write here
            shutil.rmtree(run, ignore_errors=True)
            if not run.exists():
                break
            time.sleep(0.1)


def _await_greeting(process: "subprocess.Popen[bytes]", server: Dovecot, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    for port in (server.imap_port, server.lmtp_port):
        while True:
            try:
                with socket.create_connection((server.host, port), 5) as connection:
                    if connection.recv(1):
                        break
            except OSError:
                pass
            if process.poll() is not None or time.monotonic() > deadline:
                said = process.stderr.read().decode() if process.stderr and process.poll() is not None else ""
                log = server.home / "dovecot.log"
                raise RuntimeError(f"Dovecot did not start: {said}{log.read_text() if log.exists() else ''}")
            time.sleep(0.02)


