"""Approve, kill everything, restart days later: sent once, to exactly the approved list, less those who unsubscribed.

The processes are a coordinator's and the schedule's, killed by SIGKILL at every turn; the SMTP server is a real one on
loopback, which outlives them and knows what it took.
"""

import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

from steps import newsletter, outbox, persons, topics
from tests.programme import NOON
from tests.servers.smtp_faults import Fault, SmtpFaults
from tests.steps.issue_place import IssuePlace
from tests.steps.newsletter_child import SIZE, approve, begin, record, work

PEOPLE = 2 * SIZE + 5  # three pages
DAYS = timedelta(days=3)  # that the approval waits
KILLED = -signal.SIGKILL
# At the end of these messages the server falls silent: it has taken the one, not the other.
FAULTS = {12: Fault.HANG_STORED, 24: Fault.HANG_LOST}


def test_killed_at_every_turn_it_is_sent_once_to_the_approved_list_less_who_left(tmp_path: Path) -> None:
    place = IssuePlace(tmp_path)
    people = [place.reader(language="fr") for _ in range(PEOPLE)]
    issue = place.draft(fr="Tout va bien.")
    code = newsletter.preview(place.app, issue).code

    def run(what: object, *more: object) -> int | None:
        process = begin(what, tmp_path, place.environ, place.time, *more)
        process.join()
        return process.exitcode

    def standing() -> tuple[str, int]:
        (letters,) = place.app.conn.execute("select count(*) from outbox").fetchone()
        return place.state(issue), letters

    def killed_while_it_waits(server: SmtpFaults) -> int | None:
        process = begin(work, tmp_path, place.environ, place.time)
        while not server.hanging.wait(0.05):
            assert process.is_alive()
        server.hanging.clear()
        process.kill()
        process.join()
        return process.exitcode

    with SmtpFaults(messages=[FAULTS.get(n) for n in range(1, max(FAULTS) + 1)]) as server:
        place.environ["LETSCONNECT_SMTP_URL"] = f"smtp://127.0.0.1:{server.port}?tls=none"
        place.environ["LETSCONNECT_SMTP_CONNECTIONS"] = "1"

        # Killed while approving, nothing is approved. Then it is, and days pass in which no process is alive.
        assert (run(approve, code, SIZE), standing()) == (KILLED, ("draft", 0))
        assert (run(approve, code), standing()) == (0, ("approved", 0))
        assert place.later(days=DAYS.days) == NOON + DAYS

        # Killed on the way into the outbox; two leave meanwhile, one with a letter there, and somebody comes.
        assert (run(record, 1, "inside"), standing()) == (KILLED, ("sending", 0))
        assert (run(record, 1, "after"), standing()) == (KILLED, ("sending", SIZE))
        topics.stop(place.app, place.by_key(f"newsletter/{issue.id}/{people[2]}"), "newsletter", "one-click")
        persons.suppress(place.app, str(people[-2]), "newsletter", "test")
        place.reader("somebody who came while it was being sent")
        assert (run(record, 1, "inside"), standing()) == (KILLED, ("sending", SIZE))

        # Killed on the way out, before the server has said whether it took a message.
        assert (killed_while_it_waits(server), standing()) == (KILLED, ("sent", PEOPLE - 1))
        assert killed_while_it_waits(server) == KILLED
        assert run(work) == 0

        # The two whose fate nobody can know are listed; a person looks into the server's log and says it.
        taken = {one.message_id for one in server.stored}
        unsure = outbox.listing(place.app, {"state": "unsure"})
        for message in unsure:
            outbox.resolve(place.app, message.id, message.message_id in taken, "test")
        assert (len(unsure), run(work)) == (len(FAULTS), 0)
        got = Counter(one.recipient for one in server.stored)

    left = {people[2], people[-2]}
    assert got == Counter(f"p{person}@example.org" for person in people if person not in left)
