"""Why a request gets no page of its own, and what its page says instead (`refused.html`)."""

from typing import Literal

from domain.errors import UserError
from steps.page_links import LinkRefused

Why = Literal[
    "missing",  # there is no such page
    "method",  # the page cannot be sent to
    "link",  # a link that is not ours, or was cut
    "over",  # a link whose last day is over
    "key",  # a form that we did not make, or made for somebody else
    "form",  # no form at all
    "large",
    "many",  # too many requests
    "trouble",  # on our side; it may pass
]


class Refused(Exception):
    """`status` is HTTP's, `retry_after` seconds."""

    def __init__(self, status: int, why: Why, retry_after: float = 0.0) -> None:
        super().__init__(why)
        self.status, self.why, self.retry_after = status, why, retry_after


def missing() -> Refused:
    return Refused(404, "missing")


def refusal(error: Exception) -> Refused:
    """What a page says about an error that is not a fault of its code."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, LinkRefused):
        return Refused(410, "over") if error.expired else Refused(404, "link")
    wait = 30 if not isinstance(error, UserError) else 300  # a busy store frees itself, a missing one does not
    return Refused(503, "trouble", wait)
