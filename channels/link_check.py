"""Whether web addresses that stand in a letter lead somewhere: one request each, and nothing of the page is kept.

Only public hosts are asked, whatever a redirect says (`channels/links.py` explains why that matters): an issue's links
come from many hands. Which links to ask about is decided above.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from channels.links import Resolve, is_public, resolve_host

SECONDS = 8.0
AT_ONCE = 8
MOST = 200
REDIRECTS = 4
# What refuses a program and shows a person the page: nothing is known of the link.
_REFUSES_PROGRAMS = frozenset({401, 403, 405, 406, 429, 501, 503})


@dataclass(frozen=True, slots=True)
class Checked:
    """`good` None: nobody can know without opening it."""

    url: str
    good: bool | None
    because: str


def check(urls: Iterable[str], *, resolve: Resolve = resolve_host, allow_private: bool = False) -> list[Checked]:
    """Each address once, in order; those beyond MOST are not asked about. Raises nothing for what the network does.

    `resolve` and `allow_private` are for tests.
    """
    wanted = list(dict.fromkeys(urls))[:MOST]
    limits = httpx.Limits(max_connections=AT_ONCE)
    with (
        httpx.Client(timeout=SECONDS, limits=limits, trust_env=False, headers={"User-Agent": "letsconnect"}) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        return list(pool.map(lambda url: _one(client, url, resolve, allow_private), wanted))


def _one(client: httpx.Client, url: str, resolve: Resolve, allow_private: bool) -> Checked:
    at = url
    try:
        for _ in range(REDIRECTS + 1):
            if not allow_private and not _is_public(at, resolve):
                return Checked(url, False, "leads into a private network, or to a host that cannot be found")
            status, location = _ask(client, at)
            if location:
                at = urljoin(at, location)
                continue
            if status in _REFUSES_PROGRAMS:
                return Checked(url, None, f"answers programs with status {status}: open it yourself")
            return Checked(url, status < 400, f"status {status}")
        return Checked(url, False, "redirects too often")
    except httpx.TimeoutException:
        return Checked(url, False, f"no answer in {SECONDS:.0f} seconds")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        return Checked(url, False, f"cannot be opened ({type(error).__name__})")


def _ask(client: httpx.Client, url: str) -> tuple[int, str]:
    """Status and where it redirects to. HEAD, and GET where that is not answered well."""
    answer = client.head(url)
    if answer.status_code >= 400:
        with client.stream("GET", url) as answer:
            pass
    return answer.status_code, answer.headers.get("location", "") if answer.is_redirect else ""


def _is_public(url: str, resolve: Resolve) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    try:
        addresses = resolve(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    except OSError:
        return False
    return bool(addresses) and all(is_public(one) for one in addresses)
