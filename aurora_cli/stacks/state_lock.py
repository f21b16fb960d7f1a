"""Terraform's lock of a local state: a system lock on the state file, and a file beside it that says who took it.

Source: Terraform's local backend (internal/states/statemgr/filesystem.go): the lock file is `.<state>.lock.info`; the lock itself
is `fcntl(F_SETLK)` on the state, which the system frees when its holder dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

from aurora_cli.json_input import json_object, read_json


def read_info(state: Path) -> dict[str, Any] | None:
    """What the lock file says (ID, Operation, Who, Created, ...); None without one, empty if it cannot be read."""
    return read_json(info_file(state), json_object, lambda why: {}, absent=None)


def info_file(state: Path) -> Path:
    """The file that says who took the lock."""
    return state.with_name(f".{state.name}.lock.info")


def is_held(state: Path) -> bool:
    """Whether a living process holds the lock."""
    try:
        descriptor = os.open(state, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
