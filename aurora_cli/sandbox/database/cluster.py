"""Brings the servers of one cluster to what is wanted. One thread works on a cluster at a time.

One server is the primary; all others are its standbys. They find it by a link to the folder of its socket, so that a change of
the primary is a change of that link. Servers have keys of their own, and instances are assigned to
them: the storage of an Aurora cluster is the cluster's, and outlives its instances.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.sandbox.database.engine import FORMER_DATA, Changes, Engine, Role, Server
from aurora_cli.sandbox.database.model import WantedCluster, WantedInstance
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.files import read_json
from aurora_cli.sandbox.processes import wait_until
from aurora_cli.writing import write_atomic, write_link

STREAMING_TIMEOUT_S = 20.0
LEADER_TIMEOUT_S = 60.0
REPLAY_TIMEOUT_S = 30.0
SENDING_TIMEOUT_S = 5.0
_READ_ONLY = "default_transaction_read_only"
"""On in a green cluster, unless its parameter group says otherwise; everybody can change it for a session."""


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
        blue: the cluster of which it is a copy that gets its changes; None: it is none, or no longer.
        green: the copies that get its changes.
        leader_version: the version that its leader is to have.
    """

    source: Source | None = None
    leader: Cluster | None = None
    former: Cluster | None = None
    successor: Cluster | None = None
    blue: Cluster | None = None
    green: tuple[Cluster, ...] = ()
    leader_version: str | None = None


