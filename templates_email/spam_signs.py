"""What makes filters, and people, take a letter for spam: looked for before it is sent. Signs, not proofs."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from templates_email.skeletons import Rendered

LARGEST = 60_000  # bytes of HTML; large providers cut what is over 102 kB
LONGEST_SUBJECT = 78
MOST_LINKS = 40
_SHORTENERS = frozenset({"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rb.gy", "cutt.ly"})
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")


def signs(letter: Rendered) -> Iterator[str]:
    """Each in words; none for a letter that looks like a letter."""
    size = len(letter.html.encode())
    if size > LARGEST:
        yield f"the HTML is {size // 1000} kB: keep it under {LARGEST // 1000}"
    if len(letter.subject) > LONGEST_SUBJECT:
        yield f"the subject has {len(letter.subject)} characters: phones show some 40, {LONGEST_SUBJECT} is the most"
    if letter.subject.isupper():
        yield "the subject is in capitals only"
    if "!!" in letter.subject or letter.subject.count("!") > 1:
        yield "the subject shouts (more than one exclamation mark)"
    words = [word for word in re.findall(r"[^\W\d_]{4,}", letter.text) if word.isupper()]
    if len(words) > 10:
        yield f"{len(words)} words are in capitals"
    links = [(href.replace("&amp;", "&"), _TAG.sub("", text).strip()) for href, text in _LINK.findall(letter.html)]
    if len(links) > MOST_LINKS:
        yield f"{len(links)} links: more than {MOST_LINKS} look like an advertisement"
    for href, text in links:
        host = _host(href)
        if host in _SHORTENERS:
            yield f"a link is shortened ({host}): write the whole address"
        if (shown := _host(text)) and shown != host:
            yield f"a link shows {shown} and leads to {host}"
    if not letter.text.strip():
        yield "there is no plain text"


def _host(text: str) -> str:
    """The host of a web address; "" for anything else."""
    try:
        parts = urlsplit(text.strip())
        return (parts.hostname or "").removeprefix("www.") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
