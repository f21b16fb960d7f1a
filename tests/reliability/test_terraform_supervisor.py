"""The small shell that stands over Terraform, in each shell that may be /bin/sh somewhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurora_cli.terraform.run.process import _SUPERVISOR

SHELLS = [path for name in ("sh", "dash", "bash", "ksh", "busybox") if (path := shutil.which(name))]


class Supervised:
    """A supervisor with a script as its Terraform; the script says "ready" when it may be signalled."""

    def __init__(self, shell: str, folder: Path, script: str) -> None:
        words = [shell, "sh"] if shell.endswith("busybox") else ["sh"]
        self.exit_file = folder / "exit"
        self.pid_file = folder / "pid"
        self.process = subprocess.Popen(
            [*words, "-c", _SUPERVISOR, "aurora-run", str(self.pid_file), str(self.exit_file), "/bin/sh", "-c", script],
            executable=shell,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def end(self) -> tuple[int, str]:
        self.process.communicate(timeout=60)
        return self.process.returncode, self.exit_file.read_text() if self.exit_file.exists() else "none"


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    path: str = request.param
    return path


@pytest.fixture
def groups() -> Iterator[list[Supervised]]:
    started: list[Supervised] = []
    yield started
    for one in started:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.communicate()


@pytest.mark.parametrize("status", [0, 1, 2, 127])
def test_the_exit_status_is_noted(shell: str, tmp_path: Path, status: int) -> None:
    supervised = Supervised(shell, tmp_path, f"exit {status}")
    assert supervised.end() == (status, str(status))
    assert supervised.pid_file.read_text() == str(supervised.process.pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_waits_for_a_terraform_that_takes_its_time_to_stop(
    shell: str, tmp_path: Path, number: signal.Signals, groups: list[Supervised]
) -> None:
    script = "trap 'sleep 0.2; exit 7' INT TERM; echo ready; while :; do sleep 0.05; done"
    supervised = Supervised(shell, tmp_path, script)
    groups.append(supervised)
    supervised.ready()
    os.killpg(supervised.process.pid, number)
    assert supervised.end() == (7, "7")


def test_it_notes_a_terraform_that_dies_of_the_signal(shell: str, tmp_path: Path, groups: list[Supervised]) -> None:
    supervised = Supervised(shell, tmp_path, "echo ready; exec sleep 60")
    groups.append(supervised)
    supervised.ready()
    os.killpg(supervised.process.pid, signal.SIGINT)
    assert supervised.end() == (130, "130")


def test_a_hang_up_ends_nothing(shell: str, tmp_path: Path, groups: list[Supervised]) -> None:
    supervised = Supervised(shell, tmp_path, f"echo ready; until [ -e {tmp_path}/go ]; do sleep 0.05; done; exit 3")
    groups.append(supervised)
    supervised.ready()
    os.killpg(supervised.process.pid, signal.SIGHUP)
    (tmp_path / "go").touch()
    assert supervised.end() == (3, "3")


def test_a_kill_of_the_group_leaves_no_exit_status(shell: str, tmp_path: Path, groups: list[Supervised]) -> None:
    supervised = Supervised(shell, tmp_path, "echo ready; sleep 60")
    groups.append(supervised)
    supervised.ready()
    os.killpg(supervised.process.pid, signal.SIGKILL)
    assert supervised.end() == (-signal.SIGKILL, "none")
