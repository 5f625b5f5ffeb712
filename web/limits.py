"""How often one client, and everybody together, may ask: token buckets in bounded memory.

A client is an IPv4 address or an IPv6 /64 network, what one household or one machine has. Generous to people who
share an address (a room of learners behind one router), tight enough that nobody can guess links or flood forms.
What a refusal looks like is left to `room.py`.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

CLIENTS = 10_000  # remembered; the one that was quiet longest is forgotten first


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and then `per_minute`."""

    burst: int
    per_minute: float


@dataclass(frozen=True, slots=True)
class Rates:
    """`forms` counts what is sent, `pages` all requests; of one client, and of all together."""

    pages: Rate = Rate(300, 300)
    forms: Rate = Rate(60, 30)
    all_pages: Rate = Rate(3000, 30_000)
    all_forms: Rate = Rate(600, 1200)


class Limits:
    """Not thread-safe: asked in the event loop only. `clock` gives seconds that never go back."""

    def __init__(self, rates: Rates | None = None, clock: Callable[[], float] = monotonic) -> None:
        self.rates, self._clock = rates or Rates(), clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def page(self, client: str) -> float:
        """Seconds to wait before this client may ask for a page; 0 when it may now, which then counts."""
        return self._ask(("pages", client, self.rates.pages), ("all pages", "", self.rates.all_pages))

    def form(self, client: str) -> float:
        """Likewise for sending a form."""
        return self._ask(("forms", client, self.rates.forms), ("all forms", "", self.rates.all_forms))

    def _ask(self, *wanted: tuple[str, str, Rate]) -> float:
        now, left = self._clock(), []
        for kind, client, rate in wanted:
            tokens, since = self._buckets.get((kind, client), (float(rate.burst), now))
            tokens = min(rate.burst, tokens + (now - since) * rate.per_minute / 60)
            if tokens < 1:
                return (1 - tokens) * 60 / rate.per_minute
            left.append(((kind, client), tokens - 1))
        for key, tokens in left:
            self._buckets[key] = (tokens, now)
            self._buckets.move_to_end(key)
        while len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0

    def __len__(self) -> int:
        return len(self._buckets)


@lru_cache(maxsize=1024)
def client_of(host: str) -> str:
    """Whom an address stands for."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
