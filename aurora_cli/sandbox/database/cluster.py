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
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database import bootstrap, parameters
from aurora_cli.sandbox.database.account import Account, Programs
from aurora_cli.sandbox.database.backups import Backups
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.sandbox.database.model import WantedCluster, WantedInstance
from aurora_cli.sandbox.database.server import FORMER_DATA, Server
from aurora_cli.sandbox.database.settings import ServerSettings
from aurora_cli.sandbox.database.supervisor import Supervisor
from aurora_cli.sandbox.files import read_json
from aurora_cli.sandbox.processes import wait_until
from aurora_cli.writing import write_atomic, write_link

STREAMING_TIMEOUT_S = 20.0
LEADER_TIMEOUT_S = 60.0
REPLAY_TIMEOUT_S = 30.0
SAME_LOOKS = 5
"""Looks at a standby that find it where it was, after which it has replayed what it can get."""


@dataclass(frozen=True)
class Done:
    """How an instance is served now.

    Attributes:
        server: its server, which runs.
        writer: whether that is the primary.
        restarts: reboots that are done.
        major: the major version that was wanted; the former one if the upgrade to that has failed.
    """

    server: Server
    writer: bool
    restarts: int
    major: int


Source = Callable[[Path], None]
"""Puts data into a folder that does not exist."""


@dataclass(frozen=True)
class Relations:
    """What a cluster has to do with others.

    Attributes:
        source: the data that it begins with; None: it begins empty.
        leader: the cluster that it follows; None: it has a writer of its own.
        former: the cluster that was its leader, and that yields to it now; None: there is none.
        successor: the cluster to which it yields; None: there is none.
        leader_version: the version that its leader is to have.
    """

    source: Source | None = None
    leader: Cluster | None = None
    former: Cluster | None = None
    successor: Cluster | None = None
    leader_version: str | None = None


