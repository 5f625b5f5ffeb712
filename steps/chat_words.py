"""The words of an answer in a chat, and its buttons, in the language of the person who gets it."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.telegram_message import Button, ChatMessage
from domain.checklists import Item, Way
from domain.sessions import Session
from domain.surveys import Kind, Question
from steps.app import App
from steps.sheets import Sheet
from templates_email import labels, skeletons
from templates_email.catalogues import languages, shipped
from templates_email.chats import Chat
from templates_email.formats import Moment

RSVPS: tuple[labels.Button, ...] = ("yes", "no", "maybe")


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
    worded: bool = False  # they are texts of the programme's own files

    def buttons(self, language: str) -> tuple[Button, ...]:
        return tuple(Button(self.lead + self._label(key, language), data) for key, data in self.pairs)

    def _label(self, key: str, language: str) -> str:
        if self.plain:
            return key
        return shipped().text(key, language) if self.worded else labels.label(key, language)


def rsvp_row(invitation_id: int, sequence: int, lead: str = "") -> Row:
    """`sequence`: the SEQUENCE that this person was sent, the entry's own part included."""
    return Row(tuple((key, f"rsvp/{invitation_id}/{key}/{sequence}") for key in RSVPS), lead)


SKIP = "-"  # in a button's data: the question is passed over


def survey_rows(request_id: int, question: Question) -> tuple[Row, ...]:
    """The buttons of a survey's question, and one to pass it over below them."""
    pairs = [(option, f"survey/{request_id}/{question.code}/{option.value}") for option in question.options]
    skip = Row((("skip", f"survey/{request_id}/{question.code}/{SKIP}"),))
    match question.kind:
        case Kind.RATING:
            return (Row(tuple((option.value, data) for option, data in pairs), plain=True), skip)
        case Kind.YES_NO:
            return (Row(tuple((option.label, data) for option, data in pairs), worded=True), skip)
    return (*(Row(((option.label, data),), worded=True) for option, data in pairs), skip)


def item_rows(item: Item, sheet: Sheet | None) -> "tuple[Row, ...]":
    """For one item of a checklist. "Done" is for what wants no words; a question that may be left out has its own."""
    question = next(iter(sheet.left), None) if sheet is not None else None
    first: tuple[Row, ...] = ()
    if question is not None and not question.needed:
        first = (Row((("skip", f"item/{item.id}/skip/{question.code}"),)),)
    elif question is None and (sheet is not None or item.way is Way.TICK):
        first = (Row((("item_done", f"item/{item.id}/done"),)),)
    return *first, Row((("item_skip", f"item/{item.id}/not_needed"), ("item_help", f"item/{item.id}/help")))


def link_rows(participant_id: int) -> tuple[Row, ...]:
    return (
        Row((("link_yes", f"link/yes/{participant_id}"),)),
        Row((("link_no", f"link/no/{participant_id}"),)),
    )


def language_rows() -> tuple[Row, ...]:
    return tuple(Row(((labels.own_name(code), f"lang/{code}"),), plain=True) for code in languages())


def moment(app: App, session: Session, zone: str) -> Moment:
    return Moment(session.starts_at, session.minutes, zone or app.programme.zone)
