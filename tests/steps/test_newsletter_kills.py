"""Approved, killed, restarted: sent once, to exactly the approved list, less those who left meanwhile."""

import signal
import subprocess
import sys
from pathlib import Path

from config.settings import ROOT
from steps import persons
from tests.steps.issue_place import IssuePlace
from tests.steps.newsletter_child import SIZE

PEOPLE = 2 * SIZE + 5  # three pages


def child(folder: Path, page: int, when: str) -> int:
    argv = [sys.executable, "-m", "tests.steps.newsletter_child", str(folder), str(page), when]
    return subprocess.run(argv, cwd=ROOT, check=False, capture_output=True, timeout=120).returncode


def test_killed_between_and_inside_pages_it_is_sent_once_to_the_approved_list(tmp_path: Path) -> None:
    place = IssuePlace(tmp_path)
    people = [place.reader(language="fr") for _ in range(PEOPLE)]
    issue = place.draft(fr="Tout va bien.")
    assert place.approve(issue) == PEOPLE

    def recorded() -> int:
        return int(place.app.conn.execute("select count(*) from outbox").fetchone()[0])

    assert (child(tmp_path, 1, "inside"), recorded()) == (-signal.SIGKILL, 0)
    assert (child(tmp_path, 1, "after"), recorded(), place.state(issue)) == (-signal.SIGKILL, SIZE, "sending")
    left = [people[2], people[-2]]  # the first has a letter in the outbox already
    for person in left:
        persons.suppress(place.app, str(person), "newsletter", "test")
    place.reader("somebody who came while it was being sent")
    assert (child(tmp_path, 1, "inside"), recorded()) == (-signal.SIGKILL, SIZE)
    assert (child(tmp_path, 0, ""), place.state(issue)) == (0, "sent")
    place.deliver()
    place.deliver()
    keys = [place.message(parcel.id).key for parcel in place.channel.stored]
    wanted = [f"newsletter/{issue.id}/{person}" for person in people if person not in left]
    assert sorted(keys) == sorted(wanted)
