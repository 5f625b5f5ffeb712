"""Which columns of a registration form hold which field. Their names are `config/mapping.py`'s, what their cells say
is `import_fields.py`'s."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels.tables import Table
from config.mapping import Naming
from domain.errors import Problem, UserError
from domain.imports import clean_line

WRONG = "What to correct"  # the column that is added to refused rows, and not read when they come back
_NEEDED = {"name": ("name", "given_name", "family_name"), "email": ("email",)}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cells hold which field, and which are questions of the form's own."""

    fields: Mapping[str, tuple[int, ...]]
    questions: tuple[tuple[int, str], ...]
    header: tuple[str, ...]

    def title(self, code: str) -> str:
        """The first line of the field's first column, for warnings and answers."""
        return clean_line(self.header[self.fields[code][0]].strip().partition("\n")[0])[:80]


def columns(table: Table, naming: Naming, source: str) -> Columns:
    """UserError when there is no name or no e-mail column: what was looked for, and what is there."""
    fields: dict[str, list[int]] = defaultdict(list)
    questions: dict[str, int] = {}
    for at, header in enumerate(table.header):
        code = naming.field(header)
        if code:
            fields[code].append(at)
        elif (title := clean_line(header)[:500]) and title != WRONG:
            questions.setdefault(title, at)
    if fields:
        found = _some(["(an address)" if "@" in h else clean_line(h)[:60] for h in table.header])
    else:  # without a header, the first line would be somebody's data
        found = f"{len(table.header)} column(s) of unknown names; is the line with the names missing?"
    problems = [
        Problem(
            f"has no column for the {what}; looked for {_some([w for c in codes for w in naming.looked_for[c]])};"
            f" found {found}",
            source,
            f"Rename the column, or name it in a mapping file: [columns] {codes[0]} = ['its name']",
        )
        for what, codes in _NEEDED.items()
        if not any(code in fields for code in codes)
    ]
    if problems:
        raise UserError(*problems)
    return Columns(
        {code: tuple(at) for code, at in fields.items()},
        tuple((at, title) for title, at in questions.items()),
        table.header,
    )


def _some(words: Sequence[str]) -> str:
    shown = ", ".join(repr(w) for w in words[:12])
    return f"{shown} and {len(words) - 12} more" if len(words) > 12 else shown or "nothing"
