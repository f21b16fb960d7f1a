"""Brings the servers of one cluster to what is wanted. One thread works on a cluster at a time.

One server is the primary; all others are its physical standbys, each with a slot. They find it by a link to the folder of its
socket, so that a change of the primary is a change of that link. Servers have keys of their own, and instances are assigned to
them: the storage of an Aurora cluster is the cluster's, and outlives its instances.
"""

from __future__ import annotations

import json
import secrets
import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database import bootstrap, parameters
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.backups import Backups
from aurora_cli.sandbox.database.binaries import Binaries
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.sandbox.database.model import WantedCluster, WantedInstance
from aurora_cli.sandbox.database.server import Server
from aurora_cli.sandbox.database.settings import ServerSettings
from aurora_cli.sandbox.database.supervisor import Supervisor
from aurora_cli.sandbox.files import read_json
from aurora_cli.sandbox.processes import wait_until
from aurora_cli.writing import write_atomic, write_link

STREAMING_TIMEOUT_S = 20.0
REPLAY_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Done:
    """How an instance is served now.

    Attributes:
        server: its server, which runs.
        writer: whether that is the primary.
        restarts: reboots that are done.
    """

    server: Server
    writer: bool
    restarts: int


class Cluster:
    """The servers of a cluster.

    Args:
        identifier: its DbClusterResourceId.
        binaries: the programs for its major version.
        crashed: is called when a server has ended without being told to.
    """

    def __init__(
        self,
        account: Account,
        supervisor: Supervisor,
        binaries: Binaries,
        identifier: str,
        crashed: Callable[[], None],
    ) -> None:
        self.id = identifier
        self.folder = account.data / "clusters" / identifier
        self.binaries = binaries
        self.backups = Backups(account, self.folder)
        self.done: dict[str, Done] = {}
        self._account, self._supervisor, self._crashed = account, supervisor, crashed
        self._servers: dict[str, Server] = {}
        self._instances: dict[str, str] = {}
        self._primary: str | None = None
        self._applied: dict[str, Any] = {}
        self._load()

    @property
    def servers(self) -> list[Server]:
        """All servers, running or not."""
        return list(self._servers.values())

    @property
    def primary(self) -> Server | None:
        """The server that has the cluster's data to write to; None before the first instance."""
        return self._servers.get(self._primary or "")

    @property
    def writer(self) -> Server | None:
        """The running primary, while it serves an instance."""
        return next((one.server for one in self.done.values() if one.writer and one.server.running), None)

    def moves_to(self, instance: str) -> bool:
        """Whether that instance has a server, and another one has the primary."""
        return instance in self._instances.values() and self._instances.get(self._primary or "") != instance

    # What is wanted

    def reach(self, wanted: WantedCluster | None, source: Callable[[Path], None] | None) -> None:
        """Bring the servers to that state. What is reached is in `done`, step by step.

        Args:
            wanted: None if the cluster is deleted.
            source: puts the data that it begins with into a folder that does not exist; None: it begins empty.

        Raises:
            SandboxFailed: a server does not do what it should; the next call tries again.
        """
        if wanted is None:
            self._delete()
            return
        self._notice_ends()
        if wanted.running:
            self._ensure_data(source)
        if not wanted.running or not wanted.instances:
            self._stop(wanted)
            return
        writer = wanted.writer or wanted.instances[0]
        primary = self._assign_primary(writer)
        if not primary.running:
            self._start(primary, wanted)
        self._ensure_content(primary, wanted)
        self._dismiss(wanted)
        if self._instances[primary.key] != writer.id:
            primary = self._switch_over(writer, wanted)
        for instance in (writer, *(one for one in wanted.instances if one != writer)):
            self._serve(instance, wanted)
        self._dismiss_old_primary(wanted)
        self._apply_parameters(wanted)
        self.backups.keep_up(primary)

    def _notice_ends(self) -> None:
        for name, done in list(self.done.items()):
            if not done.server.running:
                del self.done[name]

    def _stop(self, wanted: WantedCluster) -> None:
        """The primary first: it sends its standbys all that is committed."""
        self.done.clear()
        for server in sorted(self.servers, key=lambda one: one.key != self._primary):
            server.stop()
        kept = {one.id for one in wanted.instances}
        for key, instance in list(self._instances.items()):
            if instance not in kept:
                del self._instances[key]
                if key != self._primary:
                    self._remove(key)
        self._save()

    def _delete(self) -> None:
        self.done.clear()
        for server in self.servers:
            server.delete()
        self._link.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._servers.clear()

    # The primary

    def _ensure_data(self, source: Callable[[Path], None] | None) -> None:
        """A server with the data: those that it begins with, or none."""
        server = self.primary or self._add()
        if server.exists:
            return
        self._primary = server.key
        if source is None:
            server.create()
        else:
            self._account.folder(server.folder)
            source(server.data)
            self._account.own_all(server.folder)
        self._save()

    def _assign_primary(self, writer: WantedInstance) -> Server:
        """The primary; it is the writer's, if that has no server of its own yet."""
        assert self._primary is not None
        if writer.id not in self._instances.values():
            former = self._instances.get(self._primary)
            self._instances[self._primary] = writer.id
            self.done.pop(former or "", None)
        self._save()
        return self._servers[self._primary]

    def _ensure_content(self, primary: Server, wanted: WantedCluster) -> None:
        signed = (wanted.user, wanted.password)
        if self._applied.get("master") == signed:
            return
        bootstrap.prepare(primary, wanted.user, wanted.database)
        if wanted.password is not None:
            bootstrap.set_password(primary, wanted.user, wanted.password)
        self._applied["master"] = signed

    def _switch_over(self, writer: WantedInstance, wanted: WantedCluster) -> Server:
        """Make the writer's server the primary. Nothing that was committed is lost.

        The old primary ends first, and so nobody commits on it any more; its fast shutdown waits until its standbys have all of
        its WAL. It is started before that if it has crashed.
        """
        old, new = self._servers[self._primary or ""], self._server_of(writer.id)
        if not new.running:
            self._start(new, wanted)
        self._await_streaming(old, new)
        self.done = {name: one for name, one in self.done.items() if one.server not in (old, new)}
        old.stop()
        last = old.control()["Latest checkpoint location"]
        if not wait_until(lambda: _has_replayed(new, last), timeout_s=REPLAY_TIMEOUT_S):
            self._start(old, wanted)
            raise SandboxFailed(f"The reader {writer.name} has not received all changes of the writer.")
        self._save(promoting=new.key)
        new.promote()
        self._primary = new.key
        self._save()
        for key in self._servers.keys() - {new.key}:
            self._ensure_slot(new, key)
        self._point_to(new)
        new.configure(self._settings(new, wanted), standby=False)
        new.reload()
        return new

    def _await_streaming(self, primary: Server, standby: Server) -> None:
        statement = "SELECT 1 FROM pg_stat_replication WHERE application_name = %s AND state = 'streaming'"
        if not wait_until(
            lambda: bool(primary.query(statement, (_slot(standby.key),))), timeout_s=STREAMING_TIMEOUT_S, every_s=0.05
        ):
            raise SandboxFailed(f"The server {standby.key} does not follow the writer.")

    # Instances

    def _serve(self, instance: WantedInstance, wanted: WantedCluster) -> None:
        """Have a server for the instance, in its role, that was restarted since its last reboot."""
        if instance.id not in self._instances.values():
            self._instances[self._add().key] = instance.id
            self._save()
        server = self._server_of(instance.id)
        done = self.done.get(instance.id)
        if done is not None and done.restarts != instance.restarts:
            server.stop()
        if not server.running:
            if server.key == self._primary:
                self._start(server, wanted)
            else:
                self._follow(server, wanted)
        self.done[instance.id] = Done(server, server.key == self._primary, instance.restarts)

    def _follow(self, server: Server, wanted: WantedCluster) -> None:
        """Start a standby: as it is, else rewound, else from a new base backup."""
        primary = self._servers[self._primary or ""]
        self._ensure_slot(primary, server.key)
        ways: list[Callable[[], None]] = [
            lambda: None,
            lambda: server.rewind(primary.sockets),
            lambda: server.copy_of(primary.sockets, _slot(server.key)),
        ]
        problem: SandboxFailed | None = None
        for way in ways if server.exists else ways[2:]:
            try:
                way()
                self._start(server, wanted)
                self._await_streaming(primary, server)
            except SandboxFailed as error:
                problem = error
                server.stop(signal.SIGQUIT)
            else:
                return
        assert problem is not None
        raise problem

    def _dismiss(self, wanted: WantedCluster) -> None:
        """Delete the standbys of instances that are gone."""
        kept = {one.id for one in wanted.instances}
        for key, instance in list(self._instances.items()):
            if instance not in kept:
                self.done.pop(instance, None)
                if key != self._primary:
                    self._remove(key)

    def _dismiss_old_primary(self, wanted: WantedCluster) -> None:
        self._dismiss(wanted)
        primary = self.primary
        assert primary is not None
        known = tuple(_slot(key) for key in self._servers if key != self._primary)
        for (slot,) in primary.query(
            "SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT active"
        ):
            if slot not in known:
                primary.query("SELECT pg_drop_replication_slot(%s)", (slot,))

    def _ensure_slot(self, primary: Server, key: str) -> None:
        name = _slot(key)
        if not primary.query("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", (name,)):
            primary.query("SELECT pg_create_physical_replication_slot(%s, true)", (name,))

    # Servers

    def _start(self, server: Server, wanted: WantedCluster) -> None:
        server.configure(self._settings(server, wanted), standby=server.key != self._primary)
        server.start()
        if server.key == self._primary:
            self._point_to(server)

    def _settings(self, server: Server, wanted: WantedCluster) -> ServerSettings:
        instance = next((one for one in wanted.instances if one.id == self._instances.get(server.key)), None)
        own: Mapping[str, str] = instance.parameters if instance else {}
        slots = {name: _slot(key) for key, name in self._instances.items()}
        members = sorted(wanted.instances, key=lambda one: not one.writer)
        identity = {
            "version": wanted.version,
            "instance": instance.name if instance else "",
            "members": ",".join(f"{one.name}:{slots.get(one.id, '')}" for one in members),
        }
        return ServerSettings(
            sockets=str(server.sockets),
            writer_sockets=str(self._link),
            archive=str(self._account.folder(self.backups.archive)),
            slot=None if server.key == self._primary else _slot(server.key),
            identity=identity,
            parameters=parameters.known({**wanted.parameters, **own}, server.binaries),
            restore={},
        )

    def _apply_parameters(self, wanted: WantedCluster) -> None:
        """What changes without a restart; the rest holds from the next start."""
        for done in self.done.values():
            settings = self._settings(done.server, wanted)
            if self._applied.get(done.server.key) != settings:
                done.server.configure(settings, standby=not done.writer)
                done.server.reload()
                self._applied[done.server.key] = settings

    def _server_of(self, instance: str) -> Server:
        key = next(key for key, one in self._instances.items() if one == instance)
        return self._servers[key]

    def _add(self) -> Server:
        self._account.folder(self.folder)
        key = secrets.token_hex(4)
        self._servers[key] = self._make(key)
        return self._servers[key]

    def _make(self, key: str) -> Server:
        return Server(self._account, self._supervisor, self.binaries, key, self.folder, self._crashed)

    def _remove(self, key: str) -> None:
        self._servers.pop(key).delete()
        self._instances.pop(key, None)
        self._applied.pop(key, None)
        self._save()

    # What is on disk

    @property
    def _link(self) -> Path:
        return self._account.sockets / f"w{self.id[-12:].lower()}"

    def _point_to(self, server: Server) -> None:
        write_link(self._link, server.sockets)

    def _save(self, promoting: str | None = None) -> None:
        state = {"primary": self._primary, "instances": self._instances, "promoting": promoting}
        write_atomic(self.folder / "cluster.json", json.dumps(state, indent=1), sync=False)

    def _load(self) -> None:
        state = read_json(self.folder / "cluster.json") or {}
        for folder in self.folder.glob("*/data"):
            self._servers[folder.parent.name] = self._make(folder.parent.name)
        instances = state.get("instances", {}).items()
        self._instances = {key: instance for key, instance in instances if key in self._servers}
        self._primary = state.get("primary") if state.get("primary") in self._servers else None
        promoted = self._servers.get(state.get("promoting") or "")
        if promoted is not None and promoted.exists and not promoted.is_standby:
            self._primary = promoted.key
        for key in [key for key in self._servers if key not in (*self._instances, self._primary)]:
            self._remove(key)

    def copy_to(self, target: Path, time: float | None = None) -> None:
        """Copy the data into a folder that does not exist.

        Args:
            time: as they were at this time, in seconds since the epoch; None: as they are now.

        Raises:
            SandboxFailed: there are none, or the time is not one that can be restored to.
        """
        primary = self.primary
        if primary is None or not primary.exists:
            raise SandboxFailed("The cluster has no data yet.")
        if time is not None:
            if not primary.running:
                raise SandboxFailed("A stopped cluster is restored to its latest time alone.")
            recovering = Server(
                self._account,
                self._supervisor,
                self.binaries,
                secrets.token_hex(4),
                self._account.data / "recovering",
                _nothing,
            )
            self.backups.restore(primary, recovering, target, time)
            return
        if primary.running:
            primary.back_up(primary.sockets, target)
            return
        copy_folder(primary.data, target)
        with suppress(FileNotFoundError):
            (target / "standby.signal").unlink()


def _nothing() -> None:
    """For a server whose end surprises nobody."""


def _slot(key: str) -> str:
    return f"s_{key}"


def _has_replayed(standby: Server, location: str) -> bool:
    """Whether the record at this place in the WAL is replayed."""
    return bool(standby.query("SELECT pg_last_wal_replay_lsn() > %s::pg_lsn", (location,))[0][0])
