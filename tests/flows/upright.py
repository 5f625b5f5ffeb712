"""`up` as the tests start it: the supervisor alone, in a process of its own. Prints the UI's address when ready.

Arguments: the port (0 takes a free one), then programs to keep alive, each as NAME=SHELL-COMMAND.
"""

import sys

from domain.errors import UserError
from flows import supervisor
from flows.children import Child
from steps.app import open_app

if __name__ == "__main__":
    children = [Child(name, ["/bin/sh", "-c", line]) for name, _, line in (a.partition("=") for a in sys.argv[2:])]
    try:
        code = supervisor.run(
            open_app(),
            port=int(sys.argv[1]),
            children=children,
            on_ready=lambda url: print("ready", url, flush=True),
            follow=1.0,
        )
    except UserError as error:
        print(error, file=sys.stderr)
        code = 1
    sys.exit(code)
