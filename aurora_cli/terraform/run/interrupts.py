"""Counts requests to stop, instead of letting Python raise KeyboardInterrupt wherever it happens to be."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

REQUEST = "request"


class Interrupts:
    """While the block runs, SIGINT and SIGTERM are counted. The handlers that were there before come back afterwards.

    In a thread other than the main one Python allows no handlers: there it counts nothing.

    Attributes:
        count: signals so far.
        by: who or what asked last: a request (SIGINT, Ctrl-C), or the name of another signal.
    """

    def __init__(self) -> None:
        self.count, self.by = 0, REQUEST
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._previous.clear()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        self.by = REQUEST if number == signal.SIGINT else signal.Signals(number).name
