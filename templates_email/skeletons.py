"""A letter in two steps: `prepare` does what many people share, once; `fill` puts one person's values in.

    template -> Markdown -> HTML -> layout -> inlined styles      once per message, language, constants and variants
    name, reference -> escaped for where they land -> spliced     once per person, a few microseconds

What is done to a value depends on where its token landed: HTML text (escaped; isolated with <bdi>, so that a name in
one script cannot disturb a sentence in another), an attribute or <title> (escaped), plain text and subject (one line
without controls). Choosing the language is left to `render`'s chain; choosing the message to the caller.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import css_inline
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it.token import Token
from markupsafe import Markup

from templates_email import markup, pieces, plain
from templates_email.catalogues import HERE, Catalogues, shipped, text_direction
from templates_email.chats import Chat
from templates_email.contexts import CONTEXTS, fields_of, personal_values, shared_values, worded_values
from templates_email.fields import Context, Form, Kind, Part
from templates_email.pieces import Pieces
from templates_email.slots import Slots, personal_text, view


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as it leaves. `html` and `text` end with a newline; `chat` is plain text for a messenger.

    Of a message that only a messenger shows, subject, HTML and text are empty.
    """

    language: str
    subject: str
    html: str
    text: str
    chat: str


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """A letter but for one person's values. Made by `prepare`; shared and never changed. A key by itself: one object
    is one skeleton.

    `forms`: the personal fields, in the order of their values (see `pieces.py`).
    """

    language: str
    forms: tuple[tuple[str, Form], ...]
    printed: frozenset[str]  # personal fields that this letter prints; it does not look at the others
    subject: Pieces
    html: Pieces
    text: Pieces
    chat: Pieces

    def values(self, personal: Mapping[str, str | Part]) -> list[str]:
        """What one person's letter has in the places of the numbers, made harmless. `personal` holds exactly the
        personal fields; ValueError names what is amiss."""
        if len(personal) != len(self.forms) or any(name not in personal for name, _ in self.forms):
            raise ValueError(f"personal values must be exactly: {', '.join(name for name, _ in self.forms)}")
        values: list[str] = []
        for name, form in self.forms:
            values += pieces.values_of(personal_text(personal[name], form)) if name in self.printed else ("", "")
        return values

    def fill(self, personal: Mapping[str, str | Part]) -> Rendered:
        """The letter of one person; see `values`."""
        values = self.values(personal)
        subject, html, text, chat = (
            "".join([piece if isinstance(piece, str) else values[piece] for piece in part])
            for part in (self.subject, self.html, self.text, self.chat)
        )
        return Rendered(self.language, subject, html, text, chat)

    def with_part(self, name: str, part: Part) -> "Skeleton":
        """The same with the field `name` known, because some people share it."""
        place = [one for one, _ in self.forms].index(name)
        known = pieces.values_of(part)
        return replace(
            self,
            forms=self.forms[:place] + self.forms[place + 1 :],
            printed=self.printed - {name},
            subject=pieces.with_value(self.subject, place, known),
            html=pieces.with_value(self.html, place, known),
            text=pieces.with_value(self.text, place, known),
            chat=pieces.with_value(self.chat, place, known),
        )


def render(message: str, chain: Sequence[str], context: Context, *, catalogues: Catalogues | None = None) -> Rendered:
    """The letter `message` for one person, in the first language of `chain` (BCP 47) that has all of it."""
    return chosen(message, chain, context, catalogues=catalogues).fill(personal_values(context))


def chosen(message: str, chain: Sequence[str], context: Context, *, catalogues: Catalogues | None = None) -> Skeleton:
    """The skeleton of that letter, in the first language of `chain` that has all of it."""
    catalogues = catalogues or shipped()
    language = catalogues.choose(message, chain, worded_values(context))
    return prepare(message, language, context, catalogues=catalogues)


def prepare(message: str, language: str, context: Context, *, catalogues: Catalogues | None = None) -> Skeleton:
    """What everybody with the same constants and variants shares, in `language` (one of `languages()`).

    Cached, but for what only a messenger shows: that is made for one person, and soon made. The personal fields of
    `context` are not looked at. Raises ValueError where the context is another message's.
    """
    if CONTEXTS.get(message) is not type(context):
        raise ValueError(f"{type(context).__name__} is not the context of the message {message!r}")
    make = _make if isinstance(context, Chat) else _prepare
    return make(message, language, shared_values(context), catalogues or shipped())


