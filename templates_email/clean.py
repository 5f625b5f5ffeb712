"""Makes other people's words harmless in one line of text: no control characters, and in names nothing to click on.
A personal address is not made harmless but refused when it is not.

Escaping for HTML is left to `skeletons.py`, which knows where a value lands.
"""

import re
import unicodedata

NAME_LENGTH = 100
ADDRESS_LENGTH = 200

# Controls, line and paragraph separators and lone surrogates; then the marks that reorder or hide text (bidirectional
# controls, zero-width space, tags). The joiners U+200C and U+200D stay: scripts need them.
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\ud800-\udfff]+")
_DECEIVING = re.compile(
    "[\\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Most lines and names: words with a space, hyphen or apostrophe between them. Seen at once, and left as they are.
_HARMLESS = re.compile(r"\w+(?:[ '’-]\w+)*")
_SPACES = re.compile(r"\s+")
_SCHEME = re.compile(r":/*/")
_MAIL_SCHEME = re.compile(r"\b(mailto|tel|javascript|data):", re.IGNORECASE)
# Of RFC 3986's characters those that mean nothing to HTML, Markdown or a shell.
_ADDRESS = re.compile(
    r"(?:https://[A-Za-z0-9.-]+|http://(?:[0-9.]+|\[[0-9a-f:]+\]|localhost))(?::[0-9]+)?(?:/[A-Za-z0-9._~/?=&%+-]*)?"
)
_INNER_DOT = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=\w)")


def clean_line(text: str) -> str:
    """One line without control characters, NFC. Safe for a header (RFC 5322 section 2.2): no CR, no LF."""
    if _HARMLESS.fullmatch(text) and unicodedata.is_normalized("NFC", text):
        return text
    text = _DECEIVING.sub("", _CONTROL.sub(" ", text))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def clean_name(text: str) -> str:
    """A name that no mail program turns into a link: "http://evil.example" becomes "http evil. example".

    Ordinary names stay as they are, but for a space after the dot in "J.R. Okafor". At most NAME_LENGTH characters.
    """
    text = clean_line(text)
    if len(text) <= NAME_LENGTH and _HARMLESS.fullmatch(text):
        return text
    text = _SCHEME.sub(" ", text)
    text = _MAIL_SCHEME.sub(r"\1 ", text)
    text = _INNER_DOT.sub(". ", text).replace("@", " @ ")
    text = _SPACES.sub(" ", text).strip()
    return text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1].rstrip() + "…"


def checked_address(text: str) -> str:
    """An https address of at most ADDRESS_LENGTH plain characters, unchanged. ValueError (without it) for any other.

    For trying, http will do with a number instead of a name.
    """
    if len(text) > ADDRESS_LENGTH or not _ADDRESS.fullmatch(text):
        raise ValueError(f"a personal address must be https://, of plain characters, at most {ADDRESS_LENGTH} long")
    return text
