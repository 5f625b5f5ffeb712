"""Telegram: the fall-back of the poller. Leaves filing and reading to steps/telegram.py."""

from prefect import flow

from flows.skin import counted, numbers, page, sentence, show, step
from steps import telegram as bot
from steps.app import App
from steps.telegram import AlreadyPolled, TelegramReport

NAME = "Telegram"
NO_BOT = "No Telegram bot is set (LETSCONNECT_TELEGRAM_TOKEN)."
ELSEWHERE = "The poller is at work: it reads what comes within seconds."


@flow(name=NAME, persist_result=False)
async def telegram() -> None:
    """Reads what people wrote to the programme's bot or pressed there, and answers them.

    The poller does this within seconds; this run is there for when it could not. Safe to run at any time: what came
    is filed once, and while the poller is at work this run leaves everything to it.
    """
    text, news = await step(NAME, read)
    await show("telegram", text, "What people did in their chats", news=news)


def read(app: App) -> tuple[str, bool]:
    """What to show, and whether it is news."""
    if app.settings.telegram_token is None:
        return NO_BOT, False
    try:
        report = bot.run_once(app)
    except AlreadyPolled:
        return ELSEWHERE, False
    return page(said(report), counted(numbers(report))), any(numbers(report).values())


def said(report: TelegramReport) -> str:
    return sentence(
        (report.filed, "update came", "updates came"),
        (report.rsvps, "was an answer to an invitation", "were answers to invitations"),
        (report.surveys, "survey was begun", "surveys were begun"),
        (report.links, "person linked a chat", "people linked a chat"),
        (report.stops, "person wants no more messages here", "people want no more messages here"),
        (report.quarantined, "could not be read", "could not be read"),
    ) or "Nothing came."
