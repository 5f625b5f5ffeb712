"""Settings of this installation, from the environment or `letsconnect.toml`; every problem at once.

The environment wins. Unknown keys are errors. Paths in the file and the default `./var` are relative to the
project's folder, so that they mean the same from every working directory.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from domain.errors import ConfigError, Problem

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "LETSCONNECT_"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
Tls = Literal["starttls", "implicit", "none"]
MAIL_TLS: tuple[Tls, ...] = get_args(Tls)


@dataclass(frozen=True, slots=True)
class Server:
    """One end of a mail connection. `repr` hides the password."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: Tls
    folder: str = "INBOX"


@dataclass(frozen=True, slots=True)
class Settings:
    """What is in force. `None` means not set; a command that needs it says so."""

    home: Path
    db: Path
    smtp: Server | None
    imap: Server | None
    telegram_token: str | None = field(repr=False)
    telegram_api: str
    pages_url: str | None
    pages_proxies: str
    mailbox: str | None
    secret: str | None = field(repr=False)
    programme: Path
    incoming: Path
    sheet_url: str | None = field(repr=False)
    smtp_connections: int
    smtp_per_minute: int | None
    dask: str | None
    mail_ca: Path | None
    api_auth: str | None = field(repr=False)
    prefect_database: str | None = field(repr=False)


# name, default as shown in docs, what it is, secret?
TABLE: tuple[tuple[str, str, str, bool], ...] = (
    ("HOME", "./var", "folder of all state", False),
    ("DB", "$LETSCONNECT_HOME/letsconnect.db", "the database file", False),
    ("SMTP_URL", "", "smtp://user:pass@host:port?tls=MODE; MODE: starttls, implicit, or none (loopback only)", True),
    ("IMAP_URL", "", "imap[s]://user:pass@host:port/INBOX?tls=MODE", True),
    ("TELEGRAM_TOKEN", "", "the bot's token", True),
    ("TELEGRAM_API", "https://api.telegram.org", "base URL of the Bot API", False),
    ("PAGES_URL", "", "public base URL of the participants' pages", False),
    ("PAGES_PROXIES", "127.0.0.1,::1", "proxies before the pages whose X-Forwarded-* counts", False),
    ("MAILBOX", "the programme's", "the programme's address: From, ORGANIZER, and what IMAP reads", False),
    ("SECRET", "made by init in $LETSCONNECT_HOME/secret", "key for tokens, UIDs and Message-IDs", True),
    ("PROGRAMME", "config/", "folder with programme.toml and the files beside it", False),
    ("INCOMING", "$LETSCONNECT_HOME/incoming", "folder whose new files are imported", False),
    ("SHEET_URL", "", "https link to a published sheet's CSV of registrations", True),
    ("SMTP_CONNECTIONS", "8", "connections at once to the SMTP server", False),
    ("SMTP_PER_MINUTE", "", "messages a minute at most; empty is no limit", False),
    ("DASK", "", "tcp:// or tls:// address of a Dask scheduler: large sends go out over its workers", False),
    ("MAIL_CA", "", "file with the certificate authority of a private SMTP or IMAP server", False),
    ("PREFECT_DATABASE", "SQLite in $LETSCONNECT_HOME", "postgresql+asyncpg://user:pass@host/db for Prefect", True),
    ("API_AUTH", "made by init in $LETSCONNECT_HOME/prefect-login", "user:password of the Prefect UI", True),
)
NAMES = frozenset(name for name, *_ in TABLE)


