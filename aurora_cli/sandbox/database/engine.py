"""What the fleet asks of a database engine, and nothing more. `postgres/` and `mysql/` give it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aurora_cli.sandbox.database.programs import Binaries

FORMER_DATA = "former"
"""Name of the data before an upgrade, beside those after it."""


@dataclass(frozen=True)
class Role:
    """What a server is in its cluster.

    Attributes:
        standby: whether it follows another server.
        upstream: leads to the folder of the socket of the server that it follows; None: it follows none.
        named: whether the server that it follows knows it by its key, and keeps for it what it has not received.
        backups: those of its cluster.
        leader_backups: of the cluster that its cluster follows, if it is the server that does; else None.
        version: engine version of the cluster.
        instance: identifier of its instance; empty: it has none.
        members: identifiers of the instances, the writer first, with the keys of their servers.
        parameters: of the parameter groups, as set.
        lag_s: seconds after which a standby applies a change.
    """

    standby: bool
    upstream: Path | None
    named: bool
    backups: Backups
    leader_backups: Backups | None
    version: str
    instance: str
    members: tuple[tuple[str, str], ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    lag_s: float = 0.0


@dataclass(frozen=True)
class Sample:
    """What a server says of its load.

    Attributes:
        connections: of clients.
        commits, deadlocks: since it was started.
        lag_ms: how far it is behind the server that it follows; None: it follows none.
    """

    connections: int
    commits: float
    deadlocks: float
    lag_ms: float | None


class Server(Protocol):
    """A server, running or not. Everything raises SandboxFailed if the server does not do it."""

    key: str
    binaries: Binaries
    folder: Path
    data: Path
    log: Path
    sockets: Path

    @property
    def socket(self) -> Path:
        """Its socket, which clients are led to."""

    @property
    def exists(self) -> bool:
        """Whether it has data."""

    @property
    def is_standby(self) -> bool:
        """Whether it follows another server."""

    @property
    def running(self) -> bool:
        """Whether its process runs."""

    @property
    def pid(self) -> int | None:
        """Its process ID; None if it is not running."""

    def create(self) -> None:
        """Begin with no data."""

    def ways_to_follow(self, writer: Server, *, named: bool) -> list[Callable[[], None]]:
        """What can be done before it is started as a standby of a running server, the cheapest first, a new copy last."""

    def back_up(self, target: Path) -> None:
        """Copy the data, while it runs, into a folder that does not exist."""

    def detach(self, data: Path) -> None:
        """Make a copy of the data of a server that is stopped that of one that follows none."""

    def configure(self, role: Role) -> None:
        """Write its configuration, which holds from the next start or reload."""

    def start(self) -> None:
        """Start it, and wait until it accepts connections."""

    def stop(self, *, fast: bool = False) -> None:
        """Stop it.

        Args:
            fast: by default its standbys are sent all that is committed first.
        """

    def reload(self) -> None:
        """Have it read its configuration again."""

    def promote(self) -> None:
        """Make a standby the writer."""

    def upgrade(self, new: Binaries) -> None:
        """Make its data, of a server that was shut down, those of a later major version; see `Engine.upgrade_to`."""

    def finish_upgrade(self) -> None:
        """Bring an upgrade that was interrupted to its end, or take it back."""

    def catch_up(self, old: Server, role: Role) -> None:
        """Have a running standby apply what a server that does not start has committed, as far as that can be read."""

    def delete(self) -> None:
        """Stop it and delete its data."""

    def prepare(self, user: str, database: str | None) -> None:
        """Make a new server that of a cluster, with its master user and initial database; repeated, it does nothing."""

    def set_password(self, user: str, password: str) -> None:
        """Set the password of the master user."""

    def token_password(self, user: str) -> str | None:
        """The password that the server takes for a token that the proxy has checked; None: the user has one of their own."""

    def translate(self, statement: bytes) -> bytes:
        """A client's statement, with what Aurora alone knows said otherwise."""

    def expect(self, keys: Collection[str]) -> None:
        """Keep what standbys with these keys have not received."""

    def forget_others(self, keys: Collection[str]) -> None:
        """Keep nothing for standbys with other keys."""

    def keep_following(self) -> None:
        """Have a running standby follow the server that leads now."""

    def is_followed_by(self, standby: Server) -> bool:
        """Whether a running standby receives what is committed here."""

    def position(self) -> str:
        """The last change of a server that was stopped."""

    def has_applied(self, position: str) -> bool:
        """Whether a running standby has applied the changes up to that one."""

    def beat(self) -> None:
        """Commit something, to which standbys can be behind."""

    def sample(self) -> Sample:
        """Its load now."""

    def disk(self) -> int:
        """Bytes of its files."""

    def memory(self) -> int:
        """Bytes of memory of its processes; 0 where the system does not say."""


