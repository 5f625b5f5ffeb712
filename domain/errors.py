"""The errors that travel between floors. Expected refusals are values with a reason, not exceptions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a person must mend: where it is (file, line, field, setting), what is wrong, what to do."""

    what: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.remedy}" if self.remedy else text


class LetsConnectError(Exception):
    """Anything this project raises on purpose, configuration apart."""


class UserError(LetsConnectError):
    """The operator can mend it. Carries every problem at once; shown without a traceback."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class DeliveryError(LetsConnectError):
    """A channel could not bring a message to the far side. Raised by channels only."""


class Transient(DeliveryError):
    """Certainly not delivered; worth another try, not before `retry_after` where the far side said so."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        self.reason, self.retry_after = reason, retry_after
        super().__init__(reason)


class Permanent(DeliveryError):
    """Certainly not delivered, and never will be."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class SchemaMismatch(UserError):
    """The database's schema is not the one this version works with; the remedy names the command."""


class ConfigError(Exception):
    """Settings or programme files are wrong. Outside the tree: "ignore send failures" must not swallow it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))
