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
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import css_inline
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from templates_email import markup, plain
from templates_email.catalogues import HERE, Catalogues, shipped, text_direction
from templates_email.contexts import CONTEXTS, Form, Kind, Letter, fields_of, personal_values, shared_values
from templates_email.slots import Slot, Slots, is_web_address, personal_text, view

_IN_TAG, _IN_TITLE, _IN_TEXT = "tag", "title", "text"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as it leaves. `html` and `text` end with a newline; `chat` is plain text for a messenger."""

    language: str
    subject: str
    html: str
    text: str
    chat: str


# Literal text, and numbers of values: three for each personal field, in order: plain, escaped, escaped and isolated.
_Pieces = tuple[str | int, ...]
_PLAIN, _ESCAPED, _ISOLATED = range(3)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A letter but for one person's values. Made by `prepare`; shared and never changed."""

    language: str
    forms: tuple[tuple[str, Form], ...]
    subject: _Pieces
    html: _Pieces
    text: _Pieces
    chat: _Pieces

    def fill(self, personal: Mapping[str, str]) -> Rendered:
        """The letter of one person. `personal` holds exactly the personal fields; ValueError names what is amiss."""
        if personal.keys() != dict(self.forms).keys():
            raise ValueError(f"personal values must be exactly: {', '.join(name for name, _ in self.forms)}")
        values: list[str] = []
        for name, form in self.forms:
            value = personal_text(personal[name], form)
            escaped = escape(value)
            values += (value, escaped, _isolated(escaped))
        subject, html, text, chat = (
            "".join([piece if isinstance(piece, str) else values[piece] for piece in pieces])
            for pieces in (self.subject, self.html, self.text, self.chat)
        )
        return Rendered(self.language, subject, html, text, chat)


def render(message: str, chain: Sequence[str], context: Letter, *, catalogues: Catalogues | None = None) -> Rendered:
    """The letter `message` for one person, in the first language of `chain` (BCP 47) that has all of it."""
    catalogues = catalogues or shipped()
    skeleton = prepare(message, catalogues.choose(message, chain), context, catalogues=catalogues)
    return skeleton.fill(personal_values(context))


def prepare(message: str, language: str, context: Letter, *, catalogues: Catalogues | None = None) -> Skeleton:
    """What everybody with the same constants and variants shares, in `language` (one of `languages()`). Cached.

    The personal fields of `context` are not looked at. Raises ValueError where the context is another message's.
    """
    if CONTEXTS.get(message) is not type(context):
        raise ValueError(f"{type(context).__name__} is not the context of the message {message!r}")
    return _prepare(message, language, shared_values(context), catalogues or shipped())


@lru_cache(maxsize=512)
def _prepare(message: str, language: str, shared: tuple[tuple[str, Any], ...], catalogues: Catalogues) -> Skeleton:
    slots = Slots(hashlib.blake2b(repr((message, language, shared)).encode(), digest_size=6).hexdigest())
    fields = fields_of(message)
    values: dict[str, Any] = {
        name: view(value, fields[name][1], language, slots.show, slots.show_markdown) for name, value in shared
    }
    personal = tuple((name, form) for name, (k, form) in fields.items() if k is Kind.PERSONAL)
    values |= {name: slots.show_personal(name, form) for name, form in personal}
    template = catalogues.environment(language).get_template(f"{message}.j2")

    subject = _print(template, "subject", values, slots, lambda text: " ".join(text.split()))
    body, body_text = _print_markdown(template, "body", values, slots)
    footer, footer_text = _print_markdown(template, "footer", values, slots)
    chat = _print(template, "chat", values, slots, _tidy_chat) if "chat" in template.blocks else body_text
    page = _layout().render(
        lang=language.replace("_", "-"), dir=text_direction(language), title=subject,
        body=Markup(body.strip()), footer=Markup(footer.strip()),  # noqa: S704 - made here; values are still tokens
    )  # fmt: skip
    html = _inliner().inline(page)
    if slots.found(html) != slots.found(subject) + slots.found(body) + slots.found(footer):
        raise RuntimeError(f"{message}: the layout lost a value")
    fields_in_order = [name for name, _ in personal]
    return Skeleton(
        language,
        personal,
        subject=_pieces(subject, slots, fields_in_order),
        html=_pieces(html.strip() + "\n", slots, fields_in_order, html=True),
        text=_pieces(f"{body_text}\n- - -\n\n{footer_text}", slots, fields_in_order),
        chat=_pieces(chat, slots, fields_in_order),
    )


def _print(
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
    """HTML and plain text of a block; every slot that was printed comes back in both."""
    source = _print(template, block, values, slots, str.strip)
    guests = 0

    def guest(paragraph: str) -> str | None:
        nonlocal guests
        if not slots.pattern.fullmatch(paragraph) or slots.find(paragraph).form is not Form.MARKDOWN:
            return None
        guests += 1
        return slots.find(paragraph).value

    tokens = markup.parse(source, guest)
    html, text = markup.to_html(tokens), plain.to_text(tokens, lambda line: _known(line, slots))
    came_back = slots.found(html)
    if came_back.total() + guests != slots.printed.total():
        raise RuntimeError(f"{template.name}, block {block}: {slots.printed - came_back} did not come back")
    return html, text


def _pieces(text: str, slots: Slots, personal: Sequence[str], html: bool = False) -> _Pieces:
    """`text` cut at its tokens, with everything known filled in."""
    pieces: list[str | int] = []
    known: list[str] = []
    end = 0
    for match in slots.pattern.finditer(text):
        known.append(text[end : match.start()])
        end = match.end()
        slot = slots.find(match[0])
        place = _lands(text, match.start()) if html else _IN_TEXT
        if place == _IN_TAG and (slot.personal is not None or not is_web_address(slot.value)):
            raise RuntimeError("only a web address that everybody shares may stand inside a tag")
        isolated = html and slot.isolate and place == _IN_TEXT
        if slot.personal is None:
            known.append(_value(slot, html, isolated))
        else:
            how = (_ISOLATED if isolated else _ESCAPED) if html else _PLAIN
            pieces += ["".join(known), 3 * personal.index(slot.personal) + how]
            known = []
    return (*pieces, "".join([*known, text[end:]]))


def _known(line: str, slots: Slots) -> str:
    """A line of plain text with the values that are known; a person's tokens stay."""

    def put(match: re.Match[str]) -> str:
        slot = slots.find(match[0])
        return match[0] if slot.personal is not None else _value(slot, html=False, isolated=False)

    return slots.pattern.sub(put, line)


def _value(slot: Slot, html: bool, isolated: bool) -> str:
    value = escape(slot.value) if html else slot.value
    return _isolated(value) if isolated else value


def _isolated(escaped: str) -> str:
    return f"<bdi>{escaped}</bdi>"


def _lands(html: str, at: int) -> str:
    if html.rfind("<", 0, at) > html.rfind(">", 0, at):
        return _IN_TAG
    return _IN_TITLE if html.rfind("<title>", 0, at) > html.rfind("</title>", 0, at) else _IN_TEXT


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
