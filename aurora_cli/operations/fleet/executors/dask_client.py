"""Commands as tasks of Dask distributed, on the workers of a scheduler.

Dask decides where a task runs, and starts it again where a worker was lost. What it does not do is here: it knows limits of one
worker, not of an account, so tasks are held back until they may run, and given to it when a thread is free; there is nothing left
to be stolen then. It does not stop what runs, so an interrupt is sent to the processes.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from queue import Empty, Queue
from threading import RLock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aurora_cli.aws.cluster.waiters import wait_until
from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.events import Emit, waiting
from aurora_cli.fleet.fleet_file import NAME
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.operations.fleet.executors import dask_task
from aurora_cli.operations.fleet.executors.backlog import Backlog
from aurora_cli.operations.fleet.executors.executor import Ended, Task
from aurora_cli.writing import make_folder, write_atomic

if TYPE_CHECKING:
    from distributed import Client, Future

    from aurora_cli.context import AppContext

WITHOUT_WORKERS_S = 300.0
"""How long it waits for a first worker, and for another one when all are gone."""
_CONNECT_S = 10
_LOOK_S = 1.0
_PACKAGE = "rds-aurora-cli"
_TLS = "DASK_DISTRIBUTED__COMM__TLS__"
_CERTIFICATES = (
    f"Set {_TLS}CA_FILE, {_TLS}CLIENT__CERT and {_TLS}CLIENT__KEY, or distributed.comm.tls in a file of Dask."
)
_START = "Start one: dask worker"


class DaskWorkers:
    """An `Executor`.

    Args:
        client: connected.
        address: of the scheduler, for people.
        most: how many run at a time; default: as many as the workers have threads.
    """

    def __init__(self, client: Client, address: str, most: int | None = None) -> None:
        self._client, self._address, self._most = client, address, most
        self._backlog = Backlog()
        self._running: dict[str, tuple[Task, Future[dask_task.Outcome]]] = {}
        self._ended: Queue[tuple[str, dask_task.Outcome | None]] = Queue()
        self._lock = RLock()
        self._over = False
        self._number = 0
        self._last_worker = monotonic()

    def submit(self, task: Task) -> None:
        """See `Executor`."""
        with self._lock:
            if not self._over:
                self._backlog.add(task)

    def watch(self) -> Iterator[Ended]:
        """See `Executor`.

        Raises:
            OperationFailed: the scheduler is lost, or there has been no worker for too long. What runs on workers ends by itself.
        """
        while True:
            self._start()
            with self._lock:
                if not self._running and not self._backlog:
                    return
            try:
                key, outcome = self._ended.get(timeout=_LOOK_S)
            except Empty:
                continue
            with self._lock:
                task, _ = self._running.pop(key, (None, None))
                if task is None:
                    continue  # it was cancelled before it began
                self._backlog.release(task)
            if outcome is None:
                raise self._lost()
            yield _as_ended(task, outcome)

    def cancel(self, *, running: bool = True) -> None:
        """See `Executor`."""
        with self._lock:
            self._over = True
            self._backlog.clear()
            keys = list(self._running)
            not_begun = [key for key, (task, _) in self._running.items() if not task.log.exists()]
            for key in not_begun:
                task, future = self._running.pop(key)
                self._backlog.release(task)
                future.cancel()
        if running and keys:  # in a thread: a worker may not answer
            Thread(target=self._interrupt, args=(keys,), daemon=True).start()

    def close(self) -> None:
        """See `Executor`."""
        with suppress(Exception):  # the scheduler may be gone
            self._client.close()

    # --- below: how ---

    def _start(self) -> None:
        if not self._backlog:
            if self._running:
                self._workers()
            return
        workers = self._workers()
        threads = sum(worker["nthreads"] for worker in workers.values())
        offered = {name for worker in workers.values() for name in worker.get("resources") or ()}
        with self._lock:
            for task in self._backlog.take(min(threads, self._most or threads) - len(self._running)):
                self._send(task, offered)

    def _workers(self) -> Mapping[str, Any]:
        """The workers as the scheduler knows them. Raises OperationFailed where there is none for too long."""
        found = _workers_of(self._client)
        if found is None:
            raise self._lost()
        if found:
            self._last_worker = monotonic()
        elif monotonic() - self._last_worker > WITHOUT_WORKERS_S:
            said = f"The scheduler {self._address} has had no worker for {WITHOUT_WORKERS_S:.0f} s."
            raise OperationFailed(said, hint=f"{_START} {self._address}")
        return found

    def _send(self, task: Task, offered: set[str]) -> None:
        for path in (task.out, task.log):
            path.unlink(missing_ok=True)  # those of an earlier command: a log says that this one has begun
        self._number += 1
        key = f"fleet-{task.out.parent.name}/{task.out.stem}/{os.getpid()}.{self._number}"
        job = dask_task.Job(key, task.words, str(task.out), str(task.log), _files_of(task.words))
        named = {limit.replace(" ", ":") for limit, _ in task.limits}
        future = self._client.submit(
            dask_task.run, job, key=key, pure=False, resources=dict.fromkeys(named & offered, 1) or None
        )
        self._running[key] = task, future
        future.add_done_callback(lambda done: self._done(key, done))

    def _done(self, key: str, future: Future[dask_task.Outcome]) -> None:
        """Called in a thread of Dask."""
        from distributed import CancelledError
        from distributed.client import FutureCancelledError

        try:
            self._ended.put((key, future.result()))
        except (CancelledError, FutureCancelledError):
            self._ended.put((key, None))
        except Exception:  # four workers were lost with it (KilledWorker), or the machine could not start it
            self._ended.put((key, dask_task.Outcome(None)))

    def _interrupt(self, keys: list[str]) -> None:
        with suppress(Exception):  # a worker that is lost cannot be told
            self._client.run(dask_task.interrupt, keys, on_error="ignore")

    def _lost(self) -> OperationFailed:
        return OperationFailed(
            f"The connection to the scheduler {self._address} is lost; commands that run on its workers run to their end.",
            hint="When it is back, resume what changes clusters: aurora-cli fleet resume",
        )


def connected(app: AppContext, address: str, most: int | None, emit: Emit) -> DaskWorkers:
    """The executor for a scheduler that has workers which can run our commands.

    Raises:
        InvalidInput: the address, or what a machine has. OperationFailed: the scheduler does not answer.
        WaitTimeout: there is no worker.
    """
    _refuse_address(address)
    client = _client(address)
    try:
        hint = f"{_START} {address}"
        wait_until(
            lambda: (None, None if _workers_of(client) else "none"),
            what=f"a worker of {address}",
            clock=app.clock,
            waiting=waiting(emit),
            timeout_s=WITHOUT_WORKERS_S,
            slowest_s=2.0,
            hint=hint,
        )
        _refuse_versions(client, address)
        _refuse_places(app, client)
    except BaseException:
        client.close()
        raise
    return DaskWorkers(client, address, most)


def _refuse_address(address: str) -> None:
    """Whoever can speak to a part of Dask can run code there, and so can the scheduler here: not without certificates."""
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("tls", "tcp") and parts.hostname and parts.port
    except ValueError:
        known = None
    if not known:
        raise InvalidInput(
            f"--scheduler cannot be '{address}'.",
            hint="Write tls://HOST:PORT, or tcp://127.0.0.1:PORT for a scheduler on this machine.",
        )
    if parts.scheme == "tcp" and not _is_loopback(str(parts.hostname)):
        raise InvalidInput(
            f"{address} is not encrypted, and whoever reaches a port of Dask can run code there.",
            hint="Start scheduler and workers with certificates, and write tls://HOST:PORT.",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _client(address: str) -> Client:
    from distributed import Client
    from distributed.security import Security

    for name in ("distributed", "distributed.client"):  # Dask has given them levels of their own
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what it says, we say
    security = Security()
    if address.startswith("tls:"):
        try:
            context = security.get_connection_args("client")["ssl_context"]
        except (OSError, ValueError):  # a file is missing or has no certificate
            context = None
        if context is None:
            raise InvalidInput(f"The certificates for {address} are missing or wrong.", hint=_CERTIFICATES)
    try:
        return Client(address, timeout=_CONNECT_S, set_as_default=False, name="aurora-cli", security=security)
    except (OSError, ValueError) as error:
        raise OperationFailed(f"The scheduler {address} does not answer.", hint="Start it: dask scheduler") from error


def _workers_of(client: Client) -> Mapping[str, Any] | None:
    """By address; None where the scheduler cannot be asked."""
    try:
        return dict(client.scheduler_info()["workers"])
    except Exception:  # Dask raises what its transport raises
        return None


def _refuse_versions(client: Client, address: str) -> None:
    found = client.get_versions(packages=[_PACKAGE])
    parts = {f"The scheduler {address}": found["scheduler"]}
    parts |= {f"The worker {name}": told for name, told in found["workers"].items()}
    here = version(_PACKAGE)
    for part, told in parts.items():
        has = told["packages"].get(_PACKAGE)
        if has != here:
            what = f"has version {has} of aurora-cli, and this machine {here}" if has else "does not have aurora-cli"
            raise InvalidInput(f"{part} {what}.", hint=f"Install it there: pip install '{_PACKAGE}[fleet]=={here}'")


def _refuse_places(app: AppContext, client: Client) -> None:
    app.home.prepare()
    marker = make_folder(app.home.path / "fleet") / f".seen-{os.urandom(8).hex()}"
    write_atomic(marker, "")
    try:
        ask: Callable[..., Mapping[str, dask_task.Place]] = client.run
        places = ask(dask_task.look, str(marker), app.terraform_bin, app.sandbox).values()
    finally:
        marker.unlink(missing_ok=True)
    for place in places:
        if not place.sees_home:
            said = f"The worker on {place.host} does not see the home {app.home.path} of this machine."
            raise InvalidInput(said, hint="Give all machines the same home, on a file system that they share.")
        if app.sandbox and place.host != socket.gethostname():
            said = f"The worker on {place.host} does not reach the sandbox of this machine."
            raise InvalidInput(said, hint="Start the workers here.")
    versions = {place.terraform: place.host for place in places}
    if len(versions) > 1:
        said = "; ".join(f"{host}: {one}" for one, host in versions.items())
        raise InvalidInput(
            f"The workers do not have the same Terraform. {said}", hint="Install the same version everywhere."
        )


def _files_of(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The spec in a command line, and what it inherits from."""
    specs = [Path(words[at + 1]) for at, word in enumerate(words[:-1]) if word == "-f"]
    files = [file for spec in specs for file in (spec, fleet_of(spec.parent).folder / NAME)]
    return tuple((str(file), dask_task.digest_of(file)) for file in files)


def _as_ended(task: Task, outcome: dask_task.Outcome) -> Ended:
    if outcome.refused is None:
        return Ended(task, outcome.status, outcome.seconds, outcome.starts)
    message, hint = outcome.refused
    error = {"code": InvalidInput.code, "message": message, "hint": hint}
    write_atomic(task.out, json.dumps({"error": error}) + "\n")
    return Ended(task, InvalidInput.exit_status, 0.0)
