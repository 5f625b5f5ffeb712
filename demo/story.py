"""What happens in the demo, in order: the same steps a season's start takes in production, on sample people.

Everything is done through `steps/` and a real SMTP and IMAP server; this file only says who does what when.
"""

import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx

from demo import answers, chats, earlier, issue, people
from demo.answers import Answer, Person
from demo.bot_api import BotApi
from demo.caught import Caught
from demo.earlier import Earlier
from demo.servers import HOST, Servers
from domain.sessions import Session
from steps import deliver, imports, inbox, plan, sessions, setup
from steps.app import App
from steps.newsletter import Preview

WHO = "demo"
CLINICS = (
    {
        "code": "proposals", "days": "9", "hour": "14:00", "zone": "Africa/Lagos", "languages": "en, fr",
        "title": "Proposal writing for funding", "interpretation": "sw", "invites": "registered",
        "skills": "proposal-writing",
        "purpose": "Write a proposal that a committee understands, from a real one that was funded.",
        "audience": "Everybody who wants to apply for a grant, also for the first time.",
        "preparation": "Bring one idea of your group, in three sentences.", "sharers": "Ngozi Adeyemi; Baraka Lyimo",
        "venue": "https://meet.example.org/proposals",
    },
    {
        "code": "stories", "days": "16", "hour": "16:00", "zone": "Africa/Dar_es_Salaam", "languages": "en",
        "title": "Evaluation, numbers and stories", "interpretation": "ar, fr", "invites": "registered",
        "purpose": "Show what your work changed, with few numbers and one good story.",
        "audience": "People who write reports or would like to.", "preparation": "",
        "sharers": "Kwame Mensah", "venue": "https://meet.example.org/stories",
        "skills": "quantitative-metrics, qualitative-evaluation",
    },
    {
        "code": "wikidata", "days": "23", "hour": "11:00", "zone": "America/Argentina/Buenos_Aires",
        "title": "Wikidata from the beginning", "languages": "es, en", "interpretation": "pt", "invites": "everybody",
        "purpose": "Make your first items and see what they are good for.",
        "audience": "Newcomers; no experience is needed.", "preparation": "Have your user name and password at hand.",
        "sharers": "Lucía Gómez", "venue": "https://meet.example.org/wikidata", "skills": "wikidata-basic",
    },
)  # fmt: skip


@dataclass
class Told:
    """What the story left behind for the summary, which compares it with what should have happened."""

    sample: people.Sample
    imported: imports.ImportReport
    sessions: list[Session]
    earlier: Earlier
    moved: Session | None = None
    planned: list[plan.PlanReport] = field(default_factory=list)
    delivered: list[deliver.DeliverReport] = field(default_factory=list)
    answered: int = 0  # mails that sample people sent
    chats: Counter[str] = field(default_factory=Counter)  # what sample people did on Telegram
    read: inbox.InboxReport | None = None
    issue: Preview | None = None


def begin(app: App) -> None:
    """An installation as `letsconnect init` leaves it."""
    setup.init(app)


def season(app: App, servers: Servers, bot: BotApi, told_so_far: Callable[[str], None]) -> Told:
    """From nothing to answered invitations. `told_so_far` gets a line for the terminal at every turn."""
    chats.introduce(app)
    past = earlier.add(app)
    planned = plan_sessions(app)
    told_so_far(f"{len(planned)} clinics are planned")
    file = app.settings.home / "registrations.csv"
    titles = [session.title for session in planned]
    sample = people.write(file, [skill.title for skill in app.programme.skills], titles, app.now())
    imported = imports.import_registrations(app, file)
    told_so_far(
        f"registrations imported: {imported.accepted} accepted, {imported.merged} merged, {imported.rejected} rejected"
    )
    told = Told(sample, imported, planned, earlier.record(app, past, planned[0], set(sample.cast.values())))
    before = told.earlier
    told_so_far(
        f"this month's clinic had {before.people} people and {before.guests} guests; {before.answered} said what they"
        f" think of it, {before.badges} badges are issued"
    )
    _plan_and_deliver(app, told, told_so_far)
    replies = _answers(app, servers, told)
    _post(servers, replies)
    told.answered = len(replies)
    told.read = inbox.read_mailbox(app)
    told_so_far(f"{len(replies)} mails came back, {told.read.rsvps} of them answers that could be read")
    told.chats = chats.act(app, bot, _welcomes(app, servers, told))
    links, rsvps = told.chats["links"], told.chats["rsvps"]
    told_so_far(f"{links} people linked a chat on Telegram, {rsvps} answered there by a button")
    _plan_and_deliver(app, told, told_so_far)
    return told


def plan_sessions(app: App) -> list[Session]:
    return [_add(app, dict(clinic)) for clinic in CLINICS]


