"""One FETCH of many mails (RFC 3501 section 6.4.5), its answer read fast.

Answers in the order in which servers usually give them are read by two patterns here; any other by imapclient, which
takes every answer apart letter by letter. What is fetched, and what to do when it is refused, is for `imap.py`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.response_parser import parse_fetch_response

Answer = dict[int, dict[bytes, Any]]  # UID -> item -> value

_SIZE = re.compile(rb"\d+ \((?:UID (\d+) RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+) UID (\d+))\)")
_BODY = re.compile(rb'\d+ \((?:UID (\d+) )?INTERNALDATE "([^"]{26})" (?:UID (\d+) )?BODY\[\] \{\d+\}')
_DATE = re.compile(rb"([ 0-3]\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = {name: n for n, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}


def fetch(client: IMAPClient, uids: Iterable[int], items: Sequence[str]) -> Answer:
    """Of the mails that are there; times are aware where the server gave a zone. IMAPClientError when refused."""
    wanted = list(uids)
    said, data = client._imap.uid("FETCH", ",".join(map(str, wanted)), f"({' '.join(items)})")
    if said != "OK":
        raise IMAPClientError("the server refused to fetch")
    found = plain(data)
    if found is None:
        found = parse_fetch_response(data, normalise_times=False, uid_is_key=True)
    return {uid: found[uid] for uid in wanted if uid in found}


def plain(data: Sequence[Any]) -> Answer | None:
    """What imaplib read from the server; None unless each line has just the size, or just date and body."""
    found: Answer = {}
    lines = iter(data)
    for line in lines:
        if isinstance(line, tuple):
            body = _BODY.fullmatch(line[0])
            if body is None or (body[1] is None) is (body[3] is None) or next(lines, None) != b")":
                return None
            came = _moment(body[2])
            if came is None:
                return None
            found.setdefault(int(body[1] or body[3]), {}).update({b"INTERNALDATE": came, b"BODY[]": line[1]})
        elif line is not None:
            size = _SIZE.fullmatch(line)
            if size is None:
                return None
            found.setdefault(int(size[1] or size[4]), {})[b"RFC822.SIZE"] = int(size[2] or size[3])
    return found


def _moment(text: bytes) -> datetime | None:
    """In UTC. None for what is no date-time of RFC 3501."""
    match = _DATE.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        return None
    day, _, year, hour, minute, second, sign, hours, minutes = match.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        local = datetime(int(year), _MONTHS[match[2]], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        return local - ahead if sign == b"+" else local + ahead
    except (ValueError, OverflowError):
        return None
