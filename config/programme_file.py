"""What programme.toml, cadences.toml and skills.toml may say, field by field. What the programme makes of it is in
`programme.py`."""

from datetime import time, timedelta
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, Field

from config.toml_file import STRICT, Duration
from domain.cadences import NO_CAP, Anchor, Audience, Channel, Purpose
from domain.resources import ResourceKind
from domain.sessions import Invites
from domain.times import zone_or_none


def _zone(name: str) -> str:
    if zone_or_none(name) is None:
        raise ValueError("is not an IANA time zone, such as Africa/Lagos")
    return name


def _address(text: str) -> str:
    try:
        return str(validate_email(text, check_deliverability=False, test_environment=True).normalized)
    except EmailNotValidError:
        raise ValueError("is not an e-mail address") from None


Zone = Annotated[str, AfterValidator(_zone)]
Address = Annotated[str, AfterValidator(_address)]


class Model(BaseModel):
    model_config = STRICT


class Kind(Model):
    title: str
    minutes: int = Field(gt=0, le=24 * 60)
    capacity: int | None = Field(default=None, gt=0)
    invites: Invites
    recorded: bool
    needs: list[ResourceKind] = []


class Quiet(Model):
    start: time
    end: time


class Guards(Model):
    mass_plan: int = Field(gt=0)
    withdrawals: float = Field(gt=0, le=1)


class Retention(Model):
    mails_days: int = Field(default=90, ge=1)
    strangers_days: int = Field(default=7, ge=1)
    letters_days: int = Field(default=365, ge=30)
    guests_days: int = Field(default=180, ge=1)


class Report(Model):
    small: int = Field(default=5, ge=1, le=100)
    clinics: list[str] = ["clinic"]
    connections: list[str] = ["coffee", "cluster"]
    regional: list[str] = ["regional"]
    prioritised: float = Field(default=0.3, gt=0, le=1)
    interests: list[str] = []


class Limits(Model):
    import_megabytes: int = Field(gt=0)
    link_seconds: int = Field(gt=0)


class Touch(Model):
    preferred_hour: int = Field(default=10, ge=0, le=23)
    weekly_cap: int = Field(default=4, ge=1, le=50)


class Sender(Model):
    name: str = Field(min_length=1)
    address: Address | None = None


class Coordinator(Model):
    name: str = Field(min_length=1)
    address: Address
    languages: list[str] = []
    regions: list[str] = []


class Group(Model):
    name: str = Field(min_length=1)
    chat_id: int


class Programme(Model):
    version: int
    name: str = Field(min_length=1)
    mailbox: Address
    zone: Zone
    languages: list[str] = Field(min_length=1)
    verp: bool = True
    quiet_hours: Quiet
    touch: Touch = Touch()
    senders: dict[str, Sender]
    coordinators: list[Coordinator] = Field(min_length=1)
    groups: list[Group] = []
    guards: Guards
    limits: Limits
    retention: Retention = Retention()
    report: Report = Report()
    kinds: dict[str, Kind] = Field(min_length=1)


class Touchpoint(Model):
    purpose: Purpose
    topic: str = Field(min_length=1)
    quiet_hours: bool
    expires_after: Duration | None = None
    priority: int = Field(default=5, ge=1, le=9)
    anchor: Anchor | None = None
    offset: Duration = timedelta()
    audience: list[Audience] = []
    channel: Channel = Channel.EMAIL
    sender: str = "programme"
    preferred_hour: bool = False
    cap: str = NO_CAP
    ladder: str = ""
    rung: int = Field(default=1, ge=1, le=9)


class Cadences(Model):
    version: int
    touchpoints: dict[str, Touchpoint]


class Skill(Model):
    code: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str


class Category(Model):
    title: str
    skills: list[Skill]


class Skills(Model):
    version: int
    categories: dict[str, Category]