def load(environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Settings:
    """The settings in force. ConfigError lists every problem with the setting's name and a remedy."""
    file = file or ROOT / "letsconnect.toml"
    problems: list[Problem] = []
    values, origin = _gather(environ, file, problems)
    read = _Reader(values, origin, problems)
    home = read.path("HOME", ROOT / "var")
    settings = Settings(
        home=home,
        db=read.path("DB", home / "letsconnect.db"),
        smtp=read.server("SMTP_URL", {"smtp": 587, "smtps": 465}),
        imap=read.server("IMAP_URL", {"imap": 143, "imaps": 993}),
        telegram_token=values.get("TELEGRAM_TOKEN"),
        telegram_api=read.url("TELEGRAM_API") or "https://api.telegram.org",
        pages_url=read.pages_url("PAGES_URL"),
        pages_proxies=read.networks("PAGES_PROXIES", "127.0.0.1,::1"),
        mailbox=read.mailbox("MAILBOX"),
        secret=read.secret("SECRET", home / "secret"),
        programme=read.path("PROGRAMME", ROOT / "config"),
        incoming=read.path("INCOMING", home / "incoming"),
        sheet_url=read.url("SHEET_URL", https=True),
        smtp_connections=read.number("SMTP_CONNECTIONS", 1, 64) or 8,
        smtp_per_minute=read.number("SMTP_PER_MINUTE", 1, 1_000_000),
        dask=read.scheduler("DASK"),
        mail_ca=read.path("MAIL_CA") if values.get("MAIL_CA") else None,
        api_auth=read.login("API_AUTH", home / "prefect-login"),
        prefect_database=read.postgresql("PREFECT_DATABASE"),
    )
    if problems:
        raise ConfigError(problems)
    return settings


def _gather(
    environ: Mapping[str, str], file: Path, problems: list[Problem]
) -> tuple[dict[str, str], dict[str, str]]:
    values: dict[str, str] = {}
    origin: dict[str, str] = {}
    try:
        table = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        problems.append(Problem(f"cannot be read: {error}", file.name, "Mend that line"))
        table = {}
    sources = [(file.name, {key.upper(): value for key, value in table.items()})]
    sources.append(("the environment", {k[len(PREFIX) :]: v for k, v in environ.items() if k.startswith(PREFIX)}))
    for place, source in sources:
        for key, value in source.items():
            if key == "PYTHON":  # the wrapper's own
                continue
            if key not in NAMES:
                shown = PREFIX + key if place == "the environment" else key.lower()
                known = ", ".join(sorted(NAMES)).lower() if place == file.name else "see docs/settings.md"
                problems.append(Problem("is not a setting", f"{shown} in {place}", f"Known: {known}"))
            elif not isinstance(value, str | int) or isinstance(value, bool):
                problems.append(Problem("must be text or a number", f"{key.lower()} in {place}"))
            elif str(value).strip():
                values[key], origin[key] = str(value).strip(), place
            else:  # set to nothing: not set, whatever the file says
                values.pop(key, None)
    return values, origin


class _Reader:
    def __init__(self, values: dict[str, str], origin: dict[str, str], problems: list[Problem]) -> None:
        self.values, self.origin, self.problems = values, origin, problems

    def bad(self, key: str, what: str, remedy: str = "") -> None:
        name = PREFIX + key if self.origin.get(key) != "letsconnect.toml" else f"{key.lower()} in letsconnect.toml"
        self.problems.append(Problem(what, name, remedy))

    def path(self, key: str, default: Path = ROOT) -> Path:
        text = self.values.get(key)
        if text is None:
            return default
        path = Path(text).expanduser()
        if path.is_absolute():
            return path
        return (ROOT if self.origin[key] == "letsconnect.toml" else Path.cwd()) / path

    def number(self, key: str, low: int, high: int) -> int | None:
        text = self.values.get(key)
        if text is None:
            return None
        if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
            self.bad(key, "is not a whole number in range", f"Write a number from {low} to {high}")
            return None
        return int(text)

    def _split(self, key: str) -> SplitResult | None:
        try:
            parts = urlsplit(self.values[key])
            _ = parts.port
            return parts
        except ValueError:
            self.bad(key, "is not a URL", "The port must be a number from 1 to 65535; %-encode special characters")
            return None

    def url(self, key: str, https: bool = False) -> str | None:
        if key not in self.values:
            return None
        parts = self._split(key)
        allowed = ("https",) if https else ("http", "https")
        if parts and (parts.scheme not in allowed or not parts.hostname):
            self.bad(key, "is not a web address", f"Write it as {allowed[-1]}://host/path")
        return self.values[key].rstrip("/")

    def postgresql(self, key: str) -> str | None:
        parts = self._split(key) if key in self.values else None
        if parts is None:
            return None
        if parts.scheme != "postgresql+asyncpg" or not parts.path.strip("/"):
            self.bad(key, "is not a PostgreSQL database", "Write it as postgresql+asyncpg://user:pass@host/database")
        return self.values[key]

    def scheduler(self, key: str) -> str | None:
        parts = self._split(key) if key in self.values else None
        if parts is None:
            return None
        if parts.scheme not in ("tcp", "tls") or not parts.hostname or parts.port is None:
            self.bad(key, "is not a Dask scheduler's address", "Write it as tls://host:8786")
        if "SMTP_PER_MINUTE" in self.values:
            self.bad(key, "cannot keep SMTP_PER_MINUTE over several machines", "Leave one of the two out")
        return self.values[key]

    def pages_url(self, key: str) -> str | None:
        """Links in mails are as good as a password: they must not cross the net in the clear."""
        known = len(self.problems)
        text = self.url(key)
        if text is None or len(self.problems) > known:
            return None
        if not re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]+)?(/[A-Za-z0-9./_~-]*)?", text):
            self.bad(key, "cannot stand in a mail as it is", "Use a host's name and a path of plain letters")
        elif len(text) > 100:
            self.bad(key, "is too long to stand in a mail", "Use at most 100 characters")
        elif re.match(r"http://(?!localhost\b)[^/]*[A-Za-z]", text) and "[" not in text:
            self.bad(key, "is not encrypted", "Write https://; http is for trying, with a number instead of a name")
        return text

    def networks(self, key: str, default: str) -> str:
        """IP addresses and networks, parted by commas."""
        found = [item.strip() for item in self.values.get(key, default).split(",") if item.strip()]
        for item in found:
            try:
                ip_network(item)
            except ValueError:
                self.bad(key, f"{item!r} is no address and no network", "Write them like 127.0.0.1, 10.0.0.0/8")
        return ",".join(found)

    def mailbox(self, key: str) -> str | None:
        text = self.values.get(key)
        if text is None:
            return None
        try:
            checked = validate_email(text, check_deliverability=False, test_environment=True)
            if checked.ascii_email:
                return str(checked.ascii_email)
        except EmailNotValidError:
            pass
        self.bad(key, "is not an e-mail address", "Write one bare address, such as letsconnect@example.org")
        return None

    def server(self, key: str, schemes: Mapping[str, int]) -> Server | None:
        parts = self._split(key) if key in self.values else None
        if parts is None:
            return None
        plain, implicit = schemes
        if parts.scheme not in schemes or not parts.hostname:
            self.bad(key, "is not a mail server's URL", f"Write it as {plain}://user:pass@host:port?tls=starttls")
            return None
        query = parse_qs(parts.query, keep_blank_values=True)
        if unknown := sorted(set(query) - {"tls"}):
            self.bad(key, f"has an unknown option {unknown[0]!r}", "Only ?tls= is known")
        asked = query.get("tls", ["implicit" if parts.scheme == implicit else "starttls"])[-1]
        tls = next((known for known in MAIL_TLS if known == asked), MAIL_TLS[0])
        if tls != asked:
            self.bad(key, "has an unknown tls=", f"Write tls={' or tls='.join(MAIL_TLS)}")
        if tls == "none" and parts.hostname not in LOOPBACK:
            self.bad(key, "asks for no encryption to another host", "tls=none is for 127.0.0.1 and localhost only")
        default_port = schemes[implicit] if tls == "implicit" else schemes[plain]
        return Server(
            host=parts.hostname,
            port=parts.port or default_port,
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
            folder=unquote(parts.path.lstrip("/")) or "INBOX",
        )

    def _kept(self, key: str, file: Path) -> str | None:
        if key in self.values:
            return self.values[key]
        try:
            return file.read_text("utf-8").strip() or None
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.bad(key, f"its file cannot be read ({error.strerror})", f"Check the rights of {file.name}")
            return None

    def secret(self, key: str, file: Path) -> str | None:
        text = self._kept(key, file)
        if text is not None and len(text) < 16:
            self.bad(key, "is too short to be a secret", "Use at least 16 random characters, or let `init` make one")
        return text

    def login(self, key: str, file: Path) -> str | None:
        text = self._kept(key, file)
        if text is not None and not all(text.partition(":")[::2]):
            self.bad(key, "is not user:password", "Write it as coordinator:a-long-password")
        return text


def in_force(settings: Settings) -> dict[str, str]:
    """The settings for showing: secrets masked, servers without their login."""

    def shown(value: object) -> str:
        if isinstance(value, Server):
            login = "***@" if value.username else ""
            return f"{login}{value.host}:{value.port}/{value.folder}?tls={value.tls}"
        return "" if value is None else str(value)

    renamed = {"smtp": "smtp_url", "imap": "imap_url"}
    hidden = {f.name for f in fields(settings) if not f.repr}
    return {
        PREFIX + renamed.get(f.name, f.name).upper(): (
            ("***" if getattr(settings, f.name) else "") if f.name in hidden else shown(getattr(settings, f.name))
        )
        for f in fields(settings)
    }
