"""What the cells of each field of a registration form mean: addresses, places, languages, consents, choices.

Which cells are whose is `import_columns.py`'s; names of values are `config/mapping.py`'s. Nothing of the person is in
what is told.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from config import countries
from config.mapping import CONSENT, Naming
from domain.imports import Choice, Mail, choices, fold, members, split_list
from domain.timestamps import DateOrder, parse_timestamp
from steps.addresses import check_mail
from steps.import_cells import LONGEST, Cells


def mails(cells: Cells) -> tuple[Mail | None, Mail | None]:
    """The first address, and another."""
    found: dict[str, Mail] = {}
    first: Mail | None = None
    for code in ("email", "second_email"):
        for text in cells.texts(code):
            mail = check_mail(text)
            if isinstance(mail, str):
                cells.notes.problem(code, mail, "Write one bare address, such as amina@example.org")
                continue
            first = first or (mail if code == "email" else None)
            found.setdefault(mail.canonical, mail)
    if not cells.texts("email"):
        cells.notes.problem("email", "is missing", "Write the person's address")
    others = [mail for mail in found.values() if mail != first]
    if len(others) > 1:
        cells.notes.problem("second_email", "makes more than two addresses", "Keep two")
    return first, others[0] if others else None


def name(cells: Cells) -> str:
    whole = cells.line("name") or " ".join(filter(None, (cells.line("given_name"), cells.line("family_name"))))
    if not whole:
        cells.notes.problem("name", "is missing", "Write the person's name")
    return whole


def line(code: str) -> Callable[[Cells], str]:
    return lambda cells: cells.line(code)


def wiki_user(cells: Cells) -> str:
    text = cells.line("wiki_user").rpartition("/")[2].rpartition(":")[2].replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def home_wikis(cells: Cells) -> tuple[str, ...]:
    return tuple(split_list("\n".join(cells.texts("home_wikis"))))


def group_members(cells: Cells) -> tuple[tuple[str, Mail], ...]:
    people, wrong = members("\n".join(cells.texts("members")), check_mail)
    for reason in wrong:
        cells.notes.problem("members", reason, "Write them as: Name <address>; Name <address>")
    for person, _ in people:
        cells.notes.measure("members", person, LONGEST["name"])
    return tuple(people)


def unwanted(cells: Cells) -> str:
    return cells.line("dont_connect_with")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What depends on the mapping and on the file as a whole. `sessions`: folded ids, codes and titles to ids;
    `offered`: consents that the form asked for."""

    naming: Naming
    sessions: Mapping[str, str]
    zone: ZoneInfo
    order: DateOrder
    offered: Collection[str]

    def place(self, cells: Cells) -> tuple[str, str]:
        """Country and time zone."""
        country = self._country(cells)
        text, known = cells.line("zone"), countries.zones()
        if text:
            zone = known.get(fold(text)) or known.get(fold(text.partition("(")[0]))
            if zone:
                return country, zone
            cells.notes.warn("zone", "is not a time zone's name", "Write it like Africa/Lagos")
            cells.keep("zone", text)
        zone = countries.zone_of(country) if country else ""
        if country and not zone:
            what = "the country has several time zones and none is given"
            cells.notes.warn("zone", what, "Ask the person for it")
        return country, zone

    def _country(self, cells: Cells) -> str:
        text, known = cells.line("country"), self.naming.countries
        if not text:
            return ""
        code = known.get(fold(text)) or known.get(fold(text.partition("(")[0])) or ""
        if not code:
            cells.notes.warn("country", "is not a country's name; left empty", "Write its name or ISO code")
            cells.keep("country", text)
        return code

    def languages(self, cells: Cells) -> tuple[str, ...]:
        tags: dict[str, None] = {}
        for text in cells.texts("languages"):
            for item in split_list(text.replace("/", ",")):
                found = self._language(item) or [
                    tag for part in re.split(r"\s+(?:and|y|e|et|&|\+)\s+|\s+و", item) for tag in self._language(part)
                ]
                if not found:
                    what = "names a language that is not known"
                    cells.notes.warn("languages", what, "Write its name or code")
                    cells.keep("languages", text)
                tags |= dict.fromkeys(found)
        return tuple(tags)

    def _language(self, item: str) -> list[str]:
        for text in (item, item.partition("(")[0], item.partition(":")[0]):
            if tag := countries.language_tag(text) or self.naming.languages.get(fold(text), ""):
                return [tag]
        return []

    def timestamp(self, cells: Cells) -> datetime | None:
        text = cells.line("timestamp")
        moment = parse_timestamp(text, self.order, self.zone) if text else None
        if text and moment is None:
            what = "is not understood; the time of submission is unknown"
            cells.notes.warn("timestamp", what, "See date_order in mapping.toml")
        return moment

    def consents(self, cells: Cells) -> dict[str, bool]:
        """By topic. Of a cell with all that somebody agreed to, what it does not name was declined."""
        known, found = self.naming.consents, dict[str, bool]()
        for text in cells.texts("consents"):
            chosen, strange = choices(text, known)
            if strange and self._yes_no(text) is None:
                remedy = "Name it under [consents] in a mapping file"
                cells.notes.warn("consents", "has a choice that is not known", remedy)
            if chosen or self._yes_no(text) is False:  # an empty cell may be a question that was not asked yet
                found |= dict.fromkeys(self.offered, False) | {c.code: True for c in chosen}
        for code in cells.by_code:
            if code.startswith(CONSENT):
                topic, text = code.removeprefix(CONSENT), cells.first(code)
                answer = self._yes_no(text)
                if answer is None and topic in (c.code for c in choices(text, known)[0]):
                    answer = True  # a checkbox: its own words are the cell
                if answer is None:
                    cells.notes.warn(code, "is neither yes nor no; no consent is recorded", "Write yes or no")
                else:
                    found[topic] = answer
        return found

    def _yes_no(self, text: str) -> bool | None:
        words = text.split()
        for candidate in (text, *(word for word in words[:1] if len(fold(word)) > 1)):
            answer = self.naming.yes_no.get(fold(candidate) or candidate.strip())
            if answer is not None:
                return answer
        return None

    def as_group(self, cells: Cells) -> bool:
        text = cells.first("as_group")
        answer = self._yes_no(text) if text else None
        if text and answer is None:
            what = "is neither a group nor an individual; taken as an individual"
            cells.notes.warn("as_group", what, "Write yes or no")
        return bool(answer)

    def roles(self, cells: Cells) -> tuple[str, ...]:
        return _chosen(cells, "roles", self.naming.roles)

    def session_ids(self, cells: Cells) -> tuple[int, ...]:
        return tuple(map(int, _chosen(cells, "sessions", self.sessions)))

    def skills(self, code: str) -> Callable[[Cells], tuple[Choice, ...]]:
        """What somebody wants to learn, or to share."""

        def read(cells: Cells) -> tuple[Choice, ...]:
            found: dict[str, Choice] = {}
            for text in cells.texts(code):
                cells.notes.measure(code, text)
                picked, strange = choices(text, self.naming.skills)
                for choice in picked:
                    found.setdefault(choice.code, choice)
                if strange:
                    what = f"names {len(strange)} skill(s) that are not in skills.toml"
                    cells.notes.warn(code, what, "They are kept as an answer")
                    cells.keep(code, "; ".join(strange))
            return tuple(found.values())

        return read


def _chosen(cells: Cells, code: str, known: Mapping[str, str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in cells.texts(code):
        picked, strange = choices(text, known)
        found |= dict.fromkeys(choice.code for choice in picked)
        if strange:
            what = f"holds {len(strange)} choice(s) that are not known"
            cells.notes.warn(code, what, "Check the spelling, or name it in a mapping file")
            cells.keep(code, "; ".join(strange))
    return tuple(found)
