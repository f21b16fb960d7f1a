"""What the emulator wants of the databases: clusters and their instances, as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class WantedInstance:
    """An instance.

    Attributes:
        id: its DbiResourceId, which a rename does not change.
        name: its identifier.
        writer: whether it is the writer.
        restarts: how many times it has been rebooted.
        capacity: the range of ACUs of a Serverless v2 instance; None: it is provisioned.
        parameters: of its DB parameter group, as set.
    """

    id: str
    name: str
    writer: bool
    restarts: int = 0
    capacity: tuple[float, float] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """What a new cluster begins with.

    Attributes:
        snapshot: id of a snapshot; None: a cluster.
        cluster: DbClusterResourceId of the source; None: a snapshot.
        time: seconds since the epoch to restore to; None: the latest.
    """

    snapshot: str | None = None
    cluster: str | None = None
    time: float | None = None


@dataclass(frozen=True)
class WantedCluster:
    """A cluster.

    Attributes:
        id: its DbClusterResourceId, which a rename does not change.
        name: its identifier.
        region: its Region.
        version: its engine version, e.g. `17.7`.
        user: name of the master user.
        password: of the master user; None: the one that its data have.
        database: name of the initial database; None: none.
        pause_s: seconds without a connection after which it pauses; None: never.
        replica_lag_s: seconds after which readers apply a change.
        running: whether it is neither stopped nor deleted.
        instances: that are not deleted.
        parameters: of its cluster parameter group, as set.
        origin: what it begins with; None: nothing.
        successor: DbClusterResourceId of the cluster that has its name since a blue/green switchover; None: it has it still.
        follows: DbClusterResourceId of the cluster that it replicates; None: it has a writer of its own.
        blue: DbClusterResourceId of the cluster whose changes it gets, as its green copy; None: it is no such copy.
        engine: of Aurora.
    """

    id: str
    name: str
    region: str
    version: str
    user: str
    password: str | None
    database: str | None = None
    pause_s: float | None = None
    replica_lag_s: float = 0.0
    running: bool = True
    instances: tuple[WantedInstance, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = None
    follows: str | None = None
    successor: str | None = None
    blue: str | None = None
    engine: str = field(kw_only=True)

    @property
    def major(self) -> int:
        """The major version."""
        return int(self.version.split(".")[0])

    @property
    def writer(self) -> WantedInstance | None:
        """The writer; None: all are readers, of the cluster that this one follows."""
        return None if self.follows else next((one for one in self.instances if one.writer), None)
