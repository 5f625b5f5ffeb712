"""The programme's mailbox over IMAP (RFC 3501): fetches raw mails and waits for new ones.

Only reads: the folder is opened with EXAMINE, so people who share the mailbox keep their unread marks. What a mail
says is for `inbound.py`; which were seen before, and the position, are kept by the caller (see `mailbox.py`).
"""

import contextlib
import imaplib
import ipaddress
import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from channels.imap_fetch import fetch
from channels.imap_idle import IDLE_RENEWAL, POLL, wait_for_news
from channels.mailbox import Batch, Position, RawMail
from domain.errors import ConfigError, Permanent, Problem, Transient

__all__ = ["Batch", "ImapMailbox", "Position", "RawMail"]

# At DEBUG and INFO imapclient writes user names and whole mails into the log.
logging.getLogger("imapclient").setLevel(logging.WARNING)

BATCH_MAILS = 500
BATCH_BYTES = 20 * 1024 * 1024
MAX_MAIL = 10 * 1024 * 1024  # larger ones: header fields only
_HEADER = f"BODY.PEEK[HEADER]<0.{256 * 1024}>"
# imaplib refuses an answer of more than a million bytes on one line, which a SEARCH of this many may be.
_MAX_SEARCH = 80_000
_UNFINISHED = (0, 0)  # what is known after a fetch that did not end: no folder's numbers
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
# RFC 5530: refused for now only.
_LATER = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]|too many|try again|temporar", re.I)


class ImapMailbox:
    """A mailbox (see `mailbox.Mailbox`). Connects when first used and again after a loss.

    `tls`: "implicit", "starttls", or "none", which only a loopback `host` may have (else ConfigError). `timeout`:
    seconds for connecting and for every answer. `stop`: asked a few times a second while waiting and between
    batches; `threading.Event().is_set` will do.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: str,
        tls: str = "implicit",
        folder: str = "INBOX",
        ssl_context: ssl.SSLContext | None = None,
        timeout: float = 30.0,
        stop: Callable[[], bool] = lambda: False,
        max_mail: int = MAX_MAIL,
        idle_renewal: float = IDLE_RENEWAL,
        poll: float = POLL,
    ) -> None:
        problems = []
        if tls not in ("implicit", "starttls", "none"):
            problems.append(Problem("unknown value of tls", "IMAP", "Use implicit, starttls or none"))
        if tls == "none" and not _is_loopback(host):
            remedy = "Use tls=implicit or tls=starttls; none is for this machine only"
            problems.append(Problem("the password would travel unprotected", "IMAP", remedy))
        if problems:
            raise ConfigError(problems)
        self._host, self._port, self._username, self._password = host, port, username, password
        self._tls, self._folder, self._timeout, self._stop = tls, folder, timeout, stop
        self._context = ssl_context or ssl.create_default_context()
        self._max_mail, self._idle_renewal, self._poll = max_mail, idle_renewal, poll
        self._client: IMAPClient | None = None
        self._known: tuple[int, int] | None = None  # (UIDVALIDITY, UIDNEXT) up to which the caller has everything

    def __enter__(self) -> "ImapMailbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError, IMAPClientError, imaplib.IMAP4.error):
                client.logout()
            with contextlib.suppress(OSError):
                client.shutdown()

    def fetch(self, since: Position | None) -> Iterator[Batch]:
        self._known = _UNFINISHED
        with self._errors():
            client = self._connected()
            uidvalidity, uidnext, exists = self._examine(client)
            first = since.uid + 1 if since and since.uidvalidity == uidvalidity else 1
            for uids in _searches(client, first, uidnext, exists):
                for i in range(0, len(uids), BATCH_MAILS):
                    for batch in self._batches(client, uidvalidity, uids[i : i + BATCH_MAILS]):
                        if batch:
                            yield batch
                        if self._stop():
                            return
                uidnext = max(uidnext, uids[-1] + 1)
            self._known = (uidvalidity, uidnext)

    def wait(self, seconds: float) -> bool:
        with self._errors():
            client = self._connected()
            uidvalidity, uidnext, _ = self._examine(client)
            self._known = self._known or (uidvalidity, uidnext)
            if self._known[0] != uidvalidity or self._known[1] < uidnext:
                return True
            return wait_for_news(client, seconds, self._stop, self._idle_renewal, self._poll)

    def check(self) -> str:
        self.close()
        with self._errors():
            client = self._connected()
            exists = self._examine(client)[2]
            idle = "IDLE" if client.has_capability("IDLE") else "no IDLE (asks every few seconds)"
            version = getattr(client.socket(), "version", lambda: "no TLS")()
            return f"IMAP: {exists} mails in the folder, {idle}, {version}"

    # -- connection --------------------------------------------------------------------------------------

    def _connected(self) -> IMAPClient:
        if self._client is None:
            implicit = self._tls == "implicit"
            client = IMAPClient(
                self._host, self._port, ssl=implicit, ssl_context=self._context if implicit else None,
                timeout=self._timeout,
            )  # fmt: skip
            self._client = client
            client.normalise_times = False
            if self._tls == "starttls":
                client.starttls(self._context)
            connection = client.socket()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if client._imap.state != "AUTH":  # a server may greet with PREAUTH
                plain = (self._username + self._password).isascii()
                # LOGIN takes ASCII only (RFC 3501 section 9); SASL PLAIN takes UTF-8 (RFC 4616).
                (client.login if plain else client.plain_login)(self._username, self._password)
        return self._client

    def _examine(self, client: IMAPClient) -> tuple[int, int, int]:
        """(UIDVALIDITY, UIDNEXT, number of mails)."""
        try:
            said = client.select_folder(self._folder, readonly=True)
        except imaplib.IMAP4.abort:
            raise
        except IMAPClientError:
            raise Permanent("IMAP: the folder cannot be opened. Check its name in LETSCONNECT_IMAP_URL") from None
        # Without UIDNEXT (RFC 3501 allows it) the number of mails serves: it rises when one comes.
        return said.get(b"UIDVALIDITY", 0), said.get(b"UIDNEXT", said[b"EXISTS"] + 1), said[b"EXISTS"]

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Names what went wrong without the server's words, which may hold addresses, and drops the connection."""
        try:
            yield
        except BaseException as error:
            if not isinstance(error, GeneratorExit):
                self._drop()
            known = _as_delivery_error(error)
            if known is None:
                raise
            raise known from None

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.shutdown()

    # -- mails -------------------------------------------------------------------------------------------

    def _batches(self, client: IMAPClient, uidvalidity: int, uids: list[int]) -> Iterator[Batch]:
        about = fetch(client, uids, ["RFC822.SIZE"])
        sizes = {uid: about[uid].get(b"RFC822.SIZE") or 0 for uid in uids if uid in about}  # others: expunged
        group: list[int] = []
        room = BATCH_BYTES
        for uid, size in sizes.items():
            small = size <= self._max_mail
            if group and (not small or size > room):
                yield self._mails(client, uidvalidity, group)
                group, room = [], BATCH_BYTES
            if small:
                group.append(uid)
                room -= size
            else:
                yield self._mails(client, uidvalidity, [uid], whole=False)
        if group:
            yield self._mails(client, uidvalidity, group)

    def _mails(self, client: IMAPClient, uidvalidity: int, uids: list[int], whole: bool = True) -> Batch:
        try:
            answer = fetch(client, uids, ["BODY.PEEK[]" if whole else _HEADER, "INTERNALDATE"])
        except imaplib.IMAP4.abort:
            raise
        except IMAPClientError:  # NO: some of them cannot be given; find out which
            if len(uids) > 1:
                return [mail for uid in uids for mail in self._mails(client, uidvalidity, [uid], whole)]
            if whole:
                return self._mails(client, uidvalidity, uids, whole=False)
            present = client.search(["UID", str(uids[0])])
            return [RawMail(uidvalidity, uid, _NO_DATE, b"", truncated=True) for uid in present]
        key = b"BODY[]" if whole else b"BODY[HEADER]<0>"
        return [
            RawMail(uidvalidity, uid, _utc(answer[uid].get(b"INTERNALDATE")), answer[uid].get(key) or b"", not whole)
            for uid in uids
            if uid in answer and key in answer[uid]
        ]


