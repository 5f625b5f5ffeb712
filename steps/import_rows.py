"""One row of a registration form into a Registration, or into everything that is wrong with it.

What its cells mean is `import_fields.py`'s; reading files is `channels/tables.py`'s; what becomes of a good row is
`store/registrations.py`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from zoneinfo import ZoneInfo

from channels.tables import Table
from channels.tables_json import Row
from config.mapping import CONSENT, Naming
from domain.imports import Mail, Profile, Registration, RowProblem, choices, fold, row_problem
from domain.timestamps import DateOrder, Evidence, parse_timestamp
from steps import import_fields as fields
from steps.import_cells import LONGEST_TEXT, Group, Notes, cleaned
from steps.import_columns import Columns

READING = 1  # raised when a row comes to be read otherwise, so that every row is read again
_ENGLISH = ("time", "subm", "date")  # how a column of times begins that an English form made
_BETWEEN = "\0"  # the cells of a digest
_LOOKED_AT = 1000  # different cells of consents that wait to be looked at


@dataclass(slots=True)
class Read:
    """What came of a row: a registration unless there are problems."""

    line: int
    registration: Registration | None = None
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)


@dataclass
class RowReader:
    """Reads the rows of one table. `sessions` maps folded ids, codes and titles to ids.

    `prepare`, if at all before the first `read`, looks at every row once: the order of dates, and which consents the
    form offered.
    """

    columns: Columns
    naming: Naming
    sessions: Mapping[str, str]
    zone: ZoneInfo
    order: DateOrder = DateOrder.UNKNOWN
    offered: set[str] = field(default_factory=set)
    guessed: bool = False  # the order, because nothing in the file tells it

    def prepare(self, table: Table, latest: datetime) -> list[RowProblem]:
        """Warnings about the file as a whole. `latest`: no submission is later."""
        stamps, asked = self.columns.fields.get("timestamp", ()), self.columns.fields.get("consents", ())
        if not stamps and not asked:
            return []
        evidence = Evidence(latest, self.zone)
        seen: set[str] = set()
        for row in table.rows():
            if row.error:
                continue
            if stamps:
                evidence.see(row.cells[stamps[0]])
            seen.update([row.cells[at] for at in asked])
            if len(seen) > _LOOKED_AT:
                self._offered_in(seen)
        self._offered_in(seen)
        if self.naming.date_order != "auto":
            self.order = DateOrder(self.naming.date_order)
            return []
        self.order = evidence.order
        if not stamps or not evidence.open or self.order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST):
            return []
        remedy = 'Set date_order = "day-first" or "month-first" in the mapping file'
        if self.order is DateOrder.MIXED:
            what = "dates have the day first in some rows and the month first in others; only the clear ones are used"
            return [row_problem(1, "timestamp", what, remedy)]
        english = self.columns.title("timestamp").isascii() and fold(self.columns.title("timestamp"))[:4] in _ENGLISH
        self.guessed = True
        self.order = DateOrder.MONTH_FIRST if english else DateOrder.DAY_FIRST
        return [row_problem(1, "timestamp", f"dates could be read in two ways; taken as {self.order}", remedy)]

    def _offered_in(self, seen: set[str]) -> None:
        for text in seen:
            self.offered.update(c.code for c in choices(text, self.naming.consents)[0])
        seen.clear()

    def read(self, row: Row) -> Read:
        """Everything the row says. Nothing of the person is in the problems."""
        if row.error:
            problem = row_problem(row.line, "", row.error, "Mend the line and import the file again")
            return Read(row.line, problems=[problem])
        notes = Notes()
        registration = self._groups.read(row.cells, notes)
        return Read(
            row.line,
            None if notes.problems else registration,
            [row_problem(row.line, *told) for told in notes.problems],
            [row_problem(row.line, *told) for told in notes.warnings],
        )

    def address(self, row: Row) -> str:
        """The canonical address alone, "" where the row has none that is right."""
        email, _ = self._groups.mails(row.cells, Notes()) if not row.error else (None, None)
        return email.canonical if email else ""

    def addresses(self, row: Row) -> set[str]:
        """The person's canonical addresses, those that are right."""
        mails = self._groups.mails(row.cells, Notes()) if not row.error else ()
        return {mail.canonical for mail in mails if mail is not None}

    def said_at(self, row: Row) -> datetime | None:
        """When the row was submitted, at the earliest: of a date that reads both ways, the sooner."""
        at = self.columns.fields.get("timestamp", ())
        if row.error or not at:
            return None
        text = " ".join(cleaned(row.cells[at[0]]).split())
        orders = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST) if self.guessed else (self.order,)
        moments = [parse_timestamp(text, order, self.zone) for order in orders]
        return min((moment for moment in moments if moment is not None), default=None)

    def digests(self, everybody: int | None) -> Callable[[Row], str]:
        """What tells a row from others: its cells, and everything by which they are read, the session of `everybody`
        in the file among it. "" for a row that has none. After `prepare`."""
        by = (READING, self.columns, self.naming, self.zone.key, self.order, sorted(self.offered), everybody)
        key = blake2b(repr((*by, sorted(self.sessions.items()))).encode("utf-8", "replace"), digest_size=16).digest()

        def digest(row: Row) -> str:
            text = _BETWEEN.join(row.cells)
            if row.error or text.count(_BETWEEN) >= len(row.cells):
                return ""
            return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=12).hexdigest()

        return digest

    @cached_property
    def _groups(self) -> "_Groups":
        meaning = fields.Meaning(self.naming, self.sessions, self.zone, self.order, frozenset(self.offered))
        return _Groups(self.columns, meaning)


