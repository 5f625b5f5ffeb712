"""A private PostgreSQL on loopback, with an empty database. It never runs as root, which it refuses: `nobody` then."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.ports import free_port
from tests.needs import needs


def _program(name: str) -> str | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, places)]))


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of its database, as SQLAlchemy writes it."""
    initdb, server = _program("initdb"), _program("postgres")
    needs(initdb and server, "PostgreSQL (Debian: postgresql)")
    assert initdb is not None
    assert server is not None
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:  # short: it holds a socket
        account = pwd.getpwnam("nobody")
        become: dict[str, object] = {}
        if os.geteuid() == 0:
            os.chown(folder, account.pw_uid, account.pw_gid)
            become = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        data, port = f"{folder}/data", free_port()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **become}
        # Nothing here outlives the test: no waiting for the disk.
        subprocess.run(
            [initdb, "-D", data, "-U", "prefect", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"], check=True, **quiet
        )
        options = ["-c", "fsync=off", "-c", f"unix_socket_directories={folder}", "-c", "listen_addresses=127.0.0.1"]
        process = subprocess.Popen([server, "-D", data, "-p", str(port), *options], **quiet)
        try:
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(20)
