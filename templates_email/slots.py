"""Slots: what a template prints instead of a value, so that no value ever passes through Jinja or Markdown.

Every value of a context that is text is shown to the template as an object that prints as an ASCII token
(`zq<hex>x<number>x`; letters and digits only, because those survive Markdown, an href and the inlining of CSS). The
values of constants are put in when a skeleton is made, those of one person when it is filled; which escaping they need
is decided by where the token landed (`skeletons.py`).
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from types import SimpleNamespace
from typing import Any, NoReturn
from urllib.parse import urlsplit

from domain.translations import Localized, Said
from templates_email import formats
from templates_email.catalogues import shipped
from templates_email.clean import checked_address, clean_line, clean_name
from templates_email.contexts import Change
from templates_email.directions import runs_against
from templates_email.fields import Form, Part, forms_of_row
from templates_email.formats import Moment

# Makes what a template prints for a value. Arguments: the plain value, whether it must be isolated from the direction
# of the text around it, how many things it lists, and its language where that is not the letter's.
Show = Callable[[str, bool, int, str], Any]
ShowMarkdown = Callable[[str, str], Any]


class Plain:
    """A constant or variant text: printed as a token, testable, comparable, countable where it is a list."""

    __slots__ = ("_count", "_print", "_value")

    def __init__(self, value: str, count: int, printed: Callable[[], str]) -> None:
        self._value, self._count, self._print = value, count, printed

    def __str__(self) -> str:
        return self._print()

    def __bool__(self) -> bool:
        return bool(self._value)

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        return self._value == other

    __hash__ = None  # type: ignore[assignment]  # what compares by value and prints a token belongs in no set


class Personal:
    """One person's value, unknown when the template runs: it can only be printed."""

    __slots__ = ("_print",)

    def __init__(self, printed: Callable[[], str]) -> None:
        self._print = printed

    def __str__(self) -> str:
        return self._print()

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a personal value can only be printed: a skeleton is shared by many people")

    __bool__ = __len__ = __iter__ = __contains__ = __lt__ = _refuse
    __eq__ = _refuse
    __hash__ = None  # type: ignore[assignment]  # as for every class with an __eq__ of its own


@dataclass(frozen=True, slots=True)
class Listed:
    """Several texts, joined as the language joins them; each is escaped and isolated by itself."""

    items: tuple[Any, ...]
    language: str

    def __str__(self) -> str:
        return formats.names([str(item) for item in self.items], self.language)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to meet. `text` is a link's address and its words at once when `is_link`."""

    text: Any
    is_link: bool

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Slot:
    """What belongs in a token's place: a value known now, Markdown known now, or the name of a personal field.

    `isolate`: these are other people's words, which may be in another script than ours, and of any length. `language`:
    theirs (BCP 47), where it is known and not the letter's; `against`: it runs against the letter's direction.
    """

    form: Form
    value: str = ""
    personal: str | None = None
    isolate: bool = True
    language: str = ""
    against: bool = False


class Slots:
    """All tokens of one skeleton, and how often each was printed."""

    def __init__(self, salt: str, language: str) -> None:
        self._salt, self._language = salt, language
        self._all: list[Slot] = []
        self.printed: Counter[str] = Counter()
        self.pattern = re.compile(rf"zq{salt}x(\d+)x")

    def add(self, slot: Slot) -> Callable[[], str]:
        token = f"zq{self._salt}x{len(self._all)}x"
        self._all.append(slot)

        def printed() -> str:
            self.printed[token] += 1
            return token

        return printed

    def find(self, token: str) -> Slot:
        match = self.pattern.fullmatch(token)
        if match is None:
            raise LookupError(f"{token} is not a token of this letter")
        return self._all[int(match[1])]

    def found(self, text: str) -> Counter[str]:
        return Counter(match[0] for match in self.pattern.finditer(text))

    def show(self, value: str, isolate: bool = True, count: int = 1, language: str = "") -> Plain:
        against = runs_against(language, self._language)
        return Plain(value, count, self.add(Slot(Form.TEXT, value, None, isolate, language, against)))

    def show_personal(self, name: str, form: Form) -> Personal:
        return Personal(self.add(Slot(form, personal=name)))

    def show_markdown(self, value: str, language: str = "") -> Plain:
        return Plain(value, 1, self.add(Slot(Form.MARKDOWN, value, language=language)))


