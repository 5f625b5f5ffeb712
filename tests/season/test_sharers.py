"""Clinics 30, 14, 9 and 2 days ahead, moved, cancelled, with a silent sharer, with two: each ends documented or called
off, and takes a coordinator three actions at most, as the store counts them at the doors."""

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

import cli
from domain.checklists import Way
from domain.times import iso
from flows import confirm_session, sharer_checklists
from flows.skin import COORDINATOR
from steps import checklist_desk, report, session_state, sessions
from steps import deeds as counting
from store import checklists as store
from store import deeds
from tests.steps.checklist_place import DAY, LINK, SharersPlace

WORDS = {Way.TICK: "done", Way.TEXT: "We speak English.", Way.NUMBER: "20"}
ATTENDED = "session", "attended", "--guests", "12"
CLOSE = "session", "close", "--guests", "12", "--without", "recording", "--without", "slides"


@dataclass
class Clinic:
    """`days` ahead; `sharers`: name -> whether they answer. `then`: what its coordinator does on that day, whatever
    happens; `desk`: what once it waits on the desk; `after`: the day after it. Each is a command, without the session.
    """

    days: int
    sharers: dict[str, bool]
    desk: tuple[str, ...] = ()
    after: tuple[str, ...] = ATTENDED
    on: tuple[int, Callable[["Clinic"], tuple[str, ...]]] | None = None
    id: int = 0
    settled: bool = False
    wrapped_up: bool = False


def moves(clinic: Clinic) -> tuple[str, ...]:
    clinic.days += 7
    return "session", "change", "--start", iso(Season.begun_at + clinic.days * DAY)


SEEN_TO = "checklist", "settle", "seen-to"
TAKE_OVER = "checklist", "settle", "take-over"
CLINICS = {
    "thirty": Clinic(30, {"Thirty": True}),
    "fourteen": Clinic(14, {"Fourteen": True}),
    "nine": Clinic(9, {"Nine": True}, SEEN_TO),
    # who answers once a day is too slow for a plan of two days
    "two": Clinic(2, {"Two": True}, TAKE_OVER, CLOSE),
    "moved": Clinic(20, {"Maria": True}, on=(10, moves)),
    # its row waits on the desk until it is over, and goes with the closing
    "moved, then silent": Clinic(20, {"Mina": False}, after=(*CLOSE, "--take-over"), on=(3, moves)),
    "cancelled": Clinic(20, {"Chidi": False}, after=(), on=(8, lambda clinic: ("session", "cancel"))),
    "silent": Clinic(30, {"Sade": False}, TAKE_OVER, CLOSE),
    "silent, called off": Clinic(9, {"Sami": False}, ("checklist", "settle", "call-off"), ()),
    "two sharers": Clinic(30, {"Aya": False, "Bela": True}, ("checklist", "settle", "hand-over")),
    "more time": Clinic(16, {"Late": False}, ("checklist", "settle", "more-time")),
}


class Season(SharersPlace):
    """Everybody answers by mail on the day on which they are asked, or never. What runs by itself runs every day."""

    def begin(self) -> None:
        Season.begun_at = self.time
        self.people = {name: self.named(name) for one in CLINICS.values() for name in one.sharers}
        self.welcomed()
        self.answering = {self.people[name] for one in CLINICS.values() for name, does in one.sharers.items() if does}
        for title, clinic in CLINICS.items():
            start = iso(self.time + clinic.days * DAY)
            fields = {"title": title, "start": start, "zone": "UTC", "kind": "clinic", "venue": ""}
            sharers = ", ".join(str(self.people[name]) for name in clinic.sharers)
            with counting.doing(self.app, confirm_session.NAME, COORDINATOR):
                clinic.id = confirm_session.confirm(self.app, fields, sharers, 0, dry_run=False)[0].id

    def live(self, days: int) -> None:
        for day in range(days):
            for left in self.through(days=1):
                self.answers(left[1])
            sharer_checklists.work(self.app, dry_run=False)
            self.coordinates(day + 1)

    def answers(self, key: str) -> None:
        if key.startswith("checklist_") and "coordinator" not in key:
            item = store.item(self.app.conn, int(key.split("/")[1].removeprefix("item-")))
            if item is not None and int(key.rpartition("/")[2]) in self.answering:
                self.replies(key, WORDS.get(item.way, f"{LINK}/{item.code}"))

    def coordinates(self, day: int) -> None:
        """What the desk shows is settled once; the list of who was there is entered the day after."""
        waiting = {one.session.id for one in checklist_desk.waiting(self.app)}
        for clinic in CLINICS.values():
            if clinic.on is not None and clinic.on[0] == day:
                self.command(clinic, *clinic.on[1](clinic))
            if clinic.desk and clinic.id in waiting and not clinic.settled:
                clinic.settled = True
                self.command(clinic, *clinic.desk)
                if "more-time" in clinic.desk:
                    self.answering.add(self.people["Late"])
            if clinic.after and clinic.days + 10 == day:
                self.command(clinic, *clinic.after)

    def command(self, clinic: Clinic, noun: str, verb: str, *more: str) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            assert cli.main([noun, verb, str(clinic.id), *more, "--now", iso(self.time)]) == 0


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    with pytest.MonkeyPatch.context() as patch:
        season = Season(tmp_path_factory.mktemp("season"))
        for name, value in season.environ.items():
            patch.setenv(name, value)
        season.begin()
        season.live(45)
        yield season


def ended(season: Season, title: str) -> tuple[str, list[str]]:
    """How a clinic ended, and what its coordinator did."""
    session = sessions.find(season.app, str(CLINICS[title].id))
    standing = session_state.of(season.app, session)
    how = "called off" if session.state == "cancelled" else "documented" if standing.closed_at else "open"
    return how, deeds.of_session(season.app.conn, session.id)


@pytest.mark.parametrize(
    ("title", "how", "did"),
    [
        ("thirty", "documented", ["session attended"]),
        ("fourteen", "documented", ["session attended"]),
        ("nine", "documented", ["checklist settle", "session attended"]),
        ("two", "documented", ["checklist settle", "session close"]),
        ("moved", "documented", ["session change", "session attended"]),
        ("moved, then silent", "documented", ["session change", "session close"]),
        ("cancelled", "called off", ["session cancel"]),
        ("silent", "documented", ["checklist settle", "session close"]),
        ("silent, called off", "called off", ["checklist settle"]),
        ("two sharers", "documented", ["checklist settle", "session attended"]),
        ("more time", "documented", ["checklist settle", "session attended"]),
    ],
)
def test_clinic_ends_after_three_actions_of_a_coordinator_at_most(
    season: Season, title: str, how: str, did: list[str]
) -> None:
    assert ended(season, title) == (how, [confirm_session.NAME, *did])
    assert len(did) <= 2


def test_nothing_is_left_on_the_desk(season: Season) -> None:
    assert checklist_desk.waiting(season.app) == []


def test_report_says_how_many_actions_a_clinic_took(season: Season) -> None:
    figures = {one.definition.code: one for section in report.report(season.app).sections for one in section.figures}
    assert (figures["deeds_per_clinic"].value, figures["deeds_per_clinic"].base) == (2.6, 11)
    cells = {cell.label: cell.n for cell in figures["clinics_by_deeds"].cells}
    assert cells == {"2": 4, "3": 7}
