"""Writes the demo's registrations: 179 invented people as a form's CSV export, the same ones every time.

Countries, languages and names are data in `people.toml`; shares of newcomers, connectivity, interests and skills are
those of the programme's pilot. Every address is at a domain reserved for examples (RFC 2606). Besides the 179 the
table holds one second submission of the same person and two rows that no import can take.
"""

import csv
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

PEOPLE = 179
SEED = 2022
DOMAINS = ("example.org", "mail.example.net", "uni.example.com", "example.net", "post.example.org")

# Who plays a part later on: name of the part -> country and the how-manieth of it.
CAST = {
    "accepts": ("Nigeria", 0),
    "declines": ("Ghana", 0),
    "proposes": ("Argentina", 0),
    "yes": ("Nigeria", 1),
    "si": ("Mexico", 0),
    "la": ("Egypt", 0),
    "away": ("France", 0),
    "asks": ("Tanzania", 0),
    "dead": ("Bangladesh", 0),
    "refused": ("India", 0),
    "chats": ("Nigeria", 2),
    "blocks": ("Tanzania", 1),
}

# How many of 179 wanted to learn, and offered to share, each skill that the pilot's report prints; others get fewer.
LEARN = {
    "Building an organisational plan and strategy": 101, "Proposal writing for funding": 88,
    "Leadership growth and sustainability": 73, "Financial planning and management": 72, "Establishing governance": 71,
    "Defining learning and evaluation plans": 87, "Wikimedia tools for quantitative metrics": 78,
    "Methods and tools for qualitative evaluation": 72, "Documenting knowledge to communicate with others": 54,
    "Creating inclusive and safe environments": 68, "Processes and tools to manage conflicts": 67,
    "Managing teams and volunteers": 62, "Implementing common tactics in culture, heritage and GLAM": 64,
    "Innovations in culture, heritage and GLAM": 58, "Volunteer management and development": 63,
    "International campaigns": 60, "Wikimedia tools for running queries and scripts": 82, "Using Wikisource": 78,
    "Basic Wikidata": 61,
}  # fmt: skip
SHARE = {
    "Building an organisational plan and strategy": 41, "Proposal writing for funding": 44,
    "Program implementation": 41, "Knowledge management": 40, "Engaging in social media and press": 58,
    "Documenting knowledge to communicate with others": 39, "Wikimedia tools for quantitative metrics": 37,
    "Designing learning and retrospective sessions": 37, "Creating inclusive and safe environments": 44,
    "Tools for healthy interactions on wiki": 38, "Managing teams and volunteers": 62,
    "Effective training for newcomers": 68, "Volunteer management and development": 63, "Small editing events": 53,
    "Identifying topics of impact": 37, "Using Wikisource": 36, "Basic Wikidata": 67,
}  # fmt: skip
FEWEST, MOST = 6, 34  # of the skills that it does not print
INTERESTS = {"Education": 70, "GLAM": 51, "Human rights": 39, "Climate change": 30, "Advocacy": 26}  # per cent

CONSENTS = {"Receive general invitations": 165, "Receive the newsletter": 140, "Be listed in the skills directory": 120,
            "Share my contact details with a match": 110, "You may quote me": 90}  # fmt: skip

# Whoever speaks a language writes in its Wikipedia; some write in another one of their country. 28 in all.
WIKIS = {"English": "en", "French": "fr", "Spanish": "es", "Portuguese": "pt", "Arabic": "ar", "Swahili": "sw",
         "Hausa": "ha", "Yoruba": "yo", "Igbo": "ig", "Bengali": "bn", "Hindi": "hi", "Nepali": "ne",
         "Indonesian": "id", "German": "de"}  # fmt: skip
MORE_WIKIS = {"Ghana": ("tw",), "Uganda": ("lg",), "Rwanda": ("rw",), "Egypt": ("arz",), "Morocco": ("ary",),
              "Peru": ("qu",), "Argentina": ("gn",), "India": ("mr", "ta", "ml", "te"),
              "Philippines": ("tl", "ceb", "bcl")}  # fmt: skip

EXAMPLES = ("I run a workshop for newcomers", "I wrote two grant reports", "I trained our group last year")


