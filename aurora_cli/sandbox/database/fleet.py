"""All clusters of a sandbox: a thread each, which brings it to what is wanted; and what the API shows of that."""

from __future__ import annotations

import shutil
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account, account_for, remove_abandoned
from aurora_cli.sandbox.database.cluster import Cluster, Relations, Source
from aurora_cli.sandbox.database.copies import Copies
from aurora_cli.sandbox.database.engine import Engine, Server
from aurora_cli.sandbox.database.metrics import Metrics, Sampled, minute
from aurora_cli.sandbox.database.model import WantedCluster
from aurora_cli.sandbox.database.mysql.engine import MysqlEngine
from aurora_cli.sandbox.database.postgres.engine import PostgresEngine
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.database.supervisor import Supervisor
from aurora_cli.sandbox.processes import wait_until

ENGINES: Mapping[str, Callable[[Account, Supervisor, Mapping[str, str]], Engine]] = {
    "aurora-postgresql": PostgresEngine,
    "aurora-mysql": MysqlEngine,
}
"""Engine of Aurora -> what serves it."""
RETRY_S = (0.2, 1.0, 3.0, 10.0, 30.0)
LOOK_S = 30.0
"""After this time without a change, servers and backups are looked at."""
FULL_DISK = 2 * 1024 * 1024
"""Free bytes with which a server cannot go on: it needs one WAL segment and a few pages."""
FAILED_AFTER = 2
"""Failures in a row after which an instance is shown as failed; it is tried further."""
STATUSES = {"No space left": "storage-full", "parameter": "incompatible-parameters"}
"""What a problem says -> the status of an instance (Aurora User Guide, "Viewing DB instance status")."""
HINTS = {
    "storage-full": "Free some disk space.",
    "incompatible-parameters": "Correct the parameter group.",
    "failed": "Its log is in the folder of the server. If its data are damaged, restore a snapshot, or to a time.",
}
AGAIN = "The server is started again automatically, within 30 seconds."


class Worker:
    """The thread of a cluster."""

    def __init__(self, cluster: Cluster, changed: threading.Condition) -> None:
        self.cluster = cluster
        self.wanted: WantedCluster | None = None
        self.jobs: deque[Callable[[], None]] = deque()
        self.problem: SandboxFailed | None = None
        self.failures = 0
        self.tried: set[str] = set()
        self.due = self.gone = self.working = False
        self.paused = False
        self.connections, self.active_at = 0, time.monotonic()
        self._changed = changed
        self._over = False

    def want(self, wanted: WantedCluster | None) -> None:
        """Call with the lock held."""
        if wanted is not None and wanted.writer is not None:
            self.tried.add(wanted.writer.id)
        if wanted != self.wanted or wanted is None:
            self.wanted, self.due, self.failures = wanted, True, 0
            self._changed.notify_all()

    def do(self, job: Callable[[], None]) -> None:
        """Do something before the next change. Call with the lock held."""
        self.jobs.append(job)
        self.due = True
        self._changed.notify_all()

    def resume(self) -> None:
        """Run again, if it has paused. Call with the lock held."""
        self.active_at = time.monotonic()
        if self.paused:
            self.paused, self.due = False, True
            self._changed.notify_all()

    def _pause(self) -> None:
        """Pause a cluster that nobody has been connected to for long enough. Call with the lock held."""
        delay = self.wanted.pause_s if self.wanted else None
        idle = self.connections == 0 and delay is not None and time.monotonic() - self.active_at >= delay
        self.paused = (self.paused and delay is not None) or idle

    def wake(self) -> None:
        """Look at the servers: one has ended."""
        with self._changed:
            self.due = True
            self._changed.notify_all()

    @property
    def fails(self) -> bool:
        """Whether it has failed often enough to say so."""
        return self.problem is not None and self.failures >= FAILED_AFTER

    @property
    def settled(self) -> bool:
        """Whether there is nothing to do, or what there is fails."""
        return not self.due and not self.jobs and not self.working

    def end(self) -> None:
        """Call with the lock held."""
        self._over = True
        self._changed.notify_all()

    def run(self, relations: Callable[[WantedCluster], Relations]) -> None:
        """Work until the cluster is deleted, or the sandbox ends."""
        while not self.gone:
            with self._changed:
                while not self.due and not self._over:
                    pause = RETRY_S[min(self.failures, len(RETRY_S)) - 1] if self.problem else LOOK_S
                    if not self._changed.wait(pause):
                        break
                if self._over:
                    return
                self.due, self.working = False, True
                self._pause()
                jobs, wanted = list(self.jobs), self.wanted
                if wanted is not None and self.paused and not jobs:
                    wanted = replace(wanted, running=False)
                self.jobs.clear()
            self._work(jobs, wanted, relations)

    def _work(
        self,
        jobs: list[Callable[[], None]],
        wanted: WantedCluster | None,
        relations: Callable[[WantedCluster], Relations],
    ) -> None:
        try:
            _do_all(jobs)
            self.cluster.reach(wanted, relations(wanted) if wanted else Relations())
        except Exception as error:  # whatever it is, the other clusters go on, and this one is tried again
            self.problem = _with_full_disk(_as_failure(error), self.cluster.folder)
            self.failures += 1
            if self.failures == FAILED_AFTER:
                _say(f"{wanted.name if wanted else self.cluster.id}: {told(self.problem)[1]}")
        else:
            self.problem, self.failures = None, 0
            self.tried.clear()
        with self._changed:
            self.working = False
            self.gone = self.wanted is None and wanted is None and self.problem is None
            self._changed.notify_all()


