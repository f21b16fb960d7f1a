"""Commands that are forked: real processes, since what they inherit and what outlives what is the system's."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from aurora_cli import fork_server
from aurora_cli.operations.fleet.executors import dask_task
from aurora_cli.operations.fleet.executors import forks as forking
from aurora_cli.operations.fleet.executors import launcher as launching
from aurora_cli.operations.fleet.executors.executor import Task
from aurora_cli.operations.fleet.executors.forks import Fork, Forks, can_fork
from aurora_cli.operations.fleet.executors.launcher import Launcher
from aurora_cli.operations.fleet.executors.processes import Processes
from tests.harness import clean_environ

pytestmark = pytest.mark.skipif(not can_fork(), reason="needs descriptors of processes, which Linux has")
CONTROLLER = """
import json, os, signal, sys
from pathlib import Path
from aurora_cli.operations.fleet.executors.executor import Task
from aurora_cli.operations.fleet.executors.forks import Forks
forks = Forks(os.environ)
forks.start(Task("held", tuple(sys.argv[3:]), Path(sys.argv[1]), Path(sys.argv[2])))
print(forks._server.pid, flush=True)
signal.pause()
"""
LOADED = """
import functools, gc, json, os, threading
from aurora_cli.fork_server import preload
before = set(os.listdir("/proc/self/fd"))
preload()
opened = sorted(set(os.listdir("/proc/self/fd")) - before)
gc.unfreeze()
filled = [f"{one.__module__}.{one.__qualname__}" for one in gc.get_objects()
    if isinstance(one, functools._lru_cache_wrapper) and one.__module__.startswith("aurora_cli.") and one.cache_info().currsize]
print(json.dumps({"filled": sorted(filled), "threads": threading.active_count(), "opened": opened}))
"""


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    found = Forks(clean_environ())
    yield found
    found.close()


class Held:
    """A command that reads a spec which the test has not written yet."""

    def __init__(self, folder: Path) -> None:
        self.fifo = folder / "held.yaml"
        os.mkfifo(self.fifo)
        self.task = Task("held", ("validate", "-f", str(self.fifo)), folder / "held.json", folder / "held.log")

    def pid(self) -> int:
        """Its process, once it reads."""
        self.writer = self.fifo.open("w")
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (entry / "fd" / "1").readlink() == self.task.out:
                    return int(entry.name)
        raise AssertionError("it does not run")

    def release(self) -> None:
        """Let it read something that is no spec."""
        with self.writer:
            self.writer.write("nothing: valid")


def until_gone(pid: int) -> None:
    with suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        assert select.select([process], [], [], 30)[0]
        os.close(process)


def test_a_fork_does_what_a_process_does(forks: Forks, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: Bad_\nregion: eu-west-1\n")
    for words in (("--version",), ("validate", "-f", str(tmp_path / "bad.yaml"), "-o", "json"), ("nope",)):
        task = Task("any", words, tmp_path / "out", tmp_path / "log")
        status = forks.start(task).wait()
        alone = subprocess.run([sys.executable, "-m", "aurora_cli", *words], env=clean_environ(), capture_output=True)
        assert (status, task.out.read_bytes(), task.log.read_bytes()) == (
            alone.returncode,
            alone.stdout,
            alone.stderr,
        )
        assert {path.stat().st_mode & 0o777 for path in (task.out, task.log)} == {0o600}


def test_a_fork_has_a_session_and_nothing_of_the_server(forks: Forks, tmp_path: Path) -> None:
    held = Held(tmp_path)
    fork = forks.start(held.task)
    pid = held.pid()
    assert os.getsid(pid) == pid and os.getpgid(pid) == pid
    assert Path(f"/proc/{pid}/comm").read_text() == "held\n"
    opened = {int(one.name): str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()}
    assert opened[0] == os.devnull
    assert set(opened.values()) == {os.devnull, *map(str, (held.task.out, held.task.log, held.fifo))}
    os.kill(pid, signal.SIGKILL)
    assert fork.wait() == -signal.SIGKILL
    with suppress(BrokenPipeError):
        held.release()


def test_an_interrupt_reaches_it_however_early(forks: Forks, tmp_path: Path) -> None:
    held = Held(tmp_path)
    fork = forks.start(held.task)
    fork.send_signal(signal.SIGINT)
    assert fork.wait() == 130


def test_an_interrupt_reaches_it_also_where_the_controller_ignores_them(tmp_path: Path) -> None:
    """As a shell without a terminal has it for what it starts with `&`."""
    launcher, before = Launcher(clean_environ()), signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for forked in (False, True):
            folder = tmp_path / str(forked)
            folder.mkdir()
            held = Held(folder)
            command = launcher.start(held.task)
            assert held.pid() and isinstance(command, Fork) is forked
            launcher.expect_more()
            command.send_signal(signal.SIGINT)
            with suppress(BrokenPipeError):
                held.release()
            assert command.wait() == 130
    finally:
        signal.signal(signal.SIGINT, before)
        launcher.close()


def test_what_cannot_be_forked_leaves_the_server_to_the_next_one(
    forks: Forks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = Launcher(clean_environ())
    launcher._forks = forks
    task = Task("any", ("--version",), tmp_path / "out", tmp_path / "log")
    with pytest.raises(FileNotFoundError):
        launcher.start(replace(task, out=tmp_path / "none" / "out"))
    with monkeypatch.context() as patch:
        patch.setattr(forking, "MESSAGE_BYTES", 1)
        alone = launcher.start(task)
    forked = launcher.start(task)
    assert (alone.wait(), forked.wait()) == (0, 0)
    assert not isinstance(alone, Fork) and isinstance(forked, Fork)
    monkeypatch.setattr(launching, "Forks", refused)
    monkeypatch.setattr(launcher, "_forks", None)
    launcher.expect_more()
    assert launcher.start(task).wait() == 0


def refused(environ: object) -> None:
    raise BlockingIOError


def test_its_end_is_known_also_where_there_is_no_descriptor_for_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system does at the limit: the message comes without it."""
    ours: list[socket.socket] = []

    def server(words: list[str], stdin: int, **how: object) -> SimpleNamespace:
        ours.append(socket.socket(fileno=os.dup(stdin)))
        return SimpleNamespace(wait=lambda: 0)

    monkeypatch.setattr(subprocess, "Popen", server)
    found = Forks({})
    fork = found.start(Task("any", (), tmp_path / "out", tmp_path / "log"))
    for answer in ({"task": 0}, {"task": 0, "status": 3}):
        ours[0].send(json.dumps(answer).encode())
    assert fork._status.get(timeout=5) == 3 and not found.ended
    found.close()
    ours[0].close()
    assert found.ended


