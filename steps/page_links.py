"""Links to a person's own pages: signed, for one purpose each, with a last day, and nothing of a person in them.

`PAGES_URL/{purpose}/{id}-{last day}-{token}`: the token can only be made here, and only for that purpose, id and day.
Where two ids say whose page it is, they are written as `7.12`; a message is named by its reference. A link proves that
somebody was given it, no more: pages show on GET and act on POST.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from steps.app import App

_TOKEN = re.compile(r"([1-9][0-9]{0,17}(?:\.[1-9][0-9]{0,17})?|[a-z2-7]{12})-([0-9]{1,6})-([a-z2-7]{24})")
_IDS, _PAIRS, _REFERENCES = (re.compile(p) for p in ("[0-9]+", r"[0-9]+\.[0-9]+", "[a-z2-7]{12}"))
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Page(StrEnum):
    """What a link is for, and the first part of its path. The id in it is that of the noun named here."""

    RSVP = "rsvp"  # a session and a participant
    PROFILE = "me"  # a participant
    CALENDAR = "calendar"  # a participant's feed
    UNSUBSCRIBE = "unsubscribe"  # a message's reference
    SURVEY = "survey"  # a survey request
    CHECKLIST = "checklist"  # a checklist: one sharer, one session
    CONFIRM = "confirm"  # a registration that waits for its confirmation
    CERTIFICATE = "certificate"  # a badge
    CONTACT = "contact"  # a session and the participant who asks its sharers
    ANSWER = "answer"  # a relay that waits for its answer
    PROPOSE = "propose"  # a participant who proposes a session
    BEGIN = "begin"  # likewise, from the mail that they asked for: a form that waits for its confirmation


class LinkRefused(Exception):
    """`expired`: it was ours, and its last day is over; otherwise it never was."""

    def __init__(self, expired: bool) -> None:
        super().__init__("the link is over" if expired else "not one of our links")
        self.expired = expired


Ident = int | tuple[int, int] | str


def url(app: App, page: Page, ident: Ident, until: datetime) -> str:
    """The address of `ident`'s page, good through the (UTC) day of `until`; "" while there is no PAGES_URL."""
    if not app.settings.pages_url:
        return ""
    return f"{app.settings.pages_url}/{page}/{token(app, page, ident, until)}"


def token(app: App, page: Page, ident: Ident, until: datetime) -> str:
    name, day = _name(ident), (until - _EPOCH) // _DAY
    return f"{name}-{day}-{_mac(app, page, name, day)}"


def read(app: App, page: Page, text: str) -> int:
    """The id behind a link's token. LinkRefused when it is not ours, was made for another page, or is over."""
    return int(_read(app, page, text, _IDS))


def read_pair(app: App, page: Page, text: str) -> tuple[int, int]:
    """Likewise of a link that names two ids."""
    first, _, second = _read(app, page, text, _PAIRS).partition(".")
    return int(first), int(second)


def read_reference(app: App, page: Page, text: str) -> str:
    """Likewise of a link that names a message (see `mails.reference_of`)."""
    return _read(app, page, text, _REFERENCES)


def _read(app: App, page: Page, text: str, kind: re.Pattern[str]) -> str:
    found = _TOKEN.fullmatch(text.rstrip(").,>"))  # what a mail program may take for a part of the address
    if found is None or not kind.fullmatch(found[1]):
        raise LinkRefused(expired=False)
    day = int(found[2])
    if not hmac.compare_digest(found[3], _mac(app, page, found[1], day)):
        raise LinkRefused(expired=False)
    if (app.now() - _EPOCH) // _DAY > day:
        raise LinkRefused(expired=True)
    return found[1]


def _name(ident: Ident) -> str:
    return ".".join(map(str, ident)) if isinstance(ident, tuple) else str(ident)


def _mac(app: App, page: Page, name: str, day: int) -> str:
    return app.token(f"page/{page}", f"{name}/{day}")