class Backups(Protocol):
    """Continuous backup of a cluster: a base copy and what was committed since then."""

    archive: Path

    @property
    def earliest(self) -> float | None:
        """Seconds since the epoch of the earliest time to restore to; None before the first base copy."""

    def keep_up(self, primary: Any) -> None:
        """Take a base copy if there is none, or much was committed since."""

    def forget(self) -> None:
        """Delete what is of an earlier major version."""

    def restore(self, primary: Any, recovering: Any, target: Path, time: float) -> None:
        """Put the data as they were at a time into a folder that does not exist.

        Args:
            primary: the running primary.
            recovering: a server that does not exist, to recover them with; whoever calls deletes it.
        """


class Changes(Protocol):
    """Replication of the changes of rows to a copy of a cluster that is written to itself. Everything raises SandboxFailed."""

    def publish(self, server: Server, name: str) -> str:
        """Keep the changes for a copy of that name, from now on or since it was first called.

        Returns:
            A mark: a copy that has applied everything up to it lacks no change that is not kept.
        """

    def keep(self, server: Server, names: Collection[str]) -> None:
        """Keep no changes for copies with other names."""

    def without_key(self, server: Server) -> list[str]:
        """Tables in which rows cannot be changed or deleted while changes are kept."""

    def beginning(self, server: Server) -> str:
        """The last change that a standby has, which was promoted and has not been started since."""

    def subscribe(self, server: Server, name: str, publisher: Path, beginning: str) -> None:
        """Have a server apply the changes since then.

        Args:
            publisher: leads to the folder of the socket of the server that keeps them.
        """

    def unsubscribe(self, server: Server, name: str | None) -> None:
        """Apply no changes but those for the copy of that name; None: apply none."""

    def mark(self, server: Server) -> str:
        """The last change."""

    def has_sent(self, server: Server, name: str, mark: str) -> bool:
        """Whether the copy has applied everything up to the mark."""

    def copy_sequences(self, source: Server, target: Server) -> None:
        """Set all sequences as they are at the source: they are no rows."""


class Engine(Protocol):
    """An engine of Aurora and what is installed to serve it.

    Attributes:
        available: what is installed; not empty.
        changes: how a green cluster gets the changes of the blue one; None: as its standby.
    """

    available: list[Binaries]
    changes: Changes | None

    def server(
        self, key: str, folder: Path, crashed: Callable[[], None], *, major: int, like: Server | None = None
    ) -> Server:
        """A server of a cluster.

        Args:
            key: its name on disk, short and unique.
            folder: of the cluster.
            crashed: is called when it has ended without being told to.
            major: the major version of Aurora that new data are for.
            like: a server whose programs it gets; None: those that its data need, else those for the version.
        """

    def upgrade_to(self, major: int) -> Binaries | None:
        """What data are upgraded with to a major version of Aurora; None: they stay as they are."""

    def backups(self, folder: Path) -> Backups:
        """The backups of a cluster in its folder."""
