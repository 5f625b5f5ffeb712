"""Reading a mailbox: mails are fetched, filed and read. A third are calendar answers, a third words, a third automatic.

The mailbox is the demo's embedded one, in a process of its own; or, when asked, a new folder on the configured IMAP
server, removed afterwards. What lies in the programme's own mailbox is never touched.
"""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from smtplib import SMTP
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from bench import measure
from bench.home import MAILBOX, NOON, Home
from channels.memory import MemoryChannel
from config.settings import Server
from demo import answers, servers
from demo.answers import Answer, Person
from demo.caught import Caught
from domain.deliveries import Parcel
from domain.errors import Problem, UserError
from steps.app import App, new_owner, new_secret
from steps.deliver import deliver
from steps.inbox import read_mailbox
from steps.plan import plan

WROTE = "On Sunday, Let's Connect wrote:"


def run(folder: Path, *, mails: int, imap: dict[str, Any] | None = None, ca: str | None = None) -> dict[str, Any]:
    """Mails a second. `imap`: the fields of a configured `Server` whose disk and protocol are to be measured; `ca`:
    file with its authority."""
    before = measure.load()
    home = Home(folder)
    posted = _answers(home, mails)
    with ExitStack() as stack:
        server = stack.enter_context(_configured(Server(**imap), ca, posted) if imap else _embedded(folder, posted))
        ca_file = Path(ca) if imap and ca else None
        app = App(replace(home.app.settings, imap=server, mail_ca=ca_file), home.app.programme, home.app.clock)
        stack.callback(app.close)
        del posted
        measure.forget_peak()
        with measure.spent() as spent:
            report = read_mailbox(app)
        most = measure.peak_mb()
    home.close()
    return {
        "mails": mails,
        "server": "configured" if imap else "embedded",
        "filed": report.filed,
        "answers": report.rsvps,
        "bounces": report.bounces,
        "autoreplies": report.autoreplies,
        "for_person": report.for_person,
        "quarantined": report.quarantined,
        "rate": round(mails / spent.wall),
        "cpu_us_per_mail": round(spent.cpu / mails * 1e6),
        "max_rss_mb": most,
        "load": {"before": before, "after": measure.load()},
    }


def _answers(home: Home, count: int) -> list[Answer]:
    """One answer from each of so many people who were invited to the same session."""
    home.people(count)
    home.register(home.clinic(), 1, count)
    plan(home.app)
    channel = MemoryChannel()
    deliver(home.app, channel=channel)
    return [_answer(parcel, number) for number, parcel in enumerate(channel.stored)]


def _answer(parcel: Parcel, number: int) -> Answer:
    to = Caught(number + 1, NOON, parcel.sender, parcel.recipient, parcel.data)
    person = Person(f"Person {number + 1}", parcel.recipient, MAILBOX, NOON)
    match number % 6:
        case 0:
            return answers.google_yes(to, person)
        case 1:
            return answers.written(to, person, "Yes, I'll be there!", WROTE)
        case 2:
            return answers.holiday_notice(to, person)
        case 3:
            return answers.outlook_no(to, person, "I travel that day")
        case 4:
            return answers.written(to, person, "Sí, claro", WROTE)
        case _:
            return answers.bounce(to, NOON + timedelta(seconds=number))  # its Message-ID is made of the moment


@contextmanager
def _embedded(folder: Path, mails: Iterable[Answer]) -> Iterator[Server]:
    password = new_secret()
    mail = servers.start(MAILBOX, password, (), folder / "servers.log")
    try:
        with SMTP(servers.HOST, mail.smtp_port, local_hostname="localhost", timeout=60) as relay:
            for one in mails:
                relay.sendmail(one.sender, [one.recipient], one.data)
        yield Server(servers.HOST, mail.imap_port, MAILBOX, password, "none")
    finally:
        mail.stop()


@contextmanager
def _configured(server: Server, ca: str | None, mails: Iterable[Answer]) -> Iterator[Server]:
    """A folder of its own on that server."""
    name = f"letsconnect-bench-{new_owner()}"
    context = ssl.create_default_context(cafile=ca)
    try:
        with IMAPClient(
            server.host, server.port, ssl=server.tls == "implicit", timeout=60,
            ssl_context=context if server.tls == "implicit" else None,
        ) as box:  # fmt: skip
            if server.tls == "starttls":
                box.starttls(context)
            box.login(server.username, server.password)
            box.create_folder(name)
            try:
                for one in mails:
                    box.append(name, one.data)
                yield replace(server, folder=name)
            finally:
                box.delete_folder(name)
    except (IMAPClientError, OSError) as error:
        what = f"the IMAP server does not do its part ({type(error).__name__})"
        raise UserError(Problem(what, "LETSCONNECT_IMAP_URL", "letsconnect doctor tells more")) from error
