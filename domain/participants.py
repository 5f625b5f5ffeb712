"""A person, the ways to reach them, and what they agreed to."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

GMAIL_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


class Role(StrEnum):
    PARTICIPANT = "participant"
    SHARER = "sharer"
    AMBASSADOR = "ambassador"
    COORDINATOR = "coordinator"
    ADVISER = "adviser"


class Health(StrEnum):
    OK = "ok"
    SOFT = "soft"  # temporary failures lately
    HARD = "hard"  # refused for good
    BLOCKED = "blocked"
    NEVER_LINKED = "never_linked"


class ConsentTopic(StrEnum):
    INVITATIONS = "invitations"
    NEWSLETTER = "newsletter"
    DIRECTORY = "directory"
    TELEGRAM = "telegram"
    SHARE_DETAILS = "share_details"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """`canonical` is what two spellings of one mailbox share; `address` is what is written on the envelope."""

    id: int
    participant_id: int
    channel: str
    address: str
    canonical: str
    health: Health
    primary: bool = True
    last_sign_at: datetime | None = None  # of life, over this address or chat
    away_until: datetime | None = None  # said by an automatic reply


@dataclass(frozen=True, slots=True)
class Participant:
    id: int
    name: str
    country: str = ""  # ISO 3166-1 alpha-2, "" when unknown
    region: str = ""
    zone: str = ""  # IANA name, "" when unknown
    languages: tuple[str, ...] = ()  # in order of preference, BCP 47
    erased: bool = False
    roles: frozenset[Role] = frozenset()
    email: ContactPoint | None = None
    telegram: ContactPoint | None = None
    preferred_hour: int | None = None  # local, 0 to 23
    consents: Mapping[str, bool] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()  # topics; "*" is every topic


def canonical_address(address: str) -> str:
    """What two spellings of one mailbox share: case folded; for Gmail without dots and +tags.

    Takes an address that was validated already (one "@", ASCII domain).
    """
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    local, domain = local.casefold(), domain.casefold()
    if domain in GMAIL_DOMAINS:
        local, domain = local.split("+", 1)[0].replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def folded_name(name: str) -> str:
    """A name without case, accents and doubled blanks, for finding possible duplicates; never shown."""
    if name.isascii():
        return " ".join(name.casefold().split())
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())
