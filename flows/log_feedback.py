"""Log feedback: keep what a mail says. The text goes from the mailbox into our store and never through a form."""

from typing import Literal

from prefect import flow

from domain.feedback import Consent
from flows.skin import COORDINATOR, show, step
from steps import feedback
from steps.app import App

NAME = "Log feedback"


@flow(name=NAME, persist_result=False)
async def log_feedback(
    mail: int, consent: Literal["none", "internal", "anonymous", "named"] = "none", nameless: bool = False,
    dry_run: bool = True,
) -> None:  # fmt: skip
    """Puts a mail that waits for a person into the feedback log, and settles it. The list of such mails is in the
    terminal: letsconnect inbox list. What was said in a call or a meeting: letsconnect feedback add.

    Args:
        mail: The mail's number.
        consent: What its writer agreed to. "anonymous" and "named" allow quoting.
        nameless: Do not note whose it is.
        dry_run: Only look whether such a mail waits. Take the tick away to log it.
    """

    def work(app: App) -> int:
        if dry_run:
            feedback.look(app, mail)
            return 0
        return feedback.from_mail(app, mail, Consent(consent), COORDINATOR, named=not nameless)

    made = await step(NAME, work)
    await show("log-feedback", told(mail, made), f"Mail {mail}")


def told(mail: int, made: int) -> str:
    if not made:
        return f"Nothing was changed: this was a dry run. Mail {mail} waits and can be logged."
    return f"Mail {mail} is in the feedback log as number {made}, and waits no more."
