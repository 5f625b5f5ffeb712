"""What a touch may be about beside a person and a session: one survey request, checklist, checklist item or proposal.

A subject has a moment that its touches count from, and is open until it is answered, done or settled; then its touches
are closed. Which subjects there are is gathered by `store/subjects.py`; what is asked of them is data in cadences.toml.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class About(StrEnum):
    """What a touch is about. All but the first two are subjects, and name themselves so in keys."""

    PERSON = "person"
    SESSION = "session"
    SURVEY = "survey"  # a survey request
    CHECKLIST = "checklist"  # all that a sharer prepares for one session
    ITEM = "item"  # of a checklist
    PROPOSAL = "proposal"  # of a session
    SHARING = "sharing"  # a session that this person leads
    MATERIALS = "materials"  # what a session left
    THANKS = "thanks"  # for sharing, once the session is closed
    BADGE = "badge"
    REQUEST = "request"  # for support
    RELEASED = "released"  # a checklist whose sharer was given a plan, which is of no use any more
    PROPOSED = "proposed"  # a proposal that is complete


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject, as it concerns one person.

    `since`: what its touches count from, derived when asked. `closed`: why nothing is asked of it any more, "" while an
    answer is wanted. `until`: nothing about it is of use after that. `occasion` tells its touches from those about an
    earlier date. `pace` below 1: its steps follow each other so much faster. `begun`: part of an answer is there.
    `mine`: this person has to see to it; otherwise they can help out. `in_turn`: nothing else is asked of them first.
    `asked_at`: when the first message with a survey, or with a proposal's question, left, or may have.
    `put`: a chat or a page has put a proposal's question at once.
    """

    about: About
    id: int
    since: datetime
    closed: str = ""
    until: datetime | None = None
    occasion: int | None = None
    pace: float = 1.0
    begun: bool = False
    mine: bool = True
    in_turn: bool = True
    asked_at: datetime | None = None
    put: bool = False

    @property
    def tag(self) -> str:
        """Its part of a key: `survey-17`, or `item-17/2` on its third date."""
        return f"{self.about}-{self.id}" + (f"/{self.occasion}" if self.occasion is not None else "")


_TAG = re.compile(rf"[^/#]+/({'|'.join(list(About)[2:])})-(\d{{1,18}})/")


def of_key(key: str) -> tuple[About, int] | None:
    """The subject that a touch's key names; None for a key about a person or a session."""
    match = _TAG.match(key)
    return (About(match[1]), int(match[2])) if match else None
