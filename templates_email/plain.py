"""Plain text from Markdown tokens: for people who read mail as text, so it must stand on its own.

Wrapped at WIDTH columns; headings and emphasis are plain words; links are written out; a block quote, which our
templates use as the box around the facts, is indented (never "> ", which would read as quoted mail).
"""

import textwrap
from collections.abc import Callable, Iterator

from markdown_it.token import Token

WIDTH = 76
_BREAK = "\0"  # a hard line break inside a paragraph; cleaned texts never hold it

Fill = Callable[[str], str]


def to_text(tokens: list[Token], fill: Fill) -> str:
    """`fill` puts known values in the place of their tokens, before lines are measured."""
    blocks: list[str] = []
    for _tight, lines in _blocks(tokens, fill):
        if _tight and blocks:
            blocks[-1] += "\n" + lines
        else:
            blocks.append(lines)
    return "\n\n".join(blocks) + "\n"


def _blocks(tokens: list[Token], fill: Fill) -> Iterator[tuple[bool, str]]:
    """Blocks as (follows the one before without a blank line, text)."""
    indent = ""
    counters: list[int | None] = []  # an open list: the next number, or None for bullets
    marker = ""  # of a list item whose first block is still to come
    after_heading = in_tight_item = False
    for token in tokens:
        kind = token.type
        if kind == "blockquote_open":
            indent += "    "
        elif kind == "blockquote_close":
            indent = indent[:-4]
        elif kind in ("bullet_list_open", "ordered_list_open"):
            counters.append(int(token.attrGet("start") or 1) if kind.startswith("ordered") else None)
            in_tight_item = False
        elif kind in ("bullet_list_close", "ordered_list_close"):
            counters.pop()
            in_tight_item = False
        elif kind == "list_item_open":
            number = counters[-1]
            marker = "- " if number is None else f"{number}. "
            if number is not None:
                counters[-1] = number + 1
            indent += "   " if number is not None else "  "
        elif kind == "list_item_close":
            indent = indent[: -(3 if counters[-1] is not None else 2)]
            in_tight_item = True
        elif kind in ("inline", "fence", "code_block", "hr"):
            first = indent[: len(indent) - len(marker)] + marker if marker else indent
            text = _inline(token.children or [], fill) if kind == "inline" else _verbatim(token)
            tight = after_heading or (bool(marker) and in_tight_item)
            yield tight, _wrap(text, first, indent, kind == "inline")
            marker, after_heading = "", False
        elif kind == "heading_close":
            after_heading = True


def _inline(tokens: list[Token], fill: Fill) -> str:
    parts: list[str] = []
    links: list[tuple[int, str]] = []  # where an open link's words begin, and its address
    for token in tokens:
        if token.type in ("text", "code_inline", "text_special"):
            parts.append(token.content)
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak":
            parts.append(_BREAK)
        elif token.type == "link_open":
            links.append((len(parts), str(token.attrGet("href") or "")))
        elif token.type == "link_close":
            start, address = links.pop()
            if "".join(parts[start:]) != address.removeprefix("mailto:"):
                parts.append(f" ({address.removeprefix('mailto:')})")
    return fill("".join(parts))


def _verbatim(token: Token) -> str:
    return "- - -" if token.type == "hr" else token.content.rstrip("\n")


def _wrap(text: str, first: str, rest: str, flowing: bool) -> str:
    lines = text.split(_BREAK) if flowing else text.split("\n")
    wrapped: list[str] = []
    for line in lines:
        start = rest if wrapped else first
        wrapped += textwrap.wrap(
            line, WIDTH, initial_indent=start, subsequent_indent=rest,
            break_long_words=False, break_on_hyphens=False,
        ) if flowing else [start + line]  # fmt: skip
    return "\n".join(wrapped)
