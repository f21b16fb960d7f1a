"""Showing an operation's events while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aurora_cli.commands.session import Session
from aurora_cli.operations.events import Emit


@contextmanager
def progress(session: Session) -> Iterator[Emit]:
    """Show events on standard error until the block ends; gives the function that takes them.

    When the reader of standard error goes away the display stops and the operation goes on: a half-made cluster
    costs more than unread progress.
    """
    from aurora_cli.ui.progress import Progress

    with Progress(session.consoles, session.app.clock) as display:
        alive = True

        def emit(event: Any) -> None:
            nonlocal alive
            if alive:
                try:
                    display.handle(event)
                except BrokenPipeError:
                    alive = False

        yield emit
