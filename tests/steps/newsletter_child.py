"""A process that records approved issues and is killed: `python -m tests.steps.newsletter_child FOLDER PAGE WHEN`.

SIGKILL comes at the PAGE-th page, "inside" while its messages are put into the outbox, or "after" it; a PAGE of 0 lets
it end.
"""

import os
import signal
import sys
from pathlib import Path

from steps import newsletter_send
from store import newsletter, outbox
from tests.programme import Place

SIZE = 20  # readers on a page here


def main(folder: str, page: int, when: str) -> None:
    record, waiting = outbox.record, newsletter.waiting_readers
    messages = pages = 0

    def recorded(*args: object) -> object:
        nonlocal messages
        messages += 1
        if when == "inside" and messages == (page - 1) * SIZE + SIZE // 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return record(*args)

    def next_page(*args: object) -> object:
        nonlocal pages
        pages += 1
        if when == "after" and pages == page + 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return waiting(*args, most=SIZE)

    newsletter_send.outbox.record = recorded
    newsletter_send.newsletter.waiting_readers = next_page
    print(newsletter_send.send_approved(Place(Path(folder)).app).messages)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
