"""Runs another program with our standard streams: its signals, its exit status."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


def run_child(command: Sequence[str], env: Mapping[str, str], start: Path | None = None) -> int:
    """Run a program until it ends. Requests to stop are for the program: ours is over when it is.

    Args:
        start: the folder to run it in; None for ours.

    Returns:
        its exit status; 128 and the number of the signal that ended it.

    Raises:
        OSError: it cannot be started.
    """
    with _signals_deferred() as deliver:
        child = subprocess.Popen(list(command), env=dict(env), cwd=start)
        deliver(child)
        status = child.wait()
    return status if status >= 0 else 128 - status


@contextmanager
def _signals_deferred() -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
    """Hand requests to stop on to the child, and wait for its end; a terminal's Ctrl-C reaches it by itself."""
    waiting: list[int] = []
    children: list[subprocess.Popen[bytes]] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and _is_of_the_terminal():
            return
        if children:
            children[0].send_signal(number)
        else:
            waiting.append(number)

    def deliver(child: subprocess.Popen[bytes]) -> None:
        children.append(child)
        for number in waiting:
            child.send_signal(number)

    previous = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield deliver
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _is_of_the_terminal() -> bool:
    """Whether the terminal sends its signals to our whole group, and so to the child."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
