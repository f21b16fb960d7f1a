"""Commands of a fleet on the workers of a real scheduler: what Dask does with tasks, and what it must not do with ours.

Scheduler and workers must be processes: a worker is killed, and what it has started outlives it. The commands are shell scripts
in place of `aurora-cli`, which are quicker and say what the test needs.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from aurora_cli.context import AppContext
from aurora_cli.errors import AuroraError, InvalidInput, OperationFailed, WaitTimeout
from aurora_cli.operations.fleet.executors import dask_client, dask_task
from aurora_cli.operations.fleet.executors.dask_client import DaskWorkers, connected
from aurora_cli.operations.fleet.executors.executor import Ended, Task
from tests.dask_cluster import DaskCluster, dask_cluster
from tests.harness import clean_environ

PRELOAD = """
import sys
from aurora_cli.operations.fleet.executors import dask_task, launcher
dask_task._LOOK_S = 0.05
launcher.can_fork = lambda: False
sys.executable = {script!r}
"""
LOCKED = """'{"error": {"code": "locked", "message": "It is locked."}}'"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Two workers of one thread each, whose `aurora-cli` is a shell."""
    folder = tmp_path_factory.mktemp("dask")
    script = folder / "command"
    script.write_text('#!/bin/sh\nexec /bin/sh -c "$3"\n')
    script.chmod(0o755)
    (folder / "preload.py").write_text(PRELOAD.format(script=str(script)))
    words = ("--no-nanny", "--preload", str(folder / "preload.py"))
    with dask_cluster(folder, clean_environ(), 2, *words, "--resources", "account:one=1") as found:
        yield found


@pytest.fixture
def app(tmp_path: Path) -> AppContext:
    return AppContext(home_folder=tmp_path / "home", environ={})


@pytest.fixture(scope="module")
def connection(cluster: DaskCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskWorkers]:
    app = AppContext(home_folder=tmp_path_factory.mktemp("home"), environ={})
    found = connected(app, cluster.address, None, lambda event: None)
    yield found
    found.close()


@pytest.fixture
def executor(connection: DaskWorkers) -> DaskWorkers:
    """With two workers, also after a test that has lost one."""
    until(lambda: len(dask_client._workers_of(connection._client) or ()) == 2)
    return connection


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something; another process is not told to tell."""
    from threading import Event

    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "it did not come"
        Event().wait(0.02)


def on_scheduler(executor: DaskWorkers, look: Callable[[Any], Any]) -> Any:
    """What a function says of the scheduler; it travels as code, so that the scheduler need not read the modules of tests."""

    def there(dask_scheduler: Any) -> Any:
        return look(dask_scheduler)

    return executor._client.run_on_scheduler(there)


def task(folder: Path, name: str, script: str, *limits: tuple[str, int]) -> Task:
    return Task(name, (script,), folder / f"{name}.json", folder / f"{name}.log", limits)


def ended(executor: DaskWorkers, *tasks: Task) -> dict[str, Ended]:
    for one in tasks:
        executor.submit(one)
    return {one.task.name: one for one in executor.watch()}


def test_output_and_status_are_those_of_the_command(executor: DaskWorkers, tmp_path: Path) -> None:
    (one,) = ended(executor, task(tmp_path, "a", "echo out; echo said >&2; exit 7")).values()
    assert (one.status, one.starts, one.task.out.read_text(), one.task.log.read_text()) == (7, 1, "out\n", "said\n")
    assert one.task.log.stat().st_mode & 0o777 == 0o600
    (one,) = ended(executor, task(tmp_path, "a", "kill -9 $$")).values()
    assert one.status is None, "it was killed, which says nothing"


def test_what_one_worker_runs_another_does_not_take(executor: DaskWorkers, tmp_path: Path) -> None:
    """Each is started once, and both workers work: none waits behind another one's."""
    scripts = [f"echo $PPID >>{tmp_path}/{n}.starts; sleep 0.{n % 3}" for n in range(8)]
    found = ended(executor, *(task(tmp_path, f"t{n}", script) for n, script in enumerate(scripts)))
    assert [one.status for one in found.values()] == [0] * 8
    starts = [(tmp_path / f"{n}.starts").read_text().split() for n in range(8)]
    assert {len(one) for one in starts} == {1}
    assert len({one[0] for one in starts}) == 2
    steals = on_scheduler(executor, lambda it: sum(it.extensions["stealing"].metrics["request_count_total"].values()))
    assert steals == 0


