"""What the programme's files get wrong together, each of them being right by itself: every problem, with file and key.

Fields, their types and their limits are `programme_file.py`'s.
"""

from collections.abc import Collection
from itertools import pairwise

from config.programme_file import Cadences, Programme
from domain.cadences import ANCHORED, EVENTS, MAILINGS, SAYS_OF, SPEAKS_OF, Anchor, Channel, Purpose
from domain.errors import Problem
from domain.subjects import About

# Prefixes of keys that are not a touchpoint's own.
RESERVED = frozenset({"invite", "cancel", "rsvp", "chat", "desk", "announce"})
# Messages that no cadence sends.
NOT_TIMED = frozenset(
    {
        Purpose.DESK,
        Purpose.CHAT_ANSWER,
        Purpose.ANNOUNCEMENT,
        Purpose.CONFIRM_REGISTRATION,
        Purpose.MY_PAGE,
        Purpose.GUEST_INVITE,
        Purpose.PROPOSE_LINK,
        Purpose.RELAY,
        Purpose.SURVEY_THANKS,
        Purpose.CHECKLIST_NOTED,
    }
)


def report_problems(programme: Programme) -> list[Problem]:
    """Kinds of session that the report names and nobody defines."""
    report, remedy = programme.report, f"Known: {', '.join(programme.kinds)}"
    named = {"clinics": report.clinics, "connections": report.connections, "regional": report.regional}
    return [
        Problem(f"{code!r} is no kind of session", f"programme.toml: report.{key}", remedy)
        for key, codes in named.items()
        for code in codes
        if code not in programme.kinds
    ]


def touchpoint_problems(cadences: Cadences, senders: Collection[str]) -> list[Problem]:
    """What is wrong with each touchpoint, and with ladders as a whole. `senders`: those of programme.toml."""
    found = []

    def bad(code: str, key: str, what: str, remedy: str) -> None:
        found.append(Problem(what, f"cadences.toml: touchpoints.{code}{f'.{key}' if key else ''}", remedy))

    for code, purpose in EVENTS.items():
        if code not in cadences.touchpoints:
            bad(code, "", "this touchpoint is missing", "Copy it from the defaults")
        elif cadences.touchpoints[code].purpose is not purpose:
            bad(code, "purpose", f"must be {purpose.value}", "Write that")
        elif code in MAILINGS and cadences.touchpoints[code].channel is Channel.DESK:
            bad(code, "channel", "must be a way to people", "Write email, telegram or best")
        elif code not in MAILINGS and cadences.touchpoints[code].channel is not Channel.EMAIL:
            bad(code, "channel", "must be email: it answers or carries a calendar entry", "Write email")
    rungs: dict[tuple[str, int], str] = {}
    for code, point in cadences.touchpoints.items():
        if point.sender not in senders:
            bad(code, "sender", "is no sender of programme.toml", f"Known: {', '.join(senders)}")
        if code in EVENTS:
            if point.anchor is not None or point.ladder:
                bad(code, "anchor", "this touchpoint answers an event", "Remove anchor, offset and ladder")
            continue
        if code in RESERVED or "/" in code or "#" in code:
            bad(code, "", "cannot be a touchpoint's name", "Choose another name")
        if point.anchor is None:
            bad(code, "anchor", "is needed", f"Write one of {', '.join(Anchor)}, or mend the touchpoint's name")
            continue
        if point.purpose in EVENTS.values() or point.purpose in NOT_TIMED:
            bad(code, "purpose", "cannot be sent by the clock", "Choose another message")
        about = ANCHORED.get(point.anchor, About.PERSON)
        if named := [a.value for a in point.audience if about not in SAYS_OF.get(a, About)]:
            what = f"{', '.join(named)} cannot be said of what the anchor names: a {about.value}"
            bad(code, "audience", what, "Remove them")
        spoken = SPEAKS_OF.get(point.purpose, frozenset({About.PERSON}))
        if about not in spoken:
            what = f"the message {point.purpose} speaks of a {' or '.join(sorted(spoken))}"
            bad(code, "anchor", f"{what}, the anchor of a {about.value}", "Choose another anchor or message")
        if (point.channel is Channel.DESK) != (point.purpose is Purpose.ASK_COORDINATOR):
            bad(code, "channel", "desk and ask_coordinator go together", "Write both or neither")
        if point.ladder and (other := rungs.setdefault((point.ladder, point.rung), code)) != code:
            bad(code, "rung", f"is taken by {other}", "Give each rung of a ladder its own number")
    for ladder in sorted({p.ladder for p in cadences.touchpoints.values() if p.ladder}):
        steps = sorted((p for p in cadences.touchpoints.values() if p.ladder == ladder), key=lambda p: p.rung)
        if any(a.offset >= b.offset or a.anchor is not b.anchor for a, b in pairwise(steps)):
            what = "its rungs must have one anchor and rising offsets"
            found.append(Problem(what, f"cadences.toml: ladder {ladder}", "Mend anchor, offset or rung"))
    return found
