"""What the messages about surveys are told: letters that ask, and questions in a chat. Beside `contexts.py`.

Texts of questions are those of surveys.toml, in English (`Worded`): each message shows them as its own catalogue has
them, or speaks another language.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from templates_email.chats import Chat
from templates_email.fields import (
    Address,
    At,
    Constant,
    Flag,
    Form,
    Letter,
    LocalText,
    Number,
    Personal,
    Text,
    Variant,
    Worded,
)

QuestionKind = Annotated[Literal["rating", "yes_no", "choice", "text", "link"], Form.CODE]


@dataclass(frozen=True, slots=True)
class OptionLine:
    """`mark`: what one replies with: the number of a rating, the letter of a choice."""

    mark: Text
    label: Worded


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """`given`: asked only of those who answered question `of` so; "" for all."""

    number: Number
    kind: QuestionKind
    text: Worded
    options: Annotated[tuple[OptionLine, ...], Form.ROWS] = ()
    of: Number = 0
    given: Worded = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSurvey(Letter):
    """`survey`: its title, `title`: the session's. `more`: the questions that are open beside the first one.
    `link`: the person's page, "" where `has_link` is False."""

    survey: Constant[Worded]
    title: Constant[LocalText]
    more: Variant[Annotated[tuple[QuestionLine, ...], Form.ROWS]]
    anonymous: Constant[Flag]
    has_link: Constant[Flag] = False
    link: Personal[Address] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSurvey(AboutSurvey):
    """Right after a session. `check`: weeks later, whether what was learned is used; `when` it took place."""

    message: ClassVar[str] = "survey"

    when: Variant[At]
    first: Constant[Annotated[QuestionLine, Form.ROW]]
    check: Constant[Flag] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOfSurvey(AboutSurvey):
    """`until`: the moment when the survey closes. After the `last` one we keep quiet."""

    message: ClassVar[str] = "survey_reminder"

    first: Constant[Annotated[QuestionLine, Form.ROW]]
    until: Variant[At]
    last: Constant[Flag]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThankForSurvey(AboutSurvey):
    """Answers a mail. `noted`: the numbers of the questions that it answered; never the answers themselves."""

    message: ClassVar[str] = "survey_thanks"

    noted: Variant[Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSurvey(Chat):
    """The next question, with buttons below. `begins`: the session is named first. `again`: what came was no link."""

    message: ClassVar[str] = "chat_survey"
    longest: ClassVar[int] = 4096

    title: Variant[LocalText]
    number: Variant[Number]
    of: Variant[Number]
    question: Variant[Annotated[QuestionLine, Form.ROW]]
    begins: Variant[Flag] = False
    again: Variant[Flag] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSurveyDone(Chat):
    message: ClassVar[str] = "chat_survey_done"

    anonymous: Variant[Flag]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSurveyOver(Chat):
    """A button of a survey that takes no answers any more."""

    message: ClassVar[str] = "chat_survey_over"

    answered: Variant[Flag]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSurveyNone(Chat):
    message: ClassVar[str] = "chat_survey_none"


SURVEY_LETTERS: tuple[type[Letter], ...] = (AskSurvey, RemindOfSurvey, ThankForSurvey)
SURVEY_CHATS: tuple[type[Chat], ...] = (ChatSurvey, ChatSurveyDone, ChatSurveyOver, ChatSurveyNone)
