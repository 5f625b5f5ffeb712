"""Learning opportunities elsewhere: added one by one or from a file, listed, withdrawn; issues tell them.

Input is text as a form or a terminal gives it; every problem is reported at once with its field. A row is one
opportunity in one language; the same address with another `language` adds that translation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path

from domain.errors import Problem, UserError
from domain.imports import ImportReport
from domain.newsletter import Opportunity, Words
from domain.resources import checked_url
from domain.times import zone_or_none
from steps import typed_texts
from steps.app import App
from steps.import_table import Became, Columns, import_table
from steps.typed_texts import language_code, line
from store import database, journal, opportunities

FIELDS = ("url", "title", "organiser", "until", "languages", "language", "text")
COLUMNS = Columns(
    known=FIELDS,
    needed=("url", "title"),
    also={"link": "url", "address": "url", "name": "title", "deadline": "until", "organizer": "organiser",
          "description": "text", "spoken": "languages"},
)  # fmt: skip
LONGEST_TEXT = 5000


@dataclass(frozen=True, slots=True)
class Added:
    """`new`: nothing had this address. `changed`: something is otherwise than before."""

    id: int
    new: bool
    changed: bool


def add(app: App, fields: Mapping[str, str], who: str) -> Added:
    """An opportunity from `fields` (see FIELDS; url and title are needed). UserError lists every problem."""
    with database.write(app.conn) as conn:
        added = _put(app, fields, who)
        what = "added" if added.new else "changed"
        if added.changed:
            journal.note(conn, app.now(), who, what, f"opportunity/{added.id}")
    return added


def import_opportunities(app: App, path: Path, *, dry_run: bool = False) -> ImportReport:
    """Take in a file of opportunities. UserError when it is no such table."""

    def take(fields: Mapping[str, str]) -> Became:
        added = _put(app, fields, "import")
        return "accepted" if added.new else "merged" if added.changed else "unchanged"

    return import_table(app, path, "opportunities", COLUMNS, take, dry_run=dry_run)


def withdraw(app: App, number: int, who: str) -> None:
    """It is told no more. UserError when there is none of that id, or it is withdrawn."""
    now = app.now()
    with database.write(app.conn) as conn:
        if not opportunities.withdraw(conn, number, now):
            what, remedy = "is not there, or is withdrawn", "See: letsconnect opportunity list"
            raise UserError(Problem(what, f"opportunity {number}", remedy))
        journal.note(conn, now, who, "withdrew", f"opportunity/{number}")


def listing(app: App) -> list[Opportunity]:
    """Those that one can still take; those that end first come first."""
    zone = zone_or_none(app.programme.zone) or UTC
    return opportunities.listing(app.conn, app.now().astimezone(zone).date())


def _put(app: App, fields: Mapping[str, str], who: str) -> Added:
    """Inside a write transaction."""
    one = read(fields, app.programme.languages[0])
    before = opportunities.of_url(app.conn, one.url)
    number, new = opportunities.put(app.conn, one, who, app.now())
    return Added(number, new, new or opportunities.of_url(app.conn, one.url) != before)


def read(fields: Mapping[str, str], language: str) -> Opportunity:
    """`language`: of the text, where the fields do not say. UserError lists every problem."""
    readers: dict[str, typed_texts.Reader] = {
        "url": checked_url,
        "title": line(200),
        "organiser": line(200),
        "until": _until,
        "languages": lambda text: tuple(map(language_code, filter(str.strip, re.split("[;,]", text)))),
        "language": lambda text: language_code(text) if text.strip() else language,
        "text": _text,
    }
    values, problems = typed_texts.read(fields, readers, COLUMNS.needed)
    if problems:
        raise UserError(*problems)
    words = {values["language"]: Words(values["title"], values["text"])} if values["text"] else {}
    return Opportunity(
        0, values["title"], values["organiser"], values["url"], values["until"], values["languages"], words
    )


def _text(text: str) -> str:
    cleaned = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text.replace("\r\n", "\n")).strip()
    if len(cleaned) > LONGEST_TEXT:
        raise ValueError(f"is longer than {LONGEST_TEXT} characters: link to the rest")
    return cleaned


def _until(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise ValueError("is not a day: write 2026-12-31") from None
