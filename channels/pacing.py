"""An even pace: at most one start every so many seconds, and no burst to make up for a pause."""

import time
from collections.abc import Callable


class Pacer:
    """`per_minute` None: no limit. `clock` gives seconds and never goes back."""

    def __init__(self, per_minute: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 60.0 / per_minute if per_minute else 0.0
        self._clock = clock
        self._next = clock()

    def wait(self) -> float:
        """Seconds until the next start is allowed; 0.0 when it is allowed now."""
        return max(0.0, self._next - self._clock()) if self._interval else 0.0

    def start(self) -> None:
        """Something was started. A start that came late does not bring the next one forward."""
        if self._interval:
            self._next = self._clock() + self._interval
