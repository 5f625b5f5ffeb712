"""Plain text from Markdown tokens: for people who read mail as text, so it must stand on its own.

Wrapped at WIDTH columns; headings and emphasis are plain words, but where there are headings of two levels the upper
one stands apart, between dashes; links are written out; a block quote, which our templates use as the box around the
facts, is indented (never "> ", which would read as quoted mail).
"""

import textwrap
from collections.abc import Callable, Iterator

from markdown_it.token import Token

WIDTH = 76
_BREAK = "\0"  # a hard line break inside a paragraph; cleaned texts never hold it

Fill = Callable[[str], str]


def to_text(tokens: list[Token], fill: Fill, width: int = WIDTH) -> str:
    """`fill` puts known values in the place of their tokens, before lines are measured."""
    text = ""
    for close, block in _blocks(tokens, fill, width):
        text += ("\n" if close else "\n\n") + block if text else block
    return text + "\n"


def _blocks(tokens: list[Token], fill: Fill, width: int) -> Iterator[tuple[bool, str]]:
    """Blocks as (follows the one before without a blank line, text)."""
    indents: list[str] = []
    numbers: list[int | None] = []  # of each open list: the next number, or None for bullets
    marker = ""  # of a list item whose first block is still to come
    close = tight = apart = False
    levels = {token.tag for token in tokens if token.type == "heading_open"}
    for token in tokens:
        kind = token.type
        if kind == "heading_open":
            apart = token.tag == "h2" and "h3" in levels
        elif kind == "blockquote_open":
            indents.append("    ")
        elif kind in ("bullet_list_open", "ordered_list_open"):
            numbers.append(int(token.attrGet("start") or 1) if kind.startswith("ordered") else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
        elif kind == "list_item_open":
            marker = "- " if numbers[-1] is None else f"{numbers[-1]}. "
            numbers[-1] = None if numbers[-1] is None else numbers[-1] + 1
            indents.append(" " * len(marker))
        elif kind in ("blockquote_close", "list_item_close"):
            indents.pop()
        elif kind == "paragraph_open":
            tight = token.hidden  # in a tight list (CommonMark 5.3)
        elif kind in ("inline", "fence", "code_block", "hr"):
            rest = "".join(indents)
            text = _inline(token.children or [], fill) if kind == "inline" else _verbatim(token)
            text = f"— {text} —" if apart else text
            yield close, _wrap(text, rest[: len(rest) - len(marker)] + marker, rest, width if kind == "inline" else 0)
            marker, close = "", False
        if kind == "heading_close":
            close, apart = not apart, False
        elif kind in ("paragraph_close", "list_item_close") and tight:
            close = True
        elif kind in ("bullet_list_close", "ordered_list_close") and not numbers:
            close = tight = False


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
            bare = address.removeprefix("mailto:")
            if "".join(parts[start:]) != bare:
                # An address on a line of its own is never broken, and nothing sticks to it.
                parts.append(f":{_BREAK}{bare}" if token is tokens[-1] and start == 0 else f" ({bare})")
    return fill("".join(parts))


def _verbatim(token: Token) -> str:
    return "- - -" if token.type == "hr" else token.content.rstrip("\n")


def _wrap(text: str, first: str, rest: str, width: int) -> str:
    """Width 0 leaves the lines as they are."""
    lines = text.split(_BREAK) if width else text.split("\n")
    wrapped: list[str] = []
    for line in lines:
        start = rest if wrapped else first
        wrapped += textwrap.wrap(
            line, width, initial_indent=start, subsequent_indent=rest,
            break_long_words=False, break_on_hyphens=False,
        ) if width else [start + line]  # fmt: skip
    return "\n".join(wrapped)
