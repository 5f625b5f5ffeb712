"""The list of who was in a meeting, as Zoom exports it: for sessions of sample people that took place."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from domain.sessions import Session


def write(path: Path, session: Session, people: Sequence[tuple[str, str]], guests: Sequence[str]) -> None:
    """`people` as (name, address or ""); the programme's own account comes first, every second guest has an address."""
    header = ("Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest")
    start, end = session.starts_at, session.ends_at

    def row(name: str, address: str, late: int) -> tuple[str, ...]:
        joined = start + timedelta(minutes=late)
        shown = (f"{moment:%m/%d/%Y %I:%M:%S %p}" for moment in (joined, end))
        return (name, address, *shown, str((end - joined).seconds // 60), "Yes")

    strangers = [(name, f"guest.{n}@elsewhere.example" if n % 2 else "") for n, name in enumerate(guests)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerow(row("Let's Connect", "letsconnect@example.org", 0))
        writer.writerows(row(name, address, n % 9) for n, (name, address) in enumerate([*people, *strangers]))
