"""A Dovecot of the bench's own: one empty mailbox, a port on loopback, in a folder of its own, never as root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from grp import getgrgid
from pathlib import Path

from bench.smtp_tools import HOST, as_nobody, program
from config.settings import Server
from domain.errors import Problem, UserError
from flows.tether import tethered

START_SECONDS = 15.0
_SETTINGS = """\
base_dir = {folder}/run
state_dir = {folder}/run/state
log_path = {folder}/dovecot.log
protocols = imap
listen = {host}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
ssl = no
auth_username_chars =
mail_location = maildir:{folder}/mail
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    server: Server
    process: int

    def cpu(self) -> float:
        """Seconds that all its processes took so far, ended ones too."""
        mine = [fields for fields in map(_stat, Path("/proc").glob("[0-9]*")) if fields[3:4] == [str(self.process)]]
        return sum(int(ticks) for fields in mine for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def _stat(process: Path) -> list[str]:
    """What proc(5) tells of a process behind its name: its state is first, then its parent, its group, its session;
    user and system time, its own and that of children it waited for, from the twelfth on."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # ended meanwhile
        return []


@contextmanager
def dovecot(username: str, password: str) -> Iterator[Dovecot]:
    """For one user. UserError when no Dovecot 2.3 is installed, or it does not start. From the main thread only (see
    `flows/tether.py`)."""
    path = program("dovecot", "On Debian and Ubuntu: apt install dovecot-imapd (it need not run)")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    if not version.startswith("2.3"):
        raise UserError(Problem("is not of version 2.3", "dovecot", "Use --imap with a server that runs"))
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
    # Not below the bench's folder: names of sockets are limited to 107 bytes, and `nobody` must reach it.
    folder = Path(tempfile.mkdtemp(prefix="letsconnect-dovecot-", dir="/var/tmp"))
    try:
        settings = folder / "settings.conf"
        settings.write_text(
            _SETTINGS.format(
                folder=folder, host=HOST, port=port, user=account.pw_name, group=getgrgid(account.pw_gid).gr_name,
                uid=account.pw_uid, gid=account.pw_gid, password=password,
            )
        )  # fmt: skip
        for one in (folder, settings):
            shutil.chown(one, account.pw_uid, account.pw_gid)
        process = subprocess.Popen(
            tethered([*as_nobody(path), "-F", "-c", str(settings)]), stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            _wait(process, port)
            yield Dovecot(Server(HOST, port, username, password, "none"), process.pid)
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        for _ in range(20):  # its processes outlive it by a moment and still write
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(0.1)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    overdue = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < overdue:
        try:
            with socket.create_connection((HOST, port), timeout=1) as there:
                if there.recv(100).startswith(b"* OK"):
                    return
        except OSError:
            time.sleep(0.05)
    raise UserError(Problem("did not start", "dovecot", "The lines above say why, or try it by hand"))