def shown(message: str, language: str, shared: tuple[tuple[str, Any], ...]) -> tuple[Slots, dict[str, Any]]:
    """Constants and variants as the template sees them, and the slots they are."""
    slots = Slots(hashlib.blake2b(repr((message, language, shared)).encode(), digest_size=6).hexdigest(), language)
    fields = fields_of(message)
    values: dict[str, Any] = {
        name: view(value, fields[name][1], language, slots.show, slots.show_markdown) for name, value in shared
    }
    return slots, values


def _make(message: str, language: str, shared: tuple[tuple[str, Any], ...], catalogues: Catalogues) -> Skeleton:
    slots, values = shown(message, language, shared)
    fields = fields_of(message)
    personal = tuple((name, form) for name, (k, form) in fields.items() if k is Kind.PERSONAL)
    values |= {name: slots.show_personal(name, form) for name, form in personal}
    names = [name for name, _ in personal]
    template = catalogues.environment(language).get_template(f"{message}.j2")

    subject, html, text = "", "", ""
    if not issubclass(CONTEXTS[message], Chat):
        subject, html, text = _mail(template, values, slots, language)
    chat = print_block(template, "chat", values, slots, _tidy_chat)
    parts = (
        pieces.in_header(subject, slots, names),
        pieces.in_html(html, slots, names),
        pieces.in_text(text, slots, names),
        pieces.in_chat(chat, slots, names, CONTEXTS[message].longest),
    )
    printed = frozenset(names[piece // 2] for part in parts for piece in part if isinstance(piece, int))
    return Skeleton(language, personal, printed, *parts)


_prepare = lru_cache(maxsize=512)(_make)


def _mail(template: Template, values: Mapping[str, Any], slots: Slots, language: str) -> tuple[str, str, str]:
    """Subject, HTML page and plain text, still with their tokens."""
    subject = print_block(template, "subject", values, slots, lambda text: " ".join(text.split()))
    body, body_text = _print_markdown(template, "body", values, slots)
    footer, footer_text = _print_markdown(template, "footer", values, slots)
    html = laid_out(language, subject, body, footer)
    if slots.found(html) != slots.found(subject) + slots.found(body) + slots.found(footer):
        raise RuntimeError(f"{template.name}: the layout lost a value")
    return subject, html.strip() + "\n", f"{body_text}\n- - -\n\n{footer_text}"


def laid_out(language: str, title: str, body: str, footer: str) -> str:
    """A page of HTML with its styles inlined. The parts are our own HTML: values in it are still tokens."""
    page = _layout().render(
        lang=language.replace("_", "-"), dir=text_direction(language), title=title,
        body=Markup(body.strip()), footer=Markup(footer.strip()),  # noqa: S704 - made here; values are still tokens
    )  # fmt: skip
    return str(_inliner().inline(page))


def print_block(
    template: Template, block: str, values: Mapping[str, Any], slots: Slots, tidy: Callable[[str], str]
) -> str:
    """A block's source, every token of it checked: a filter on a slot breaks its token, and that must not pass."""
    slots.printed.clear()
    text = tidy("".join(template.blocks[block](template.new_context(dict(values)))))
    if slots.found(text) != slots.printed:
        raise RuntimeError(f"{template.name}, block {block}: a value was filtered or printed out of place")
    return text


def _print_markdown(
    template: Template, block: str, values: Mapping[str, Any], slots: Slots
) -> tuple[str, str]:
    """HTML and plain text of a block."""
    tokens = print_tokens(template, block, values, slots)
    return markup.to_html(tokens), plain.to_text(tokens, lambda line: pieces.with_known(line, slots))


def print_tokens(template: Template, block: str, values: Mapping[str, Any], slots: Slots) -> list[Token]:
    """A block as parsed Markdown; every slot that was printed comes back."""
    source = print_block(template, block, values, slots, str.strip)
    guests = 0

    def guest(paragraph: str) -> markup.Guest | None:
        nonlocal guests
        if not slots.pattern.fullmatch(paragraph) or slots.find(paragraph).form is not Form.MARKDOWN:
            return None
        guests += 1
        slot = slots.find(paragraph)
        return markup.Guest(slot.value, slot.language)

    def part(paragraph: str) -> bool:
        return slots.pattern.fullmatch(paragraph) is not None and slots.find(paragraph).form is Form.PART

    tokens = markup.parse(source, guest, part)
    came_back = slots.found(markup.to_html(tokens))
    if came_back.total() + guests != slots.printed.total():
        raise RuntimeError(f"{template.name}, block {block}: {slots.printed - came_back} did not come back")
    return tokens


def _tidy_chat(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text.strip())


@lru_cache(maxsize=1)
def _layout() -> Template:
    env = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return env.from_string((HERE / "layout.j2").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Rules for dark mode cannot be inlined and stay in a <style>; nothing is ever fetched.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
