"""Ties a child's life to its parent's, then becomes the child: `python -P -m flows.tether PARENT-PID PROGRAM ARG...`.

On Linux the kernel kills the child when its parent dies, even by kill -9, so no server outlives the supervisor. On
other systems it only becomes the child. Standard library only: it starts in 20 ms.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1  # prctl(2)


def tethered(argv: Sequence[str]) -> list[str]:
    """`argv` as a command that dies with the calling process. Start it from a thread that lives as long: the kernel
    watches the thread that forked, not the process."""
    return [sys.executable, "-P", "-m", "flows.tether", str(os.getpid()), *argv]


def main(argv: Sequence[str]) -> int:
    parent, program = int(argv[1]), list(argv[2:])
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call took effect
            return 1
    return os.execv(program[0], program)  # noqa: S606  the very purpose: become that program, without a shell


if __name__ == "__main__":
    sys.exit(main(sys.argv))
