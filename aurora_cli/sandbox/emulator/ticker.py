"""What happens without a call: alarms change, readers come and go with the load, and a writer that fails is replaced."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING

from aurora_cli.sandbox.emulator.rds.databases import hooks
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.aws import Aws
    from aurora_cli.sandbox.emulator.inventory import SavedInventory

LOOKS = 6
"""Evaluations of alarms in a minute."""
LOOK_S = 1.0
"""After this time, writers are looked at again."""


class Ticker:
    """A thread of the emulator.

    Args:
        minute_s: seconds that a minute of periods and cooldowns takes.
    """

    def __init__(self, aws: Aws, inventory: SavedInventory, minute_s: float) -> None:
        self._aws, self._inventory, self._minute_s = aws, inventory, minute_s
        self._every_s = minute_s / LOOKS
        self._due, self._looks = time.monotonic() + self._every_s, 0

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="ticker", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(min(LOOK_S, self._every_s)):
            try:
                self._look_at_servers()
                if time.monotonic() >= self._due:
                    self._due, self._looks = time.monotonic() + self._every_s, self._looks + 1
                    self._follow_metrics(scaling=self._looks % LOOKS == 0)
            except Exception:  # the next time is another chance
                traceback.print_exc()

    def _look_at_servers(self) -> None:
        fleet = SERVING.fleet
        stranded, failed = (fleet.stranded(), fleet.failed_upgrades()) if fleet is not None else ({}, {})
        if not stranded and not failed:
            return
        from aurora_cli.sandbox.emulator.rds.databases import failures

        with self._aws.one_at_a_time:
            failures.fail_over(stranded)
            failures.take_back_upgrades(failed)
            self._changed("ModifyDBCluster")
        self._inventory.keep()

    def _follow_metrics(self, *, scaling: bool) -> None:
        if "moto.cloudwatch.models" not in sys.modules:
            return
        from aurora_cli.sandbox.emulator.alarms import readers, states

        with self._aws.one_at_a_time:
            changed = states.update(self._minute_s)
            scaled = scaling and SERVING.fleet is not None and readers.scale(self._minute_s)
            if changed or scaled:
                self._changed("ModifyDBCluster" if scaled else "SetAlarmState")
        if changed or scaled:
            self._inventory.keep()

    def _changed(self, action: str) -> None:
        """As after a call of that action."""
        self._inventory.update(action)
        hooks.sync()
