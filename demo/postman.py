"""What the demo's SMTP server does with a mail: catch it, hand it to the programme's mailbox, or refuse it."""

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.caught import Catch
from demo.imap import ImapServer


class Postman:
    """aiosmtpd's handler: what happens to a mail that came in."""

    def __init__(self, mailbox: str, imap: ImapServer, catch: Catch, refused: frozenset[str]) -> None:
        self._mailbox, self._imap, self._catch, self._refused = mailbox.casefold(), imap, catch, refused

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]  # noqa: ARG002 -- aiosmtpd's hook
    ) -> str:
        if address.casefold() in self._refused:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002 -- aiosmtpd's hook
        data = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        sender = (envelope.mail_from or "").removeprefix("<>")  # aiosmtpd gives the null sender its brackets
        for recipient in envelope.rcpt_tos:
            trace = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode("utf-8", "replace")
            if self._is_programme(recipient):
                await self._imap.append(trace + data)
            else:
                self._catch.add(sender, recipient, data)
        return "250 2.0.0 Taken"

    def _is_programme(self, address: str) -> bool:
        local, _, domain = address.casefold().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}" == self._mailbox
