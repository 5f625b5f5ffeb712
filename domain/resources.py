"""What is left of a session for those who come later: recording, slides, templates, each a link with kind and size.

The files themselves lie elsewhere (a wiki, a video site); here is what they are. What a kind of session must leave
is in programme.toml (`needs`); when a session counts as documented is decided here.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit


class ResourceKind(StrEnum):
    RECORDING = "recording"
    SLIDES = "slides"
    CASE_STUDY = "case_study"
    TEMPLATE = "template"
    TRANSLATION = "translation"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Resource:
    """`language` is BCP 47 ("" not said); `bytes` the size of what the link leads to, None where nobody knows."""

    id: int
    session_id: int
    kind: ResourceKind
    title: str
    url: str
    language: str
    bytes: int | None
    added_at: datetime


def missing(
    needs: Iterable[ResourceKind], there: Collection[ResourceKind], waived: Collection[ResourceKind]
) -> tuple[ResourceKind, ...]:
    """What a session still lacks, in the order of `needs`. `waived`: what there will never be, said by a person."""
    return tuple(kind for kind in needs if kind not in there and kind not in waived)


LONGEST_URL = 2000


def checked_url(text: str) -> str:
    """A web address that may stand in a letter. ValueError says what is wrong with it."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise ValueError("is not a web address") from None
    if parts.scheme not in ("https", "http") or not host or not url.isprintable() or set(' <>"\\^`{}|') & set(url):
        raise ValueError("is not a web address: write https://...")
    if parts.username or parts.password:
        raise ValueError("carries a login: give an address that everybody may open")
    if len(url) > LONGEST_URL:
        raise ValueError(f"is longer than {LONGEST_URL} characters")
    return url


_UNITS = {"": 1, "b": 1, "byte": 1, "bytes": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9,
          "kib": 2**10, "mib": 2**20, "gib": 2**30, "k": 10**3, "m": 10**6, "g": 10**9}  # fmt: skip
_SIZE = re.compile(r"(\d{1,15})(?:[.,](\d{1,6}))?\s*([a-z]*)", re.I)
MOST_BYTES = 10**13


def parse_size(text: str) -> int | None:
    """Bytes of "12 MB", "1,5 GB", "830000"; None for nothing. ValueError for what is no size.

    Units are the decimal ones of file managers and video sites (1 MB = 1,000,000 bytes, IEC 80000-13); KiB and its
    like are known too.
    """
    if not text.strip():
        return None
    found = _SIZE.fullmatch(text.strip())
    factor = _UNITS.get(found[3].lower()) if found else None
    if found is None or factor is None or (factor == 1 and found[2]):
        raise ValueError("is not a size: write 12 MB, 830 KB or a number of bytes")
    fraction = found[2] or ""
    size: int = int(found[1]) * factor + int(fraction or 0) * factor // 10 ** len(fraction)
    if size > MOST_BYTES:
        raise ValueError("is larger than any file that people share")
    return size
