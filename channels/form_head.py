"""The header of a form of letters: the fields that are shared, and one reader's values in the others.

Those of MIME and the parts below them are `forms.py`'s.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from channels import letter
from channels.form_parts import Coded, Layout, Own, Pieces, Shared, attempt
from channels.headers import mailbox, unstructured
from domain.errors import Problem

LONGEST_WORD = 320  # of a value in a header field
_WORD = re.compile(rf"[!-~]{{0,{LONGEST_WORD}}}")
_LINE = 998  # RFC 5322 section 2.1.1


def head(shared: Shared, problems: list[Problem]) -> Layout:
    """Every field but those of MIME. What could not be a letter's becomes a problem."""
    found: Layout = [
        attempt(problems, "the sender", b"", mailbox, "From", shared.sender_name, shared.sender_address),
        b"To: ", Own("To"), b"\r\n",
    ]  # fmt: skip
    if len(shared.subject) == 1:
        found.append(attempt(problems, "the subject", b"", unstructured, "Subject", str(shared.subject[0])))
    else:
        found += [b"Subject: ", Own("Subject"), b"\r\n"]
    found += [b"Date: ", Own("Date"), b"\r\nMessage-ID: <", Own("Message-ID"), b">\r\n"]
    if shared.answers:
        to = Own("In-Reply-To")
        found += [b"In-Reply-To: <", to, b">\r\nReferences: <", to, b">\r\n"]
    found.append(attempt(problems, "the language", b"", letter.language_field, shared.language))
    nothing: Layout = []
    for name, pieces in shared.headers:
        found += attempt(problems, "a further header", nothing, _header, name, pieces)
    return found


def _header(name: str, pieces: Pieces) -> Layout:
    if len(pieces) == 1:
        return [letter.further_field(name, str(pieces[0]))]
    known = "".join(piece for piece in pieces if isinstance(piece, str))
    letter.further_field(name, known)
    if not known.isascii():
        raise ValueError("holds characters that this header cannot have")
    # Every word is on a line of its own: how long the values are, nobody knows yet.
    found: Layout = [f"{name}: ".encode("ascii")]
    found += [Coded(_word, one) if isinstance(one, int) else one.replace(" ", "\r\n ").encode() for one in pieces]
    longest = b"".join(one if isinstance(one, bytes) else b"x" * LONGEST_WORD for one in found)
    if max(map(len, longest.split(b"\r\n"))) > _LINE:
        raise ValueError("has a word that is too long for a line of mail")
    return [*found, b"\r\n"]


def own_fields(
    shared: Shared,
    recipient_name: str,
    recipient_address: str,
    date: datetime,
    message_id: str,
    values: Sequence[str],
    in_reply_to: str | None,
    problems: list[Problem],
) -> dict[str, bytes]:
    """Field -> what one letter has there, for each `Own` of its form's head."""
    own: dict[str, bytes] = {
        "To": attempt(problems, "the recipient", b"", _mailbox, recipient_name, recipient_address),
        "Date": attempt(problems, "the date", b"", _date, date),
        "Message-ID": attempt(problems, "the Message-ID", b"", _id, message_id),
    }
    if shared.answers:
        own["In-Reply-To"] = attempt(problems, "In-Reply-To", b"", _id, in_reply_to or "")
    if len(shared.subject) > 1:
        subject = "".join([one if isinstance(one, str) else values[one] for one in shared.subject])
        own["Subject"] = attempt(problems, "the subject", b"", _subject, subject)
    return own


# How a value is written where it stands: as the rest of a field's first line, without its line break.


def _mailbox(name: str, address: str) -> bytes:
    return mailbox("To", name, address)[len("To: ") : -2]


def _subject(text: str) -> bytes:
    return unstructured("Subject", text)[len("Subject: ") : -2]


def _date(date: datetime) -> bytes:
    return letter.date_field(date)[len("Date: ") : -2]


def _id(message_id: str) -> bytes:
    return letter.bare_id(message_id).encode("ascii")


def _word(value: str) -> bytes:
    if not _WORD.fullmatch(value):
        raise ValueError("holds characters that a header's word cannot have, or too many")
    return value.encode("ascii")
