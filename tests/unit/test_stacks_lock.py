"""The lock of a stack: one writer, and those who only ask who it is."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from aurora_cli.errors import StackLocked
from aurora_cli.stacks.lock import lock_holder, stack_lock


def test_who_asks_for_the_holder_of_a_lock_is_no_writer(tmp_path: Path) -> None:
    path = tmp_path / "demo.lock"
    path.touch()
    with path.open("r+") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.05, lambda: fcntl.flock(looking, fcntl.LOCK_UN)).start()
        with stack_lock(path, name="demo", operation="scale"):
            assert lock_holder(path) is not None
    with (
        stack_lock(path, name="demo", operation="scale"),
        pytest.raises(StackLocked),
        stack_lock(path, name="demo", operation="destroy"),
    ):
        pass
