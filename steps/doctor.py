"""Checks of everything this installation leans on; one line each, and every problem with its remedy."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from domain.errors import ConfigError, LetsConnectError
from steps import certificates, deliver, inbox
from steps.app import App
from store import database


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: "ok", "not set", or "problem"."""

    subject: str
    state: str
    text: str


def doctor(app: App, prefect_url: str | None = None) -> Iterator[Finding]:
    """One finding a subject, as they are found."""
    yield Finding("settings", "ok", f"programme {app.programme.name}, mailbox {app.mailbox}, zone {app.programme.zone}")
    yield _check("secret", lambda: app.token("doctor", "") and "there")
    yield _check("database", lambda: _database(app))
    yield _check("clock", lambda: f"{app.now():%Y-%m-%d %H:%M} UTC")
    for subject, is_set, check in (
        ("smtp", app.settings.smtp, lambda: deliver.email_channel(app).check()),
        ("imap", app.settings.imap, lambda: inbox.mailbox_of(app).check()),
        ("telegram", app.settings.telegram_token, lambda: deliver.telegram_channel(app).check()),
        ("pages", app.settings.pages_url, lambda: _get(f"{app.settings.pages_url}/healthz")),
        ("prefect", prefect_url, lambda: _get(f"{prefect_url}/api/health")),
    ):
        yield _check(subject, check) if is_set else Finding(subject, "not set", "")
    yield _certificates(app)


def _check(subject: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, "ok", check())
    except (LetsConnectError, ConfigError) as error:
        return Finding(subject, "problem", str(error))


def _certificates(app: App) -> Finding:
    """They need what pip does not bring; all else works without."""
    try:
        return Finding("certificates", "ok", certificates.try_out(app))
    except LetsConnectError as error:
        return Finding("certificates", "not set", str(error))


def _database(app: App) -> str:
    (verdict,) = app.conn.execute("pragma quick_check").fetchone()
    (version,) = app.conn.execute("select sqlite_version()").fetchone()
    free = shutil.disk_usage(app.settings.db.parent).free // 1_000_000
    if verdict != "ok":
        raise LetsConnectError(f"it is damaged ({verdict}); restore a backup")
    if free < 200:
        raise LetsConnectError(f"only {free} MB are free on its disk; make room")
    return f"whole, journal {database.journal_mode()}, SQLite {version}, {free} MB free"


def _get(url: str) -> str:
    try:
        answer = httpx.get(url, timeout=5)
    except httpx.HTTPError as error:
        what = f"no answer from {urlsplit(url).netloc} ({type(error).__name__}); is it running?"
        raise LetsConnectError(what) from None
    if answer.status_code >= 500:
        raise LetsConnectError(f"{urlsplit(url).netloc} answers {answer.status_code}")
    return f"answers {answer.status_code}"
