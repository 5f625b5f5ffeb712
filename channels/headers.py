"""Header fields of a mail from people's text: encoded (RFC 2047), folded (RFC 5322 section 2.2.3), and never more
fields than were meant. Every function raises ValueError with words that hold nothing of the value.

Leaves the choice of fields to `letter.py`.
"""

import base64
import re
import unicodedata
from email.headerregistry import Address

FOLD = 76  # aim; RFC 5322 section 2.1.1 says 78 should, 998 must
LONGEST = 998

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_BREAKS = re.compile(r"[\r\n\0]")
# Explicit directional overrides and isolates (Unicode TR 9): they can make a name read as another one. The marks
# U+200E and U+200F and the joiners stay: honest Arabic, Hebrew and Persian need them.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset({"Cc", "Zl", "Zp"})


def clean(text: str) -> str:
    """A name or subject on one line, without control characters and directional overrides.

    A line break or NUL inside is no slip of the hand: ValueError.
    """
    text = text.strip()
    if _BREAKS.search(text):
        raise ValueError("holds a line break")
    if text.isascii() and text.isprintable():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None
    text = text.replace("\t", " ")
    return "".join(c for c in text if c not in _BIDI and unicodedata.category(c) not in _INVISIBLE).strip()


def unstructured(name: str, text: str) -> bytes:
    """A field of free text, such as Subject."""
    text = clean(text)
    # Text that looks like an encoded word must be encoded, or a reader would decode what was never encoded.
    if text.isascii() and "=?" not in text:
        return folded(name, text)
    return _field(name, _encoded_words(text, len(name) + 2))


def mailbox(name: str, display_name: str, addr_spec: str) -> bytes:
    """A field with exactly one mailbox (RFC 5322 section 3.4)."""
    spec = address(addr_spec)
    shown = clean(display_name)
    if not shown:
        return _field(name, [spec])
    if shown.isascii() and "=?" not in shown:
        if not _ATOMS.fullmatch(shown):
            shown = '"' + shown.replace("\\", r"\\").replace('"', r"\"") + '"'
        words = [shown]
    else:
        words = _encoded_words(shown, len(name) + 2)
    return _field(name, [*words, f"<{spec}>"])


def address(addr_spec: str) -> str:
    """Exactly one address, as it was; "a@b, evil@x" is none."""
    if len(addr_spec) > 320:
        raise ValueError("is longer than an address may be")
    if _PLAIN_ADDRESS.fullmatch(addr_spec):
        return addr_spec
    if not addr_spec.isascii() or not addr_spec.isprintable():
        raise ValueError("holds characters that an address cannot have")
    try:
        return Address(addr_spec=addr_spec).addr_spec
    except Exception:  # the standard library's parser raises whatever it stumbles over
        raise ValueError("is not exactly one address") from None


def folded(name: str, text: str) -> bytes:
    """A field whose value is ASCII and goes out as it is, folded at its spaces."""
    if _BREAKS.search(text):
        raise ValueError("holds a line break")
    if not text.isascii() or not text.isprintable():
        raise ValueError("holds characters that this header cannot have")
    return _field(name, text.split(" "))


def _field(name: str, words: list[str]) -> bytes:
    lines, line, blank = [], f"{name}:", True
    for word in words:
        # A folded line must not be blank (RFC 5322 section 3.2.2), so runs of spaces stay with their neighbours.
        if len(line) + 1 + len(word) > FOLD and not blank and word:
            lines.append(line)
            line, blank = " " + word, False
        else:
            line += " " + word
            blank = blank and not word
    lines.append(line)
    if max(map(len, lines)) > LONGEST:
        raise ValueError("has a word that is too long for a line of mail")
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def _encoded_words(text: str, taken: int) -> list[str]:
    """UTF-8 in base64, each word at most 75 characters and none ending inside a character (RFC 2047 sections 2, 5)."""
    room = max(12, (FOLD - 12 - taken) // 4 * 3)
    words, chunk = [], b""
    for character in text:
        encoded = character.encode("utf-8")
        if len(chunk) + len(encoded) > room:
            words.append(chunk)
            chunk, room = b"", 45
        chunk += encoded
    words.append(chunk)
    return [f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words]
