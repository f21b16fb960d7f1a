"""One writer per stack, also when the writer dies without a word."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aurora_cli.errors import StackLocked
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry

HOLDER = """
import sys
from pathlib import Path
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry
with Registry(Home(Path(sys.argv[1]))).lock("demo", "create"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["end", "kill"])
def test_a_lock_names_its_holder_and_is_free_after_it(tmp_path: Path, how: str) -> None:
    registry = Registry(Home(tmp_path))
    stack = registry.create("demo", region="eu-west-1", target="aws", spec="name: demo\n")
    assert stack.locked_by() is None
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StackLocked) as caught, stack.lock("scale"):
            pass
        assert f"process {holder.pid} " in caught.value.message
        assert "runs 'create'" in caught.value.message
        assert caught.value.details["holder"]["operation"] == "create"
        found = stack.locked_by()
        assert found is not None
        assert found.pid == holder.pid
        if how == "kill":
            holder.send_signal(signal.SIGKILL)
        holder.stdin.close()
    with stack.lock("scale") as mine:
        assert mine.operation == "scale"
    assert stack.locked_by() is None


def test_two_stacks_do_not_wait_for_each_other(tmp_path: Path) -> None:
    registry = Registry(Home(tmp_path))
    with registry.lock("one", "create"), registry.lock("two", "create"):
        pass
