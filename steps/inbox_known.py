"""What the store knows of what mails name, each thing looked up once and those of a whole page in one statement.

For one transaction. Only facts that reading mail leaves alone are kept here: never who answered what.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Generic, TypeVar

from domain.invitations import Invitation
from domain.messages import Message
from domain.sessions import Session
from steps.inbox_opening import Opened, is_reference
from store import claims, inbox, invitations, outbox, sessions

_FEW = 50  # words of a text that are looked up with the page's; the others only when none of these is a reference

K = TypeVar("K")
V = TypeVar("V")


class _Answers(Generic[K, V]):
    """Answers of a look-up that takes many keys; each key is asked once."""

    def __init__(self, look_up: Callable[[Collection[K]], Mapping[K, V]]) -> None:
        self._look_up = look_up
        self._known: dict[K, V | None] = {}

    def expect(self, keys: Iterable[K]) -> None:
        new = {key: None for key in keys if key not in self._known}
        if new:
            self._known |= {**new, **self._look_up(new)}

    def of(self, key: K) -> V | None:
        self.expect([key])
        return self._known[key]

    def first(self, keys: Iterable[K]) -> V | None:
        """Of the first key that has one."""
        return next((found for found in map(self.of, keys) if found is not None), None)


class Known:
    """`page`: mails that will be asked about. Of others the same is known, only slower."""

    def __init__(self, conn: sqlite3.Connection, page: Sequence[Opened] = ()) -> None:
        self.conn = conn
        self._read: set[str] = set()
        self._read_before = _Answers(partial(inbox.read_before, conn))
        self._messages = _Answers(partial(outbox.by_message_ids, conn))
        self._referred = _Answers(partial(outbox.by_references, conn))
        self._invitations = _Answers(partial(invitations.by_uids, conn))
        self._invited = _Answers(partial(invitations.by_pairs, conn))
        self._unproven = _Answers(partial(claims.unproven, conn))
        self._sessions = _Answers(partial(sessions.among, conn))
        self._expect(page)

    def _expect(self, page: Sequence[Opened]) -> None:
        self._read_before.expect(one.letter.message_id for one in page if one.letter.message_id)
        answering = [one for one in page if one.answers_a_calendar]
        others = [one for one in page if not one.answers_a_calendar]
        self._invitations.expect(reply.uid for one in answering for reply in one.replies)
        self._messages.expect(one_id for one in others for one_id in _message_ids(one))
        self._referred.expect(
            text for one in others for text in (*one.unsubscribed, *one.returned) if is_reference(text)
        )
        self._referred.expect(word for one in others if self._by_address(one) is None for word in one.words[:_FEW])
        answered = [i for one in answering for reply in one.replies if (i := self.invitation(reply.uid)) is not None]
        self._unproven.expect((i.participant_id, i.session_id) for i in answered)
        written = [m for one in others if (m := self.message(one.letter.in_reply_to)) is not None]
        self._invited.expect(
            (m.participant_id, m.session_id)
            for m in written
            if m.participant_id is not None and m.session_id is not None
        )
        of_messages = (m.session_id for m in written if m.session_id is not None)
        self._sessions.expect((*(i.session_id for i in answered), *of_messages))

    # -- copies ------------------------------------------------------------------------------------------------

    def was_read(self, message_id: str) -> bool:
        """Whether a mail with this Message-ID was read, in this transaction or before."""
        return message_id in self._read or self._read_before.of(message_id) is not None

    def note_read(self, message_id: str) -> None:
        self._read.add(message_id)

    # -- messages of ours ----------------------------------------------------------------------------------------

    def message(self, message_ids: Iterable[str]) -> Message | None:
        """The first that one of these Message-IDs names."""
        return self._messages.first(message_ids)

    def referred(self, references: Iterable[str]) -> Message | None:
        """The first that one of these texts is the reference of."""
        return self._referred.first(filter(is_reference, references))

    def _by_address(self, one: Opened) -> Message | None:
        """Without a look at the text."""
        return self.message(_message_ids(one)) or self.referred((*one.unsubscribed, *one.returned))

    def answered(self, one: Opened) -> Message | None:
        """The message of ours that this mail answers, by what only its reader had."""
        return self.message(one.letter.in_reply_to) or self.referred(one.words)

    # -- invitations -----------------------------------------------------------------------------------------------

    def invitation(self, uid: str) -> Invitation | None:
        return self._invitations.of(uid)

    def invitation_of(self, participant_id: int, session_id: int) -> Invitation | None:
        return self._invited.of((participant_id, session_id))

    def unproven(self, invitation: Invitation, sequence: int) -> list[int]:
        """Messages of unknown fate that brought this entry with this SEQUENCE (see `claims.prove_sent`)."""
        found = self._unproven.of((invitation.participant_id, invitation.session_id)) or []
        return [one for of_whom, number, one in found if (of_whom, number) == (invitation.id, sequence)]

    def session(self, session_id: int) -> Session | None:
        return self._sessions.of(session_id)


def _message_ids(one: Opened) -> tuple[str, ...]:
    return (*(one.bounce.message_ids if one.bounce else ()), *one.letter.in_reply_to)
