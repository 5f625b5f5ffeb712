"""Taking in a form's export: the demo's sample people, as often as it takes, each time with names of their own.

The same file is then taken in once more, as a published sheet is with every visit.
"""

import csv
from itertools import count, islice
from pathlib import Path
from typing import Any

from bench import measure
from bench.home import Home
from demo import people
from steps.imports import import_registrations

TITLES = ("Proposal writing for funding", "Evaluation, numbers and stories", "Wikidata from the beginning")


def run(folder: Path, *, rows: int) -> dict[str, Any]:
    """Rates are rows a second."""
    before = measure.load()
    home = Home(folder)
    for title in TITLES:
        home.clinic(title)
    file = folder / "registrations.csv"
    write(file, rows, home)
    measure.forget_peak()
    with measure.spent() as first:
        report = import_registrations(home.app, file)
    most = measure.peak_mb()
    # A line that nobody reads makes it another file: one with the same bytes is known at once.
    with file.open("a", encoding="utf-8") as more:
        more.write("\r\n")
    with measure.spent() as again:
        second = import_registrations(home.app, file)
    home.close()
    return {
        "rows": rows,
        "accepted": report.accepted,
        "rejected": report.rejected,
        "bytes": file.stat().st_size,
        "rate": round(rows / first.wall),
        "cpu_us_per_row": round(first.cpu / rows * 1e6),
        "unchanged": second.unchanged,
        "unchanged_rate": round(rows / again.wall),
        "unchanged_cpu_us_per_row": round(again.cpu / rows * 1e6),
        "max_rss_mb": most,
        "load": {"before": before, "after": measure.load()},
    }


def write(path: Path, rows: int, home: Home) -> None:
    """A form's export with so many different people, without the demo's faulty rows."""
    few = path.with_name("few.csv")
    people.write(few, [skill.title for skill in home.app.programme.skills], TITLES, home.app.now())
    columns = people.Columns()
    with few.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        seen: set[str] = set()
        sample = []
        for row in reader:
            address = row[columns.email].strip().casefold()
            if "@" in address and address not in seen:
                seen.add(address)
                sample.append(row)
        header = list(reader.fieldnames or ())
    everybody = (_another(row, number, columns) for number in count() for row in sample)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(islice(everybody, rows))


def _another(row: dict[str, str], number: int, columns: people.Columns) -> dict[str, str]:
    local, _, domain = row[columns.email].partition("@")
    wiki = row[columns.wiki_user]
    return {
        **row,
        columns.name: f"{row[columns.name]} {number}",
        columns.email: f"{local}.{number}@{domain}",
        columns.wiki_user: f"{wiki}{number}" if wiki else "",
    }