class Cluster:
    """The servers of a cluster.

    Args:
        identifier: its DbClusterResourceId.
        programs: the installed PostgreSQL.
        major: its major version when it was created.
        crashed: is called when a server has ended without being told to.
    """

    def __init__(
        self,
        account: Account,
        supervisor: Supervisor,
        programs: Programs,
        identifier: str,
        major: int,
        crashed: Callable[[], None],
    ) -> None:
        self.id = identifier
        self.folder = account.data / "clusters" / identifier
        self._programs, self._major = programs, major
        self.backups = Backups(account, self.folder)
        self.done: dict[str, Done] = {}
        self._account, self._supervisor, self._crashed = account, supervisor, crashed
        self._servers: dict[str, Server] = {}
        self._instances: dict[str, str] = {}
        self._primary: str | None = None
        self._applied: dict[str, Any] = {}
        self._leader: Cluster | None = None
        self.failed_upgrade: tuple[str, str] | None = None
        """The version of an upgrade that has failed, and why."""
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

    def reach(self, wanted: WantedCluster | None, others: Relations) -> None:
        """Bring the servers to that state. What is reached is in `done`, step by step.

        Args:
            wanted: None if the cluster is deleted.

        Raises:
            SandboxFailed: a server does not do what it should; the next call tries again.
        """
        if wanted is None:
            self._delete()
            return
        self._notice_ends()
        self._leader = others.leader
        if wanted.running:
            self._ensure_data(others.source)
        if not wanted.running or not wanted.instances:
            self._stop(wanted)
            return
        writer = wanted.writer or wanted.instances[0]
        primary = self._assign_primary(writer)
        if others.leader is not None:
            if others.leader_version == wanted.version:
                self._await_upgrade(primary, others.leader, wanted)
            self._submit(primary, others.leader, wanted)
        else:
            primary = self._lead(primary, others, wanted)
        self._dismiss(wanted)
        if self._instances[primary.key] != writer.id:
            primary = self._exchange(writer) if others.leader else self._switch_over(writer, wanted)
        self._serve_all((writer, *(one for one in wanted.instances if one != writer)), wanted)
        self._dismiss_old_primary(wanted)
        self._apply_parameters(wanted)
        if others.leader is None:
            self.backups.keep_up(primary)

    def _notice_ends(self) -> None:
        for name, done in list(self.done.items()):
            if not done.server.running:
                del self.done[name]
        for key, server in self._servers.items():
            if key != self._primary and server.running and not server.is_standby:
                self._primary = key  # it was promoted after all, though we were not told in time

    def _stop(self, wanted: WantedCluster) -> None:
        self._stop_all()
        kept = {one.id for one in wanted.instances}
        for key, instance in list(self._instances.items()):
            if instance not in kept:
                del self._instances[key]
                if key != self._primary:
                    self._remove(key)
        self._save()

    def _stop_all(self) -> None:
        """The primary first: it sends its standbys all that is committed."""
        self.done.clear()
        for server in sorted(self.servers, key=lambda one: one.key != self._primary):
            server.stop()

    def _delete(self) -> None:
        self.done.clear()
        for server in self.servers:
            server.delete()
        self.link.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._servers.clear()

    # The primary

    def _ensure_data(self, source: Source | None) -> None:
        """A server with the data: those that it begins with, or none."""
        server = self.primary or self._add()
        if server.exists:
            return
        if self.backups.earliest is not None or any(one.exists for one in self.servers):
            raise SandboxFailed("The data of the writer are damaged: PG_VERSION is missing.")
        self._primary = server.key
        if source is None:
            server.create()
        else:
            self._account.folder(server.folder)
            source(server.data)
            self._account.own_all(server.folder)
            self._servers[server.key] = self._make(server.key)  # the data may be those of another major version
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
        new.configure(self._settings(new, replace(wanted, replica_lag_s=0.0)), standby=True)
        new.reload()
        self._await_streaming(old, new)
        self.done = {name: one for name, one in self.done.items() if one.server is not old}
        old.stop()
        last = old.control()["Latest checkpoint location"]
        if not wait_until(lambda: _has_replayed(new, last), timeout_s=REPLAY_TIMEOUT_S):
            self._start(old, wanted)
            raise SandboxFailed(f"The reader {writer.name} has not received all changes of the writer.")
        self._promote(new, wanted)
        return new

    def _promote(self, server: Server, wanted: WantedCluster) -> None:
        self._save(promoting=server.key)
        server.promote()
        self._primary = server.key
        self._save()
        for key in self._servers.keys() - {server.key}:
            self._ensure_slot(server, key)
        self._point_to(server)
        server.configure(self._settings(server, wanted), standby=False)
        server.reload()

    def _exchange(self, writer: WantedInstance) -> Server:
        """In a cluster that follows another, all servers are alike: the instances exchange theirs."""
        assert self._primary is not None
        other = self._server_of(writer.id)
        self._instances[other.key], self._instances[self._primary] = self._instances[self._primary], writer.id
        self.done.clear()
        self._save()
        return self._servers[self._primary]

    # Clusters that follow another

    def _await_upgrade(self, primary: Server, leader: Cluster, wanted: WantedCluster) -> None:
        """Wait until the cluster that it follows has the major version that both are to have: it is copied again from that."""
        self._forget_failed_upgrade(wanted)
        if primary.binaries.major >= wanted.major or self._programs.upgrade_to(wanted.major) is None:
            return

        def ended() -> bool:
            self.failed_upgrade = leader.failed_upgrade
            head = leader.primary
            return self.failed_upgrade is not None or (head is not None and head.binaries.major >= wanted.major)

        wait_until(ended, timeout_s=LEADER_TIMEOUT_S, every_s=0.05)

    def _forget_failed_upgrade(self, wanted: WantedCluster) -> None:
        if self.failed_upgrade is not None and self.failed_upgrade[0] != wanted.version:
            self.failed_upgrade = None

    def _submit(self, primary: Server, leader: Cluster, wanted: WantedCluster) -> None:
        """Have the primary follow that of another cluster, and all others follow it.

        A primary that was one of its own ends first, which sends the leader all that is committed.
        """
        alike = leader.primary is None or primary.binaries.major == leader.primary.binaries.major
        if primary.running and primary.is_standby and alike:
            return
        if not primary.is_standby or not alike:
            self.done.clear()
            primary.stop()
        if not wait_until(lambda: leader.leads, timeout_s=LEADER_TIMEOUT_S, every_s=0.05):
            raise SandboxFailed("The cluster that it follows has no writer now.")
        assert leader.primary is not None
        self._attach(primary, leader.primary, None, wanted)

    def _lead(self, primary: Server, others: Relations, wanted: WantedCluster) -> Server:
        if (
            others.successor is not None
            and others.successor.primary is not None
            and others.successor.primary.is_standby
        ):
            self._yield(primary, others.successor)
        if not primary.running:
            try:
                self._start(primary, wanted)
            except SandboxFailed as problem:
                primary = self._replace(primary, wanted, problem)
        if primary.is_standby:
            self._take_over(primary, others.former, wanted)
        self._upgrade(primary, wanted)
        self._ensure_content(primary, wanted)
        return primary

    def _upgrade(self, primary: Server, wanted: WantedCluster) -> None:
        """Bring the data to the major version that is wanted, if it is installed; standbys are created again from them."""
        self._forget_failed_upgrade(wanted)
        new = self._programs.upgrade_to(wanted.major) if primary.binaries.major < wanted.major else None
        if new is None or self.failed_upgrade is not None:
            return
        self._stop_all()
        try:
            primary.upgrade(new, bootstrap.FUNCTIONS)
        except SandboxFailed as problem:
            self.failed_upgrade = (wanted.version, problem.message)
        else:
            self.backups.forget()
            self._applied.clear()
        self._start(primary, wanted)

    @property
    def able(self) -> list[str]:
        """The instances whose servers can take over from a primary that does not start."""
        pairs = [(self._servers[key], instance) for key, instance in list(self._instances.items())]
        return [instance for server, instance in pairs if server.exists and server.is_standby]

    def _replace(self, old: Server, wanted: WantedCluster, problem: SandboxFailed) -> Server:
        """Promote the server of the writer in the place of a primary that does not start.

        It gets all of the old one's WAL first, as far as that can be read: in Aurora they share the storage.
        """
        writer = wanted.writer
        if writer is None or writer.id not in self.able:
            raise problem
        new = self._server_of(writer.id)
        if not new.running:
            self._start(new, wanted)
        settings = self._settings(new, replace(wanted, replica_lag_s=0.0))
        new.configure(replace(settings, restore={"restore_command": f'cp "{old.data}/pg_wal/%f" %p'}), standby=True)
        new.reload()
        replayed: list[Any] = []

        def rests() -> bool:
            replayed.append(new.query("SELECT pg_last_wal_replay_lsn()"))
            return len(replayed) >= SAME_LOOKS and all(one == replayed[-1] for one in replayed[-SAME_LOOKS:])

        wait_until(rests, timeout_s=REPLAY_TIMEOUT_S, every_s=0.1)
        self._promote(new, wanted)
        return new

    def _yield(self, primary: Server, successor: Cluster) -> None:
        """End, which sends the successor all that is committed, until it has a writer of its own."""
        self.done.clear()
        primary.stop()
        if not wait_until(lambda: successor.leads, timeout_s=LEADER_TIMEOUT_S, every_s=0.05):
            raise SandboxFailed("The cluster that got its name has no writer now.")

    def _take_over(self, primary: Server, former: Cluster | None, wanted: WantedCluster) -> None:
        """Get a writer of its own: with all that the former leader has committed, if that is to follow this cluster now."""
        if former is not None and former.primary is not None and not former.primary.is_standby:
            old = former.primary
            if not wait_until(lambda: not old.running, timeout_s=LEADER_TIMEOUT_S, every_s=0.02):
                raise SandboxFailed("The writer of the former primary cluster does not end.")
            last = old.control()["Latest checkpoint location"]
            if not wait_until(lambda: _has_replayed(primary, last), timeout_s=REPLAY_TIMEOUT_S):
                raise SandboxFailed("The cluster has not received all changes of the former primary cluster.")
        self._promote(primary, wanted)

    @property
    def leads(self) -> bool:
        """Whether others can follow its primary."""
        primary = self.primary
        return primary is not None and primary.running and not primary.is_standby

    def _await_streaming(self, primary: Server, standby: Server) -> None:
        statement = "SELECT 1 FROM pg_stat_replication WHERE application_name = %s AND state = 'streaming'"
        if not wait_until(
            lambda: bool(primary.query(statement, (_slot(standby.key),))), timeout_s=STREAMING_TIMEOUT_S, every_s=0.05
        ):
            raise SandboxFailed(f"The server {standby.key} does not follow the writer.")

    # Instances

    def _serve_all(self, instances: Iterable[WantedInstance], wanted: WantedCluster) -> None:
        """Serve each; one that fails keeps no other one from it."""
        problem: SandboxFailed | None = None
        for instance in instances:
            try:
                self._serve(instance, wanted)
            except SandboxFailed as error:
                problem = problem or error
        if problem is not None:
            raise problem

    def _serve(self, instance: WantedInstance, wanted: WantedCluster) -> None:
        """Have a server for the instance, in its role, that was restarted since its last reboot."""
        if instance.id not in self._instances.values():
            self._instances[self._add().key] = instance.id
            self._save()
        server = self._server_of(instance.id)
        done, head = self.done.get(instance.id), self._servers[self._primary or ""]
        if (done is not None and done.restarts != instance.restarts) or server.binaries.major != head.binaries.major:
            server.stop()
        if not server.running:
            if server.key != self._primary:
                self._follow(server, wanted)
            elif self._leader is not None:
                self._submit(server, self._leader, wanted)
            else:
                self._start(server, wanted)
        writes = server.key == self._primary and self._leader is None
        major = head.binaries.major if self.failed_upgrade is not None else wanted.major
        self.done[instance.id] = Done(server, writes, instance.restarts, major)

    def _follow(self, server: Server, wanted: WantedCluster) -> None:
        """Start a standby of the primary."""
        primary = self._servers[self._primary or ""]
        self._ensure_slot(primary, server.key)
        self._attach(server, primary, _slot(server.key), wanted)

    def _attach(self, server: Server, primary: Server, slot: str | None, wanted: WantedCluster) -> None:
        """Start a standby: as it is, else rewound, else from a new base backup; of another major version only from that."""
        alike, server.binaries = server.binaries.major == primary.binaries.major, primary.binaries
        ways: list[Callable[[], None]] = [
            lambda: None,
            lambda: server.rewind(primary.sockets),
            lambda: server.copy_of(primary.sockets, slot),
        ]
        problem: SandboxFailed | None = None
        for way in ways if server.exists and alike else ways[2:]:
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
        follows = server.key != self._primary or self._leader is not None
        server.configure(self._settings(server, wanted), standby=follows or server.is_standby)
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
        head, leader = server.key == self._primary, self._leader
        upstream = self.link if not head else leader.link if leader is not None else None
        return ServerSettings(
            sockets=str(server.sockets),
            name=_slot(server.key),
            upstream=str(upstream) if upstream is not None else None,
            slot=None if head else _slot(server.key),
            archive=str(self._account.folder(self.backups.archive)),
            identity=identity,
            parameters=parameters.known({**wanted.parameters, **own}, server.binaries),
            restore=leader.backups.restoring if head and leader is not None else {},
            lag_s=0.0 if head else wanted.replica_lag_s,
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
        data, primary = self.folder / key / "data", self.primary
        binaries = self._programs.for_data(data) or (
            primary.binaries if primary else self._programs.for_cluster(self._major)
        )
        return Server(self._account, self._supervisor, binaries, key, self.folder, self._crashed)

    def _remove(self, key: str) -> None:
        self._servers.pop(key).delete()
        self._instances.pop(key, None)
        self._applied.pop(key, None)
        self._save()

    # What is on disk

    @property
    def link(self) -> Path:
        """Leads to the folder of the primary's socket."""
        return self._account.sockets / f"w{self.id[-12:].lower()}"

    def _point_to(self, server: Server) -> None:
        write_link(self.link, server.sockets)

    def _save(self, promoting: str | None = None) -> None:
        state = {"primary": self._primary, "instances": self._instances, "promoting": promoting}
        write_atomic(self.folder / "cluster.json", json.dumps(state, indent=1), sync=False)

    def _load(self) -> None:
        state = read_json(self.folder / "cluster.json") or {}
        for former in self.folder.glob(f"*/{FORMER_DATA}"):
            self._make(former.parent.name).finish_upgrade()
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
            woken = not primary.running
            if woken and primary.is_standby:
                raise SandboxFailed("A stopped cluster that follows another one is restored to its latest time alone.")
            recovering = Server(
                self._account,
                self._supervisor,
                primary.binaries,
                secrets.token_hex(4),
                self._account.data / "recovering",
                _nothing,
            )
            try:
                if woken:
                    primary.start()
                self.backups.restore(primary, recovering, target, time)
            finally:
                if woken:
                    primary.stop()
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