class Cluster:
    """The servers of a cluster.

    Args:
        identifier: its DbClusterResourceId.
        major: its major version when it was created.
        crashed: is called when a server has ended without being told to.
        moved: is called when another server is the primary.

    Attributes:
        blue: DbClusterResourceId of the cluster of which it is a copy that gets its changes; None: it is none.
        drained: mark of its last change, while it yields to a copy and nobody is led to it.
        remarks: what stands in the way of changes for its copies.
        failed_upgrade: the version of an upgrade that has failed, and why.
        loaded: whether what is installed can serve the data that it has.
    """

    def __init__(
        self,
        account: Account,
        engine: Engine,
        identifier: str,
        major: int,
        crashed: Callable[[], None],
        moved: Callable[[], None],
    ) -> None:
        self.id = identifier
        self.folder = account.data / "clusters" / identifier
        self._engine, self._major = engine, major
        self.backups = engine.backups(self.folder)
        self.done: dict[str, Done] = {}
        self._account, self._crashed, self._moved = account, crashed, moved
        self._servers: dict[str, Server] = {}
        self._instances: dict[str, str] = {}
        self._primary: str | None = None
        self._applied: dict[str, Role] = {}
        self._master: tuple[str, str | None] | None = None
        self._leader: Cluster | None = None
        self._green: tuple[Cluster, ...] = ()
        self._is_green = False
        self.blue: str | None = None
        self._beginning: str | None = None
        self._outdated = False
        self.drained: str | None = None
        self.remarks: tuple[str, ...] = ()
        self.failed_upgrade: tuple[str, str] | None = None
        self.loaded = False
        with suppress(SandboxFailed):  # `reach` raises it
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
        self._leader, self._green, self._is_green = others.leader, others.green, others.blue is not None
        if others.blue is not None:
            self._discard_outdated(wanted)
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
            if self._engine.changes is not None:
                self._engine.changes.keep(primary, [_name(one.id) for one in self._green])

    def _notice_ends(self) -> None:
        if not self.loaded:
            self._load()
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
        if self.primary is not None and self.primary.exists:
            return
        if self.backups.earliest is not None or any(one.exists for one in self.servers):
            raise SandboxFailed("The data of the writer are damaged: its mark is missing.")
        server = self.primary or self._add()
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
        if self._master == signed:
            return
        primary.prepare(wanted.user, wanted.database)
        if self._engine.changes is not None:  # of a copy of a green cluster
            self._engine.changes.unsubscribe(primary, _name(self.id) if self.blue else None)
        if wanted.password is not None:
            primary.set_password(wanted.user, wanted.password)
        self._master = signed

    def _switch_over(self, writer: WantedInstance, wanted: WantedCluster) -> Server:
        """Make the writer's server the primary. Nothing that was committed is lost.

        The old primary ends first, and so nobody commits on it any more; it waits until its standbys have received all of that.
        It is started before that if it has crashed.
        """
        old, new = self._servers[self._primary or ""], self._server_of(writer.id)
        if not new.running:
            self._start(new, wanted)
        new.configure(self._role(new, replace(wanted, replica_lag_s=0.0), standby=True))
        new.reload()
        self._await_streaming(old, new)
        self._send_to_green(old)
        self.done = {name: one for name, one in self.done.items() if one.server is not old}
        old.stop()
        last = old.position()
        if not wait_until(lambda: new.has_applied(last), timeout_s=REPLAY_TIMEOUT_S):
            self._start(old, wanted)
            raise SandboxFailed(f"The reader {writer.name} has not received all changes of the writer.")
        self._promote(new, wanted)
        return new

    def _promote(self, server: Server, wanted: WantedCluster) -> None:
        self._save(promoting=server.key)
        server.promote()
        self._primary = server.key
        self._save()
        server.expect(self._servers.keys() - {server.key})
        for green in self._taking:  # they have received all that was committed before this promotion
            self._changes().publish(server, _name(green.id))
        self._point_to(server)
        server.configure(self._role(server, wanted, standby=False))
        server.reload()
        self._moved()

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
        if self._upgrade_with(primary, wanted) is None:
            return

        def ended() -> bool:
            self.failed_upgrade = leader.failed_upgrade
            head = leader.primary
            return self.failed_upgrade is not None or (head is not None and head.binaries.major >= wanted.major)

        wait_until(ended, timeout_s=LEADER_TIMEOUT_S, every_s=0.05)

    def _upgrade_with(self, primary: Server, wanted: WantedCluster) -> Binaries | None:
        """What the data are to be upgraded with; None: they stay as they are."""
        if self.failed_upgrade is not None and self.failed_upgrade[0] != wanted.version:
            self.failed_upgrade = None
        due = primary.binaries.major < wanted.major and self.failed_upgrade is None
        return self._engine.upgrade_to(wanted.major) if due else None

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
        self._attach(primary, leader.primary, wanted)

    def _lead(self, primary: Server, others: Relations, wanted: WantedCluster) -> Server:
        if (
            others.successor is not None
            and others.successor.primary is not None
            and others.successor.primary.is_standby
        ):
            self._yield(primary, others.successor)
        if others.blue is not None and self.blue is None and self._beginning is None:
            self._begin_as_copy(primary, others.blue, wanted)
        if others.successor is not None and others.successor.blue == self.id:
            self._drain(primary, others.successor, wanted)
        if not primary.running:
            try:
                self._start(primary, wanted)
            except SandboxFailed as problem:
                primary = self._replace(primary, wanted, problem)
        if others.blue is None and self.blue is not None:
            self._end_as_copy(primary, others.former, wanted)
        if primary.is_standby:
            self._take_over(primary, others.former, wanted)
        self._upgrade(primary, wanted)
        if others.blue is not None and self.blue is None:
            self._take_changes(primary, others.blue)
        self._ensure_content(primary, wanted)
        return primary

    def _upgrade(self, primary: Server, wanted: WantedCluster) -> None:
        """Bring the data to the major version that is wanted, if it is installed; standbys are created again from them."""
        new = self._upgrade_with(primary, wanted)
        if new is None:
            return
        self._have_green_copied_again()
        if self._engine.changes is not None:
            self._engine.changes.keep(primary, ())
        self._stop_all()
        try:
            primary.upgrade(new)
        except SandboxFailed as problem:
            self.failed_upgrade = (wanted.version, problem.message)
        else:
            self.backups.forget()
            self._applied.clear()
            self._master = None  # the new version has roles that the former one has not
        self._start(primary, wanted)
        self._moved()

    @property
    def able(self) -> list[str]:
        """The instances whose servers can take over from a primary that does not start."""
        pairs = [(self._servers[key], instance) for key, instance in list(self._instances.items())]
        return [instance for server, instance in pairs if server.exists and server.is_standby]

    def _replace(self, old: Server, wanted: WantedCluster, problem: SandboxFailed) -> Server:
        """Promote the server of the writer in the place of a primary that does not start.

        It gets all of the old one's changes first, as far as those can be read: in Aurora they share the storage.
        """
        writer = wanted.writer
        if writer is None or writer.id not in self.able:
            raise problem
        new = self._server_of(writer.id)
        if not new.running:
            self._start(new, wanted)
        new.catch_up(old, self._role(new, replace(wanted, replica_lag_s=0.0), standby=True))
        self._have_green_copied_again()  # the old one may not have sent all changes
        self._promote(new, wanted)
        return new

    def _yield(self, primary: Server, successor: Cluster) -> None:
        """End, which sends the successor all that is committed, until it has a writer of its own."""
        self.done.clear()
        primary.stop()
        if not wait_until(lambda: successor.leads, timeout_s=LEADER_TIMEOUT_S, every_s=0.05):
            raise SandboxFailed("The cluster that got its name has no writer now.")

    # Green clusters

    def _begin_as_copy(self, primary: Server, blue: Cluster, wanted: WantedCluster) -> None:
        """Follow the blue cluster until it keeps its changes for this one."""
        changes = self._changes()
        self._leader = blue
        self._submit(primary, blue, wanted)
        assert blue.primary is not None
        mark = changes.publish(blue.primary, _name(self.id))
        if not wait_until(lambda: primary.has_applied(mark), timeout_s=REPLAY_TIMEOUT_S):
            raise SandboxFailed("The green cluster has not received all changes of the blue one.")
        self.remarks = tuple(changes.without_key(blue.primary))
        self._leader = None
        self._promote(primary, wanted)
        self._beginning = changes.beginning(primary)
        self._save()

    def _take_changes(self, primary: Server, blue: Cluster) -> None:
        """Apply the changes of the blue cluster from now on."""
        assert self._beginning is not None
        self._changes().subscribe(primary, _name(self.id), blue.link, self._beginning)
        self.blue, self._beginning = blue.id, None
        self._save()

    def _send_to_green(self, primary: Server) -> None:
        """Another primary keeps none of the changes until now: a green cluster that does not get them is copied again."""
        for green in self._taking:
            changes, name, mark = self._changes(), _name(green.id), self._changes().mark(primary)
            if not wait_until(
                partial(changes.has_sent, primary, name, mark), timeout_s=SENDING_TIMEOUT_S, every_s=0.05
            ):
                green._copy_again()

    @property
    def _taking(self) -> list[Cluster]:
        """The green clusters that get the changes of this one."""
        return [one for one in self._green if one.blue == self.id]

    def _have_green_copied_again(self) -> None:
        for green in self._taking:
            green._copy_again()

    def _copy_again(self) -> None:
        """Begin as a copy of the blue cluster once more: this one may lack changes."""
        self.blue, self._outdated = None, True
        self._save()

    def _discard_outdated(self, wanted: WantedCluster) -> None:
        """Delete the data of a copy that is to begin once more."""
        primary = self.primary
        if self.blue is not None and primary is not None and self._upgrade_with(primary, wanted) is not None:
            self._copy_again()  # an upgrade forgets which changes are applied
        if not self._outdated:
            return
        self.done.clear()
        for server in self.servers:
            server.delete()
        self.backups.forget()
        self._applied.clear()
        self._master = self._beginning = None
        self._outdated = False
        self._save()

    def _drain(self, primary: Server, green: Cluster, wanted: WantedCluster) -> None:
        """End all connections, and let nobody in until the green cluster has all that was committed."""
        self.done.clear()
        primary.stop()
        self._start(primary, wanted)
        self.drained = self._changes().mark(primary)
        try:
            if not wait_until(lambda: green.blue is None, timeout_s=LEADER_TIMEOUT_S, every_s=0.02):
                raise SandboxFailed("The cluster that got its name has not received all changes.")
        finally:
            self.drained = None
        self._changes().keep(primary, [_name(one.id) for one in self._green])

    def _end_as_copy(self, primary: Server, blue: Cluster | None, wanted: WantedCluster) -> None:
        """Be a cluster like any other; in the place of the blue one with all that it has committed."""
        changes, name = self._changes(), _name(self.id)
        if blue is not None and blue.id == self.blue:
            if not wait_until(lambda: blue.drained is not None, timeout_s=LEADER_TIMEOUT_S, every_s=0.02):
                raise SandboxFailed("The writer of the blue cluster does not end.")
            source, mark = blue.primary, str(blue.drained)
            assert source is not None
            if not wait_until(lambda: changes.has_sent(source, name, mark), timeout_s=REPLAY_TIMEOUT_S, every_s=0.05):
                raise SandboxFailed("The green cluster has not received all changes of the blue one.")
            changes.copy_sequences(source, primary)
        changes.unsubscribe(primary, None)
        primary.configure(self._role(primary, wanted, standby=False))
        primary.reload()
        self.blue = None
        self._save()

    def _changes(self) -> Changes:
        assert self._engine.changes is not None
        return self._engine.changes

    def _take_over(self, primary: Server, former: Cluster | None, wanted: WantedCluster) -> None:
        """Get a writer of its own: with all that the former leader has committed, if that is to follow this cluster now."""
        if former is not None and former.primary is not None and not former.primary.is_standby:
            old = former.primary
            if not wait_until(lambda: not old.running, timeout_s=LEADER_TIMEOUT_S, every_s=0.02):
                raise SandboxFailed("The writer of the former primary cluster does not end.")
            last = old.position()
            if not wait_until(lambda: primary.has_applied(last), timeout_s=REPLAY_TIMEOUT_S):
                raise SandboxFailed("The cluster has not received all changes of the former primary cluster.")
        self._promote(primary, wanted)

    @property
    def leads(self) -> bool:
        """Whether others can follow its primary."""
        primary = self.primary
        return primary is not None and primary.running and not primary.is_standby

    def _await_streaming(self, primary: Server, standby: Server) -> None:
        if not wait_until(lambda: primary.is_followed_by(standby), timeout_s=STREAMING_TIMEOUT_S, every_s=0.05):
            raise SandboxFailed(f"The server {standby.key} does not follow the writer.")

    # Instances

    def _serve_all(self, instances: Iterable[WantedInstance], wanted: WantedCluster) -> None:
        """Serve each; one that fails keeps no other one from it."""
        problem: SandboxFailed | None = None
        for instance in instances:
            try:
                self._serve(instance, wanted)
            except SandboxFailed as failed:
                problem = problem or failed
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
        elif server.is_standby:
            server.keep_following()
        writes = server.key == self._primary and self._leader is None
        major = head.binaries.major if self.failed_upgrade is not None else wanted.major
        self.done[instance.id] = Done(server, writes, instance.restarts, major)

    def _follow(self, server: Server, wanted: WantedCluster) -> None:
        """Start a standby of the primary."""
        primary = self._servers[self._primary or ""]
        primary.expect([server.key])
        self._attach(server, primary, wanted)

    def _attach(self, server: Server, primary: Server, wanted: WantedCluster) -> None:
        """Start a standby."""
        problem: SandboxFailed | None = None
        for way in server.ways_to_follow(primary, named=server.key != self._primary):
            try:
                way()
                self._start(server, wanted)
                self._await_streaming(primary, server)
            except SandboxFailed as error:
                problem = error
                server.stop(fast=True)
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
        primary.forget_others(self._servers.keys() - {primary.key})

    # Servers

    def _start(self, server: Server, wanted: WantedCluster) -> None:
        follows = server.key != self._primary or self._leader is not None
        server.configure(self._role(server, wanted, standby=follows or server.is_standby))
        server.start()
        if server.key == self._primary:
            self._point_to(server)

    def _role(self, server: Server, wanted: WantedCluster, *, standby: bool) -> Role:
        instance = next((one for one in wanted.instances if one.id == self._instances.get(server.key)), None)
        own: Mapping[str, str] = instance.parameters if instance else {}
        keys = {name: key for key, name in self._instances.items()}
        members = sorted(wanted.instances, key=lambda one: not one.writer)
        head, leader = server.key == self._primary, self._leader
        return Role(
            standby=standby,
            upstream=self.link if not head else leader.link if leader is not None else None,
            named=not head,
            backups=self.backups,
            leader_backups=leader.backups if head and leader is not None else None,
            version=wanted.version,
            instance=instance.name if instance else "",
            members=tuple((one.name, keys.get(one.id, "")) for one in members),
            parameters={**({_READ_ONLY: "on"} if self._is_green else {}), **wanted.parameters, **own},
            lag_s=0.0 if head else wanted.replica_lag_s,
        )

    def _apply_parameters(self, wanted: WantedCluster) -> None:
        """What changes without a restart; the rest holds from the next start."""
        for done in self.done.values():
            role = self._role(done.server, wanted, standby=not done.writer)
            if self._applied.get(done.server.key) != role:
                done.server.configure(role)
                done.server.reload()
                self._applied[done.server.key] = role

    def _server_of(self, instance: str) -> Server:
        key = next(key for key, one in self._instances.items() if one == instance)
        return self._servers[key]

    def _add(self) -> Server:
        self._account.folder(self.folder)
        key = secrets.token_hex(4)
        self._servers[key] = self._make(key)
        return self._servers[key]

    def _make(self, key: str) -> Server:
        return self._engine.server(key, self.folder, self._crashed, major=self._major, like=self.primary)

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
        state = {
            "primary": self._primary,
            "instances": self._instances,
            "promoting": promoting,
            "blue": self.blue,
            "beginning": self._beginning,
            "outdated": self._outdated,
        }
        write_atomic(self.folder / "cluster.json", json.dumps(state, indent=1), sync=False)

    def _load(self) -> None:
        file = self.folder / "cluster.json"
        state = read_json(file) or {}
        damaged = file.exists() and not isinstance(state.get("instances"), dict)
        if damaged:
            state = {}
        for former in self.folder.glob(f"*/{FORMER_DATA}"):
            self._make(former.parent.name).finish_upgrade()
        self._servers = {place.parent.name: self._make(place.parent.name) for place in self.folder.glob("*/data")}
        instances = state.get("instances", {}).items()
        self._instances = {key: instance for key, instance in instances if key in self._servers}
        self._primary = state.get("primary") if state.get("primary") in self._servers else None
        self.blue, self._beginning = state.get("blue"), state.get("beginning")
        self._outdated = state.get("outdated", False)
        promoted = self._servers.get(state.get("promoting") or "")
        if promoted is not None and promoted.exists and not promoted.is_standby:
            self._primary = promoted.key
        if damaged:
            writers = [key for key, one in self._servers.items() if one.exists and not one.is_standby]
            if self._servers and len(writers) != 1:  # nothing is deleted before it is known whose data these are
                raise SandboxFailed(f"{file} is damaged, and does not say which of its servers is the writer's.")
            self._primary = next(iter(writers), None)
        self.loaded = True
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
            place = self._account.data / "recovering"
            recovering = self._engine.server(secrets.token_hex(4), place, _nothing, major=self._major, like=primary)
            try:
                if woken:
                    primary.start()
                self.backups.restore(primary, recovering, target, time)
            finally:
                recovering.delete()
                if woken:
                    primary.stop()
            return
        if primary.running:
            primary.back_up(target)
            return
        copy_folder(primary.data, target)
        primary.detach(target)


def _nothing() -> None:
    """For a server whose end surprises nobody."""


def _name(identifier: str) -> str:
    """The name of a green cluster in the blue one."""
    return identifier[-12:].lower()
