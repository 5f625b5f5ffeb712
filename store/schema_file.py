"""Writes `schema.sql`, the schema for people to read, from all migrations: `python -m store.schema_file`."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from store import database

FILE = Path(__file__).with_name("schema.sql")
HEAD = "-- The schema as all migrations leave it. Made by `python -m store.schema_file`; a test keeps it true.\n\n"


def text() -> str:
    """What `schema.sql` should hold."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fresh.db"
        database.migrate(path, None)
        with closing(database.connect(path)) as conn:
            return HEAD + database.schema(conn)


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