def _searches(client: IMAPClient, first: int, uidnext: int, exists: int) -> Iterator[list[int]]:
    """UIDs from `first` on, rising, in lists that are not empty."""
    if exists <= _MAX_SEARCH:
        ranges: Iterator[str] = iter([f"{first}:*"])
    else:
        starts = range(first, uidnext, _MAX_SEARCH)
        ranges = (f"{start}:{start + _MAX_SEARCH - 1}" for start in starts)
    for uid_range in ranges:
        # "n:*" always names the last mail, though its UID may be below n.
        uids = sorted({uid for uid in client.search(["UID", uid_range]) if uid >= first})
        if uids:
            yield uids


def _utc(when: object) -> datetime:
    try:
        return when.astimezone(UTC) if isinstance(when, datetime) else _NO_DATE
    except (ValueError, OverflowError):
        return _NO_DATE


def _as_delivery_error(error: BaseException) -> Permanent | Transient | None:
    """None for what is not about the far side."""
    lost = isinstance(error.__context__, imaplib.IMAP4.abort)  # imapclient makes a LoginError of that too
    if isinstance(error, LoginError) and not lost and not _LATER.search(str(error)):
        remedy = "Check user name and password in LETSCONNECT_IMAP_URL; many providers want an app password"
        return Permanent(f"IMAP: the login was refused. {remedy}")
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = "Check the host name in LETSCONNECT_IMAP_URL, and that the server's certificate is valid"
        return Permanent(f"IMAP: the certificate is not trusted. {remedy}")
    if isinstance(error, CapabilityError):
        remedy = "Use tls=implicit, usually port 993"
        return Permanent(f"IMAP: the server offers no STARTTLS. {remedy}")
    if isinstance(error, (OSError, EOFError)):
        return Transient(f"IMAP: the connection failed ({type(error).__name__})")
    if isinstance(error, (IMAPClientError, imaplib.IMAP4.error)):
        return Transient(f"IMAP: the server broke off or refused ({type(error).__name__})")
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"
