"""Claim -> still wanted? -> channel -> receipt -> settle. The promise of the outbox is kept here and in the channel.

A message is marked at risk, on disk, before the bytes that make it final; a crash inside that window leaves it
unsure, a crash outside leaves it queued. Nothing else sends. What each message passes is in `steps/delivery.py`, who
takes over from the dead in `steps/recovery.py`.
"""

from collections import Counter
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from channels.smtp import SmtpChannel
from channels.telegram import TelegramChannel
from config.settings import LOOPBACK
from domain.deliveries import Channel, Trouble
from domain.errors import Problem, UserError
from steps import chat_links, owners, recovery
from steps.app import App
from steps.delivery import Delivery
from store import database, journal, marks, meta, outbox

PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """Counts of messages. `dropped`: no longer wanted. `trouble`: what is wrong with the channel, "" when nothing."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    unsure: int = 0
    dropped: int = 0
    postponed: int = 0
    recovered: int = 0
    due: int = 0
    trouble: str = ""


def email_channel(app: App, among: int = 1) -> SmtpChannel:
    """The SMTP channel of the settings, or its share among so many processes. UserError when there is none."""
    server = app.settings.smtp
    if server is None:
        remedy = "Set it, for example smtp://user:pass@mail.example.org:587?tls=starttls"
        raise UserError(Problem("no mail server is set", "LETSCONNECT_SMTP_URL", remedy))
    pace = app.settings.smtp_per_minute
    return SmtpChannel(
        host=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        tls=server.tls,
        ca_file=str(app.settings.mail_ca) if app.settings.mail_ca else None,
        connections=max(1, app.settings.smtp_connections // among),
        per_minute=max(1, pace // among) if pace is not None else None,
        local_hostname="localhost" if server.host in LOOPBACK else app.mailbox.rpartition("@")[2],
    )


def telegram_channel(app: App) -> TelegramChannel:
    """The bot of the settings. UserError when there is none, ConfigError when it cannot work."""
    return TelegramChannel(chat_links.needs_token(app), api=app.settings.telegram_api)


def channels(app: App, among: int = 1) -> list[Channel]:
    """Every channel that is set. UserError when there is none for mail."""
    found: list[Channel] = [email_channel(app, among)]
    if app.settings.telegram_token is not None:
        found.append(telegram_channel(app))
    return found


def deliver(
    app: App, *, dry_run: bool = False, limit: int | None = None, channel: Channel | None = None, among: int = 1
) -> DeliverReport:
    """Send what is due over every channel, or over one. Safe to run twice, at once, and to kill at any instant.

    `limit`: so many messages at most, on each channel. `among`: this is one of so many processes that deliver.
    """
    now = app.now()
    if dry_run:
        return DeliverReport(due=outbox.due(app.conn, now))
    used = [channel] if channel is not None else channels(app, among)
    recovered = recovery.take_over(app, now)
    report = DeliverReport(unsure=recovered["unsure"], recovered=sum(recovered.values()))
    if restored := meta.get(app.conn, meta.RESTORED):
        return replace(report, trouble=f"held: the database was restored at {restored}")
    for one in used:
        report = added(report, _over(app, one, limit))
    recovery.sweep(app)
    return report


def added(a: DeliverReport, b: DeliverReport) -> DeliverReport:
    """Of two deliveries."""
    numbers = {f.name: getattr(a, f.name) + getattr(b, f.name) for f in fields(a) if f.name != "trouble"}
    return DeliverReport(**numbers, trouble="; ".join(filter(None, (a.trouble, b.trouble))))


def _over(app: App, channel: Channel, limit: int | None) -> DeliverReport:
    """One delivery over one channel."""
    now = app.now()
    if pause := meta.paused(app.conn, channel.name, now):
        return DeliverReport(trouble=f"{channel.name} is paused until {pause[0]:%H:%M} UTC: {pause[1]}")
    if not outbox.due(app.conn, now, channel.name, most=1):
        return DeliverReport()
    counts: Counter[str] = Counter()
    run = journal.run_started(app.conn, "deliver", now)
    with owners.owner(marks.folder_of(app.conn)) as name:
        delivery = Delivery(app, channel.name, name, limit, counts)
        try:
            trouble = channel.deliver(delivery.parcels(), delivery.at_risk, delivery.settle)
        finally:
            delivery.give_back()
    if trouble is not None:
        with database.write(app.conn) as conn:
            until = app.now() + (trouble.retry_after or PAUSE)
            meta.pause(conn, channel.name, until, _words(trouble), trouble.permanent, app.now())
    else:
        meta.resume(app.conn, channel.name)
    journal.run_finished(app.conn, run, app.now(), {"channel": channel.name, **counts})
    return DeliverReport(
        sent=counts["sent"],
        later=counts["later"],
        failed=counts["failed"],
        unsure=counts["unsure"],
        dropped=counts["dropped"],
        postponed=counts["postponed"],
        trouble=f"{channel.name}: {_words(trouble)}" if trouble else "",
    )


def _words(trouble: Trouble) -> str:
    return f"{trouble.phase}: {trouble.reason}"
