"""Whether an address works: what a refusal says of it, and its health from everything that came back.

Terminology: *hard* - this address will never do; *soft* - not today, for reasons that pass (full, policy, trouble on
the way); *delayed* - still being tried. History and the column `health` are kept by `store/contact_points.py`.

The score: a hard refusal settles it at once. A soft one gives a point, at most one a day (several letters of one day
meet the same full mailbox), and after 30 days it is gone; 3 points at one time make the address hard. A delay makes
it doubtful, never hard. Hard stays until a sign of life or a coordinator's `person revive`: what came before those
is not asked about again.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.participants import Health

WINDOW = timedelta(days=30)
POINTS_FOR_HARD = 3


class Permanence(StrEnum):
    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    DELIVERED = "delivered"  # good news: delivered, relayed, expanded (RFC 3464 section 2.3.3)


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that came back about an address."""

    at: datetime
    permanence: Permanence


def score(failures: Iterable[Failure], now: datetime) -> Health:
    """OK, SOFT or HARD from the failures since the last sign of life, in any order."""
    ordered = sorted((f for f in failures if f.at <= now), key=lambda f: f.at)
    soft: list[datetime] = []
    for failure in ordered:
        if failure.permanence is Permanence.HARD:
            return Health.HARD
        if failure.permanence is Permanence.SOFT:
            soft.append(failure.at)
            if len({at.date() for at in soft if failure.at - at < WINDOW}) >= POINTS_FOR_HARD:
                return Health.HARD
    doubtful = any(now - f.at < WINDOW for f in ordered if f.permanence is not Permanence.DELIVERED)
    return Health.SOFT if doubtful else Health.OK


# RFC 3463 section 3.2: these say that the address itself is bad; X.1.10 is RFC 7505's null MX.
_BAD_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
# Says nothing beyond "refused" (X.0.0, and X.1.0 and X.2.0, which several servers write for anything): the words count.
_VAGUE = frozenset({"5.0.0", "5.1.0", "5.2.0", "5.3.0", "5.4.1", "5.5.0"})
_BAD_ADDRESS_CODES = (550, 551, 553)  # RFC 5321 section 4.2.3
_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.\-])[45]\d\d(?=[ \-]|$)")
_SOFT_WORDS = re.compile(
    r"mailbox[^.\n]{0,30}\bfull|mail ?box ?full|quota|storage|too (large|big)|exceed|over ?size|spam|junk|policy"
    r"|block(ed|list)|black ?list|grey ?list|graylist|reputation|denied by|rate limit|too many|try again|temporar"
    r"|timed? ?out|greeting|content rejected|virus|dmarc|\bspf\b|unsolicited|suspected",
    re.I,
)
_HARD_WORDS = re.compile(
    r"(user|recipient|mailbox|address|account|addressee)[^\n]{0,60}?(unknown|not (be )?(found|known|listed|valid"
    r"|recogni[sz]ed)"
    r"|invalid|disabled|inactive|unavailable|not exist|n.t exist|discontinued|closed|suspended|deactivated|rejected"
    r"|no longer valid)"
    r"|(unknown|no such|invalid|non-?existent|bad|unrout(e)?able|illegal)[^\n]{0,25}"
    r"(user|recipient|mailbox|address|account|alias|local)"
    r"|does(n.t| not) (exist|have an? .{0,30}account)|no mailbox( here)? by that name"
    r"|not an? (valid|known) (user|mailbox)"
    r"|n'existe pas|n.o existe|no existe|desconocid|inconnu|desconhecid",
    re.I,
)


def permanence(text: str, status: str = "", code: int | None = None) -> Permanence:
    """HARD or SOFT for a refusal, from its enhanced status (RFC 3463), its words, its reply code (RFC 5321).

    A status or code that is not given is looked for in `text`. What nobody understands is SOFT: three of them on
    three days are believed.
    """
    exact = status_in(f"{status} {text}")
    if exact in _BAD_ADDRESS:
        return Permanence.HARD
    if exact and exact not in _VAGUE:
        return Permanence.SOFT
    if _SOFT_WORDS.search(text):
        return Permanence.SOFT
    if _HARD_WORDS.search(text):
        return Permanence.HARD
    if code is None and (match := _CODE.search(text)):
        code = int(match.group())
    return Permanence.HARD if code in _BAD_ADDRESS_CODES and not exact else Permanence.SOFT


def status_in(text: str) -> str:
    """The first enhanced status in `text` that says something, else the first there is, as "5.1.1"; or "".

    A part of an IP address or of a longer number is none.
    """
    found = _STATUS.findall(text)
    return next((status for status in found if status not in _VAGUE), found[0] if found else "")
