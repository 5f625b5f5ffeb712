"""A channel that keeps what it is given, with the rules of the real ones: for tests, `forecast` and the demo.

Passes the same contract tests as `smtp.py`. What happens to a recipient is written down beforehand.
"""

import itertools
from collections.abc import Iterable, Mapping

from domain.deliveries import AtRisk, Outcome, Parcel, Phase, Receipt, Settle, Trouble

PHASES = {
    Outcome.SENT: Phase.DOT,
    Outcome.LATER: Phase.RCPT,
    Outcome.REFUSED_RECIPIENT: Phase.RCPT,
    Outcome.REFUSED_MESSAGE: Phase.DOT,
    Outcome.UNSURE: Phase.DOT,
    Outcome.RETURNED: Phase.MAIL,
}
AFTER_MARK = frozenset({Outcome.SENT, Outcome.REFUSED_MESSAGE, Outcome.UNSURE})


class MemoryChannel:
    """`outcomes`: what becomes of mail to a recipient (SENT if not named). `trouble`: found when the first parcel
    has been pulled, or after `trouble_after` parcels. `group`: parcels in flight at once. `stored`: what arrived, and
    of UNSURE mail only when `unsure_arrives`."""

    def __init__(
        self,
        name: str = "email",
        *,
        outcomes: Mapping[str, Outcome] | None = None,
        trouble: Trouble | None = None,
        trouble_after: int = 0,
        group: int = 8,
        unsure_arrives: bool = True,
    ) -> None:
        self.name = name
        self.stored: list[Parcel] = []
        self.outcomes = dict(outcomes or {})
        self.trouble, self.trouble_after = trouble, trouble_after
        self.group, self.unsure_arrives = group, unsure_arrives

    def deliver(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        waiting = iter(parcels)
        tried = 0
        while True:
            size = min(self.group, self.trouble_after - tried) if self.trouble else self.group
            if size <= 0:
                # As with a real server, trouble shows when somebody wants to send something.
                unlucky = list(itertools.islice(waiting, 1))
                if unlucky:
                    settle([(p.id, Receipt(Outcome.RETURNED, Phase.CONNECT)) for p in unlucky])
                    return self.trouble
                return None
            group = list(itertools.islice(waiting, size))
            if not group:
                return None
            tried += len(group)
            self._send(group, at_risk, settle)

    def _send(self, group: list[Parcel], at_risk: AtRisk, settle: Settle) -> None:
        fates = {p.id: self.outcomes.get(p.recipient, Outcome.SENT) for p in group}
        answers = [(i, _receipt(fate)) for i, fate in fates.items() if fate not in AFTER_MARK]
        finishing = [p for p in group if fates[p.id] in AFTER_MARK]
        granted = at_risk([p.id for p in finishing]) if finishing else ()
        for parcel in finishing:
            fate = fates[parcel.id] if parcel.id in granted else Outcome.RETURNED
            if fate is Outcome.SENT or (fate is Outcome.UNSURE and self.unsure_arrives):
                self.stored.append(parcel)
            answers.append((parcel.id, _receipt(fate)))
        settle(answers)


def _receipt(outcome: Outcome) -> Receipt:
    return Receipt(outcome, PHASES[outcome], text=f"in memory: {outcome}")
