"""Read the mailbox: the fall-back of the listener. Leaves filing and reading to steps/inbox.py."""

from prefect import flow

from flows.skin import counted, numbers, page, sentence, show, step
from steps import inbox
from steps.app import App
from steps.inbox import InboxReport

NAME = "Read the mailbox"


@flow(name=NAME, persist_result=False)
async def read_mailbox() -> None:
    """Reads what arrived in the programme's mailbox: answers to invitations, bounces, automatic replies.

    The listener does this within seconds; this run is there for when it could not. What a person must read is left
    for a person. Safe to run at any time: a mail is filed once.
    """

    def read(app: App) -> InboxReport | None:
        return inbox.read_mailbox(app) if app.settings.imap else None

    report = await step(NAME, read)
    counts = numbers(report) if report else {}
    text = page(said(report), counted(counts)) if report else "No mailbox is set (LETSCONNECT_IMAP_URL)."
    await show("read-mailbox", text, "What arrived and what it was", news=any(counts.values()))


def said(report: InboxReport) -> str:
    return sentence(
        (report.filed, "mail came", "mails came"),
        (report.rsvps, "was an answer to an invitation", "were answers to invitations"),
        (report.surveys, "answered a survey", "answered surveys"),
        (report.bounces, "came back as not delivered", "came back as not delivered"),
        (report.autoreplies, "was an automatic reply", "were automatic replies"),
        (report.for_person, "needs a person's eyes", "need a person's eyes"),
        (report.quarantined, "could not be read", "could not be read"),
    ) or "Nothing came."