def _do_all(jobs: Iterable[Callable[[], None]]) -> None:
    """Each once, though one before it fails: others wait for what it makes. Raises what the first that fails does."""
    problem: Exception | None = None
    for job in jobs:
        try:
            job()
        except Exception as error:
            problem = problem or error
    if problem is not None:
        raise problem


def told(problem: SandboxFailed) -> tuple[str, str]:
    """The status of an instance with that problem, and a sentence with a hint."""
    status = next((status for part, status in STATUSES.items() if part in problem.message), "failed")
    return status, f"{problem.message.rstrip('.')}. {HINTS[status]} {AGAIN}"


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - the log


def _as_failure(error: Exception) -> SandboxFailed:
    if isinstance(error, SandboxFailed):
        return error
    if isinstance(error, OSError):
        return SandboxFailed(f"The databases cannot be written: {error.strerror}.")
    traceback.print_exc()
    return SandboxFailed(f"Internal error: {error!r}")


def _with_full_disk(problem: SandboxFailed, folder: Path) -> SandboxFailed:
    """The problem, with what is behind it if that is a full disk: a server may say it in its log alone."""
    with suppress(OSError):
        if shutil.disk_usage(folder).free < FULL_DISK and "No space left" not in problem.message:
            return SandboxFailed(f"{problem.message.rstrip('.')}. No space left on device", details=problem.details)
    return problem


