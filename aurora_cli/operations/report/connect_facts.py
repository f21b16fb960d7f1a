"""Where a connection leads, and what signs in: what `connection` writes, and `psql`, `mysql` and `sql` use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.operations.core.region_topology import secret_of_master
from aurora_cli.operations.passwords.generated import is_made_here
from aurora_cli.operations.report.connection_strings import CA_FILE, Target, target_of

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec


@dataclass(frozen=True)
class ConnectFacts:
    """One endpoint and one user.

    Attributes:
        role: writer, reader, the name of a custom endpoint, or the key or identifier of an instance.
        target: with a file of certificate authorities that need not be there.
        secret: ARN of the secret that has the user's password; None if none is known.
        iam: whether the user signs in with an IAM token.
    """

    spec: ClusterSpec
    topology: Topology
    role: str
    target: Target
    secret: str | None
    iam: bool


def facts_of(
    app: AppContext,
    spec: ClusterSpec,
    topology: Topology,
    host: str,
    *,
    port: int | None = None,
    role: str = "writer",
    user: str | None = None,
    database: str | None = None,
    ca_file: str = CA_FILE,
) -> ConnectFacts:
    """The facts of a host of a cluster, by default at its port. Raises what looking for a global database's secret raises."""
    chosen = user or topology.username or str(spec.username)
    target = target_of(topology, host, port=port, user=chosen, database=database, ca_file=ca_file)
    given = spec.bootstrap.roles.get(chosen) if spec.bootstrap else None
    secret = given.secret if given else None
    if chosen == topology.username:
        secret = topology.secret_arn or _made_secret(app, spec)
    iam = chosen in spec.credentials.iam_users or (given is not None and given.iam)
    return ConnectFacts(spec, topology, role, target, secret, iam)


def _made_secret(app: AppContext, spec: ClusterSpec) -> str | None:
    """The secret of the stack's own, which a global database has."""
    return secret_of_master(app, spec) if is_made_here(spec) else None
