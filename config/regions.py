"""regions.toml: which region a country counts for in the report, checked with every problem at once."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from config import countries
from config.toml_file import STRICT, read_or_none
from domain.errors import ConfigError, Problem

FILE = "regions.toml"


def _codes(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('is not a text of codes; write it like "NG GH"')
    return value


class _Regions(BaseModel):
    model_config = STRICT
    version: int = 1
    regions: dict[str, Annotated[str, BeforeValidator(_codes)]] = {}


@lru_cache(maxsize=4)
def load(folder: Path) -> Mapping[str, str]:
    """ISO 3166-1 code -> the region's name. Without the file, no country has a region."""
    read = read_or_none(folder / FILE, _Regions)
    if read is None:
        return {}
    known = set(countries.countries().values())
    found: dict[str, str] = {}
    problems = []
    for name, codes in read.regions.items():
        for code in codes.split():
            if code not in known:
                what = f"{code!r} is no ISO 3166-1 code"
                problems.append(Problem(what, f"{FILE}: {name}", "Write two capital letters"))
            elif other := found.get(code):
                problems.append(Problem(f"{code} stands in {other} too", f"{FILE}: {name}", "Leave it in one of them"))
            found.setdefault(code, name)
    if problems:
        raise ConfigError(problems)
    return found
