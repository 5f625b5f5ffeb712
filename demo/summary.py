"""What the demo prints at its end, and whether what should have happened did happen.

Reads the store, the reports of the steps and the list of caught mails; changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import earlier, issue
from demo.bot_api import BotApi
from demo.people import PEOPLE
from demo.story import Told
from domain.newsletter import Content
from steps import status
from steps.app import App
from templates_email import formats

Mail = Mapping[str, Any]  # as /mails.json of the viewer has it


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that should have happened."""

    what: str
    expected: object
    found: object

    @property
    def good(self) -> bool:
        return self.expected == self.found


def checks(app: App, told: Told, mails: list[Mail], bot: BotApi) -> list[Check]:
    """Expected beside found; the story fixes every number but those that depend on the hour (quiet hours)."""
    read, now = told.read, status.status(app)
    partstats = _count(
        app, "select partstat, count(*) from invitations where session_id = ? group by partstat", told.sessions[0].id
    )
    purposes = _count(app, "select purpose, count(*) from outbox where state = 'sent' group by purpose")
    unsettled = {name: now["outbox"].get(name, 0) for name in ("queued", "claimed", "at_risk", "unsure", "draft")}
    sent = _count(app, "select channel, count(*) from outbox where state = 'sent' group by channel")
    everybody = _one(  # a mail that was taken back, because the address refused another, is left out as well
        app,
        "select count(*) from (select key from outbox where session_id = ?1 and purpose = 'invitation'"
        " union select key from decisions where session_id = ?1 and touchpoint = 'general_invitation')",
        told.sessions[2].id,
    )
    moved = _one(
        app,
        "select count(*) from invitations i join contact_points c on c.participant_id = i.participant_id"
        " where i.session_id = ? and i.partstat <> 'DECLINED' and c.channel = 'email'"
        " and c.health not in ('hard', 'blocked')",
        told.sessions[1].id,
    )
    return [
        Check("people registered", PEOPLE, now["participants"]),
        Check("rows accepted", told.sample.accepted, told.imported.accepted),
        Check("rows merged", told.sample.merged, told.imported.merged),
        Check("rows rejected", told.sample.rejected, told.imported.rejected),
        Check("rows with a reason", True, bool(told.imported.problems)),
        Check("answers read (2 by calendar, 1 other time, 3 by words)", 6, read.rsvps if read else 0),
        Check("chats linked on Telegram", 2, told.chats["links"]),
        Check("answers by a button there", 1, told.chats["rsvps"]),
        Check("chats that block the bot", 1, _one(app, BLOCKED)),
        Check("people who come to the first clinic", 4, partstats["ACCEPTED"]),
        Check("people who do not", 2, partstats["DECLINED"]),
        Check("confirmations sent to those who wrote", 3, purposes["rsvp_confirmation"]),
        Check("bounces noted", 1, read.bounces if read else 0),
        Check("automatic replies noted", 1, read.autoreplies if read else 0),
        Check("mails that no program can read", 1, read.quarantined if read else 0),
        Check("everybody asked, held or left out for the third clinic", PEOPLE, everybody),
        Check("people told of the new time", moved, purposes["update"]),
        Check("languages of the newsletter's draft", 5, len(told.issue.wording.languages) if told.issue else 0),
        Check("what the newsletter tells", 14, _told(told.issue.content) if told.issue else 0),
        Check("people at the clinic of this month", 15, told.earlier.people),
        Check("opinions about it", 6, told.earlier.answered),
        Check("badges of its people and of its sharers", 18, told.earlier.badges),
        Check("things that a sharer has prepared", 3, told.earlier.prepared),
        Check("messages neither sent nor settled", dict.fromkeys(unsettled, 0), unsettled),
        Check("messages sent, as the mailboxes have them", sent["email"], len(mails)),
        Check("messages sent, as the chats have them", sent["telegram"], len(bot.sent)),
        Check("no mail came twice", len(mails), len({(m["recipient"], m["message_id"]) for m in mails})),
    ]


