"""Ctrl-C when the work is over: what it came to is told, and the exit status is that of the work."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def hold_interrupt() -> None:
    """The work is over, and only its result is still to be told: the next Ctrl-C is not heard, one more ends the process as ever.

    Handlers that somebody else has set stay, and so does everything in another thread than the main one.
    """
    _replace(signal.default_int_handler, _not_heard)


def heed_interrupt() -> None:
    """There is work again."""
    _replace(_not_heard, signal.default_int_handler)


def ignore_interrupt() -> None:
    """All is told. Python gives up its handlers while it shuts down, and a Ctrl-C would then end the process by its signal."""
    for handler in (signal.default_int_handler, _not_heard):
        _replace(handler, signal.SIG_IGN)


def _not_heard(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.default_int_handler)


def _replace(old: object, new: signal._HANDLER) -> None:
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is old:
        signal.signal(signal.SIGINT, new)
