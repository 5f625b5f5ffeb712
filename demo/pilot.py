"""A programme with the shape of the pilot, March to October 2022: its report can be laid beside the pilot's own.

Made through the steps that coordinators use, in a folder of its own, the same every time: 179 people register, 10
learning clinics and 7 regional sessions take place, 51 connections are proposed and 11 happen, people answer surveys.
Who is who is `people.py`'s; what the pilot printed is in `pilot_figures.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from config import programme as programme_file
from config import settings as settings_file
from demo import meeting_tool, people
from domain.sessions import Session
from domain.surveys import SKIPPED
from steps import (
    attendance,
    import_attendance,
    imports,
    report,
    resources,
    sessions,
    setup,
    support,
    survey_answers,
    surveys,
)
from steps.app import App
from store import database, proposals

WHO = "demo"
FIRST, LAST = date(2022, 3, 1), date(2022, 10, 31)
REGISTERED = datetime(2022, 3, 24, 12, tzinfo=UTC)
TOOK_PART_ONCE, TOOK_PART_OFTEN, OFTEN = 68, 36, 3  # 38 % and 20 % of 179; OFTEN: sessions of each of the latter

# Title, who led it, skills, sharers, how many registered people came, how many guests.
CLINICS = (
    ("Writing a proposal", "working_group", "proposal-writing", 2, 14, 8),
    ("What makes a proposal convincing", "working_group", "proposal-writing", 1, 13, 8),
    ("A proposal from idea to budget", "working_group", "proposal-writing", 2, 12, 7),
    ("Qualitative evaluation", "working_group", "qualitative-evaluation", 1, 11, 5),
    ("Numbers that tell something", "working_group", "quantitative-metrics", 2, 11, 4),
    ("Planning learning and evaluation", "working_group", "learning-plans", 1, 10, 4),
    ("Telling stories of impact", "working_group", "documenting-knowledge", 2, 10, 4),
    ("Planning an organisation", "community", "organisational-plan", 1, 10, 3),
    ("Planning a project together", "community", "managing-teams, organisational-plan", 2, 10, 3),
    ("Communication skills for groups", "community", "documenting-knowledge", 1, 9, 2),
)
REGIONAL = (6, 6, 6, 6, 6, 5, 5)  # registered people
REGIONAL_GUESTS = (23, 23, 23, 23, 23, 23, 22)
HAPPENED = (2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4)  # people in each connection
PROPOSED = {"working_group": (8, 32), "community": (3, 8)}  # happened, not happened

GIVEN = ("Linnea", "Oskar", "Mirela", "Dragan", "Katya", "Pavel", "Ingrid", "Bram", "Sanne", "Zofia", "Tomasz", "Elif",
         "Emre", "Noor", "Hana", "Kenji")  # fmt: skip
FAMILY = ("Lindqvist", "Petrov", "Novak", "Kowalski", "Yilmaz", "de Vries", "Horvat", "Popescu", "Tanaka", "Kim",
          "Olsen", "Virtanen", "Szabo")  # fmt: skip

# Fifty answers about clinics and ten about connections: question -> how many said what.
CLINIC_ANSWERS = {
    "rating": {"5": 20, "4": 20, "3": 10},
    "met_expectations": {"yes": 36, "no": 14},
    "documents_useful": {"yes": 39, "no": 11},
    "connectivity_trouble": {"yes": 20, "no": 30},
}
ANSWERS = {"clinic": 5, "connection": 1, "regional": 0}  # to each session
SHARED_ON = 13  # of those who found the documents useful
CONNECTION_ANSWERS = {
    "did_meet": {"yes": 10},
    "rating": {"5": 6, "4": 4},
    "documents_useful": {"yes": 9, "no": 1},
    "shared_on": {"yes": 2, "no": 8},
    "connectivity_trouble": {"yes": 4, "no": 6},
    "follow_up": {"yes": 3, "no": 7},
}
PASSED_OVER = {"open_text": SKIPPED}
RESOURCES = {"recording": 10, "slides": 12, "case_study": 7, "template": 6, "translation": 5}
RECORDED_REGIONAL, CONNECTIONS_THAT_SHARED = 2, 4


@dataclass
class Clock:
    """A moment that the season moves on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def build(home: Path) -> App:
    """The whole season in `home`, which is made or empty; an App at the end of its last day."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock = Clock(REGISTERED)
    environ = {f"{settings_file.PREFIX}{name}": "" for name, *_ in settings_file.TABLE}
    environ[f"{settings_file.PREFIX}HOME"] = str(home)

    def opened() -> App:
        settings = settings_file.load(environ, home / "letsconnect.toml")
        return App(settings, programme_file.load(settings.programme), clock)

    setup.init(opened())
    app = opened()  # with the secret that was made
    with database.write(app.conn):  # all of it at once: nobody else looks, and syncing each step takes seconds
        _Season(app, clock).play()
    return app


def write_report(app: App) -> Path:
    """The season's report as HTML beside its database."""
    return report.saved(app, report.report(app, FIRST, LAST), "html")


