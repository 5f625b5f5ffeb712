"""regions.toml: which region a country counts for in the report, checked with every problem at once."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from config import countries
from domain.errors import ConfigError, Problem

FILE = "regions.toml"


@lru_cache(maxsize=4)
def load(folder: Path) -> Mapping[str, str]:
    """ISO 3166-1 code -> the region's name. Without the file, no country has a region."""
    try:
        regions = tomllib.loads((folder / FILE).read_text("utf-8")).get("regions", {})
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(f"is not TOML: {error}", FILE, "Mend that line")]) from None
    known = set(countries.countries().values())
    found: dict[str, str] = {}
    problems = []
    for name, codes in regions.items():
        if not isinstance(codes, str):
            problems.append(Problem("is not a text of codes", f"{FILE}: {name}", 'Write it like "NG GH"'))
            continue
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
