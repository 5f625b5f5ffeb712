"""The mails the demo's SMTP server took, in memory, and what the viewer shows of each.

Knows how to read our own letters for showing. Answers that come in are read by the real code, not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property

WORDS = {"REQUEST": "invitation", "CANCEL": "cancellation", "REPLY": "calendar answer", "COUNTER": "calendar answer"}


@dataclass(frozen=True)
class Caught:
    """One mail for one recipient. `sender` and `recipient` are the envelope's, not the headers'."""

    id: int
    at: datetime
    sender: str
    recipient: str
    data: bytes

    @cached_property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def header(self, name: str) -> str:
        """A header's value, "" when missing or beyond reading."""
        try:
            return str(self.message.get(name, ""))
        except Exception:  # the email package raises many kinds on broken headers
            return ""

    @property
    def subject(self) -> str:
        return self.header("Subject") or "(no subject)"

    @property
    def language(self) -> str:
        return self.header("Content-Language").strip()

    @cached_property
    def purpose(self) -> str:
        """What kind of mail: read from its calendar part, as a calendar would; without one, whether it answers."""
        calendar = self.calendar
        if not calendar:
            return "confirmation" if self.header("In-Reply-To") else "letter"
        lines = calendar.replace("\r\n ", "").splitlines()
        found = dict(line.split(":", 1) for line in reversed(lines) if line.startswith(("METHOD:", "SEQUENCE:")))
        method = found.get("METHOD", "")
        if method == "REQUEST" and found.get("SEQUENCE", "0") != "0":
            return "update"
        return WORDS.get(method, "letter")

    @cached_property
    def html(self) -> str:
        return self._text("text/html")

    @cached_property
    def text(self) -> str:
        return self._text("text/plain")

    @cached_property
    def calendar(self) -> str:
        return self._text("text/calendar")

    @property
    def source(self) -> str:
        return self.data.decode("utf-8", "replace")

    def _text(self, kind: str) -> str:
        try:
            for part in self.message.walk():
                if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                    payload = part.get_payload(decode=True)
                    charset = part.get_content_charset("utf-8") or "utf-8"
                    return payload.decode(charset, "replace") if isinstance(payload, bytes) else ""
        except (LookupError, ValueError, TypeError):
            pass
        return ""


class Catch:
    """All mails caught so far, oldest first; an id is its place, from 1."""

    def __init__(self) -> None:
        self._mails: list[Caught] = []

    def add(self, sender: str, recipient: str, data: bytes) -> Caught:
        mail = Caught(len(self._mails) + 1, datetime.now(UTC), sender, recipient, data)
        self._mails.append(mail)
        return mail

    def get(self, number: int) -> Caught | None:
        return self._mails[number - 1] if 1 <= number <= len(self._mails) else None

    def __len__(self) -> int:
        return len(self._mails)

    def newest_first(self) -> Iterator[Caught]:
        return reversed(self._mails)
