"""The programme as data: programme.toml, cadences.toml and skills.toml (their fields are in `programme_file.py`), and
(in files of their own here) newsletter, surveys, checklists and guides. Tells every problem at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from config import checklists, guides, programme_file, surveys
from config import newsletter as newsletter_file
from config.toml_file import read
from domain.cadences import (
    ANCHORED,
    EVENTS,
    MAILINGS,
    SAYS_OF,
    SPEAKS_OF,
    Anchor,
    Channel,
    Purpose,
    Rules,
    Touchpoint,
)
from domain.checklists import Duty
from domain.errors import ConfigError, Problem
from domain.guides import Guide
from domain.newsletter import IssueKind, IssueRule
from domain.sessions import Kind
from domain.subjects import About
from domain.surveys import Survey
from domain.times import QuietHours


@dataclass(frozen=True, slots=True)
class Skill:
    code: str
    category: str
    title: str
    version: int


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a message is from. `address` None: the programme's mailbox."""

    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Coordinator:
    name: str
    address: str
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A Telegram group that announcements go to."""

    name: str
    chat_id: int


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days what is done with is kept."""

    mails_days: int
    strangers_days: int
    letters_days: int
    guests_days: int


@dataclass(frozen=True, slots=True)
class Report:
    """How the evaluation counts. `small`: groups of fewer people are not shown. The lists are kinds of session;
    `interests` are beginnings of the form's question about topics."""

    small: int
    clinics: tuple[str, ...]
    connections: tuple[str, ...]
    regional: tuple[str, ...]
    prioritised: float
    interests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything the files say, as domain values. `categories`: of skills, code -> title."""

    name: str
    mailbox: str
    zone: str
    languages: tuple[str, ...]
    verp: bool
    kinds: Mapping[str, Kind]
    rules: Rules
    skills: tuple[Skill, ...]
    categories: Mapping[str, str]
    mass_plan: int
    withdrawals: float
    import_bytes: int
    link_seconds: int
    senders: Mapping[str, Sender]
    coordinators: tuple[Coordinator, ...]
    retention: Retention
    report: Report
    issues: Mapping[IssueKind, IssueRule]
    groups: tuple[Group, ...] = ()
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    duties: Mapping[str, tuple[Duty, ...]] = field(default_factory=dict)  # of sharers, by kind of session
    guides: Mapping[str, Guide] = field(default_factory=dict)  # for sharers, by kind of session

    def coordinator_for(self, languages: Sequence[str], region: str) -> Coordinator:
        """Who looks after a person: the first whose language or region fits, else the first."""
        for one in self.coordinators:
            if region in one.regions or any(language in one.languages for language in languages[:1]):
                return one
        return self.coordinators[0]


# Prefixes of keys that are not a touchpoint's own.
RESERVED = frozenset({"invite", "cancel", "rsvp", "chat", "desk", "announce"})


@lru_cache(maxsize=4)
def load(folder: Path) -> Programme:
    """Read and check the files in `folder`. ConfigError lists every problem with file and key."""
    problems: list[Problem] = []
    programme = read(folder / "programme.toml", programme_file.Programme, problems)
    cadences = read(folder / "cadences.toml", programme_file.Cadences, problems)
    skills = read(folder / "skills.toml", programme_file.Skills, problems)
    issues = read(folder / "newsletter.toml", newsletter_file.Newsletter, problems)
    asked = surveys.load(folder, programme.kinds if programme else (), problems)
    duties = checklists.load(folder, programme.kinds if programme else (), problems)
    guided = guides.load(folder, programme.kinds if programme else (), problems)
    if cadences is not None and programme is not None:
        problems += _touchpoint_problems(cadences, programme.senders)
        problems += _report_problems(programme)
        if "programme" not in programme.senders:
            problems.append(Problem("is needed", "programme.toml: senders.programme", "Say who writes by default"))
    if problems:
        raise ConfigError(problems)
    assert programme is not None and cadences is not None and skills is not None and issues is not None
    found = _assemble(programme, cadences, skills, asked, newsletter_file.rules(issues))
    return replace(found, duties=duties, guides=guided)


def _report_problems(programme: programme_file.Programme) -> list[Problem]:
    report, remedy = programme.report, f"Known: {', '.join(programme.kinds)}"
    named = {"clinics": report.clinics, "connections": report.connections, "regional": report.regional}
    return [
        Problem(f"{code!r} is no kind of session", f"programme.toml: report.{key}", remedy)
        for key, codes in named.items()
        for code in codes
        if code not in programme.kinds
    ]


def _touchpoint_problems(cadences: programme_file.Cadences, senders: Collection[str]) -> list[Problem]:
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


def _assemble(
    programme: programme_file.Programme,
    cadences: programme_file.Cadences,
    skills: programme_file.Skills,
    asked: tuple[Survey, ...],
    issues: Mapping[IssueKind, IssueRule],
) -> Programme:
    quiet = QuietHours(programme.quiet_hours.start, programme.quiet_hours.end)
    points = {
        code: Touchpoint(
            code=code,
            purpose=p.purpose,
            topic=p.topic,
            quiet_hours=p.quiet_hours,
            expires_after=p.expires_after,
            priority=p.priority,
            anchor=p.anchor,
            offset=p.offset,
            audience=tuple(p.audience),
            channel=p.channel,
            sender=p.sender,
            preferred_hour=p.preferred_hour,
            cap=p.cap,
            ladder=p.ladder,
            rung=p.rung,
        )
        for code, p in cadences.touchpoints.items()
    }
    return Programme(
        name=programme.name,
        mailbox=programme.mailbox,
        zone=programme.zone,
        languages=tuple(programme.languages),
        verp=programme.verp,
        kinds={
            code: Kind(code, k.title, k.minutes, k.capacity, k.invites, k.recorded, tuple(k.needs))
            for code, k in programme.kinds.items()
        },
        rules=Rules(points, quiet, programme.zone, programme.touch.weekly_cap, programme.touch.preferred_hour),
        skills=tuple(
            Skill(s.code, code, s.title, skills.version)
            for code, category in skills.categories.items()
            for s in category.skills
        ),
        categories={code: category.title for code, category in skills.categories.items()},
        mass_plan=programme.guards.mass_plan,
        withdrawals=programme.guards.withdrawals,
        import_bytes=programme.limits.import_megabytes * 1_000_000,
        link_seconds=programme.limits.link_seconds,
        senders={code: Sender(s.name, s.address) for code, s in programme.senders.items()},
        coordinators=tuple(
            Coordinator(c.name, c.address, tuple(c.languages), tuple(c.regions)) for c in programme.coordinators
        ),
        retention=Retention(**programme.retention.model_dump()),
        report=Report(
            small=programme.report.small,
            clinics=tuple(programme.report.clinics),
            connections=tuple(programme.report.connections),
            regional=tuple(programme.report.regional),
            prioritised=programme.report.prioritised,
            interests=tuple(programme.report.interests),
        ),
        issues=issues,
        groups=tuple(Group(g.name, g.chat_id) for g in programme.groups),
        surveys={survey.code: survey for survey in asked},
    )
