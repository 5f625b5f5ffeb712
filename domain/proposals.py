"""A clinic that somebody proposes: three questions, asked one at a time."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Field = Literal["title", "purpose", "wanted"]
FIELDS: tuple[Field, ...] = ("title", "purpose", "wanted")
LONGEST = {"title": 200, "purpose": 2000, "wanted": 500}


@dataclass(frozen=True, slots=True)
class Proposal:
    """`wanted`: when it would suit, in the person's own words. `state`: asking, complete, confirmed, declined or
    withdrawn. `in_chat`: the update to which the chat said the question that is open; None where another door put it.
    """

    id: int
    participant_id: int
    title: str
    purpose: str
    wanted: str
    state: str
    source: str
    asked_at: datetime
    created_at: datetime
    session_id: int | None = None
    in_chat: int | None = None

    @property
    def answered(self) -> int:
        """How many of the three questions are answered."""
        return sum(getattr(self, name) != "" for name in FIELDS)

    @property
    def waits_for(self) -> Field | None:
        """The question that is open; None when all three are answered."""
        return next((name for name in FIELDS if not getattr(self, name)), None)


def tidied(name: Field, text: str) -> str:
    """An answer as it is kept: a title on one line, no empty space."""
    if name == "title":
        return " ".join(text.split())
    said = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", said)


def checked(name: Field, text: str) -> str:
    """A reply's answer fit to be kept, or ValueError: nothing, too long, or a question back, for a person to read."""
    said = tidied(name, text)
    if not said:
        raise ValueError("is empty")
    if len(said) > LONGEST[name]:
        raise ValueError(f"is longer than {LONGEST[name]} characters")
    if said.rstrip().endswith(("?", "؟")) and name != "title":
        raise ValueError("asks something back")
    return said
