"""An installation with its clock stopped, and shorthand for what an import left in the store."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from steps import setup
from steps.app import App, open_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Home:
    """`app` on an empty database; `write` puts a form into a file; `rows` reads the store."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.moment = folder, NOW
        environ = {"LETSCONNECT_HOME": str(folder / "home"), "LETSCONNECT_SECRET": "a secret for tests"}
        self.app: App = open_app(NOW, environ, folder / "none.toml")
        self.app.clock = lambda: self.moment
        setup.init(self.app)

    def write(self, text: str, name: str = "form.csv") -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.app.conn.execute(query, values)]

    def facts(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything an import may change about people, without the marks of when and by which run."""
        return {
            table: self.rows(f"select {columns} from {table} order by 1, 2, 3")
            for table, columns in {
                "participants": "id, name, country, region, zone, languages, wiki_user, affiliate, tenure,"
                " registered_at",
                "contact_points": "participant_id, address, is_primary, canonical",
                "registrations": "participant_id, session_id, state, as_group, group_name, submitted_at",
                "consents": "participant_id, topic, granted, source, at",
                "participant_roles": "participant_id, role, state",
                "participant_skills": "participant_id, skill, direction, level, example",
                "answers": "registration_id, question, value",
                "possible_duplicates": "a, b, reason",
            }.items()
        }


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.app.close()
