"""The files by which later commands find an emulator, and by which they know what died with it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox import processes
from aurora_cli.sandbox.inventory import is_loss, merge
from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.saved import versions
from aurora_cli.sandbox.state import EmulatorState, StateFiles

STATE = EmulatorState(
    pid=1,
    process_start="12",
    port=4566,
    token="ab",
    started_at="2026-01-01T00:00:00+00:00",
    access_key_id="SANDBOX0000000000000",
    secret_access_key="sandbox",
    region="us-east-1",
)


def test_the_state_is_read_back_and_private(tmp_path: Path) -> None:
    files = StateFiles(tmp_path)
    files.write_state(STATE)
    assert files.read_state() == STATE
    assert stat.S_IMODE(files.emulator.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [files.emulator]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": 1}', '{"pid": "x", "port": 1}', "\x00"])
def test_a_damaged_state_is_no_state(tmp_path: Path, text: str) -> None:
    files = StateFiles(tmp_path)
    files.emulator.write_text(text)
    assert files.read_state() is None
    assert Sandbox(tmp_path).status().running is False


def test_an_emulator_is_called_with_the_keys_that_it_began_with(tmp_path: Path) -> None:
    """One that the version before started has those that were fixed then."""
    alive = replace(STATE, pid=os.getpid(), process_start=str(processes.start_time(os.getpid())))
    StateFiles(tmp_path).write_state(alive)
    env = Sandbox(tmp_path).environment({})
    assert (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]) == (STATE.access_key_id, STATE.secret_access_key)


def test_keys_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    files = StateFiles(tmp_path)
    files.write_state(STATE)
    files.emulator.write_text(files.emulator.read_text().replace('"pid"', '"colour": "blue", "pid"'))
    assert files.read_state() == STATE


def test_what_a_dead_emulator_held_is_lost_until_reset(tmp_path: Path) -> None:
    files = StateFiles(tmp_path)
    files.write_state(replace(STATE, pid=2**22 - 1))
    files.inventory.write_text('{"clusters": ["eu-west-1/demo"], "vpcs": ["eu-west-1/vpc-1"]}')
    info = Sandbox(tmp_path).status()
    assert (info.running, info.state_lost) == (False, True)
    assert info.lost["clusters"] == ["eu-west-1/demo"]
    files.bury()
    assert Sandbox(tmp_path).status().lost == info.lost
    assert Sandbox(tmp_path).reset().state_lost is False


def test_what_was_saved_is_not_lost(tmp_path: Path) -> None:
    files = StateFiles(tmp_path)
    files.write_state(replace(STATE, pid=2**22 - 1))
    files.inventory.write_text('{"clusters": ["eu-west-1/demo", "eu-west-1/late"]}')
    files.saved.write({"clusters": ["eu-west-1/demo"]}, b"resources")
    assert Sandbox(tmp_path).status().lost == {"clusters": ["eu-west-1/late"]}
    assert files.saved.read() == ({"clusters": ["eu-west-1/demo"]}, b"resources")
    Sandbox(tmp_path).reset()
    assert files.saved.read() is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b'{"versions": {}, "resources": {}}\nof another version',
        b"[" * 100_000,
        json.dumps({"versions": versions()}).encode() + b"\nx",
        json.dumps({"versions": versions(), "resources": {"clusters": ["a"]}}).encode() + b"\n",
    ],
)
def test_a_file_that_this_version_cannot_read_brings_nothing_back(tmp_path: Path, content: bytes) -> None:
    files = StateFiles(tmp_path)
    files.saved.path.write_bytes(content)
    assert files.saved.read() is None
    files.inventory.write_text('{"clusters": ["eu-west-1/demo"]}')
    assert Sandbox(tmp_path).status().lost == {"clusters": ["eu-west-1/demo"]}


def test_a_lost_snapshot_alone_breaks_no_stack() -> None:
    assert is_loss({"cluster_snapshots": ["eu-west-1/demo-final"]}) is False
    assert is_loss(merge({"clusters": []}, {"instances": ["eu-west-1/demo-1"]})) is True


def test_inventories_are_merged_without_doubles() -> None:
    assert merge({"clusters": ["b"]}, {"clusters": ["a", "b"], "vpcs": ["v"]}) == {
        "clusters": ["a", "b"],
        "vpcs": ["v"],
    }


def test_a_recycled_pid_is_not_our_emulator(tmp_path: Path) -> None:
    StateFiles(tmp_path).write_state(replace(STATE, pid=os.getpid(), process_start="not-this-process"))
    sandbox = Sandbox(tmp_path)
    assert sandbox.status().running is False
    assert sandbox.status().hung is False
    assert sandbox.stop() is False


def test_nothing_was_ever_started(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "absent")
    info = sandbox.status()
    assert (info.running, info.pid, info.endpoint, info.state_lost) == (False, None, None, False)
    assert sandbox.stop() is False
    assert sandbox.reset().lost == {}
    assert not (tmp_path / "absent").exists()


def test_environment_and_faults_need_a_running_emulator(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with pytest.raises(SandboxFailed, match="is not running"):
        sandbox.environment({})
    with pytest.raises(SandboxFailed, match="is not running"):
        sandbox.faults()


@pytest.mark.parametrize("procfs", [True, False])
def test_a_process_is_known_by_its_start_time(procfs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not procfs:
        monkeypatch.setattr(processes, "Path", lambda path: tmp_path / path.lstrip("/"))
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = processes.start_time(child.pid)
        assert started is not None
        assert processes.is_running(child.pid, started)
        assert not processes.is_running(child.pid, started + "0")
    finally:
        child.communicate(b"\n")
    assert processes.start_time(child.pid) is None


def test_a_process_that_ignores_sigterm_is_killed() -> None:
    script = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        started = processes.start_time(child.pid) or ""
        assert processes.terminate(child.pid, started, grace_s=0.05) is True
        assert child.wait() == -signal.SIGKILL


def test_ending_what_has_ended_is_fine() -> None:
    assert processes.terminate(2**22 - 1, "0", grace_s=0.0) is True
