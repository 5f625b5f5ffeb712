"""`python -m tests.bounce_samples DIR`: reads every file under DIR as a mail and prints what bounces came to.

For trying collections of real bounces by hand; nothing of them is kept in the project.
"""

import sys
import time
from collections import Counter
from pathlib import Path

from channels import bounces, inbound


def main(folder: Path) -> None:
    totals: Counter[str] = Counter()
    slowest = (0.0, "")
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        began = time.perf_counter()
        try:
            letter = inbound.read(raw)
            found = bounces.read(raw, letter)
        except inbound.Unreadable as error:
            print(f"{path.name}: unreadable: {error}")
            totals["unreadable"] += 1
            continue
        slowest = max(slowest, (time.perf_counter() - began, path.name))
        if found is None:
            kind = "auto-reply" if letter.auto_submitted else "letter"
            words = ""
        else:
            kind = "complaint" if found.complained else "bounce" if found.recipients else "bounce, nobody named"
            words = ", ".join(f"{r.permanence} {r.status or '-'} {r.address}" for r in found.recipients)
            totals["with the original Message-ID"] += bool(found.message_ids)
            totals.update(f"recipients {r.permanence}" for r in found.recipients)
        totals[kind] += 1
        print(f"{path.name}: {kind} {words}".rstrip())
    for name, count in sorted(totals.items()):
        print(f"{count:6} {name}")
    print(f"slowest {slowest[0] * 1000:.0f} ms: {slowest[1]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
