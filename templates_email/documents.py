"""What is rendered without being a letter: a part of letters, and a page of a newsletter in every form it is read in.

One source, many forms: the same parsed Markdown becomes HTML for the web, text for a chat, wikitext and Markdown.
Escaping is each form's own (`pieces.py`, `wikitext.py`, `markdown_text.py`); nothing here is sent by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it.token import Token

from templates_email import markdown_text, markup, pieces, plain, wikitext
from templates_email.catalogues import Catalogues, shipped
from templates_email.contexts import shared_values
from templates_email.fields import Context, Part
from templates_email.pieces import Pieces
from templates_email.skeletons import laid_out, print_block, print_tokens, shown
from templates_email.slots import Slots

_ONE_LINE = 1_000_000  # columns: a messenger wraps by itself


@dataclass(frozen=True, slots=True)
class Document:
    """`html` is a fragment without styles, for a page that has its own. `chat` is plain text, a paragraph a line."""

    language: str
    title: str
    html: str
    text: str
    chat: str
    wikitext: str
    markdown: str


def part(language: str, context: Context, catalogues: Catalogues | None = None) -> Part:
    """A piece of letters in `language` (one of `languages()`), cached."""
    return _part(context.message, language, shared_values(context), catalogues or shipped())


def document(language: str, context: Context, catalogues: Catalogues | None = None) -> Document:
    """A page in `language` (one of `languages()`), cached."""
    return _document(context.message, language, shared_values(context), catalogues or shipped())


@lru_cache(maxsize=4096)
def _part(message: str, language: str, shared: tuple[tuple[str, Any], ...], catalogues: Catalogues) -> Part:
    slots, tokens = _tokens(message, language, shared, catalogues)
    # Styles are inlined where they will be: inside the layout, which is then cut away again.
    begin, end = "zqbegin", "zqend"
    page = laid_out(language, "", f"{begin}{markup.to_html(tokens)}{end}", "")
    html = page[page.index(begin) + len(begin) : page.index(end)].strip()
    text = plain.to_text(tokens, lambda line: pieces.with_known(line, slots)).strip()
    return Part(_whole(pieces.in_html(html, slots, ())), text)


@lru_cache(maxsize=256)
def _document(message: str, language: str, shared: tuple[tuple[str, Any], ...], catalogues: Catalogues) -> Document:
    slots, values = shown(message, language, shared)
    template = catalogues.environment(language).get_template(f"{message}.j2")
    title = print_block(template, "title", values, slots, lambda text: " ".join(text.split()))
    tokens = print_tokens(template, "body", values, slots)

    def fill(line: str) -> str:
        return pieces.with_known(line, slots)

    known = _with_known(tokens, fill)
    plain_title = fill(title)
    return Document(
        language=language,
        title=plain_title,
        html=_whole(pieces.in_html(markup.to_html(tokens), slots, ())).strip() + "\n",
        text=plain.to_text(tokens, fill),
        chat=f"{plain_title}\n\n{plain.to_text(tokens, fill, _ONE_LINE).strip()}",
        wikitext=wikitext.to_wikitext(known),
        markdown=f"# {markdown_text.escaped(plain_title)}\n\n{markdown_text.to_markdown(known)}",
    )


def _tokens(
    message: str, language: str, shared: tuple[tuple[str, Any], ...], catalogues: Catalogues
) -> tuple[Slots, list[Token]]:
    slots, values = shown(message, language, shared)
    template = catalogues.environment(language).get_template(f"{message}.j2")
    return slots, print_tokens(template, "body", values, slots)


def _whole(parts: Pieces) -> str:
    """Text in which nothing of a person was left open."""
    (text,) = parts
    assert isinstance(text, str)
    return text


def _with_known(tokens: Sequence[Token], fill: Callable[[str], str]) -> list[Token]:
    """The same tokens with the values in the place of the slots, as they are: for forms that escape by themselves."""
    found = []
    for token in tokens:
        children = _with_known(token.children, fill) if token.children else token.children
        attrs = {name: fill(str(value)) for name, value in token.attrs.items()}
        found.append(token.copy(content=fill(token.content), attrs=attrs, children=children))
    return found


