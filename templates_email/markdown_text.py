"""Markdown from Markdown tokens: an issue as coordinators can paste it elsewhere, with all values in it and escaped.

CommonMark (https://spec.commonmark.org/0.31.2/): bullets are "-", emphasis "*", lines break with a backslash.
"""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|#])")
_LINE_START = re.compile(r"^(\s*)([-+]|\d{1,9}[.)])(?=\s|$)")
_IN_ADDRESS = re.compile(r"[\s<>()\\]")


def escaped(text: str) -> str:
    """`text` so that it is shown as it is, also at the beginning of a line."""
    found = _SPECIAL.sub(r"\\\1", text)
    return _LINE_START.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", found)


def to_markdown(tokens: Sequence[Token]) -> str:
    """Blocks with an empty line between them; ends with a newline."""
    text = ""
    for close, block in _blocks(tokens):
        text += ("\n" if close else "\n\n") + block if text else block
    return text + "\n"


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[bool, str]]:
    """Blocks as (follows the one before without a blank line, text)."""
    indents: list[str] = []
    numbers: list[int | None] = []
    marker = ""
    close = False  # whether an item of the open, tight list stands just before
    for at, token in enumerate(tokens):
        kind = token.type
        if kind == "blockquote_open":
            indents.append("> ")
        elif kind in ("bullet_list_open", "ordered_list_open"):
            numbers.append(int(token.attrGet("start") or 1) if kind.startswith("ordered") else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
            close = close and bool(numbers)
        elif kind == "list_item_open":
            number = numbers[-1]
            marker = "- " if number is None else f"{number}. "
            numbers[-1] = None if number is None else number + 1
            indents.append(" " * len(marker))
        elif kind in ("blockquote_close", "list_item_close"):
            indents.pop()
        elif kind in ("inline", "fence", "code_block", "hr"):
            rest = "".join(indents)
            first = rest[: len(rest) - len(marker)] + marker
            lines = _text_of(tokens, at).split("\n")
            yield close, "\n".join([first + lines[0], *(rest + line for line in lines[1:])])
            marker, close = "", bool(numbers) and tokens[at - 1].hidden  # CommonMark 5.3


def _text_of(tokens: Sequence[Token], at: int) -> str:
    token = tokens[at]
    if token.type == "hr":
        return "---"
    if token.type in ("fence", "code_block"):
        ticks = max((len(run) for run in re.findall("`+", token.content)), default=0)
        fence = "`" * max(3, ticks + 1)
        return f"{fence}\n{token.content.rstrip()}\n{fence}"
    before = tokens[at - 1] if at else None
    text = _inline(token.children or [])
    if before is not None and before.type == "heading_open":
        words = text.replace("\\\n", " ")
        return f"{'#' * int(before.tag[1:])} {words}"
    return text


def _inline(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[int, str]] = []
    for token in tokens:
        kind = token.type
        if kind in ("text", "text_special"):
            parts.append(escaped(token.content))
        elif kind == "code_inline":
            ticks = "`" * (max((len(run) for run in re.findall("`+", token.content)), default=0) + 1)
            room = " " if token.content.startswith("`") or token.content.endswith("`") else ""
            parts.append(f"{ticks}{room}{token.content}{room}{ticks}")
        elif kind == "softbreak":
            parts.append(" ")
        elif kind == "hardbreak":
            parts.append("\\\n")
        elif kind in ("strong_open", "strong_close"):
            parts.append("**")
        elif kind in ("em_open", "em_close"):
            parts.append("*")
        elif kind == "link_open":
            links.append((len(parts), str(token.attrGet("href") or "")))
        elif kind == "link_close":
            start, href = links.pop()
            words = "".join(parts[start:])
            del parts[start:]
            url = _IN_ADDRESS.sub(lambda match: f"%{ord(match[0]):02X}", href)
            parts.append(f"[{words}]({url})")
    return "".join(parts)
