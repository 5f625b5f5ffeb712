"""The programme as data: programme.toml, cadences.toml and skills.toml (their fields are in `programme_file.py`), and
(in files of their own here) newsletter, surveys, checklists and guides. Tells every problem at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from config import checklists, guides, programme_file, surveys
from config import newsletter as newsletter_file
from config.programme_checks import report_problems, touchpoint_problems
from config.toml_file import read
from domain.cadences import Rules, Touchpoint
from domain.checklists import Duty
from domain.errors import ConfigError, Problem
from domain.guides import Guide
from domain.newsletter import IssueKind, IssueRule
from domain.sessions import Kind
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
        problems += touchpoint_problems(cadences, programme.senders)
        problems += report_problems(programme)
        if "programme" not in programme.senders:
            problems.append(Problem("is needed", "programme.toml: senders.programme", "Say who writes by default"))
    if problems:
        raise ConfigError(problems)
    assert programme is not None and cadences is not None and skills is not None and issues is not None
    found = _assemble(programme, cadences, skills, asked, newsletter_file.rules(issues))
    return replace(found, duties=duties, guides=guided)


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
