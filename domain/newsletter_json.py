"""An issue's content as JSON text and back: how an approval keeps it. The same content always gives the same text."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from domain.newsletter import (
    Block,
    ComingSession,
    Content,
    IssueKind,
    Opportunity,
    PastSession,
    ResourceLine,
    Words,
)
from domain.times import iso, parse_iso
from domain.translations import Translation


def dump(content: Content) -> str:
    return json.dumps(asdict(content), default=_plain, ensure_ascii=False, sort_keys=True)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def load(text: str) -> Content:
    """The content that `dump` wrote. LookupError, TypeError or ValueError for any other text."""
    found = json.loads(text)
    return Content(
        kind=IssueKind(found["kind"]),
        until=parse_iso(found["until"]),
        sections=tuple(found["sections"]),
        blocks=tuple(Block(one["section"], one["name"], _words(one["words"])) for one in found["blocks"]),
        missed=tuple(_past(one) for one in found["missed"]),
        coming=tuple(_coming(one) for one in found["coming"]),
        opportunities=tuple(_opportunity(one) for one in found["opportunities"]),
        numbers=tuple((code, value) for code, value in found["numbers"]),
        thanks=tuple(filter(None, found["thanks"])),  # "": somebody whose data was erased
        thanked=found["thanked"],
    )


def _words(found: Mapping[str, Any]) -> dict[str, Words]:
    return {code: Words(**one) for code, one in found.items()}


def _past(found: dict[str, Any]) -> PastSession:
    lines = tuple(ResourceLine(**one) for one in found["resources"])
    own = {"starts_at": parse_iso(found["starts_at"]), "resources": lines, "translations": _translations(found)}
    return PastSession(**{**found, **own, "languages": tuple(found.get("languages", ()))})


def _translations(found: Mapping[str, Any]) -> tuple[Translation, ...]:
    """None in what was approved before there were any."""
    return tuple(Translation(**one) for one in found.get("translations", ()))


def _coming(found: dict[str, Any]) -> ComingSession:
    lists: dict[str, Any] = {name: tuple(found[name]) for name in ("languages", "interpretation", "sharers", "skills")}
    lists["translations"] = _translations(found)
    lists["sharers"] = tuple(filter(None, lists["sharers"]))
    return ComingSession(**{**found, **lists, "starts_at": parse_iso(found["starts_at"])})


def _opportunity(found: dict[str, Any]) -> Opportunity:
    until = date.fromisoformat(found["until"]) if found["until"] else None
    return Opportunity(
        **{**found, "until": until, "languages": tuple(found["languages"]), "words": _words(found["words"])}
    )
