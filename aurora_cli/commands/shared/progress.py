"""Showing an operation's events while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

from aurora_cli.commands.shared.session import Session
from aurora_cli.events import Emit
from aurora_cli.signals import heed_interrupt, hold_interrupt


@contextmanager
def progress(session: Session, name: str | None = None) -> Iterator[Emit]:
    """Show events on standard error until the block ends; gives the function that takes them.

    When the reader of standard error goes away the display stops and the operation goes on: a half-made cluster
    costs more than unread progress. Once the block has ended well, a Ctrl-C no longer keeps the result from being told.

    Args:
        session: for the consoles.
        name: the cluster, if it is known before the plan; instances are then called by their identifiers.
    """
    heed_interrupt()
    with ExitStack() as entered:
        lock, shown = Lock(), list[Callable[[Any], None]]()

        def handle(event: Any) -> None:
            with lock:  # the display comes with the first event, from any thread: most looks have none
                if not shown:
                    from aurora_cli.ui.progress.progress import Progress

                    display = Progress(session.consoles, session.app.clock, name=name)
                    shown.append(entered.enter_context(display).handle)
            shown[0](event)

        yield _until_nobody_reads(lambda event: _show(session, handle, event))
        hold_interrupt()


def _show(session: Session, handle: Callable[[Any], None], event: Any) -> None:
    from aurora_cli.operations.core.review import ReviewRefused

    if isinstance(event, ReviewRefused):
        from aurora_cli.ui.plan import plan_view

        plan_view.print_review(session.consoles, event.review)
    else:
        handle(event)


def _until_nobody_reads(show: Callable[[Any], None]) -> Emit:
    alive = True

    def emit(event: Any) -> None:
        nonlocal alive
        if alive:
            try:
                show(event)
            except BrokenPipeError:
                alive = False

    return emit
