"""One row of a registration form into a Registration, or into everything that is wrong with it.

Reading files is `channels/tables.py`'s, names of columns and values `config/mapping.py`'s; what becomes of a good
row is `store/imports.py`'s.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from channels.tables import Table
from channels.tables_json import Row
from config import countries
from config.mapping import CONSENT, Naming
from domain.errors import Problem, UserError
from domain.imports import (
    Choice,
    Mail,
    Profile,
    Registration,
    RowProblem,
    choices,
    clean,
    clean_line,
    fold,
    members,
    row_problem,
    split_list,
)
from domain.participants import canonical_address
from domain.timestamps import DateOrder, Evidence, parse_timestamp

# Longest text of a field, in characters; an answer to a question of the form's own has the last.
LONGEST = {"name": 200, "region": 200, "affiliate": 300, "group_name": 200, "wiki_user": 255, "tenure": 200}
LONGEST_TEXT = 10_000
WRONG = "What to correct"  # the column that is added to refused rows, and not read when they come back
REMEMBERED = 4096  # cells
_NEEDED = {"name": ("name", "given_name", "family_name"), "email": ("email",)}


Picked = tuple[tuple[Choice, ...], tuple[str, ...]]  # what `choices` finds


@dataclass(slots=True)
class Read:
    """What came of a row: a registration unless there are problems."""

    line: int
    registration: Registration | None = None
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cells hold which field, and which are questions of the form's own."""

    fields: Mapping[str, tuple[int, ...]]
    questions: tuple[tuple[int, str], ...]
    header: tuple[str, ...]

    def title(self, code: str) -> str:
        """The first line of the field's first column, for warnings and answers."""
        return clean_line(self.header[self.fields[code][0]].strip().partition("\n")[0])[:80]


def columns(table: Table, naming: Naming, source: str) -> Columns:
    """UserError when there is no name or no e-mail column: what was looked for, and what is there."""
    fields: dict[str, list[int]] = defaultdict(list)
    questions: dict[str, int] = {}
    for at, header in enumerate(table.header):
        code = naming.field(header)
        if code:
            fields[code].append(at)
        elif (title := clean_line(header)[:500]) and title != WRONG:
            questions.setdefault(title, at)
    if fields:
        found = _some(["(an address)" if "@" in h else clean_line(h)[:60] for h in table.header])
    else:  # without a header, the first line would be somebody's data
        found = f"{len(table.header)} column(s) of unknown names; is the line with the names missing?"
    problems = [
        Problem(
            f"has no column for the {what}; looked for {_some([w for c in codes for w in naming.looked_for[c]])};"
            f" found {found}",
            source,
            f"Rename the column, or name it in a mapping file: [columns] {codes[0]} = ['its name']",
        )
        for what, codes in _NEEDED.items()
        if not any(code in fields for code in codes)
    ]
    if problems:
        raise UserError(*problems)
    return Columns(
        {code: tuple(at) for code, at in fields.items()},
        tuple((at, title) for title, at in questions.items()),
        table.header,
    )


def _some(words: Sequence[str]) -> str:
    shown = ", ".join(repr(w) for w in words[:12])
    return f"{shown} and {len(words) - 12} more" if len(words) > 12 else shown or "nothing"