class Fleet:
    """The databases of a sandbox folder.

    Args:
        folder: the sandbox folder.
        environ: names database servers, or has them on its PATH.

    Attributes:
        engines: what there is to serve an engine of Aurora.
        missing: why there is nothing for the others.

    Raises:
        SandboxFailed: no server can run here; says why.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        remove_abandoned()
        self._account: Account = account_for(folder)
        self._supervisor = Supervisor()
        self.engines: dict[str, Engine] = {}
        self.missing: dict[str, SandboxFailed] = {}
        for name, adapter in ENGINES.items():
            try:
                self.engines[name] = adapter(self._account, self._supervisor, environ)
            except SandboxFailed as problem:
                self.missing[name] = problem
        if not self.engines:
            raise next(iter(self.missing.values()))
        self._copies = Copies(self._account)
        self._workers: dict[str, Worker] = {}
        self._changed = threading.Condition()
        self._closed = False
        self.metrics = Metrics(self._sampled, minute(environ))
        self.metrics.start()

    def update(self, wanted: Iterable[WantedCluster], snapshots: Collection[str] = ()) -> None:
        """The clusters and snapshots that there should be. Returns at once.

        Args:
            snapshots: ids of the data of all snapshots.
        """
        now = {one.id: one for one in wanted}
        self._copies.keep(snapshots)
        with self._changed:
            if self._closed:
                return
            for identifier, worker in list(self._workers.items()):
                if worker.gone:
                    del self._workers[identifier]
                elif identifier not in now and worker.wanted is not None:
                    self._end_copying(worker, None)
                    worker.want(None)
            for one in now.values():
                if one.id not in self._workers:
                    self._workers[one.id] = self._hire(one)
                self._end_copying(self._workers[one.id], one)
                self._workers[one.id].want(one)

    def _end_copying(self, worker: Worker, wanted: WantedCluster | None) -> None:
        """Look at the blue cluster of one that is no longer green: it keeps changes for it. Call with the lock held."""
        blue = self._workers.get((worker.wanted.blue if worker.wanted else None) or "")
        if blue is not None and (wanted is None or wanted.blue is None):
            blue.due = True
            self._changed.notify_all()

    def remove_unknown(self, known: Collection[str]) -> None:
        """Delete the data of clusters that no resource leads to any more.

        Args:
            known: DbClusterResourceIds of all resources, also of an engine that is not installed now.
        """
        for folder in (self._account.data / "clusters").glob("*"):
            if folder.name not in self._workers and folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def _hire(self, wanted: WantedCluster) -> Worker:
        hired: list[Worker] = []

        def crashed() -> None:
            for worker in hired:
                worker.wake()

        def moved() -> None:
            for worker in list(self._workers.values()):
                if worker.wanted is not None and wanted.id in (worker.wanted.follows, worker.wanted.blue):
                    worker.wake()

        cluster = Cluster(self._account, self.engines[wanted.engine], wanted.id, wanted.major, crashed, moved)
        if cluster.primary is None and cluster.loaded:
            self._order_copy(wanted)
        worker = Worker(cluster, self._changed)
        hired.append(worker)
        threading.Thread(target=worker.run, args=(self._relations,), name=f"db-{wanted.name}", daemon=True).start()
        return worker

    # Copies

    def take_snapshot(self, cluster: str, data: str) -> None:
        """Begin to copy the data of a cluster, as a snapshot with this id; see `snapshot_state`."""
        worker = self._workers.get(cluster)
        if worker is not None:
            with self._changed:
                worker.do(self._copies.begin(data, worker.cluster.copy_to))

    def snapshot_state(self, data: str) -> str:
        """`there`, `due` or `failed`."""
        return self._copies.state(data)

    def _relations(self, wanted: WantedCluster) -> Relations:
        workers = list(self._workers.values())
        leader = self._workers.get(wanted.follows or "")
        successor = self._workers.get(wanted.successor or "")
        yielding = [
            one.cluster for one in workers if one.wanted and wanted.id in (one.wanted.follows, one.wanted.successor)
        ]
        blue = self._workers.get(wanted.blue or "")
        return Relations(
            self._source(wanted),
            leader.cluster if leader else None,
            next((one for one in yielding if one.primary is not None and not one.primary.is_standby), None),
            successor.cluster if successor else None,
            blue.cluster if blue else None,
            tuple(one.cluster for one in workers if one.wanted and one.wanted.blue == wanted.id),
            leader.wanted.version if leader and leader.wanted else None,
        )

    def _source(self, wanted: WantedCluster) -> Source | None:
        """What puts the data into place that a new cluster begins with."""
        origin = wanted.origin
        if origin is None:
            return None
        if origin.snapshot is not None:
            name = origin.snapshot
            return lambda target: self._copies.copy_to(name, target)

        def take(target: Path) -> None:
            if self._copies.state(wanted.id) == "failed":
                with self._changed:
                    self._order_copy(wanted)
            self._copies.move_to(wanted.id, target)

        return take

    def _order_copy(self, wanted: WantedCluster) -> None:
        """Copy the source of a clone before anything else happens to it. Call with the lock held."""
        origin = wanted.origin
        source = self._workers.get(origin.cluster or "") if origin else None
        if source is not None:
            time = origin.time if origin else None
            source.do(self._copies.begin(wanted.id, lambda target: source.cluster.copy_to(target, time)))

    # What the API shows

    def instance_settled(self, cluster: str, instance: str, restarts: int) -> bool:
        """Whether the instance is served as wanted, its role aside.

        Args:
            restarts: how many times it was rebooted.
        """
        worker = self._workers.get(cluster)
        if worker is None or worker.wanted is None or not worker.wanted.running or worker.paused:
            return True
        done = worker.cluster.done.get(instance)
        return (
            done is not None
            and (done.restarts, done.major) == (restarts, worker.wanted.major)
            and done.server.running
            and not self._takes_over(worker)
        )

    def problem(self, cluster: str) -> tuple[str, str] | None:
        """Status and sentence of a cluster whose servers do not do what they should."""
        worker = self._workers.get(cluster)
        problem = worker.problem if worker else None
        return told(problem) if worker is not None and problem is not None and worker.fails else None

    def stranded(self) -> dict[str, list[str]]:
        """DbClusterResourceIds of clusters whose writer's server does not start, with the instances that can take over.

        Each of them takes over once at most, until one has succeeded; and none with a full disk, which is that of all.
        """
        found = {}
        for identifier, worker in list(self._workers.items()):
            primary, wanted, problem = worker.cluster.primary, worker.wanted, self.problem(identifier)
            if problem is None or problem[0] == "storage-full" or primary is None or primary.running:
                continue
            if wanted is not None and wanted.running:
                able = [one for one in worker.cluster.able if one not in worker.tried]
                found.update({identifier: able} if able and wanted.follows is None else {})
        return found

    def failed_upgrades(self) -> dict[str, str]:
        """DbClusterResourceIds of clusters whose upgrade to the wanted version has failed, and why."""
        failed = [
            (identifier, worker.wanted, worker.cluster.failed_upgrade)
            for identifier, worker in list(self._workers.items())
        ]
        return {name: why[1] for name, wanted, why in failed if wanted is not None and why and why[0] == wanted.version}

    def cluster_stopping(self, cluster: str) -> bool:
        """Whether a server runs of a cluster that should be stopped."""
        worker = self._workers.get(cluster)
        if worker is None or worker.wanted is None or worker.wanted.running:
            return False
        return any(server.running for server in worker.cluster.servers)

    def cluster_starting(self, cluster: str) -> bool:
        """Whether the writer is not there yet."""
        worker = self._workers.get(cluster)
        wanted = worker.wanted if worker else None
        if worker is None or wanted is None or not wanted.running or wanted.writer is None or worker.paused:
            return False
        done = worker.cluster.done.get(wanted.writer.id)
        return done is None or not done.writer or done.major != wanted.major or self._takes_over(worker)

    def replicates_changes(self, engine: str) -> bool:
        """Whether a green cluster of that engine gets the changes of the blue one, and is not a standby of it."""
        return self.engines[engine].changes is not None

    def takes_changes(self, cluster: str) -> bool | None:
        """Whether a green cluster gets the changes of the blue one now; None: it never does, or is not known."""
        worker = self._workers.get(cluster)
        if worker is None or worker.wanted is None or not self.replicates_changes(worker.wanted.engine):
            return None
        return worker.cluster.blue is not None

    def remarks(self, cluster: str) -> tuple[str, ...]:
        """The tables of the blue cluster in which rows cannot be changed while it has this green one."""
        worker = self._workers.get(cluster)
        return worker.cluster.remarks if worker else ()

    def cluster_move(self, cluster: str) -> str | None:
        """The status while the writer's role is on its way from one server to another, or to the cluster; else None."""
        worker = self._workers.get(cluster)
        wanted = worker.wanted if worker else None
        if worker is None or wanted is None or wanted.writer is None or not wanted.running:
            return None
        if worker.cluster.moves_to(wanted.writer.id):
            return "failing-over"
        done = worker.cluster.done.get(wanted.writer.id)
        return "promoting" if done is not None and not done.writer else None

    def has_data(self, cluster: str) -> bool:
        """Whether there are data of a cluster."""
        return (self._account.data / "clusters" / cluster / "cluster.json").exists()

    def earliest_backup(self, cluster: str) -> float | None:
        """Seconds since the epoch of the earliest time that a cluster can be restored to."""
        worker = self._workers.get(cluster)
        return worker.cluster.backups.earliest if worker else None

    # Where clients go

    def connected(self, cluster: str, change: int) -> None:
        """Count a client's connection, or its end; a cluster that has paused resumes.

        Args:
            change: 1 or -1.
        """
        with self._changed:
            worker = self._workers.get(cluster)
            if worker is not None:
                worker.connections += change
                worker.resume()

    def resuming(self, cluster: str) -> bool:
        """Whether a connection is to wait, since the cluster has paused and resumes."""
        worker = self._workers.get(cluster)
        return worker is not None and worker.wanted is not None and worker.wanted.pause_s is not None

    def writer(self, cluster: str) -> Server | None:
        """The server that accepts writes now."""
        worker = self._workers.get(cluster)
        return worker.cluster.writer if worker and not self._takes_over(worker) else None

    def instance(self, cluster: str, instance: str) -> Server | None:
        """The server of an instance, if it runs."""
        worker = self._workers.get(cluster)
        done = worker.cluster.done.get(instance) if worker and not self._takes_over(worker) else None
        return done.server if done is not None and done.server.running else None

    def instances(self, cluster: str) -> dict[str, Server]:
        """The servers of the instances of a cluster, that run, by DbiResourceId."""
        worker = self._workers.get(cluster)
        done = list(worker.cluster.done.items()) if worker and not self._takes_over(worker) else []
        return {name: one.server for name, one in done if one.server.running}

    def _takes_over(self, worker: Worker) -> bool:
        """Whether it is to be in the place of the blue cluster, and may not have all that blue has committed."""
        blue = self._workers.get(worker.cluster.blue or "")
        return blue is not None and blue.wanted is not None and blue.wanted.successor == worker.cluster.id

    def servers(self) -> dict[str, list[Server]]:
        """All servers by DbClusterResourceId."""
        return {identifier: worker.cluster.servers for identifier, worker in list(self._workers.items())}

    def _sampled(self) -> list[Sampled]:
        found = []
        for worker in list(self._workers.values()):
            wanted, done, primary = worker.wanted, dict(worker.cluster.done), worker.cluster.primary
            for one in wanted.instances if wanted else ():
                server = done[one.id].server if one.id in done else None
                if wanted is not None and server is not None and server.running:
                    follows = wanted.follows is not None and server is primary
                    role = "WRITER" if one.writer and not wanted.follows else "READER"
                    beats = role == "WRITER" and wanted.replica_lag_s > 0
                    found.append(
                        Sampled(wanted.region, wanted.name, one.name, server, one.capacity, follows, role, beats)
                    )
        return found

    def report(self) -> list[dict[str, Any]]:
        """What runs, with disk and memory, cluster by cluster."""
        found: list[dict[str, Any]] = []
        for worker in list(self._workers.values()):
            wanted, done, problem = worker.wanted, dict(worker.cluster.done), self.problem(worker.cluster.id)
            instances = wanted.instances if wanted else ()
            ailing = [one.id for one in instances if not self.instance_settled(worker.cluster.id, one.id, one.restarts)]
            for instance in instances:
                shown = problem is not None and (instance.id in ailing or (instance.writer and not ailing))
                server = done[instance.id].server if instance.id in done else None
                found.append(
                    {
                        "cluster": wanted.name if wanted else "",
                        "instance": instance.name,
                        "role": "writer" if instance.writer else "reader",
                        "product": server.binaries.product if server else None,
                        "version": server.binaries.version if server else None,
                        "pid": server.pid if server else None,
                        "disk_bytes": server.disk() if server else 0,
                        "memory_bytes": server.memory() if server else 0,
                        "problem": problem[1] if problem is not None and shown else None,
                    }
                )
        return found

    @property
    def available(self) -> list[Binaries]:
        """Every installed server."""
        return [one for engine in self.engines.values() for one in engine.available]

    @property
    def data(self) -> Path:
        """Folder of all data."""
        return self._account.data

    @property
    def running(self) -> int:
        """Number of instances that have, or should have, a server."""
        wanted = [worker.wanted for worker in list(self._workers.values())]
        return sum(len(one.instances) for one in wanted if one is not None and one.running)

    def wait_until_settled(self, timeout_s: float = 60.0) -> bool:
        """Wait until every cluster is as wanted, or has a problem."""

        def settled() -> bool:
            with self._changed:
                return all(worker.gone or worker.settled for worker in self._workers.values())

        return wait_until(settled, timeout_s=timeout_s)

    def close(self, *, delete: bool = False) -> None:
        """Stop all servers.

        Args:
            delete: with their data.
        """
        with self._changed:
            self._closed = True
            for worker in self._workers.values():
                worker.end()
        self.metrics.end()
        self._supervisor.close()
        if delete:
            shutil.rmtree(self._account.data, ignore_errors=True)
            with suppress(OSError):
                shutil.rmtree(self._account.sockets, ignore_errors=True)
