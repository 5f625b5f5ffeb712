"""HTML of a mail as plain text, for mails that come without: enough to read an answer above a quote.

What is quoted gets "> " as in plain mail, so that `domain/quotes.py` sees one kind of quote. Nothing is fetched,
no link is kept. Not the standard library's html.parser: on hostile input (200 kB of "<a ") it needs minutes, while
the pattern here never looks at a character twice.
"""

import re
from html import unescape

_MAX_HTML = 500_000
_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?][^<>]*>|([^<]+|<)")
_BLOCKS = frozenset(
    ("p", "div", "br", "tr", "li", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre")
)
_SILENT = frozenset(("head", "style", "script", "title", "template"))


def text_from_html(html: str) -> str:
    """Readable text of the first 500,000 characters; blocks on lines of their own."""
    lines: list[str] = []
    line: list[str] = []
    quotes = silent = 0

    def end_line() -> None:
        text = " ".join(unescape("".join(line)).split())
        line.clear()
        if text:
            lines.append("> " * min(quotes, 5) + text)

    for token in _TOKEN.finditer(_without_comments(html[:_MAX_HTML])):
        closing, name, text = token.groups()
        if text is not None:
            if not silent:
                line.append(text)
            continue
        tag = (name or "").lower()
        if tag in _BLOCKS:
            end_line()
        if tag in ("p", "br") and not closing and lines and lines[-1]:
            lines.append("")
        if tag == "hr":
            lines.append("_" * 32)
        step = -1 if closing else 1
        quotes = max(quotes + step * (tag == "blockquote"), 0)
        silent = max(silent + step * (tag in _SILENT), 0)
    end_line()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_comments(html: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, html[at:]])
