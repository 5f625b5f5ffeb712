"""What reading one mail came to: what the readers of mail give back, and `inbox.py` counts and settles."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail came to. `counts`: fields of InboxReport, one for each that it adds to."""

    state: str
    kind: str
    reason: str = ""
    participant_id: int | None = None
    counts: tuple[str, ...] = ()
