"""A Postfix of the bench's own: its own folder, a port on loopback, and every mail it takes is discarded by its queue.

What a relay costs is in it: smtpd, cleanup, the queue on the disk, the queue manager. Root only, as Postfix demands.
One setting is not as shipped: a sender that is quicker than the queue manager is not put to sleep for a second
(`in_flow_delay`), which decides who is first in a round of two seconds; instead the queue is empty before each round.
"""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.smtp_tools import HOST, program
from domain.errors import Problem, UserError

START_SECONDS = 20.0
EMPTY_SECONDS = 60.0
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.example.org
mydestination =
mynetworks = 127.0.0.0/8
default_transport = discard:
relay_transport = discard:
local_recipient_maps =
alias_maps =
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
default_process_limit = 100
in_flow_delay = 0s
"""
_SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where a server listens, and a wait until it has nothing left to do."""

    port: int
    settled: Callable[[], None] = lambda: None


@contextmanager
def postfix() -> Iterator[Relay]:
    """Ready to take mail. UserError when it is not installed, does not start, or we are not root."""
    path = program("postfix")
    if os.geteuid() != 0:
        raise UserError(Problem("starts for root only", "postfix", "Leave --peer postfix out, or run it as root"))
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
    # /var/tmp is on a disk, and user postfix may go there.
    with TemporaryDirectory(prefix="letsconnect-postfix-", dir="/var/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        _write(folder, port)
        argv = [path, "-c", str(folder / "etc")]
        try:
            _run([*argv, "start"])
            _wait(port)
            yield Relay(port, lambda: _empty(folder / "spool"))
        finally:
            subprocess.run([*argv, "stop"], capture_output=True, check=False)
            subprocess.run([*argv, "abort"], capture_output=True, check=False)


def _write(folder: Path, port: int) -> None:
    (folder / "etc").mkdir()
    for part in ("spool", "data"):
        (folder / part).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    daemons = next((one for one in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if Path(one).is_dir()), "")
    (folder / "etc" / "main.cf").write_text(_MAIN.format(folder=folder, daemons=daemons))
    (folder / "etc" / "master.cf").write_text(_SERVICES.format(port=port).lstrip())
    for shipped in ("postfix-files", "dynamicmaps.cf"):
        if (Path("/etc/postfix") / shipped).exists():
            shutil.copy(Path("/etc/postfix") / shipped, folder / "etc" / shipped)


def _run(argv: list[str]) -> None:
    ended = subprocess.run(argv, capture_output=True, text=True, check=False)
    if ended.returncode:
        said = (ended.stderr or ended.stdout).strip().splitlines()
        raise UserError(Problem(f"did not start: {said[-1] if said else 'no word why'}", "postfix", "Try it by hand"))


def _empty(spool: Path) -> None:
    overdue = time.monotonic() + EMPTY_SECONDS
    while any(files for queue in ("incoming", "active") for _, _, files in os.walk(spool / queue)):
        if time.monotonic() > overdue:
            raise UserError(Problem("does not get through its queue", "postfix", "Run it again"))
        time.sleep(0.02)


def _wait(port: int) -> None:
    overdue = time.monotonic() + START_SECONDS
    while time.monotonic() < overdue:
        try:
            with socket.create_connection((HOST, port), timeout=1) as there:
                if there.recv(100).startswith(b"220"):
                    return
        except OSError:
            time.sleep(0.1)
    raise UserError(Problem("does not answer", "postfix", "Look into the system's mail log"))