def test_limits_are_of_all_workers(executor: DaskWorkers, tmp_path: Path) -> None:
    alone = f"mkdir {tmp_path}/busy || exit 3; sleep 0.1; rmdir {tmp_path}/busy"
    wide = [task(tmp_path, f"one-{n}", alone, ("account one", 1)) for n in range(3)]
    other = task(tmp_path, "two", f"until [ -d {tmp_path}/busy ]; do :; done", ("account two", 1))
    found = ended(executor, *wide, other)
    assert {one.status for one in found.values()} == {0}, "one at a time, beside the other account's"
    offered = on_scheduler(executor, lambda it: [dict(worker.resources) for worker in it.workers.values()])
    assert offered == [{"account:one": 1.0}] * 2


def test_a_command_is_interrupted_where_it_runs(
    cluster: DaskCluster, executor: DaskWorkers, app: AppContext, tmp_path: Path
) -> None:
    """Dask would let it run on, and forget it."""
    script = f"trap 'exit 42' INT; touch {tmp_path}/runs-$$; while :; do sleep 0.05; done"
    stopped = connected(app, cluster.address, None, lambda event: None)
    for name in ("a", "b", "waits"):
        stopped.submit(task(tmp_path, name, script))

    def later() -> None:
        until(lambda: len(list(tmp_path.glob("runs-*"))) == 2)
        stopped.cancel(running=False)
        stopped.submit(task(tmp_path, "late", script))
        stopped.cancel()

    Thread(target=later, daemon=True).start()
    found = {one.task.name: one.status for one in stopped.watch()}
    stopped.close()
    assert found == {"a": 42, "b": 42}
    assert not list(tmp_path.glob("waits.*")) + list(tmp_path.glob("late.*"))


def test_a_killed_worker_leaves_its_command_which_is_waited_for(
    cluster: DaskCluster, executor: DaskWorkers, tmp_path: Path
) -> None:
    """The command is started again on another worker, finds the stack locked, and waits until the first has ended."""
    script = (
        f"exec 9>{tmp_path}/lock; flock -n 9 || {{ echo {LOCKED}; touch {tmp_path}/met; exit 5; }}; "
        f"echo $PPID >>{tmp_path}/runs; until [ -e {tmp_path}/met ]; do sleep 0.05; done; echo '{{}}'"
    )

    def kill() -> None:
        until(lambda: (tmp_path / "runs").exists() and (tmp_path / "runs").read_text())
        os.kill(int((tmp_path / "runs").read_text()), signal.SIGKILL)

    Thread(target=kill, daemon=True).start()
    (one,) = ended(executor, task(tmp_path, "a", script)).values()
    assert (one.status, one.starts) == (0, 2)
    assert json.loads(one.task.out.read_text()) == {}
    assert len((tmp_path / "runs").read_text().split()) == 2, "the second one ran after the first, not beside it"
    assert json.loads((tmp_path / "a.lost-1.json").read_text()) == {}, "which had files of its own"
    cluster.start_worker()


def test_lost_too_often_is_unknown_and_not_failed(cluster: DaskCluster, executor: DaskWorkers, tmp_path: Path) -> None:
    on_scheduler(executor, lambda it: setattr(it, "allowed_failures", 0))
    try:
        (one,) = ended(executor, task(tmp_path, "a", "kill -9 $PPID")).values()
    finally:
        on_scheduler(executor, lambda it: setattr(it, "allowed_failures", 3))
    assert one.status is None
    assert one.task.log.exists(), "so that the record says that it was started"
    cluster.start_worker()


