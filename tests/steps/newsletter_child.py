"""A process that records approved issues and is killed: `python -m tests.steps.newsletter_child FOLDER PAGE WHEN`.

SIGKILL comes at the PAGE-th page, "inside" its transaction or "after" it; a PAGE of 0 lets it end.
"""

import os
import signal
import sys
from pathlib import Path

from steps import newsletter_send
from store import newsletter
from tests.programme import Place


def main(folder: str, page: int, when: str) -> None:
    recorded, waiting = newsletter.recorded, newsletter.waiting_readers
    pages = 0

    def killed(*args: object) -> None:
        nonlocal pages
        pages += 1
        recorded(*args)  # type: ignore[arg-type]  # passed on as they came
        if pages == page and when == "inside":
            os.kill(os.getpid(), signal.SIGKILL)

    def next_page(*args: object, **more: object) -> object:
        if page and pages == page:
            os.kill(os.getpid(), signal.SIGKILL)
        return waiting(*args, **more)  # type: ignore[arg-type]  # passed on as they came

    newsletter_send.newsletter.recorded = killed  # type: ignore[assignment]  # a crash, not another behaviour
    newsletter_send.newsletter.waiting_readers = next_page  # type: ignore[assignment]  # likewise
    print(newsletter_send.send_approved(Place(Path(folder)).app).messages)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
