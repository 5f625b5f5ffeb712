"""Whether a text is an e-mail address, for forms, files and pages alike. Nothing is asked of the net.

How two spellings of one mailbox are told to be the same is `domain/participants.py`'s.
"""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from domain.imports import Mail, clean_line
from domain.participants import canonical_address

LONGEST = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
# What the validator takes for certain (RFC 5321 dot-string of the commonest characters): most addresses, at once.
_PLAIN_LOCAL = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")


def check_mail(text: str) -> Mail | str:
    """A checked address, or why it is none, with nothing of the address in it. The domain comes back in ASCII
    (RFC 5891)."""
    bare = clean_line(text).removeprefix("mailto:").strip("<> ")
    local, _, domain = bare.rpartition("@")
    if len(bare) <= LONGEST and _PLAIN_LOCAL.fullmatch(local) and (ascii_domain := _plain_domain(domain)):
        return _mail(f"{local}@{ascii_domain}")
    if bare.count("@") > 1 and re.search(r"[\s,;/|]", bare):
        return "holds several addresses; keep one, the second has a column of its own"
    try:
        checked = validate_email(bare, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        return f"is not an e-mail address: {_without(str(error), bare)}"
    if not checked.ascii_email:
        return "has letters before the @ that most mail servers cannot take; only ASCII is possible there"
    return _mail(checked.ascii_email)


def _mail(address: str) -> Mail:
    return Mail(address, canonical_address(address))


@lru_cache(maxsize=4096)
def _plain_domain(domain: str) -> str:
    """The domain in lower case, when it is a valid one in ASCII; else ""."""
    if not domain.isascii():
        return ""
    try:
        return validate_email(f"a@{domain}", check_deliverability=False, test_environment=True).ascii_domain
    except EmailNotValidError:
        return ""


def _without(reason: str, address: str) -> str:
    """The validator's reason in one sentence; it may quote parts of the address, which do not belong in messages."""
    first = reason.partition(". ")[0].rstrip(".")
    quoted = [part for part in re.split(r"[@.\s]", address) if len(part) > 2]
    return first if not any(part in first for part in quoted) else "it is not well formed"
