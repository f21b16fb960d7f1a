"""What there is of a blue/green deployment, and what a switchover would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.topology import Topology, read_topology
from aurora_cli.aws.engine.blue_green import READY, Deployment, deployment_named, deployment_of, with_lag
from aurora_cli.events import Emit
from aurora_cli.operations.core.global_results import Endpoint
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.stacks.blue_green import BlueGreenRecord, read_blue_green

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


@dataclass(frozen=True)
class Side:
    """One of the two clusters.

    Attributes:
        cluster, status, engine_version: as AWS reports them now.
        writer, reader: its endpoints, `host:port`.
        instances: identifier -> status.
    """

    cluster: str
    status: str
    engine_version: str
    writer: str | None
    reader: str | None
    instances: dict[str, str]


@dataclass(frozen=True)
class BlueGreenStatus:
    """The deployment of a cluster.

    Attributes:
        deployment: AWS's; None when there is none.
        blue, green: the two clusters, under the names that they have now; None for one that is not there.
        next: sentences: what can be done, and what it does.
    """

    name: str
    region: str
    deployment: Deployment | None
    blue: Side | None
    green: Side | None
    next: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "region": self.region,
            "deployment": self.deployment.to_dict() if self.deployment else None,
            "blue": vars(self.blue) if self.blue else None,
            "green": vars(self.green) if self.green else None,
            "next": list(self.next),
        }


def status(app: AppContext, name: str, *, emit: Emit) -> BlueGreenStatus:
    """The deployment as AWS has it. Changes nothing.

    Raises:
        ClusterNotFound: no stack of that name. CredentialsError, AccessDenied, AwsFailed, StackDamaged.
    """
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    app.begin(emit)
    aws = app.aws(spec.region)
    rds, record = aws.client("rds"), read_blue_green(stack.folder)
    found = (deployment_named(rds, record.name) if record else None) or deployment_of(rds, name)
    if found is not None:
        found = with_lag(found, spec.engine, aws.client("cloudwatch"), app.clock)
    old = record.old_cluster if record else None
    blue, green = (found.source, found.target) if found else (old or name, name if old else None)
    return BlueGreenStatus(
        name=name,
        region=spec.region,
        deployment=found,
        blue=_side(read_topology(rds, blue)),
        green=_side(read_topology(rds, green)) if green else None,
        next=_next(name, found, record),
    )


def _side(topology: Topology | None) -> Side | None:
    if topology is None:
        return None
    return Side(
        cluster=topology.identifier,
        status=topology.status,
        engine_version=topology.engine_version,
        writer=_authority(topology.writer_host, topology.port),
        reader=_authority(topology.reader_host, topology.port),
        instances={m.id: m.status for m in topology.members},
    )


def _authority(host: str | None, port: int) -> str | None:
    return Endpoint(host, port).authority if host else None


def _next(name: str, found: Deployment | None, record: BlueGreenRecord | None) -> tuple[str, ...]:
    cleanup = f"aurora-cli blue-green cleanup {name}"
    if found is None:
        if record is not None and record.old_cluster:
            return (f"The old cluster {record.old_cluster} is billed until it is deleted: {cleanup}",)
        return (f"There is no deployment. Create one: aurora-cli blue-green create {name} --to VERSION",)
    if found.switched:
        return (f"{found.source} is the old cluster, and billed until it is deleted: {cleanup}",)
    if found.status in READY:
        return (
            f"Test {found.target}, which is read-only. Then: aurora-cli blue-green switchover {name}",
            (
                f"A switchover stops writes, usually for less than a minute, renames {found.target} to {name}, and updates "
                "spec and Terraform state."
            ),
            f"Or cancel it: {cleanup} --delete-green",
        )
    return (
        (f"AWS is working on it ({found.status}).",)
        if found.status.endswith(("ING", "IN_PROGRESS"))
        else (f"Delete it: {cleanup}",)
    )
