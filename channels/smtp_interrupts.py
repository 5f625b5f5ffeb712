"""Ctrl-C while mail is being sent: noted once, so that what is behind its final dot can still be heard; the second time
it comes through as always."""

import signal
import threading
from types import FrameType
from typing import Self


class Interrupts:
    """`came`: whether Ctrl-C was pressed in the block. Elsewhere than in the main thread, and where somebody else
    handles it, nothing is changed."""

    def __init__(self) -> None:
        self.came = False
        self._ours = False

    def __enter__(self) -> Self:
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._noted)
            self._ours = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _noted(self, _: int, __: FrameType | None) -> None:
        if self.came:
            raise KeyboardInterrupt
        self.came = True