def view(value: Any, form: Form, language: str, show: Show, show_markdown: ShowMarkdown) -> Any:
    """A constant or variant value as the template sees it."""
    if form is Form.CODE:
        return value
    if form is Form.WORDED:
        return show(shipped().text(value, language), False, 1, "")
    if form is Form.MARKDOWN:
        said = _said(value, language)
        return show_markdown(said.text.strip(), said.language)
    if form is Form.CHANGES:
        return [_view_change(change, language, show) for change in value]
    if form is Form.MOMENT:
        return _view_moment(value, language, show)
    if form is Form.SIZE:
        return show(formats.size(value, language), False, 1, "")
    if form is Form.PLACE:
        text = clean_line(value)
        return Place(show(text, True, 1, ""), is_web_address(text))
    if form is Form.ROWS:
        forms = forms_of_row(type(value[0])) if value else {}
        return [_view_row(row, forms, language, show, show_markdown) for row in value]
    if form is Form.ROW:
        return _view_row(value, forms_of_row(type(value)), language, show, show_markdown)
    if form is Form.LANGUAGES:
        codes = (value,) if isinstance(value, str) else value
        return show(formats.language_names(codes, language), False, len(codes), "")
    if form is Form.NAME and not isinstance(value, str):
        return Listed(tuple(show(clean_name(item), True, 1, "") for item in value), language)
    if form is Form.NAME:
        return show(clean_name(value), True, 1, "")
    said = _said(value, language)
    return show(clean_line(said.text), True, 1, said.language)


def _said(value: str | Localized, language: str) -> Said:
    return Said(value) if isinstance(value, str) else value.said_in(language)


def personal_text(value: str | Part, form: Form) -> str | Part:
    """One person's value, made harmless. ValueError for an address that is not."""
    if isinstance(value, Part):
        return value
    if form is Form.ADDRESS:
        return checked_address(value)
    return clean_name(value) if form is Form.NAME else clean_line(value)


def is_web_address(text: str) -> bool:
    if re.search(r"[\s<>\"'\\`{}|^]", text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _view_row(
    row: Any, forms: dict[str, Form], language: str, show: Show, show_markdown: ShowMarkdown
) -> SimpleNamespace:
    fields = {name: view(getattr(row, name), form, language, show, show_markdown) for name, form in forms.items()}
    return SimpleNamespace(**fields)


def _view_moment(moment: Moment, language: str, show: Show) -> formats.When:
    words = formats.when(moment.starts_at, moment.minutes, moment.zone, language)
    return formats.When(*(show(text, False, 1, "") for text in astuple(words)))


def _view_change(change: Change, language: str, show: Show) -> Change:
    def one(value: str | Localized | Moment | Sequence[str]) -> Any:
        if isinstance(value, Moment):
            return _view_moment(value, language, show).span  # the zone is in the facts below
        if isinstance(value, str | Localized):
            return view(value, Form.TEXT, language, show, _no_markdown)
        if change.label == "sharers":
            return view(tuple(value), Form.NAME, language, show, _no_markdown)
        return show(formats.language_names(value, language) if value else "", False, len(value), "")

    if isinstance(change.new, Localized) and change.new.said_in(language).translated:
        return Change(change.label, one(""), one(""))  # the reader never saw the words that changed: read below
    return Change(change.label, one(change.old), one(change.new))


def _no_markdown(*_: str) -> NoReturn:
    raise TypeError("a change is told in one line")
