"""Lines at the bottom of a terminal that are redrawn in place.

rich's own `Live` counts the lines as they were when drawn. A terminal that was made narrower has wrapped them since, and what
was counted too few stays on the screen for good. So this counts them again, at the width of now.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from aurora_cli.ui.console import echo


class LiveArea:
    """An area of lines above the cursor. Not for several threads at once: the caller holds a lock."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._widths: list[int] = []
        self._shown: tuple[int, list[str]] = (0, [])

    @property
    def room(self) -> int:
        """Lines that the area may have, so that its first one never leaves the screen."""
        return max(1, self._console.height - 2)

    def draw(self, lines: Sequence[Text]) -> None:
        """Replaces what the area shows; each line is cut at the width of the terminal."""
        width = max(1, self._console.width - 1)
        if self._shown == (width, [line.plain for line in lines]):
            return
        self._shown = (width, [line.plain for line in lines])
        with self._console:
            self._erase()
            if lines and not self._widths:
                self._console.show_cursor(False)
            for line in lines:
                line.truncate(width, overflow="ellipsis")
                echo(self._console, line)
        self._widths = [line.cell_len for line in lines]

    def clear(self) -> None:
        """Takes the area off the screen and gives the cursor back."""
        with self._console:
            self._erase()
            if self._widths:
                self._console.show_cursor(True)
        self._widths = []
        self._shown = (0, [])

    def _erase(self) -> None:
        width = max(1, self._console.width)
        rows = sum(max(1, -(-cells // width)) for cells in self._widths)
        if rows:
            up = ((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)) * rows
            self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *up))
