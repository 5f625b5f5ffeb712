"""Where every migration enters itself, and how one runs its statements."""

from typing import Any

from sqlite_utils import Migrations

migrations = Migrations("letsconnect")


def run(db: Any, statements: str) -> None:
    """Execute `statements`, which an empty line parts from each other."""
    for statement in statements.split(";\n\n"):
        if statement.strip():
            db.conn.execute(statement)
