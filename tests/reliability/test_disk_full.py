"""The disk is full in the middle of an apply: once there is room again, the same command resumes."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.inventory import in_emulator, in_states
from tests.reliability.kills import kill_when, slow_creations, under_way

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]
CREATE = ("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")


@pytest.fixture
def small(emulator: Sandbox, tmp_path: Path) -> Iterator[Aurora]:
    """The command in a home of 4 MB, a disk of its own."""
    home = tmp_path / "small"
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", home], check=False).returncode:
        pytest.skip("mounting a file system takes root")
    try:
        (home / "sandbox").mkdir(mode=0o700)
        (home / "sandbox" / "emulator").symlink_to(emulator.files.folder)
        yield Aurora(home)
    finally:
        subprocess.run(["umount", "-l", home], check=True)


def fill(home: Path) -> None:
    """Until nothing more can be written."""
    with (home / "filler").open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError as problem:
                assert problem.errno == errno.ENOSPC


@pytest.mark.parametrize("action", ["CreateDBCluster", "CreateDBInstance"])
def test_there_is_room_again(small: Aurora, action: str) -> None:
    slow_creations(small, 0.5)
    since = last_call(small)

    def ready() -> bool:
        if f"rds:{action}" in under_way(small, since) and not (small.home / "filler").exists():
            fill(small.home)
        return False

    status, out = kill_when(small, CREATE, ready, "terraform")
    assert status != 0, out
    full = small.run(*CREATE)
    assert full.status != 0 and "Internal error" not in full.err
    (small.home / "filler").unlink()
    small.emulator.clear_faults()
    small.ok(*CREATE)
    assert in_emulator(small) == in_states([small.state("demo")])
    assert small.run("plan", "demo", "--exit-code").status == 0