@lru_cache(maxsize=1024)
def check_mail(text: str) -> Mail | str:
    """A checked address, or why it is none. The domain comes back in ASCII (RFC 5891); nothing is asked of the net."""
    bare = clean_line(text).removeprefix("mailto:").strip("<> ")
    if bare.count("@") > 1 and re.search(r"[\s,;/|]", bare):
        return "holds several addresses; keep one, the second has a column of its own"
    local, _, domain = bare.rpartition("@")
    if len(bare) <= 254 and _PLAIN_LOCAL.fullmatch(local) and (ascii_domain := _plain_domain(domain)):
        return Mail(f"{local}@{ascii_domain}", canonical_address(f"{local}@{ascii_domain}"))
    try:
        checked = validate_email(bare, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        return f"is not an e-mail address: {_without(str(error), bare)}"
    if not checked.ascii_email:
        return "has letters before the @ that most mail servers cannot take; only ASCII is possible there"
    return Mail(checked.ascii_email, canonical_address(checked.ascii_email))


# What the validator takes for certain (RFC 5321 dot-string of the commonest characters): most addresses, at once.
_PLAIN_LOCAL = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")


@lru_cache(maxsize=4096)
def _plain_domain(domain: str) -> str:
    """The domain in lower case, when it is a valid one in ASCII; else ""."""
    if not domain.isascii():
        return ""
    try:
        return validate_email(f"a@{domain}", check_deliverability=False, test_environment=True).ascii_domain
    except EmailNotValidError:
        return ""


def _without(reason: str, address: str) -> str:
    """The validator's reason in one sentence; it may quote parts of the address, which do not belong in messages."""
    first = reason.partition(". ")[0].rstrip(".")
    quoted = [part for part in re.split(r"[@.\s]", address) if len(part) > 2]
    return first if not any(part in first for part in quoted) else "it is not well formed"


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one table. `sessions` maps folded ids, codes and titles to ids.

    `prepare` looks at every row once: the order of dates, and which consents the form offered.
    """

    columns: Columns
    naming: Naming
    sessions: Mapping[str, str]
    zone: ZoneInfo
    order: DateOrder = DateOrder.UNKNOWN
    offered: set[str] = field(default_factory=set)
    _picked: dict[tuple[int, str], Picked] = field(default_factory=dict)

    def picked(self, text: str, known: Mapping[str, str]) -> Picked:
        """`choices`, remembered: most people tick what others ticked. `known` lives as long as this reader."""
        key = id(known), text
        found = self._picked.get(key)
        if found is None:
            if len(self._picked) >= REMEMBERED:
                self._picked.clear()
            found = self._picked[key] = choices(text, known)
        return found

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
            seen.update(row.cells[at] for at in asked)
        for text in seen:
            self.offered.update(c.code for c in choices(text, self.naming.consents)[0])
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
        self.order = DateOrder.MONTH_FIRST if english else DateOrder.DAY_FIRST
        return [row_problem(1, "timestamp", f"dates could be read in two ways; taken as {self.order}", remedy)]

    def read(self, row: Row) -> Read:
        """Everything the row says. Nothing of the person is in the problems."""
        result = Read(row.line)
        if row.error:
            result.problems.append(row_problem(row.line, "", row.error, "Mend the line and import the file again"))
            return result
        _Row(self, row, result).read()
        return result


_ENGLISH = ("time", "subm", "date")


class _Row:
    """The cells of one row, by field."""

    def __init__(self, reader: RowReader, row: Row, result: Read) -> None:
        self.reader, self.naming, self.result = reader, reader.naming, result
        self.cells = [clean(_unquoted(cell)) if cell else "" for cell in row.cells]
        self.answers: dict[str, str] = {}

    def problem(self, code: str, what: str, remedy: str = "") -> None:
        self.result.problems.append(row_problem(self.result.line, code, what, remedy))

    def warn(self, code: str, what: str, remedy: str = "") -> None:
        self.result.warnings.append(row_problem(self.result.line, code, what, remedy))

    def texts(self, code: str) -> list[str]:
        return [text for at in self.reader.columns.fields.get(code, ()) if (text := self.cells[at])]

    def first(self, code: str) -> str:
        return next(iter(self.texts(code)), "")

    def line(self, code: str) -> str:
        text = self.first(code)
        if not text:
            return ""
        text = " ".join(text.split())
        self._measure(code, text)
        return text

    def _measure(self, code: str, text: str, longest: int | None = None) -> None:
        longest = longest or LONGEST.get(code, LONGEST_TEXT)
        if len(text) > longest:
            self.problem(code, f"is longer than {longest:,} characters", "Shorten it")

    def keep(self, code: str, text: str) -> None:
        """What no field can hold stays readable, as an answer."""
        self.answers[self.reader.columns.title(code)] = text

    def read(self) -> None:
        email, second = self.mails()
        country = self.country()
        name = self.line("name") or " ".join(filter(None, (self.line("given_name"), self.line("family_name"))))
        if not name:
            self.problem("name", "is missing", "Write the person's name")
        profile = Profile(
            name=name,
            country=country,
            region=self.line("region"),
            zone=self.zone(country),
            languages=self.languages(),
            wiki_user=self.wiki_user(),
            home_wikis=tuple(split_list("\n".join(self.texts("home_wikis")))),
            affiliate=self.line("affiliate"),
            tenure=self.line("tenure"),
            connectivity=self.line("connectivity"),
            support_needed=self.line("support_needed"),
        )
        people, wrong = members("\n".join(self.texts("members")), check_mail)
        for reason in wrong:
            self.problem("members", reason, "Write them as: Name <address>; Name <address>")
        for person, _ in people:
            self._measure("members", person, LONGEST["name"])
        group_name = self.line("group_name")
        registration = Registration(
            profile=profile,
            email=email or Mail("", ""),
            second=second,
            submitted_at=self.timestamp(),
            consents=self.consents(),
            roles=self.chosen("roles", self.naming.roles),
            learn=self.skills("skills_learn"),
            share=self.skills("skills_share"),
            sessions=tuple(int(i) for i in self.chosen("sessions", self.reader.sessions)),
            as_group=self.as_group() or bool(people),
            group_name=group_name,
            members=tuple(people),
            answers=self.answered(),
        )
        if not self.result.problems:
            self.result.registration = registration

    def mails(self) -> tuple[Mail | None, Mail | None]:
        found: dict[str, Mail] = {}
        first: Mail | None = None
        for code in ("email", "second_email"):
            for text in self.texts(code):
                mail = check_mail(text)
                if isinstance(mail, str):
                    self.problem(code, mail, "Write one bare address, such as amina@example.org")
                    continue
                first = first or (mail if code == "email" else None)
                found.setdefault(mail.canonical, mail)
        if not self.texts("email"):
            self.problem("email", "is missing", "Write the person's address")
        others = [mail for mail in found.values() if mail != first]
        if len(others) > 1:
            self.problem("second_email", "makes more than two addresses", "Keep two")
        return first, others[0] if others else None

    def country(self) -> str:
        text = self.line("country")
        if not text:
            return ""
        code = self.naming.countries.get(fold(text)) or self.naming.countries.get(fold(text.partition("(")[0])) or ""
        if not code:
            self.warn("country", "is not a country's name; left empty", "Write its name or ISO code")
            self.keep("country", text)
        return code

    def zone(self, country: str) -> str:
        text, known = self.line("zone"), countries.zones()
        if text:
            zone = known.get(fold(text)) or known.get(fold(text.partition("(")[0]))
            if zone:
                return zone
            self.warn("zone", "is not a time zone's name", "Write it like Africa/Lagos")
            self.keep("zone", text)
        zone = countries.zone_of(country) if country else ""
        if country and not zone:
            self.warn("zone", "the country has several time zones and none is given", "Ask the person for it")
        return zone

    def languages(self) -> tuple[str, ...]:
        tags: dict[str, None] = {}
        for text in self.texts("languages"):
            for item in split_list(text.replace("/", ",")):
                found = self._language(item) or [
                    tag for part in re.split(r"\s+(?:and|y|e|et|&|\+)\s+|\s+و", item) for tag in self._language(part)
                ]
                if not found:
                    self.warn("languages", "names a language that is not known", "Write its name or code")
                    self.keep("languages", text)
                tags |= dict.fromkeys(found)
        return tuple(tags)

    def _language(self, item: str) -> list[str]:
        for text in (item, item.partition("(")[0], item.partition(":")[0]):
            if tag := countries.language_tag(text) or self.naming.languages.get(fold(text), ""):
                return [tag]
        return []

    def wiki_user(self) -> str:
        text = self.line("wiki_user").rpartition("/")[2].rpartition(":")[2].replace("_", " ").strip()
        return text[:1].upper() + text[1:]

    def timestamp(self) -> datetime | None:
        text = self.line("timestamp")
        moment = parse_timestamp(text, self.reader.order, self.reader.zone) if text else None
        if text and moment is None:
            what = "is not understood; the time of submission is unknown"
            self.warn("timestamp", what, "See date_order in mapping.toml")
        return moment

    def consents(self) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for text in self.texts("consents"):
            chosen, strange = self.reader.picked(text, self.naming.consents)
            if strange and self._yes_no(text) is None:
                self.warn("consents", "has a choice that is not known", "Name it under [consents] in a mapping file")
            if chosen or self._yes_no(text) is False:  # an empty cell may be a question that was not asked yet
                found |= dict.fromkeys(self.reader.offered, False) | {c.code: True for c in chosen}
        for code in self.reader.columns.fields:
            if not code.startswith(CONSENT):
                continue
            topic = code.removeprefix(CONSENT)
            for text in self.texts(code)[:1]:
                answer = self._yes_no(text)
                if answer is None and topic in (c.code for c in self.reader.picked(text, self.naming.consents)[0]):
                    answer = True  # a checkbox: its own words are the cell
                if answer is None:
                    self.warn(code, "is neither yes nor no; no consent is recorded", "Write yes or no")
                else:
                    found[topic] = answer
        return found

    def _yes_no(self, text: str) -> bool | None:
        known = self.naming.yes_no
        words = text.split()
        for candidate in (text, *(word for word in words[:1] if len(fold(word)) > 1)):
            answer = known.get(fold(candidate) or candidate.strip())
            if answer is not None:
                return answer
        return None

    def as_group(self) -> bool:
        text = self.first("as_group")
        answer = self._yes_no(text) if text else None
        if text and answer is None:
            self.warn("as_group", "is neither a group nor an individual; taken as an individual", "Write yes or no")
        return bool(answer)

    def chosen(self, code: str, known: Mapping[str, str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for text in self.texts(code):
            picked, strange = self.reader.picked(text, known)
            found |= dict.fromkeys(choice.code for choice in picked)
            if strange:
                what = f"holds {len(strange)} choice(s) that are not known"
                self.warn(code, what, "Check the spelling, or name it in a mapping file")
                self.keep(code, "; ".join(strange))
        return tuple(found)

    def skills(self, code: str) -> tuple[Choice, ...]:
        found: dict[str, Choice] = {}
        for text in self.texts(code):
            self._measure(code, text)
            picked, strange = self.reader.picked(text, self.naming.skills)
            for choice in picked:
                found.setdefault(choice.code, choice)
            if strange:
                what = f"names {len(strange)} skill(s) that are not in skills.toml"
                self.warn(code, what, "They are kept as an answer")
                self.keep(code, "; ".join(strange))
        return tuple(found.values())

    def answered(self) -> dict[str, str]:
        for at, title in self.reader.columns.questions:
            if text := self.cells[at]:
                self._measure(title[:80], text, LONGEST_TEXT)
                self.answers[title] = text
        if unwanted := self.line("dont_connect_with"):
            self.answers["dont_connect_with"] = unwanted
        return self.answers


def _unquoted(cell: str) -> str:
    """Takes back what `channels.tables.safe_cell` did, so that corrected rejections read as they were."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


