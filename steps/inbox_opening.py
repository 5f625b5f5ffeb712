"""A filed mail as it says: opened before the store is locked, with its calendar answers and what came back in it.

Nothing here knows whose mail it is; `inbox_known.py` asks the store for what mails name, the readers decide.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from calendars import replies
from calendars.replies import Reply
from channels import bounces, inbound
from channels.bounces import Bounce
from channels.inbound import Inbound
from steps.mails import BOUNCE_TAG, REFERENCE_LENGTH, UNSUBSCRIBE_TAG
from store.inbox import Filed

_MAX_WORDS = 500  # many words look like a reference
_WORD = re.compile(rf"\b[a-z2-7]{{{REFERENCE_LENGTH}}}\b")
# The subject that List-Unsubscribe's mailto: asks for.
_UNSUBSCRIBE = re.compile(rf"\s*unsubscribe\s+([a-z2-7]{{{REFERENCE_LENGTH}}})\s*", re.I)


@dataclass(frozen=True, slots=True)
class Opened:
    """`trouble`: why a calendar part must be read by a person. `bounce` is looked for only where no calendar answers.

    References stand in what we wrote: `unsubscribed` in the address or subject of an unsubscribe button, `returned`
    in the address that bounces of one message go to, `words` are whatever looks like one in the text.
    """

    mail: Filed
    letter: Inbound
    replies: tuple[Reply, ...]
    trouble: str
    bounce: Bounce | None
    unsubscribed: tuple[str, ...]
    returned: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        return list(dict.fromkeys(_WORD.findall(self.letter.text.lower())))[:_MAX_WORDS]

    @property
    def answers_a_calendar(self) -> bool:
        return bool(self.replies or self.trouble)


def opened(mail: Filed) -> Opened:
    """Raises inbound.Unreadable."""
    letter = inbound.read(mail.raw)
    found: list[Reply] = []
    trouble = ""
    for part in letter.calendars:
        try:
            found += replies.read(part.data, part.charset, part.method)
        except replies.Unreadable as error:
            found += error.replies
            trouble = trouble or error.reason
    bounce = bounces.read(mail.raw, letter) if not found and not trouble else None
    subject = _UNSUBSCRIBE.fullmatch(letter.subject)
    return Opened(
        mail,
        letter,
        tuple(replies.distinct(found)),
        trouble,
        bounce,
        (*_references(letter.to_addresses, UNSUBSCRIBE_TAG), *([subject[1].lower()] if subject else [])),
        _references((*letter.to_addresses, *(bounce.return_paths if bounce else ())), BOUNCE_TAG),
    )


def _references(addresses: Iterable[str], tag: str) -> tuple[str, ...]:
    """What stands behind `tag` in addresses such as mailbox+b-REFERENCE@example.org; not always a reference."""
    return tuple(address.partition(tag)[2].partition("@")[0] for address in addresses if tag in address)


def is_reference(text: str) -> bool:
    return _WORD.fullmatch(text) is not None
