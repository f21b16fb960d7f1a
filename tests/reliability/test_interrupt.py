"""A test that stops a command fails when the command was not stopped: it would show nothing."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from tests.reliability.interrupt import STOPPED, disturb_when


@dataclass
class Script:
    """In the place of the command."""

    text: str

    @property
    def environ(self) -> dict[str, str]:
        return dict(os.environ)

    def argv(self, *args: str) -> list[str]:
        return [sys.executable, "-c", self.text, *args]


@pytest.mark.parametrize("how", ["interrupt", "kill"])
@pytest.mark.parametrize(("status", "may_end"), [(0, False), (3, False), (3, True)])
def test_a_command_that_ended_by_itself_fails_the_test(how: str, status: int, may_end: bool) -> None:
    ended: Any = Script(f"raise SystemExit({status})")
    with pytest.raises(AssertionError, match="the premise: it was stopped on its way"):
        disturb_when(ended, (), lambda: False, how=how, may_end=may_end)


@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_where_it_may_end_it_must_end_well(how: str) -> None:
    ended: Any = Script("raise SystemExit(0)")
    assert disturb_when(ended, (), lambda: False, how=how, may_end=True) == 0


def test_a_command_that_is_stopped_tells_how() -> None:
    endless: Any = Script("import time\ntime.sleep(600)")
    assert disturb_when(endless, (), lambda: True, how="kill") == STOPPED["kill"] == -signal.SIGKILL