def last_turn(app: App, told: Told, told_so_far: Callable[[str], None]) -> None:
    """The second clinic begins an hour later, which calendars must follow; and a newsletter is drafted that says so."""
    session = told.sessions[1]
    start = (session.starts_at + timedelta(hours=1)).isoformat()
    told.moved = sessions.change(app, session.code, {"start": start}, WHO)
    told_so_far("the second clinic begins an hour later")
    told.issue = issue.draft(app)
    languages = len(told.issue.wording.languages)
    told_so_far(f"a newsletter is drafted in {languages} languages, for {told.issue.audience.count} readers")


def plan_and_deliver(app: App, told: Told) -> None:
    """One round, as the schedule takes it."""
    told.planned.append(plan.plan(app))
    told.delivered.append(deliver.deliver(app))


def _plan_and_deliver(app: App, told: Told, told_so_far: Callable[[str], None]) -> None:
    plan_and_deliver(app, told)
    planned, delivered = told.planned[-1], told.delivered[-1]
    told_so_far(f"planned {planned.send} messages, held {planned.hold}; delivered {delivered.sent}")


def _add(app: App, clinic: dict[str, str]) -> Session:
    days, hour = int(clinic.pop("days")), clinic.pop("hour")
    day = (app.now().astimezone(ZoneInfo(clinic["zone"])) + timedelta(days=days)).date()
    return sessions.add(app, {**clinic, "kind": "clinic", "start": f"{day}T{hour}"}, WHO)


def _answers(app: App, servers: Servers, told: Told) -> list[Answer]:
    """What sample people send back after they found the first clinic's invitation in their mailbox."""
    cast, first = told.sample.cast, told.sessions[0]
    got = _invitations(app, servers, first.title, set(cast.values()))
    names = {row["address"]: row["name"] for row in app.conn.execute(
        "select c.address, p.name from contact_points c join participants p on p.id = c.participant_id")}  # fmt: skip

    def by(part: str) -> tuple[Caught, Person]:
        address = cast[part]
        return got[address], Person(names[address], address, servers.mailbox, app.now())

    day = f"{app.now():%Y-%m-%d}"
    return [
        answers.google_yes(*by("accepts")),
        answers.outlook_no(*by("declines"), "I travel that day"),
        answers.other_time(*by("proposes"), timedelta(hours=2), "¿Podría ser dos horas más tarde?"),
        answers.written(*by("yes"), "Yes, I'll be there!", f"On {day}, Let's Connect <{servers.mailbox}> wrote:"),
        answers.written(*by("si"), "Sí, claro", f"El {day}, Let's Connect <{servers.mailbox}> escribió:"),
        answers.written(*by("la"), "لا", f"في {day}، كتب Let's Connect <{servers.mailbox}>:"),
        answers.written(
            *by("asks"), "Thank you! Could I join for the second hour only? My connection is weak in the morning.",
            f"On {day}, Let's Connect <{servers.mailbox}> wrote:",
        ),
        answers.holiday_notice(*by("away")),
        answers.bounce(got[cast["dead"]], app.now()),
        answers.unreadable(by("asks")[1]),
    ]  # fmt: skip


def _invitations(app: App, servers: Servers, title: str, wanted: set[str]) -> dict[str, Caught]:
    """The invitations to the session of that title, by recipient."""
    caught = _caught(app, servers, "invitation", wanted)
    return {mail.recipient: mail for mail in caught if answers.title(mail) == title}


def _welcomes(app: App, servers: Servers, told: Told) -> dict[str, Caught]:
    """The welcome mails of those who are on Telegram, by part."""
    parts = {told.sample.cast[part]: part for part in chats.CHATS}
    letters = _caught(app, servers, "letter", set(parts))
    return {parts[mail.recipient]: mail for mail in letters if chats.LINK.search(mail.text)}


def _caught(app: App, servers: Servers, purpose: str, wanted: set[str]) -> Iterator[Caught]:
    """The mails of that purpose to these addresses, from the mail viewer."""
    with httpx.Client(base_url=servers.viewer_url, trust_env=False, timeout=30) as viewer:
        for mail in viewer.get("/mails.json").raise_for_status().json():
            if mail["purpose"] == purpose and mail["recipient"] in wanted:
                raw = viewer.get(f"/mails/{mail['id']}/raw").raise_for_status().content
                yield Caught(mail["id"], app.now(), mail["sender"], mail["recipient"], raw)


def _post(servers: Servers, replies: list[Answer]) -> None:
    with smtplib.SMTP(HOST, servers.smtp_port, timeout=30) as relay:
        for reply in replies:
            relay.sendmail(reply.sender, [reply.recipient], reply.data)