class _Groups:
    """The fields in groups, each made of its cells: what depends on each other is read together."""

    def __init__(self, columns: Columns, meaning: fields.Meaning) -> None:
        def alone(code: str) -> Group[str]:
            return Group(columns, (code,), fields.line(code))

        self.questions = columns.questions
        topics = [code for code in columns.fields if code.startswith(CONSENT)]
        self.mails = Group(columns, ("email", "second_email"), fields.mails, remembers=False)
        self.name = Group(columns, ("name", "given_name", "family_name"), fields.name, remembers=False)
        self.place = Group(columns, ("country", "zone"), meaning.place)
        self.region = alone("region")
        self.languages = Group(columns, ("languages",), meaning.languages)
        self.wiki_user = Group(columns, ("wiki_user",), fields.wiki_user, remembers=False)
        self.home_wikis = Group(columns, ("home_wikis",), fields.home_wikis)
        self.affiliate, self.tenure = alone("affiliate"), alone("tenure")
        self.connectivity, self.support_needed = alone("connectivity"), alone("support_needed")
        self.members = Group(columns, ("members",), fields.group_members)
        self.group_name = alone("group_name")
        self.timestamp = Group(columns, ("timestamp",), meaning.timestamp, remembers=False)
        self.consents = Group(columns, ("consents", *topics), meaning.consents)
        self.roles = Group(columns, ("roles",), meaning.roles)
        self.learn = Group(columns, ("skills_learn",), meaning.skills("skills_learn"))
        self.share = Group(columns, ("skills_share",), meaning.skills("skills_share"))
        self.sessions = Group(columns, ("sessions",), meaning.session_ids)
        self.as_group = Group(columns, ("as_group",), meaning.as_group)
        self.unwanted = Group(columns, ("dont_connect_with",), fields.unwanted)

    def read(self, cells: Sequence[str], notes: Notes) -> Registration:
        """Without its problems only: they are in `notes`."""
        email, second = self.mails(cells, notes)
        country, zone = self.place(cells, notes)
        profile = Profile(
            name=self.name(cells, notes),
            country=country,
            region=self.region(cells, notes),
            zone=zone,
            languages=self.languages(cells, notes),
            wiki_user=self.wiki_user(cells, notes),
            home_wikis=self.home_wikis(cells, notes),
            affiliate=self.affiliate(cells, notes),
            tenure=self.tenure(cells, notes),
            connectivity=self.connectivity(cells, notes),
            support_needed=self.support_needed(cells, notes),
        )
        members = self.members(cells, notes)
        return Registration(
            profile=profile,
            email=email or Mail("", ""),
            second=second,
            group_name=self.group_name(cells, notes),
            submitted_at=self.timestamp(cells, notes),
            consents=self.consents(cells, notes),
            roles=self.roles(cells, notes),
            learn=self.learn(cells, notes),
            share=self.share(cells, notes),
            sessions=self.sessions(cells, notes),
            as_group=self.as_group(cells, notes) or bool(members),
            members=members,
            answers=self._answers(cells, notes),
        )

    def _answers(self, cells: Sequence[str], notes: Notes) -> dict[str, str]:
        answers = notes.kept
        for at, title in self.questions:
            if text := cleaned(cells[at]):
                notes.measure(title[:80], text, LONGEST_TEXT)
                answers[title] = text
        if unwanted := self.unwanted(cells, notes):
            answers["dont_connect_with"] = unwanted
        return answers
