"""One `init` at a time per plug-in cache: Terraform does not guard the cache against a second one."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def cache_lock(cache: Path) -> Iterator[None]:
    """Make the cache folder and hold its lock; waits for another holder, whose death frees it."""
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = cache.with_name(f"{cache.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
