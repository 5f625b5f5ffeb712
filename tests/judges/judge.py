"""Two calendar parsers that are not ours judge what `calendars/` writes: ical.js (Thunderbird's) and libical.

`judge_ical_js(data)` and `judge_libical(data)` return the same shape:
{"ok": bool, "error": str, "component": "VCALENDAR", "method": str, "events": [{"uid": [str],
"sequence": [int], "dtstamp", "dtstart", "dtend", "status", "summary", "description", "location", "url",
"organizer" and "attendee": [{"value": str, "params": {NAME: str}}]}]}.
A missing judge skips the test, or fails it under CI=true. ical.js comes by
`npm install --prefix tests/judges`, libical by Debian's libical-dev with a C compiler.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.needs import needs

HERE = Path(__file__).parent
PLURAL = [
    *("uid", "sequence", "dtstamp", "dtstart", "dtend"),
    *("status", "summary", "description", "location", "url"),
]


def judge_ical_js(data: bytes) -> dict[str, Any]:
    """A TZID without its VTIMEZONE, which ical.js reads as floating, counts as refused."""
    node = shutil.which("node")
    needs(node, "node")
    needs((HERE / "node_modules" / "ical.js").is_dir(), "ical.js (npm install --prefix tests/judges)")
    command = [str(node), str(HERE / "ical_js.mjs")]
    ran = subprocess.run(command, input=data, capture_output=True, check=True, timeout=60)
    verdict = json.loads(ran.stdout)
    if not verdict["ok"]:
        return verdict
    return {**verdict, "error": "", "method": "".join(verdict["method"])}


def judge_libical(data: bytes) -> dict[str, Any]:
    """libical checks the restrictions of RFC 5546 too: a missing DTSTAMP, a missing ATTENDEE, one DTSTART."""
    program = _libical_check()
    needs(program, "cc and libical (Debian: gcc libical-dev)")
    ran = subprocess.run([str(program)], input=data, capture_output=True, check=True, timeout=60)
    errors: list[str] = []
    verdict: dict[str, Any] = {"component": "", "method": "", "events": []}
    for line in ran.stdout.decode().rstrip("\n").split("\n"):
        what, _, text = line.partition("\t")
        _take(verdict, errors, what, text.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\"))
    return {**verdict, "ok": not errors, "error": "; ".join(errors)}


def _take(verdict: dict[str, Any], errors: list[str], what: str, text: str) -> None:
    if what == "error":
        errors.append(text)
    elif what in ("component", "method"):
        verdict[what] = text
    elif what == "event":
        verdict["events"].append({name: [] for name in (*PLURAL, "organizer", "attendee")})
    elif what in ("ORGANIZER", "ATTENDEE"):
        verdict["events"][-1][what.lower()].append({"value": text, "params": {}})
    elif what in ("ORGANIZER;", "ATTENDEE;"):
        name, equals, value = text.partition("=")
        known = equals and name.isupper() and " " not in name
        verdict["events"][-1][what[:-1].lower()][-1]["params"].update(
            {name: value} if known else {"CN": text}
        )
    elif what.lower() in PLURAL:
        verdict["events"][-1][what.lower()].append(int(text) if what == "SEQUENCE" else text)


@cache
def _libical_check() -> Path | None:
    """The compiled judge, kept in the temporary directory by its source's hash; None without libical."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        return None
    source = HERE / "libical_check.c"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    program = Path(tempfile.gettempdir()) / f"letsconnect-libical-{os.getuid()}-{digest}"
    if program.exists() and program.stat().st_uid == os.getuid():
        return program
    fresh = program.with_suffix(f".{os.getpid()}")
    ran = subprocess.run([compiler, "-o", str(fresh), str(source), "-lical"], capture_output=True)
    if ran.returncode:
        return None
    return fresh.replace(program)
