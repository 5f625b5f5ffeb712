import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flows.children import LOG_BYTES, Child, Kept, rotate


def gone(pid: int, seconds: float = 5) -> bool:
    """Dead, or a zombie that nobody here can reap."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def kept(tmp_path: Path, line: str) -> Kept:
    return Kept(Child("one", ["/bin/sh", "-c", line]), dict(os.environ), tmp_path, tmp_path / "one.log")


def test_child_that_ends_is_started_after_pauses_that_double(tmp_path: Path) -> None:
    one = kept(tmp_path, "echo again")
    starts = []
    one.start(0.0)
    for clock in range(1, 40):
        assert one.process is not None
        one.process.wait(5)
        before = one.process
        one.look(float(clock))
        if one.process is not before:
            starts.append(clock)
    assert starts == [2, 5, 10, 19, 36]
    assert one.process is not None
    one.process.wait(5)
    assert (tmp_path / "one.log").read_text() == "again\n" * 6


def test_child_that_ran_long_is_started_soon_again(tmp_path: Path) -> None:
    one = kept(tmp_path, "exec sleep 60")
    one.pause = 32.0
    one.start(0.0)
    one.look(61.0)
    assert one.pause == 1.0
    one.stop(2)


def test_stopped_child_that_does_not_listen_is_killed_with_its_own_children(tmp_path: Path) -> None:
    one = kept(tmp_path, "trap '' TERM; sleep 60 & echo $!; wait")
    one.start(0.0)
    log = tmp_path / "one.log"
    deadline = time.monotonic() + 5
    while not log.read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.05)
    one.stop(0.3)
    assert one.process is not None
    assert one.process.returncode == -signal.SIGKILL
    assert gone(int(log.read_text()))


def test_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from flows.children import Child, Kept;"
        "one = Kept(Child('one', ['/bin/sleep', '60']), {}, Path('.'), Path('one.log')); one.start(0.0);"
        "print(one.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.5)  # the child asks the kernel for it in its first instants
    assert not gone(child, 0.1)
    parent.kill()
    parent.wait(5)
    assert gone(child)


def test_log_is_private_and_moved_aside_when_large(tmp_path: Path) -> None:
    one = kept(tmp_path, "true")
    one.start(0.0)
    assert (tmp_path / "one.log").stat().st_mode & 0o777 == 0o600
    one.stop(2)
    (tmp_path / "one.log").write_bytes(b"x" * (LOG_BYTES + 1))
    rotate(tmp_path / "one.log")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.log.1"]
