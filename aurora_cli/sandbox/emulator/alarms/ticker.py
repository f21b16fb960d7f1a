"""Evaluates alarms, and scales readers, from time to time."""

from __future__ import annotations

import sys
import threading
import traceback
from typing import TYPE_CHECKING

from aurora_cli.sandbox.emulator.rds.databases import hooks
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.aws import Aws
    from aurora_cli.sandbox.emulator.inventory import SavedInventory

LOOKS = 6
"""Evaluations of alarms in a minute."""


class Ticker:
    """A thread of the emulator.

    Args:
        minute_s: seconds that a minute of periods and cooldowns takes.
    """

    def __init__(self, aws: Aws, inventory: SavedInventory, minute_s: float) -> None:
        self._aws, self._inventory, self._minute_s = aws, inventory, minute_s

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="alarms", daemon=True).start()

    def _run(self) -> None:
        pause, looks = threading.Event(), 0
        while not pause.wait(self._minute_s / LOOKS):
            looks += 1
            try:
                self.tick(scaling=looks % LOOKS == 0)
            except Exception:  # the next time is another chance
                traceback.print_exc()

    def tick(self, *, scaling: bool) -> None:
        """Evaluate the alarms once. Args: scaling: and scale the readers."""
        if "moto.cloudwatch.models" not in sys.modules:
            return
        from aurora_cli.sandbox.emulator.alarms import readers, states

        with self._aws.one_at_a_time:
            changed = states.update(self._minute_s)
            if scaling and SERVING.fleet is not None and readers.scale(self._minute_s):
                changed = True
                self._inventory.update("ModifyDBCluster")
                hooks.sync()
            if changed:
                self._inventory.update("SetAlarmState")
        if changed:
            self._inventory.keep()
