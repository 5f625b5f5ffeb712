"""How calendar programs take a feed over: the links on pages (`templates/_feed.html`). Feeds are in `feeds.py`."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Ways:
    """`address` is the feed's; `webcal` opens the calendar of the device; `google` asks its user whether to add it."""

    address: str
    webcal: str
    google: str


def ways(address: str) -> Ways | None:
    """None where pages have no address in the world, and so no feed has."""
    if not address:
        return None
    webcal = re.sub(r"^https?://", "webcal://", address)
    return Ways(address, webcal, f"https://calendar.google.com/calendar/r?{urlencode({'cid': webcal})}")
