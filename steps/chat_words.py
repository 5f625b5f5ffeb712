"""The words of an answer in a chat, and its buttons, in the language of the person who gets it."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.telegram_message import Button, ChatMessage
from domain.sessions import Session
from steps.app import App
from templates_email import labels, skeletons
from templates_email.catalogues import languages
from templates_email.chats import Chat
from templates_email.formats import Moment

RSVPS: tuple[labels.Button, ...] = ("yes", "no", "maybe")
Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A rendered answer, before it is put on its way."""

    message: ChatMessage
    language: str


def render(
    app: App, chat_id: int, wanted: Sequence[str], context: Chat, rows: "Sequence[Row]" = ()
) -> Said:
    """`wanted`: the person's languages; the programme's follow."""
    rendered = skeletons.render(context.message, (*wanted, *app.programme.languages), context)
    buttons = tuple(row.buttons(rendered.language) for row in rows)
    return Said(ChatMessage(chat_id, rendered.chat.strip(), buttons), rendered.language)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of buttons, worded once the language is known: (label, data). `lead` stands before each label."""

    pairs: tuple[tuple[str, str], ...]
    lead: str = ""
    plain: bool = False  # the labels are words already

    def buttons(self, language: str) -> tuple[Button, ...]:
        return tuple(
            Button(self.lead + (key if self.plain else labels.label(key, language)), data)
            for key, data in self.pairs
        )


def rsvp_row(invitation_id: int, sequence: int, lead: str = "") -> Row:
    """`sequence`: the SEQUENCE that this person was sent, the entry's own part included."""
    return Row(tuple((key, f"rsvp/{invitation_id}/{key}/{sequence}") for key in RSVPS), lead)


def link_rows(participant_id: int) -> tuple[Row, ...]:
    return (
        Row((("link_yes", f"link/yes/{participant_id}"),)),
        Row((("link_no", f"link/no/{participant_id}"),)),
    )


def language_rows() -> tuple[Row, ...]:
    return tuple(Row(((labels.own_name(code), f"lang/{code}"),), plain=True) for code in languages())


def moment(app: App, session: Session, zone: str) -> Moment:
    return Moment(session.starts_at, session.minutes, zone or app.programme.zone)
