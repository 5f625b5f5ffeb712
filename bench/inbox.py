"""Reading a mailbox: mails are fetched, filed and read. What they are is in `answers.py`.

The mailbox is the demo's embedded one, in a process of its own; or, when asked, a Dovecot of the bench's own, or a new
folder on the configured IMAP server, removed afterwards. What lies in the programme's own mailbox is never touched.
"""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from smtplib import SMTP
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from bench import measure
from bench.answers import made
from bench.dovecot import dovecot
from bench.home import MAILBOX, Home
from config.settings import Server
from demo import servers
from demo.answers import Answer
from domain.errors import Problem, UserError
from steps.app import App, new_owner, new_secret
from steps.inbox import read_mailbox


def run(
    folder: Path, *, mails: int, imap: dict[str, Any] | None = None, ca: str | None = None, own: bool = False
) -> dict[str, Any]:
    """Mails a second. `imap`: the fields of a configured `Server` whose disk and protocol are to be measured; `ca`:
    file with its authority. `own`: start a Dovecot instead, and tell its CPU too."""
    before = measure.load()
    answers = made(folder, mails)
    with ExitStack() as stack:
        its_own = stack.enter_context(dovecot(MAILBOX, new_secret())) if own else None
        if its_own is not None:
            server = stack.enter_context(_filled(its_own.server, None, answers))
        elif imap:
            server = stack.enter_context(_filled(Server(**imap), ca, answers))
        else:
            server = stack.enter_context(_embedded(folder, answers))
        home = Home(folder)
        stack.callback(home.close)
        ca_file = Path(ca) if imap and ca else None
        app = App(replace(home.app.settings, imap=server, mail_ca=ca_file), home.app.programme, home.app.clock)
        stack.callback(app.close)
        theirs = its_own.cpu() if its_own else 0.0
        measure.forget_peak()
        with measure.spent() as spent:
            report = read_mailbox(app)
        most = measure.peak_mb()
        theirs = its_own.cpu() - theirs if its_own else 0.0
    return {
        "mails": mails,
        "server": "dovecot" if own else "configured" if imap else "embedded",
        "filed": report.filed,
        "answers": report.rsvps,
        "bounces": report.bounces,
        "autoreplies": report.autoreplies,
        "for_person": report.for_person,
        "quarantined": report.quarantined,
        "rate": round(mails / spent.wall),
        "cpu_us_per_mail": round(spent.cpu / mails * 1e6),
        **({"server_cpu_us_per_mail": round(theirs / mails * 1e6)} if own else {}),
        "max_rss_mb": most,
        "load": {"before": before, "after": measure.load()},
    }


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
def _filled(server: Server, ca: str | None, mails: Iterable[Answer]) -> Iterator[Server]:
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
