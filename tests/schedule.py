"""In which order modules are run: the longest first, so that no worker is left with one when the others have ended.

`make test-times` measures them again and writes `module_seconds.json`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

SECONDS_FILE = Path(__file__).with_name("module_seconds.json")
NEW_MODULE_S = 20.0
"""What a module is taken to need until it is measured."""


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests by the time that their module takes; within a module they stay as they are."""
    seconds: dict[str, float] = json.loads(SECONDS_FILE.read_text()) if SECONDS_FILE.exists() else {}
    root = Path(__file__).parent
    names = {path: path.relative_to(root).as_posix() for path in {item.path for item in items}}
    items.sort(key=lambda item: (-seconds.get(names[item.path], NEW_MODULE_S), names[item.path]))


def from_another_end(report: pytest.CollectReport) -> None:
    """Let each worker import the modules of a folder from another one on: what one has compiled, the others read."""
    worker, workers = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    first = len(report.result) * int(worker.removeprefix("gw")) // int(workers)
    report.result = [*report.result[first:], *report.result[:first]]