@dataclass(frozen=True, slots=True)
class Columns:
    """The form's questions, as they stand in the first row of its export."""

    submitted: str = "Timestamp"
    name: str = "Full name\n(as you would like us to greet you)"
    email: str = "Email address"
    country: str = "Country"
    zone: str = "Time zone"
    languages: str = "Languages\n(the one you would like to be written to in comes first)"
    wiki_user: str = "Wikimedia username"
    tenure: str = "How long have you been in the Wikimedia movement?"
    connectivity: str = "How is your internet connection?"
    support: str = "Do you need support to participate?"
    wikis: str = "Which wikis do you contribute to?"
    roles: str = "Which roles interest you?"
    as_group: str = "Are you registering as an individual or a group?"
    group: str = "Name of your group"
    learn: str = "Skills you want to learn"
    share: str = "Skills you can share"
    sessions: str = "Which sessions will you attend?"
    consents: str = "I agree to"
    interests: str = "Which topics are you interested in?\n(choose as many as you like)"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was written: addresses by part in the story, and what an import of the file must report."""

    cast: dict[str, str]
    accepted: int = PEOPLE
    merged: int = 1
    rejected: int = 2


def write(path: Path, skills: Sequence[str], sessions: Sequence[str], now: datetime) -> Sample:
    """Writes the CSV. `skills` and `sessions` are the titles to choose from; everybody registered before `now`."""
    columns = Columns()
    people = _people()
    rows = _answers(people, list(skills), list(sessions), now, columns)
    cast = {part: people[_index(people, *place)]["email"] for part, place in CAST.items()}
    first, second = rows[0], rows[1]
    again = {
        **first,
        columns.submitted: _stamp(now - timedelta(hours=20)),
        columns.email: f"  {first[columns.email].upper()} ",
        columns.connectivity: "Good",
    }
    without = {**second, columns.name: "Halima Sani", columns.email: ""}
    broken = {**second, columns.name: "Peter Mtui", columns.email: "peter.mtui at example.org"}
    middle = len(rows) // 2
    table = [*rows[:middle], without, *rows[middle:-5], broken, *rows[-5:], again]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first), quoting=csv.QUOTE_MINIMAL)
        writer.writeheader()
        writer.writerows(table)
    return Sample(cast)


def address_of(part: str) -> str:
    """The address of the person who plays that part (see CAST)."""
    people = _people()
    return str(people[_index(people, *CAST[part])]["email"])


def _people() -> list[dict[str, Any]]:
    """Name, address, country, languages and group of everybody, country by country."""
    countries = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["countries"]
    people: list[dict[str, Any]] = []
    taken: set[str] = set()
    for country in countries:
        first, last = country["first"], country["last"]
        latin = country.get("latin", first)
        for number in range(country["people"]):
            # Both lists turn at once, shifted after each round, so that no pair comes twice.
            given = number % len(first)
            family = (number + number // len(first) * (len(first) % len(last) == 0)) % len(last)
            name = f"{first[given]} {last[family]}"
            local = f"{_ascii(latin[given])}.{_ascii(last[family])}".strip(".")
            address = f"{local}@{DOMAINS[len(people) % len(DOMAINS)]}"
            if address in taken or name in (p["name"] for p in people):
                name, address = f"{name} {number}", f"{local}{number}@{DOMAINS[len(people) % len(DOMAINS)]}"
            taken.add(address)
            languages = country["languages"][number % len(country["languages"])]
            people.append(
                {"name": name, "email": address, "country": country["name"], "zone": country.get("zone", ""),
                 "languages": languages, "wikis": _wikis(country["name"], languages, number),
                 "group": country["groups"][number % len(country["groups"])],
                 "wiki": f"{_ascii(latin[given]).title()}{_ascii(last[family]).title()}" if number % 4 else ""}
            )  # fmt: skip
    return people


def _wikis(country: str, languages: str, number: int) -> str:
    own, more = [WIKIS[one] for one in languages.split(", ")], MORE_WIKIS.get(country, ())
    return ", ".join(f"{code}.wikipedia" for code in ([more[number % len(more)], *own] if more else own))


def _answers(
    people: list[dict[str, Any]], skills: list[str], sessions: list[str], now: datetime, c: Columns
) -> list[dict[str, str]]:
    random = Random(SEED)
    # The question came later: 75 have answered it.
    tenure = _dealt(random, {"Less than 2 years": 44, "2 to 5 years": 25, "More than 5 years": 6, "": PEOPLE - 75})
    connection = _dealt(random, {"Limited": 72, "Good": 107})
    support = _dealt(random, {"Yes": 90, "No": 89})
    ambassador = _dealt(random, {"Learning ambassador": 107, "": 72})
    group = _dealt(random, {"Group": 50, "Individual": 129})
    interests = {
        topic: _dealt(random, {topic: round(PEOPLE * share / 100), "": PEOPLE - round(PEOPLE * share / 100)})
        for topic, share in INTERESTS.items()
    }
    consents = {option: _dealt(random, {option: n, "": PEOPLE - n}) for option, n in CONSENTS.items()}
    chosen = _sessions(random, people, sessions)
    learn, share = _chosen(random, skills, LEARN), _chosen(random, skills, SHARE)
    rows = []
    for i, person in enumerate(people):
        at = now - timedelta(days=21) + timedelta(minutes=random.randrange(19 * 24 * 60))
        row = {
            c.submitted: at,
            c.name: person["name"], c.email: person["email"], c.country: person["country"], c.zone: person["zone"],
            c.languages: person["languages"], c.wiki_user: person["wiki"], c.wikis: person["wikis"],
            c.tenure: tenure[i], c.connectivity: connection[i], c.support: support[i], c.roles: ambassador[i],
            c.as_group: group[i], c.group: person["group"] if group[i] == "Group" else "",
            c.learn: ", ".join(learn[i]),
            c.share: "; ".join(_with_example(random, skill) for skill in share[i]),
            c.sessions: ", ".join(chosen[i]),
            c.consents: ", ".join(option for option, dealt in consents.items() if dealt[i]),
            c.interests: ", ".join(topic for topic, dealt in interests.items() if dealt[i]) or "Other",
        }  # fmt: skip
        rows.append(row)
    rows.sort(key=lambda row: row[c.submitted])
    return [{**row, c.submitted: _stamp(row[c.submitted])} for row in rows]


def _sessions(random: Random, people: list[dict[str, Any]], sessions: list[str]) -> list[list[str]]:
    """About forty people for each session; everybody with a part registers for the first one."""
    chosen: list[list[str]] = [[] for _ in people]
    parts = [_index(people, *place) for place in CAST.values()]
    for number, session in enumerate(sessions):
        here = parts if number == 0 else []
        others = [i for i in range(len(people)) if i not in here]
        for i in [*here, *random.sample(others, 40 - len(here))]:
            chosen[i].append(session)
    return chosen


def _index(people: list[dict[str, Any]], country: str, which: int) -> int:
    return [i for i, person in enumerate(people) if person["country"] == country][which]


def _dealt(random: Random, counts: dict[str, int]) -> list[str]:
    """Exactly so many of each, in random order."""
    cards = [value for value, count in counts.items() for _ in range(count)]
    assert len(cards) == PEOPLE
    random.shuffle(cards)
    return cards


def _chosen(random: Random, skills: list[str], figures: dict[str, int]) -> list[list[str]]:
    """The skills of each person: every skill is chosen by exactly as many as its figure says."""
    found: list[list[str]] = [[] for _ in range(PEOPLE)]
    for skill in skills:
        for i in random.sample(range(PEOPLE), figures.get(skill, random.randint(FEWEST, MOST))):
            found[i].append(skill)
    return found


def _with_example(random: Random, skill: str) -> str:
    """Every third person says how well and from where."""
    return f"{skill} (advanced): {random.choice(EXAMPLES)}" if random.random() < 1 / 3 else skill


def _ascii(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", bare.lower())


def _stamp(at: datetime) -> str:
    """As Google Forms writes it: 2026/11/22 2:45:00 AM GMT+0."""
    return f"{at:%Y/%m/%d} {at.hour % 12 or 12}:{at:%M:%S} {'AM' if at.hour < 12 else 'PM'} GMT+0"