class _Season:
    """People first, then the sessions in the order of their days."""

    def __init__(self, app: App, clock: Clock) -> None:
        self.app, self.clock, self.random = app, clock, Random(people.SEED)
        self.answers = {
            "clinic": self._clinic_answers(),
            "connection": ({**one, **PASSED_OVER} for one in _dealt(self.random, CONNECTION_ANSWERS)),
            "regional": iter(()),
        }
        self.guests = [f"{GIVEN[n % len(GIVEN)]} {FAMILY[n % len(FAMILY)]}" for n in range(len(GIVEN) * len(FAMILY))]

    def play(self) -> None:
        self._register()
        planned = [*self._clinics(), *self._regional(), *self._connections()]
        who = self._who_comes([one.people for one in planned])
        for one, came in sorted(zip(planned, who, strict=True), key=lambda pair: pair[0].session.starts_at):
            self.clock.now = one.session.ends_at + timedelta(hours=2)
            self._attend(one, came)
        self.clock.now = datetime(LAST.year, LAST.month, LAST.day, 20, tzinfo=UTC)
        self._document(planned)
        self._grant()
        self._propose()

    def _register(self) -> None:
        file = self.app.settings.home / "registrations.csv"
        people.write(file, [skill.title for skill in self.app.programme.skills], [], self.clock.now)
        imports.import_registrations(self.app, file)
        rows = self.app.conn.execute("select id, name from participants order by id").fetchall()
        self.names = {row["id"]: row["name"] for row in rows}
        self.addresses = dict(self.app.conn.execute("select participant_id, address from contact_points").fetchall())

    def _add(self, title: str, day: datetime, **fields: str) -> Session:
        given = {"title": title, "start": day.isoformat(), "venue": "https://meet.example.org/room", **fields}
        return sessions.add(self.app, given, WHO)

    def _clinics(self) -> Iterator["_Planned"]:
        sharers = iter(self.random.sample(sorted(self.names.values()), sum(clinic[3] for clinic in CLINICS)))
        for n, (title, led_by, skills, leading, came, guests) in enumerate(CLINICS):
            names = "; ".join(next(sharers) for _ in range(leading))
            day = datetime(2022, 4, 6, 14, tzinfo=UTC) + timedelta(days=20 * n)
            session = self._add(title, day, kind="clinic", led_by=led_by, skills=skills, sharers=names, capacity="40")
            yield _Planned("clinic", session, came, guests)

    def _regional(self) -> Iterator["_Planned"]:
        for n, (came, guests) in enumerate(zip(REGIONAL, REGIONAL_GUESTS, strict=True)):
            day = datetime(2022, 4, 14, 16, tzinfo=UTC) + timedelta(days=28 * n)
            session = self._add(f"Regional learning session {n + 1}", day, kind="regional", capacity="60")
            yield _Planned("regional", session, came, guests)

    def _connections(self) -> Iterator["_Planned"]:
        """Those that happened, and those that nobody answered, which are cancelled."""
        sizes = iter(HAPPENED)
        number = 0
        for led_by, (happened, not_happened) in PROPOSED.items():
            for n in range(happened + not_happened):
                size = next(sizes) if n < happened else 0
                number += 1
                day = datetime(2022, 4, 4, 10, tzinfo=UTC) + timedelta(days=4 * number)
                kind = "cluster" if size > 2 else "coffee"
                session = self._add(f"Connection {number}", day, kind=kind, led_by=led_by)
                if size:
                    yield _Planned("connection", session, size, 0)
                else:
                    sessions.cancel(self.app, session.code, "nobody answered", WHO)

    def _who_comes(self, sizes: Sequence[int]) -> list[list[int]]:
        """The people of each session: some come to one, some to several, the others to none."""
        taking_part = self.random.sample(sorted(self.names), TOOK_PART_ONCE + TOOK_PART_OFTEN)
        room, found = list(sizes), [list[int]() for _ in sizes]
        for person in taking_part[:TOOK_PART_OFTEN]:
            emptiest = sorted(range(len(room)), key=lambda n: -room[n])[:OFTEN]
            for n in emptiest:
                found[n].append(person)
                room[n] -= 1
        once = iter(taking_part[TOOK_PART_OFTEN:])
        for n, left in enumerate(room):
            found[n] += [next(once) for _ in range(left)]
        assert next(once, None) is None
        return found

    def _attend(self, one: "_Planned", came: Sequence[int]) -> None:
        """Clinics and regional sessions by the list of a meeting tool, connections by hand."""
        if one.what == "connection":
            attendance.attended(self.app, one.session.code, [str(person) for person in came], WHO)
        else:
            guests = [self.guests.pop() for _ in range(one.guests)]
            file = self.app.settings.home / "attendance.csv"
            people = [(self.names[p], self.addresses[p] if p % 2 else "") for p in came]
            meeting_tool.write(file, one.session, people, guests)
            import_attendance.import_attendance(self.app, file, one.session.code, WHO)
            file.unlink()
        surveys.look_after(self.app)
        query = "select id from survey_requests where session_id = ? order by id limit ?"
        for (request,) in self.app.conn.execute(query, (one.session.id, ANSWERS[one.what])).fetchall():
            self._answer(request, next(self.answers[one.what], None))

    def _clinic_answers(self) -> Iterator[dict[str, str]]:
        shared = 0
        for given in _dealt(self.random, CLINIC_ANSWERS):
            useful = given["documents_useful"] == "yes"
            shared += useful
            yield {**given, "shared_on": "yes" if useful and shared <= SHARED_ON else "no"} | PASSED_OVER

    def _answer(self, request: int, given: dict[str, str] | None) -> None:
        """On the page, right after the session."""
        with database.write(self.app.conn) as conn:
            before = survey_answers.interview(self.app, conn, request, self.clock.now)
            if before is not None and given is not None:
                survey_answers.take(self.app, conn, before, given, "page", self.clock.now)

    def _document(self, planned: Sequence["_Planned"]) -> None:
        clinics = [one.session for one in planned if one.what == "clinic"]
        regional = [one.session for one in planned if one.what == "regional"]
        met = [one.session for one in planned if one.what == "connection"]
        wanted = [(clinics[n % len(clinics)], kind) for kind, number in RESOURCES.items() for n in range(number)]
        wanted += [(session, "recording") for session in regional[:RECORDED_REGIONAL]]
        wanted += [(session, "link") for session in met[:CONNECTIONS_THAT_SHARED]]
        for n, (session, kind) in enumerate(wanted):
            url = f"https://commons.example.org/{session.code}/{kind}-{n}"
            resources.add(self.app, session.code, {"kind": kind, "url": url}, WHO)

    def _grant(self) -> None:
        """Of all who asked for means in their form, one gets them."""
        first = support.listing(self.app)[0]
        support.settle(self.app, [first.request.id], "granted", WHO)

    def _propose(self) -> None:
        """Three people from Latin America, with all that is asked."""
        conn, now = self.app.conn, self.clock.now
        latin = "select id from participants where country in ('AR', 'CO', 'MX') order by id limit 3"
        rows = conn.execute(latin).fetchall()
        for row in rows:
            one = proposals.start(conn, row["id"], "mail", now)
            while (field := one.waits_for) is not None:
                one = proposals.answer(conn, one, field, "A clinic that we would lead", now)


@dataclass(frozen=True)
class _Planned:
    """A session that takes place. `people`: registered ones who come."""

    what: str
    session: Session
    people: int
    guests: int


def _dealt(random: Random, figures: dict[str, dict[str, int]]) -> Iterator[dict[str, str]]:
    """Answers in which each question has exactly the figures given."""
    columns = {}
    for question, counts in figures.items():
        cards = [value for value, count in counts.items() for _ in range(count)]
        random.shuffle(cards)
        columns[question] = cards
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(columns, row, strict=True))
