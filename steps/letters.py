"""Mails that many readers get, each with values of their own: what they share is written once, and kept for a while.

Says what `mails.mail_to` says, to be kept as a skeleton and values (`domain/payloads.py`). A form is kept by what it is
made of; which values are one person's is written in the contexts (`templates_email/fields.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from operator import attrgetter
from threading import Lock

from calendars import entry_forms
from calendars.invitations import Entry, Method
from channels import forms
from channels.form_parts import Pieces, Shared, in_turn
from domain.payloads import Filled
from steps.app import App
from steps.mails import own_headers, reference_of
from templates_email.fields import Form, Part
from templates_email.skeletons import Skeleton

KEPT = 256  # forms, some 50 kB each
_TELEGRAM = ("https://t.me/", "?start=")
_SHARED_BY_ENTRIES = attrgetter(
    "sequence", "start", "end", "summary", "location", "url", "organizer_name", "organizer_address", "partstat",
    "last_modified", "language", "summary_language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Kept:
    """`described`: numbers of the values that the entry's description holds. `words` is kept with its form because its
    identity is in the key."""

    words: Skeleton
    form: forms.Form
    described: tuple[int, ...]


_forms: dict[tuple[object, ...], _Kept] = {}
_changing = Lock()


def mail_to(
    app: App,
    name: str,
    address: str,
    words: Skeleton,
    personal: Mapping[str, str | Part],
    message_id: str,
    now: datetime,
    *,
    identity: str = "programme",
    entry: Entry | None = None,
    method: Method | None = None,
    in_reply_to: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Filled:
    """The frozen mail to one reader: `words` with their `personal` values, of which "reference" and, where they have
    a page to choose what we send, "stop_link" stand in its header too. The words' chat text describes the `entry`."""
    values = words.values(personal)
    names = [one for one, _ in words.forms]
    for known, value in (("reference", reference_of(message_id)), ("stop_link", str(personal.get("stop_link", "")))):
        if known not in words.printed:
            values[2 * names.index(known)] = value
    beginnings = tuple(
        _beginning(app, value) if form is Form.ADDRESS else ""
        for (_, form), value in zip(words.forms, values[::2], strict=True)
    )
    sender = app.programme.senders[identity]
    key = (
        id(words), beginnings, headers, in_reply_to is None, method, _SHARED_BY_ENTRIES(entry) if entry else None,
        sender.name, sender.address, app.mailbox, app.programme.verp, bool(personal.get("stop_link")),
    )  # fmt: skip
    kept = _forms.get(key)
    if kept is None:
        kept = _made(app, identity, words, beginnings, entry, method, headers, in_reply_to is not None)
        with _changing:
            while len(_forms) >= KEPT:
                del _forms[next(iter(_forms))]
            _forms[key] = kept
    for n, beginning in enumerate(beginnings):
        if beginning:
            values[2 * n] = values[2 * n][len(beginning) :]
            values[2 * n + 1] = values[2 * n + 1][len(escape(beginning)) :]
    if entry is not None:
        described = [entry_forms.described(values[n]) for n in kept.described]
        values += [*entry_forms.values(entry), *described]
    return kept.form.fill(name, address, now, message_id, values, in_reply_to)


def _beginning(app: App, value: str) -> str:
    """What a link has in common with everybody's: the address of the page, without whose it is."""
    pages, (telegram, start) = app.settings.pages_url, _TELEGRAM
    if pages and value.startswith(f"{pages}/"):
        page, slash, _ = value[len(pages) + 1 :].partition("/")
        return f"{pages}/{page}/" if slash else f"{pages}/"
    if value.startswith(telegram) and start in value:
        return value[: value.index(start) + len(start)]
    return ""


def _made(
    app: App, identity: str, words: Skeleton, beginnings: Sequence[str], entry: Entry | None, method: Method | None,
    headers: tuple[tuple[str, str], ...], answers: bool,
) -> _Kept:  # fmt: skip
    fields, sender = len(words.forms), app.programme.senders[identity]

    def begun(pieces: Pieces) -> Pieces:
        found: list[str | int] = []
        for piece in pieces:
            if isinstance(piece, int):
                beginning = beginnings[piece // 2]
                found.append(escape(beginning) if piece % 2 else beginning)
            found.append(piece)
        return in_turn(found)

    names = [one for one, _ in words.forms]
    stop = 2 * names.index("stop_link")
    own = own_headers(app, identity, 2 * names.index("reference"), begun(("", stop, "")))
    calendar: Pieces = ()
    described: tuple[int, ...] = ()
    if entry is not None and method is not None:
        description = begun(words.chat)
        described = tuple(dict.fromkeys(piece for piece in description if isinstance(piece, int)))
        places = [described.index(piece) if isinstance(piece, int) else piece for piece in description]
        form = entry_forms.form(method, entry, places)
        calendar = tuple(2 * fields + piece if isinstance(piece, int) else piece for piece in form)
    shared = Shared(
        sender_name=sender.name,
        sender_address=sender.address or app.mailbox,
        subject=begun(words.subject),
        text=begun(words.text),
        html=begun(words.html),
        language=words.language,
        fields=fields,
        calendar=calendar,
        calendar_method=method,
        headers=(*own, *((field, (value,)) for field, value in headers)),
        answers=answers,
    )
    return _Kept(words, forms.Form(shared), described)
