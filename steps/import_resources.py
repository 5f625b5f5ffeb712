"""Importing resources from a file: CSV or JSON with the columns session, kind, url, title, language, size."""

from collections.abc import Mapping
from pathlib import Path

from domain.errors import Problem, UserError
from domain.imports import ImportReport
from steps import resources, sessions
from steps.app import App
from steps.import_table import Became, Columns, import_table

COLUMNS = Columns(
    known=("session", *resources.FIELDS),
    needed=("session", "kind", "url"),
    also={"link": "url", "address": "url", "type": "kind", "bytes": "size", "name": "title", "clinic": "session"},
)


def import_resources(app: App, path: Path, *, dry_run: bool = False) -> ImportReport:
    """Take in a file of resources. UserError when it is no such table."""

    def take(fields: Mapping[str, str]) -> Became:
        values, problems = resources.read(fields)
        try:
            session = sessions.find(app, fields["session"])
        except UserError as error:
            raise UserError(*(Problem(p.what, "session", p.remedy) for p in error.problems), *problems) from None
        if problems:
            raise UserError(*problems)
        added = resources.put(app, session, values, app.now())
        return "accepted" if added.new else "merged" if added.changed else "unchanged"

    return import_table(app, path, "resources", COLUMNS, take, dry_run=dry_run)
