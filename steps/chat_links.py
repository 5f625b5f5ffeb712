"""One-time links that connect a person with a Telegram chat, as shown in mails. The chat's side is `steps/telegram.py`."""

from domain.participants import Participant
from steps.app import App


def link_for(app: App, person: Participant) -> str:
    """The deep link of a person who has no chat yet; "" without a bot, or with a chat."""
    return ""
