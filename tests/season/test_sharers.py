"""Clinics 30, 14, 9 and 2 days ahead, moved, cancelled, with a silent sharer, with two: each ends with everything
ticked or on the desk, and takes a coordinator three actions at most."""

from pathlib import Path

import pytest

from domain.checklists import Item, Way
from domain.sessions import Session
from domain.times import iso
from steps import checklists, confirming
from store import checklists as store
from tests.steps.checklist_place import DAY, LINK, SharersPlace

WORDS = {Way.TICK: "done", Way.TEXT: "We speak English.", Way.LINK: LINK, Way.FILE: LINK, Way.NUMBER: "20"}


class Season(SharersPlace):
    """Counts what a coordinator does: confirming a session, moving it, and seeing to its sharer on the desk."""

    actions = 0

    def confirmed(self, days: float, *people: int) -> Session:
        self.actions += 1
        fields = {"title": "Clinic", "start": iso(self.time + days * DAY), "kind": "clinic"}
        return confirming.confirm(self.app, fields, people, None, "Amina")

    def live(self, days: int, *answering: int) -> None:
        """Those who answer do so by mail, on the day on which they are asked."""
        for _ in range(days):
            for key in [one.split()[0] for one in self.left(days=1)]:
                asked = key.startswith("checklist_") and "coordinator" not in key
                if asked and int(key.rpartition("/")[2]) in answering:
                    self.replies(key, WORDS[self.asked(key).way])

    def asked(self, key: str) -> Item:
        ident = int(key.split("/")[1].removeprefix("item-"))
        item = store.item(self.app.conn, ident)
        assert item is not None
        return item

    def ended(self, session: Session) -> tuple[int, int, int]:
        """Items done, on the desk, and neither."""
        found = checklists.of_session(self.app, self.app.conn, session)
        waiting = len(found.waiting)
        return len(found.lines) - len(found.left), waiting, len(found.left) - waiting


@pytest.fixture
def season(tmp_path: Path) -> Season:
    return Season(tmp_path)


@pytest.mark.parametrize("days", [30, 14, 9, 2])
def test_clinic_of_a_sharer_who_answers_is_all_ticked(season: Season, days: int) -> None:
    session = season.confirmed(days, season.ada)
    season.live(days + 12, season.ada)
    done, waiting, neither = season.ended(session)
    assert (done + waiting, neither) == (14, 0)
    assert waiting == 0 or days < 14  # who answers once a day is too slow for the last of a squeezed plan
    assert season.actions + bool(waiting) <= 3


@pytest.mark.parametrize("days", [30, 2])
def test_clinic_of_a_silent_sharer_is_on_the_desk(season: Season, days: int) -> None:
    session = season.confirmed(days, season.ada)
    season.live(days + 12)
    assert season.ended(session) == (0, 14, 0)
    assert season.actions + 1 <= 3


def test_clinic_of_two_is_done_by_the_one_who_answers(season: Season) -> None:
    session = season.confirmed(30, season.ada, season.ben)
    season.live(42, season.ben)
    done, waiting, neither = season.ended(session)
    assert (done + waiting, neither, done >= 8) == (14, 0, True)


def test_clinic_that_moves_is_all_ticked_and_a_cancelled_one_ends(season: Season) -> None:
    session = season.confirmed(20, season.ada)
    season.live(10, season.ada)
    season.actions += 1
    session = season.change(session, start=iso(session.starts_at + 7 * DAY))
    season.live(30, season.ada)
    assert (season.ended(session), season.actions) == ((14, 0, 0), 2)
    other = season.confirmed(20, season.ben)
    season.live(8)
    season.cancel(other)
    assert season.left(days=40) == []
    assert season.desk() == []