def lines(app: App, told: Told, command: Path, addresses: Mapping[str, str]) -> Iterator[str]:
    """The summary, readable; no address and no name of a person in it. `command`: `letsconnect` for this demo."""
    now = status.status(app)
    yield ""
    yield "What happened"
    yield f"  people        {now['participants']} registered, from {_one(app, COUNTRIES)} countries"
    rows = told.imported
    yield f"  registrations {rows.accepted} accepted, {rows.merged} merged, {rows.rejected} rejected:"
    for problem in rows.problems:
        yield f"                {problem}"
    yield f"  messages      {_shown(now['outbox'])}"
    purposes = _count(app, "select purpose, count(*) from outbox where state = 'sent' group by purpose")
    yield f"  by purpose    {_shown(purposes)}"
    languages = _count(app, "select language, count(*) from outbox where state = 'sent' group by language")
    yield f"  by language   {_shown({formats.language_name(k, 'en'): n for k, n in languages.items()})}"
    held = _one(app, "select count(*) from decisions where verdict = 'hold'")
    if held:
        yield f"  held          {held} until the morning where they live"
    for because, n in app.conn.execute(SKIPPED):
        yield f"  left out      {n}: {because}"
    for session in told.sessions:
        answers = _count(
            app, "select partstat, count(*) from invitations where session_id = ? group by partstat", session.id
        )
        yield f"  answers       {session.title}: {_shown(answers)}"
    if told.read:
        read = told.read
        yield (
            f"  mails back    {told.answered}: {read.rsvps} answers, {read.bounces} bounce, "
            f"{read.autoreplies} automatic, {read.for_person} for a person, {read.quarantined} unreadable"
        )
    chats = _one(app, "select count(*) from outbox where state = 'sent' and channel = 'telegram'")
    yield (
        f"  on Telegram   {told.chats['links']} chats linked, {told.chats['rsvps']} answer by a button, "
        f"{_one(app, BLOCKED)} chat blocks the bot; {chats} messages"
    )
    for n, item in enumerate(now["needs_person"]):
        head = "  for a person  " if n == 0 else " " * 16
        yield f"{head}{item['count']} {item['kind']}: {item['why']} ({item['do']})"
    yield ""
    yield "To look at"
    if told.issue:
        seen = told.issue
        readers = f"a draft in {len(seen.wording.languages)} languages for {seen.audience.count} readers"
        yield f"  newsletter    {readers}, in every form: {app.settings.home / issue.FOLDER / 'html-en.html'}"
        yield f"                who gets it, who not and why: {command} newsletter preview newsletter"
        yield f"                send it: {command} newsletter approve newsletter {seen.code}"
    for name, words, address in earlier.doors(app, told.earlier):
        yield f"  {name:<13} {words}: {address}"
    yield ""
    yield "To open"
    for name, address in addresses.items():
        yield f"  {name:<13} {address}"
    yield f"  commands      {command} stands for letsconnect: {command} status"


BLOCKED = "select count(*) from contact_points where channel = 'telegram' and health = 'blocked'"
COUNTRIES = "select count(distinct country) from participants where country <> ''"
SKIPPED = (
    "select because, count(*) as n from decisions where verdict = 'skip' and touchpoint = 'general_invitation'"
    " group by because order by n desc"
)


def differences(found: Iterable[Check]) -> list[str]:
    """What is not as it should be, in words; empty when all is well."""
    return [f"{c.what}: expected {c.expected}, found {c.found}" for c in found if not c.good]


def _told(content: Content) -> int:
    """Everything in it but numbers: what was written, sessions, opportunities."""
    return sum(map(len, (content.blocks, content.missed, content.coming, content.opportunities)))


def _shown(counts: Mapping[str, int]) -> str:
    parts = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{n} {name.replace('_', ' ').lower()}" for name, n in parts if n) or "none"


def _count(app: App, query: str, *values: object) -> Counter[str]:
    return Counter({str(name): n for name, n in app.conn.execute(query, values)})


def _one(app: App, query: str, *values: object) -> int:
    (number,) = app.conn.execute(query, values).fetchone()
    return int(number)
