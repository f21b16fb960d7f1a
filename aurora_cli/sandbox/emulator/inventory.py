"""Writes what exists to disk after each change: its names, and before the answer is sent the resources too, while they are few.

Of a dozen clusters all is written in 10 ms. Of more, or with large objects in S3, the resources are written a moment later; the
names tell what an emulator that was killed in that moment had, and the next one has not.
"""

from __future__ import annotations

import json
import threading
import traceback
from typing import TYPE_CHECKING

from aurora_cli.sandbox.inventory import Inventory
from aurora_cli.sandbox.state import StateFiles
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.aws import Aws

CHANGING = ("Create", "Delete", "Restore", "Modify", "Copy", "Switchover")
READING = ("Describe", "List", "Get", "Head", "Lookup", "Search")
AT_ONCE = 256 * 1024
"""Bytes of resources that are written before the answer is sent: about 1 ms for each 30,000."""
REST_S = 0.1
"""Changes come in bursts; of more than that, what comes within this time is written together."""


class SavedInventory:
    """Keeps the files up to date.

    Args:
        files: of the sandbox.
    """

    def __init__(self, files: StateFiles) -> None:
        self._files = files
        self._aws: Aws | None = None
        self._written: Inventory = {}
        self._size = 0
        self._changed, self._over, self._saving = threading.Event(), threading.Event(), threading.Lock()

    def start(self, aws: Aws) -> None:
        """Bring back what the last emulator has saved, and save what changes from now on.

        Resources that cannot be brought back are lost, and the log says why.
        """
        self._aws, saved = aws, self._files.saved.read()
        if saved is not None:
            try:
                aws.load(saved[1])
                self._write(aws.survey())
            except Exception:  # whatever a file of that name may do
                traceback.print_exc()
                aws.reset()
                self._files.lose(saved[0])
        threading.Thread(target=self._keep_saved, name="save", daemon=True).start()

    def end(self) -> None:
        """Save what was not yet saved."""
        self._over.set()
        self._save()

    def update(self, action: str) -> None:
        """After a call, while no other is served: write the names if it changed what exists, and note if it changed anything."""
        if not action.startswith(READING):
            self._changed.set()
        if action.startswith(CHANGING) and self._aws:
            self._write(self._aws.survey())

    def keep(self) -> None:
        """Before an answer is sent, while others may be served: write the resources if any has changed, or leave it for later."""
        if self._size <= AT_ONCE:
            self._save()

    def clear(self) -> None:
        """Nothing exists any more."""
        self._write({})
        self._changed.set()
        self._size = 0

    def _save(self) -> None:
        with self._saving:
            if self._aws is None or not self._changed.is_set():
                return
            with self._aws.one_at_a_time:
                self._changed.clear()
                try:
                    names, content = self._aws.survey(), self._aws.dump()
                    self._size = len(content)
                except Exception:  # an object of moto that cannot be pickled
                    traceback.print_exc()
                    self._files.saved.delete()
                    return
            try:
                self._files.saved.write(names, content)
            except OSError:  # the next change tries again
                traceback.print_exc()

    def _keep_saved(self) -> None:
        while not self._over.is_set():
            self._changed.wait()
            self._over.wait(REST_S)
            self._save()

    def _write(self, now: Inventory) -> None:
        if now != self._written:
            write_atomic(self._files.inventory, json.dumps(now, indent=2) + "\n", sync=False)
            self._written = now
