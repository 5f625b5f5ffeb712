"""The process that one bench is measured in: `python -P -m bench.child NAME FOLDER`, options on standard
input, figures on standard output, both JSON.

A process of its own, so that its memory and CPU are the bench's alone. Options may hold a password, and so are no
argument.
"""

import importlib
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from domain.errors import ConfigError, UserError

BENCHES = ("deliver", "newsletter", "plan", "imports", "pages", "inbox")


def main(argv: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started here is ended by its own `finally`
    name, folder = argv
    if name not in BENCHES:
        raise ValueError(f"no such bench: {name}")
    try:
        found = importlib.import_module(f"bench.{name}").run(Path(folder), **json.load(sys.stdin))
    except (UserError, ConfigError) as error:
        found = {"problems": [(p.what, p.where, p.remedy) for p in error.problems]}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