def test_no_credentials_travel(cluster: DaskCluster, app: AppContext, tmp_path: Path, monkeypatch: Any) -> None:
    """All that goes to the scheduler is read on the way, pickles included."""
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PGPASSWORD"):
        monkeypatch.setenv(name, "swordfish-of-the-controller")
    with Tapped(cluster.port) as tap:
        found = connected(app, f"tcp://127.0.0.1:{tap.port}", None, lambda event: None)
        try:
            script = "env; echo role arn:aws:iam::111111111111:role/databases"
            (one,) = ended(found, task(tmp_path, "a", script)).values()
        finally:
            found.close()
    assert b"arn:aws:iam::111111111111:role/databases" in tap.seen, "what travels is seen"
    assert b"swordfish" not in tap.seen
    assert "swordfish" not in one.task.out.read_text(), "nor has the command the environment of the controller"


class Tapped:
    """A port that leads to another one, and what went through it."""

    def __init__(self, to: int) -> None:
        self.to, self.port, self.seen = to, 0, b""
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Tapped:
        self._server = self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1"))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self.to)
        await asyncio.gather(self._pipe(reader, forth), self._pipe(back, writer))

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.seen += data
            writer.write(data)
        writer.close()


def test_what_a_worker_must_not_run_it_refuses(
    executor: DaskWorkers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that has come later than we looked."""
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "a.yaml").write_text("name: a")
    words = ("apply", "-f", str(specs / "a.yaml"))
    changed = Task("a", words, tmp_path / "a.json", tmp_path / "a.log")
    monkeypatch.setattr(dask_client, "_files_of", lambda words: ((str(specs / "a.yaml"), "another"),))
    (one,) = ended(executor, changed).values()
    assert one.status == 2 and not one.task.log.exists()
    assert f"{specs}/a.yaml is not the same for the worker on" in one.task.out.read_text()
    away = dask_task.Job("k", ("true",), "/nowhere/run/a.json", "/nowhere/run/a.log", ())
    assert "does not see /nowhere/run." in str(dask_task.run(away).refused)
    older = dask_task.Job("k", ("true",), str(tmp_path / "b.json"), str(tmp_path / "b.log"), (), version="0.0.1")
    said = str(executor._client.submit(dask_task.run, older, pure=False).result().refused)
    assert " of aurora-cli" in said and "and this machine 0.0.1." in said


@pytest.mark.parametrize(
    ("broken", "error", "said"),
    [
        (("version", lambda name: "0.0.1"), InvalidInput, "and this machine 0.0.1."),
        (("_PACKAGE", "no-such-package"), InvalidInput, "does not have aurora-cli."),
        (
            ("write_atomic", lambda path, text: path.touch() or path.rename(f"{path}-gone")),
            InvalidInput,
            "does not see the home",
        ),
        (("_workers_of", lambda client: {}), WaitTimeout, "for a worker of"),
    ],
)
def test_workers_that_cannot_be_used_are_refused_at_once(
    cluster: DaskCluster,
    app: AppContext,
    monkeypatch: pytest.MonkeyPatch,
    broken: tuple[str, Any],
    error: type[AuroraError],
    said: str,
) -> None:
    monkeypatch.setattr(dask_client, "WITHOUT_WORKERS_S", 0.0)
    if broken[0] == "_PACKAGE":
        monkeypatch.setattr(dask_client, "version", lambda name: "1.0")
    monkeypatch.setattr(dask_client, *broken)
    with pytest.raises(error) as caught:
        connected(app, cluster.address, None, lambda event: None)
    assert said in caught.value.message


def test_a_scheduler_that_is_lost_is_said_and_what_runs_runs_on(
    cluster: DaskCluster, app: AppContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of this module: it ends the scheduler."""
    monkeypatch.setattr(dask_client, "_CONNECT_S", 1)
    executor = connected(app, cluster.address, None, lambda event: None)
    executor.submit(task(tmp_path, "a", f"until [ -e {tmp_path}/go ]; do sleep 0.05; done; echo ended"))

    def kill() -> None:
        until(lambda: (tmp_path / "a.log").exists())
        os.kill(cluster.scheduler, signal.SIGKILL)

    Thread(target=kill, daemon=True).start()
    with pytest.raises(OperationFailed, match=r"The connection to the scheduler tcp://.* is lost"):
        list(executor.watch())
    executor.close()
    (tmp_path / "go").touch()
    until(lambda: (tmp_path / "a.json").read_text() == "ended\n")
