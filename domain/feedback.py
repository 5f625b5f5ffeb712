"""What reaches the programme outside surveys: where it was said, and what may be done with it."""

from enum import StrEnum


class Source(StrEnum):
    MAIL = "mail"
    TELEGRAM = "telegram"
    CALL = "call"
    MEETING = "meeting"
    SOCIAL = "social"
    OTHER = "other"


class Consent(StrEnum):
    NONE = "none"  # nobody asked: for those who organise the programme
    INTERNAL = "internal"  # for those who organise it, and said so
    ANONYMOUS = "anonymous"  # may be quoted without a name
    NAMED = "named"  # may be quoted with the name
