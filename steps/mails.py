"""What every mail of ours carries: who writes, where answers and bounces go, what finds it again."""

import re
from datetime import datetime, timedelta

from channels import letter
from channels.form_parts import Pieces, in_turn
from steps import page_links
from steps.app import App
from templates_email import skeletons

REFERENCE_LENGTH = 12
# A relay's bounce comes back to this local part; the token names the message (VERP).
BOUNCE_TAG = "+b-"
UNSUBSCRIBE_FOR = timedelta(days=400)  # a letter's link is good for longer than anybody keeps its letter unread
# Likewise what a mail program sends for List-Unsubscribe (RFC 2369 section 3.2).
UNSUBSCRIBE_TAG = "+u-"


def reference_of(message_id: str) -> str:
    """What finds a message again: in its footer, in the addresses made for it alone."""
    return message_id[1 : 1 + REFERENCE_LENGTH]


def envelope_sender(app: App, reference: str) -> str:
    """RFC 5321 MAIL FROM: where bounces of that message go."""
    return tagged(app, BOUNCE_TAG, reference) if app.programme.verp else app.mailbox


def unsubscribe_link(app: App, reference: str, now: datetime) -> str:
    """Where the reader of that message chooses what we send; "" without PAGES_URL."""
    return page_links.url(app, page_links.Page.UNSUBSCRIBE, reference, now + UNSUBSCRIBE_FOR)


def mail_to(
    app: App,
    name: str,
    address: str,
    rendered: skeletons.Rendered,
    message_id: str,
    now: datetime,
    *,
    identity: str = "programme",
    calendar_part: bytes | None = None,
    method: str | None = None,
    in_reply_to: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    unsubscribe: str = "",
) -> bytes:
    """The frozen mail to one reader, from a sender of programme.toml, with what every mail of ours carries.

    `unsubscribe` is the address of the reader's page for it, "" for those who have none.
    """
    sender = app.programme.senders[identity]
    found = own_headers(app, identity, reference_of(message_id), (unsubscribe,))
    return letter.build(
        letter.Letter(
            sender_name=sender.name,
            sender_address=sender.address or app.mailbox,
            recipient_name=name,
            recipient_address=address,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            date=now,
            message_id=message_id,
            language=rendered.language,
            calendar=calendar_part,
            calendar_method=method,
            headers=(*((field, "".join(map(str, pieces))) for field, pieces in found), *headers),
            in_reply_to=in_reply_to,
        )
    )


def own_headers(
    app: App, identity: str, reference: str | int, unsubscribe: Pieces
) -> tuple[tuple[str, Pieces], ...]:
    """The fields that every mail of that sender has. `reference` and a piece of `unsubscribe` may be the number of a
    value (`channels/forms.py`); `unsubscribe` begins with text."""
    # RFC 3834 section 5: nobody's holiday notice should answer this.
    found: list[tuple[str, Pieces]] = [
        ("Auto-Submitted", ("auto-generated",)),
        ("X-Auto-Response-Suppress", ("OOF, AutoReply",)),
    ]
    ways: list[str | int] = []
    if str(unsubscribe[0]).startswith("https://"):  # RFC 8058 section 3.1 asks for TLS
        ways += ["<", *unsubscribe, ">"]
        found.append(("List-Unsubscribe-Post", ("List-Unsubscribe=One-Click",)))
    if app.programme.verp:
        local, _, domain = app.mailbox.rpartition("@")
        ways += [", " if ways else "", f"<mailto:{local}{UNSUBSCRIBE_TAG}", reference, f"@{domain}"]
        ways += ["?subject=unsubscribe%20", reference, ">"]
    if ways:
        found.append(("List-Unsubscribe", in_turn(ways)))
    if app.programme.senders[identity].address not in (None, app.mailbox):
        found.append(("Reply-To", (app.mailbox,)))  # answers are read in one place
    return tuple(found)


def mailing_headers(app: App, kind: str, issue: int, archive: str) -> tuple[tuple[str, str], ...]:
    """What says that a mail goes to many: List-Id (RFC 2919), List-Archive (RFC 2369), and a Feedback-ID, by which
    large providers count complaints an issue (its last part names the sender and never changes)."""
    local, _, domain = app.mailbox.rpartition("@")
    found = [
        ("List-Id", f"<{kind}.{_label(local)}.{domain}>"),
        ("Feedback-ID", f"{kind}-{issue}:{kind}:newsletter:{_label(local)[:15]}"),
        ("Precedence", "bulk"),
    ]
    return (*found, ("List-Archive", f"<{archive}>")) if archive else tuple(found)


def _label(local: str) -> str:
    """A mailbox's name as one label of a domain."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", local).strip("-") or "list"


def tagged(app: App, tag: str, reference: str) -> str:
    """The programme's mailbox with a plus-tag that names a message."""
    local, _, domain = app.mailbox.rpartition("@")
    return f"{local}{tag}{reference}@{domain}"
