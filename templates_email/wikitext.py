"""Wikitext from Markdown tokens, for the wiki pages of this movement (https://www.mediawiki.org/wiki/Help:Formatting).

Whatever people wrote is escaped: what stands for markup there becomes a character reference, so no text can open a
template, a link, a table or a tag. Tokens hold values, not slots.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from markdown_it.token import Token

# What means something to the wiki's parser inside a line. A single apostrophe does so only beside our own marks.
_SPECIAL = re.compile(
    r"[<>\[\]{}|]|'(?=')|(?<=')'|\A'|'\Z|~(?=~)|(?<=~)~|_(?=_)|(?<=_)_|&(?=[#\w]+;)|:(?=//)|(?<=mailto):|(?<=:/)/"
)
# At the beginning of a line: lists, indents, rules, preformatted text.
_LINE_START = re.compile(r"^([*#:;= \t-])")
_MAGIC = re.compile(r"\b(ISBN|RFC|PMID)(?= ?\d)")
_IN_ADDRESS = ":/?#@!$&()*+,;=%~-._"


def escaped(text: str, line_start: bool = False) -> str:
    """`text` so that the wiki shows it as it is."""
    found = _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", " ".join(text.split("\n")))
    found = _MAGIC.sub(r"\1<nowiki/>", found)
    return _LINE_START.sub(lambda match: f"&#{ord(match[0])};", found) if line_start else found


def address(url: str) -> str:
    """A URL as an external link needs it: without what would end the link."""
    return quote(url, safe=_IN_ADDRESS).replace("'", "%27")


def to_wikitext(tokens: Sequence[Token]) -> str:
    """Blocks with an empty line between them; ends with a newline."""
    return "\n\n".join(_blocks(tokens)) + "\n"


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    lists: list[str] = []  # the marks of the lists that are open, outermost first
    lines: list[str] = []  # of the outermost open list
    fresh = False  # whether the next text begins an item
    quote_depth = 0
    for at, token in enumerate(tokens):
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            lists.append("*" if kind.startswith("bullet") else "#")
        elif kind in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
            if not lists:
                yield "\n".join(lines)
                lines = []
        elif kind == "list_item_open":
            fresh = True
        elif kind in ("blockquote_open", "blockquote_close"):
            quote_depth += 1 if kind.endswith("open") else -1
        elif kind in ("inline", "fence", "code_block", "hr"):
            text = _text_of(tokens, at, in_list=bool(lists))
            if lists:
                # A further paragraph of an item: one line, or the list would end.
                lines.append(f"{''.join(lists)}{'' if fresh else ':'} {text}")
                fresh = False
            else:
                yield f"{':' * quote_depth}{text}" if quote_depth else text


def _text_of(tokens: Sequence[Token], at: int, in_list: bool) -> str:
    token = tokens[at]
    if token.type == "hr":
        return "----"
    if token.type in ("fence", "code_block"):
        lines = [escaped(line, line_start=True) for line in token.content.rstrip("\n").split("\n")]
        return "<br>".join(f"<code>{line}</code>" for line in lines)
    before = tokens[at - 1] if at else None
    if before is not None and before.type == "heading_open":
        level = int(before.tag[1:])
        marks = "=" * level
        text = _inline(token.children or [], line_start=True).replace("<br>", " ").replace("=", "&#61;")
        return f"'''{text}'''" if in_list else f"{marks} {text} {marks}"
    return _inline(token.children or [], line_start=not in_list)


def _inline(tokens: Sequence[Token], line_start: bool) -> str:
    parts: list[str] = []
    links: list[tuple[int, str]] = []
    for token in tokens:
        kind = token.type
        if kind in ("text", "text_special"):
            parts.append(escaped(token.content, line_start and not "".join(parts)))
        elif kind == "code_inline":
            parts.append(f"<code>{escaped(token.content)}</code>")
        elif kind == "softbreak":
            parts.append(" ")
        elif kind == "hardbreak":
            parts.append("<br>")
        elif kind in ("strong_open", "strong_close"):
            parts.append("'''")
        elif kind in ("em_open", "em_close"):
            parts.append("''")
        elif kind == "link_open":
            links.append((len(parts), str(token.attrGet("href") or "")))
        elif kind == "link_close":
            start, href = links.pop()
            words = "".join(parts[start:]).replace("<br>", " ")
            del parts[start:]
            parts.append(address(href) if words in ("", escaped(href)) else f"[{address(href)} {words}]")
    return "".join(parts)

