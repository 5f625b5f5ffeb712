"""Issues that a coordinator approved, as touches: to whom each may go. No facts call for one but the approval."""

from datetime import datetime

from domain.cadences import Purpose, Touchpoint
from domain.participants import ConsentTopic, Participant, Role
from domain.touches import Touch


def mailing(point: Touchpoint, key: str, participant_id: int, now: datetime) -> Touch:
    """An issue as a touch of one reader."""
    return Touch(
        key=key,
        touchpoint=point.code,
        purpose=point.purpose,
        topic=point.topic,
        participant_id=participant_id,
        session_id=None,
        sequence=None,
        expires_at=None,
        because=f"on the approved list of the {point.code}",
        due_at=now,
    )


def not_a_reader(code: str, person: Participant) -> str:
    """Why this person reads no such issues; "" when they do."""
    if code == Purpose.BRIEF:
        return "" if Role.ADVISER in person.roles else "is no adviser of the programme"
    return "" if person.consents.get(ConsentTopic.NEWSLETTER) else "did not agree to the newsletter"
