"""Ways that a run seldom takes: no registry, a shared plugin cache, a damaged record."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import aurora_cli
from aurora_cli.errors import StackDamaged, StackLocked
from aurora_cli.operations.inspect import doctor
from aurora_cli.spec.resolve.messages import problem_from
from aurora_cli.stacks.blue_green import FILE, read_blue_green
from aurora_cli.stacks.lock import lock_holder, stack_lock
from aurora_cli.terraform.init_marker import cache_lock
from aurora_cli.terraform.state import state_rename


def test_the_doctor_says_that_the_registry_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(address: Any, timeout: float) -> None:
        raise OSError("no route")

    registry = vars(doctor)["_registry"]
    monkeypatch.setattr(socket, "create_connection", refuse)
    check = registry()
    assert (check.status, "no route" in check.message) == ("warning", True)
    monkeypatch.setattr(socket, "create_connection", lambda address, timeout: SimpleNamespace(close=lambda: None))
    assert registry().status == "ok"


def test_the_lock_of_a_plugin_cache_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with cache_lock(tmp_path / "plugins"):
            assert (tmp_path / "plugins").is_dir()


def test_a_damaged_record_of_a_deployment_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(StackDamaged, match="The record of the blue/green deployment cannot be read: it is not JSON"):
        read_blue_green(tmp_path)


def test_an_error_of_the_model_without_words_of_its_own_keeps_the_library_s() -> None:
    problem = problem_from({"type": "some_new_kind", "loc": ("port",), "input": "x", "msg": "Input is odd"})
    assert problem.message == "`port` cannot be x: input is odd"


def test_the_association_of_a_role_follows_a_rename() -> None:
    attributes = {"db_cluster_identifier": "old", "id": "old,arn:role", "role_arn": "arn:role"}
    vars(state_rename)["_role"](attributes, cast("Any", SimpleNamespace(after="new")))
    assert attributes == {"db_cluster_identifier": "new", "id": "new,arn:role", "role_arn": "arn:role"}


def test_ctrl_c_while_modules_are_loaded_ends_with_its_status(tmp_path: Path) -> None:
    """In a process: it is the process's end that counts, and `python -m` is where CPython ends by the signal."""
    (tmp_path / "program.py").write_text(
        "import sys, aurora_cli.main as main\n"
        "main._invoke = lambda words, session: exec('raise KeyboardInterrupt')\n"
        "main.main(['list'])  # loads what an error needs\n"
        "sys.exit(main.main(['list']))\n"
    )
    command = [sys.executable, "-m", "program"]
    environ = {**os.environ, "PYTHONPATH": str(Path(aurora_cli.__file__).parents[1])}
    ended = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "error: Interrupted.\n" * 2)


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
