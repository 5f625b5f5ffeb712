"""Free ports for servers that are started later.

They lie below the range from which systems give out ports by themselves (32768 and up on Linux, 49152 and up
elsewhere), so nothing on this machine is given one in the seconds until its server listens.
"""

import itertools
import os
import socket

_FIRST, _COUNT = 20_000, 10_000
# Processes that ask at once begin in different places; one process never gets the same port twice.
_turns = itertools.count(os.getpid() * 37)


def free_port(host: str = "127.0.0.1") -> int:
    """A port of `host` that can be listened on now. OSError when there is none, or `host` is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    problem = OSError("no free port")
    for turn in itertools.islice(_turns, _COUNT):
        try:
            with socket.create_server((host, _FIRST + turn % _COUNT), family=family):
                return _FIRST + turn % _COUNT
        except OSError as error:
            problem = error
    raise problem
