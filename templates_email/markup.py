"""Markdown as this project reads it: CommonMark without HTML and pictures, with links to web and mail only.

A coordinator's Markdown is parsed by itself and put in as parsed blocks, so nothing in it (an open fence, a heading)
can reach into the words around it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from templates_email.directions import direction

GUEST_HEADING = "h3"  # ours are h2
_TOKEN = re.compile("zq[0-9a-f]+x[0-9]+x")
_PART_CLOSE = Token("part_close", "div", -1, block=True)


@dataclass(frozen=True, slots=True)
class Guest:
    """A coordinator's Markdown; `language` (BCP 47) where it is known to be another than the letter's."""

    markdown: str
    language: str = ""


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).disable("image")
    parser.validateLink = _may_be_linked  # type: ignore[method-assign]  # the documented way to narrow it
    return parser


def parse(
    source: str, guest: Callable[[str], Guest | None], part: Callable[[str], bool] = lambda _: False
) -> list[Token]:
    """Tokens of `source`. A paragraph for whose text `guest` returns one is replaced by that, parsed alone; one
    for whose text `part` is true will hold blocks of its own, and so may not be a paragraph.
    """
    tokens, found = _parser().parse(source), []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type == "paragraph_open":
            text = tokens[position + 1].content.strip()
            if part(text):
                found += [Token("part_open", "div", 1, block=True), tokens[position + 1], _PART_CLOSE]
                position += 3
                continue
            visitor = guest(text)
            if visitor is not None:
                found += _as_guest(_parser().parse(visitor.markdown), visitor.language)
                position += 3
                continue
            _as_button(tokens[position + 1])
        found.append(token)
        position += 1
    return found


def _as_button(paragraph: Token) -> None:
    """A paragraph of ours that is one link with words of its own, and nothing else, is what the letter is about."""
    children = paragraph.children or []
    if len(children) == 3 and children[0].type == "link_open" and children[1].content != children[0].attrGet("href"):
        children[0].attrSet("class", "button")


def to_html(tokens: list[Token]) -> str:
    parser = _parser()
    return str(parser.renderer.render(tokens, parser.options, {}))


def _as_guest(tokens: list[Token], language: str) -> list[Token]:
    """In a box of its own, with the direction of its language, or where nobody knows it, of its own first words: it
    may be in another script than the letter."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = GUEST_HEADING
    attrs: dict[str, str | int | float] = {"class": "guest", "dir": direction(language)}
    if language:
        attrs["lang"] = language
    opening = Token("guest_open", "div", 1, attrs=attrs, block=True)
    return [opening, *tokens, Token("guest_close", "div", -1, block=True)]


def _may_be_linked(url: str) -> bool:
    """Web and mail addresses, and bare tokens of slots, whose values are checked where they come in."""
    start = url.strip().lower()
    return start.startswith(("https://", "http://", "mailto:")) or bool(_TOKEN.fullmatch(start))