def test_the_server_lives_on_where_a_command_cannot_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, Path(os.devnull).open("w") as nothing:
        serving = Thread(target=fork_server._serve, args=(theirs,), daemon=True)
        serving.start()
        for task, streams in ((1, 2), (2, 1)):
            message = json.dumps({"task": task, "name": "a", "words": []}).encode()
            socket.send_fds(ours, [message], [nothing.fileno()] * streams)
            assert json.loads(ours.recv(100)) == {"task": task, "status": None}
        ours.shutdown(socket.SHUT_RDWR)
        serving.join(10)
        assert not serving.is_alive()


def test_it_outlives_its_server_and_ends_when_it_ends(tmp_path: Path) -> None:
    """Then nobody knows its status; what is submitted from then on runs without a server."""
    executor = Processes(clean_environ(), most=1)
    held = Held(tmp_path)
    tasks = [Task(f"t{number}", ("--version",), tmp_path / f"{number}", tmp_path / "log") for number in range(2)]
    for task in (tasks[0], held.task, tasks[1]):
        executor.submit(task)
    watched = executor.watch()
    assert (first := next(watched)).task == tasks[0] and first.status == 0
    held.pid()
    server = executor._launcher._forks
    assert server is not None
    server._server.kill()
    server._server.wait()
    assert not executor._ended.qsize()
    held.release()
    assert [(one.task.name, one.status) for one in watched] == [("held", None), ("t1", 0)]
    assert "nothing" in held.task.log.read_text()


def test_it_outlives_the_controller_and_the_server_does_not(tmp_path: Path) -> None:
    held = Held(tmp_path)
    words = [sys.executable, "-c", CONTROLLER, str(held.task.out), str(held.task.log), *held.task.words]
    with subprocess.Popen(words, env=clean_environ(), stdout=subprocess.PIPE, text=True) as controller:
        assert controller.stdout is not None
        server, pid = int(controller.stdout.readline()), held.pid()
        controller.kill()
    until_gone(server)
    assert not held.task.log.read_text()
    held.release()
    until_gone(pid)
    assert "nothing" in held.task.log.read_text()


def test_a_worker_forks_all_but_its_first_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_task, "_launchers", [])
    said = []
    for name in "abc":
        out, log = tmp_path / f"{name}.json", tmp_path / f"{name}.log"
        outcome = dask_task.run(dask_task.Job(name, ("--version",), str(out), str(log), ()))
        (launcher,) = dask_task._launchers
        said.append((outcome.status, out.read_text(), launcher._forks is not None))
    launcher.close()
    assert [(status, forked) for status, _, forked in said] == [(0, False), (0, True), (0, True)]
    assert len({text for _, text, _ in said}) == 1


def test_what_is_loaded_is_of_no_cluster() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=clean_environ(), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["threads"] == 1
    assert found["opened"] == []
    assert found["filled"] == [
        "aurora_cli.hcl.environment.environment",
        "aurora_cli.hcl.render._template",
        "aurora_cli.spec.facts.tables.table",
        "aurora_cli.spec.layers.shape.spec_shape",
        "aurora_cli.terraform.argv._builder",
    ]
