"""What becomes of messages once the far side has answered: their rows, their attempts, addresses that will not do.

Called by the delivery that heard the answers (`steps/delivery.py`), and by whoever takes over from one that died before
it could write them down (`steps/recovery.py`).
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.cadences import Purpose
from domain.deliveries import Outcome, Receipt
from domain.messages import Claimed, Message, Settlement, State, settle
from store import claims, contact_points, database

REPEAT_AFTER = timedelta(minutes=2)
ANSWERS_AT_ONCE = frozenset(
    {Purpose.CHAT_ANSWER.value, Purpose.SURVEY_THANKS.value, Purpose.CHECKLIST_NOTED.value, Purpose.MY_PAGE.value}
)
_MIGRATED = re.compile(r"migrated:(-?\d+)")  # a group's receipt when the group has a new id


def settle_all(
    conn: database.Connection, owner: str, answers: Iterable[tuple[Claimed | Message, Receipt, datetime]]
) -> Counter[str]:
    """Inside a write transaction: each message with its answer and when it came. Counts by what they came to;
    `fenced`: no longer this owner's."""
    counts: Counter[str] = Counter()
    arrived: list[tuple[Claimed | Message, Receipt, datetime]] = []
    for message, receipt, at in answers:
        if receipt.outcome is Outcome.SENT and message.channel == "email":
            arrived.append((message, receipt, at))
        else:
            _settle_one(conn, owner, message, receipt, at, counts)
    if arrived:
        held = claims.settle_sent(conn, owner, [(message.id, at) for message, _, at in arrived])
        lost = [one for one in arrived if one[0].id not in held]
        counts["sent"] += len(held)
        for message, _, at in lost:
            counts["sent" if _prove(conn, message, at) else "fenced"] += 1
        claims.record_deliveries(conn, [_attempt(*one) for one in arrived if one[0].id in held], held=True)
        claims.record_deliveries(conn, [_attempt(*one) for one in lost], held=False)
    return counts


def _settle_one(
    conn: database.Connection,
    owner: str,
    message: Claimed | Message,
    receipt: Receipt,
    now: datetime,
    counts: Counter[str],
) -> None:
    verdict, repeat = settle(receipt, message.attempts, now), False
    if verdict.state is State.UNSURE and message.repeatable and message.repeats == 0:
        note = "its fate is unknown; a calendar message is sent again once"
        verdict, repeat = Settlement(State.QUEUED, now + REPEAT_AFTER, note=note), True
    held = claims.settle(conn, message.id, owner, verdict, now, repeat)
    if not held and receipt.outcome is Outcome.SENT:
        held = _prove(conn, message, now)
    if verdict.counts:
        claims.record_deliveries(conn, [_attempt(message, receipt, now)], held)
    if receipt.outcome is Outcome.REFUSED_RECIPIENT:
        contact_points.refused(conn, message.id, receipt, now)
        if message.channel != "email" and message.purpose not in ANSWERS_AT_ONCE:
            claims.make_way(conn, message)  # it certainly did not arrive: mail may take its place
    if message.channel != "email" and (moved := _MIGRATED.fullmatch(receipt.text)):
        claims.readdress(conn, message.id, moved[1])
    if not held:
        counts["fenced"] += 1
    elif verdict.counts:
        counts["later" if verdict.state is State.QUEUED else verdict.state.value] += 1


def _attempt(message: Claimed | Message, receipt: Receipt, at: datetime) -> tuple[int, int, Receipt, datetime]:
    return message.id, message.attempts + 1, receipt, at


def _prove(conn: database.Connection, message: Claimed | Message, now: datetime) -> bool:
    return claims.prove_sent(conn, message.id, "the answer came after its lease had run out", now)
