"""Clones and replicas that hang on a cluster."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.restore.restore_sources import read_cluster
from aurora_cli.operations.source.lookup import clones_of


@dataclass(frozen=True)
class Dependants:
    """What would notice that a cluster goes.

    Attributes:
        clones: identifiers of clusters that share pages with it.
        replicas: ARNs of clusters that replicate it.
        replicates: ARN of what it replicates itself, or None.
    """

    clones: tuple[str, ...] = ()
    replicas: tuple[str, ...] = ()
    replicates: str | None = None

    def without(self, members: Collection[str]) -> Dependants:
        """These, without the members of the cluster's own global database: AWS reports them as its replicas.

        Args:
            members: ARNs of clusters.
        """
        replicas = tuple(arn for arn in self.replicas if arn not in members)
        return Dependants(self.clones, replicas, None if self.replicates in members else self.replicates)

    def sentences(self, name: str) -> tuple[str, ...]:
        """What a person should know before the cluster goes."""
        said = []
        if self.replicas:
            said.append(
                f"{', '.join(self.replicas)} replicates it: AWS refuses to delete it until that is promoted or deleted."
            )
        if self.clones:
            stay = "stay" if len(self.clones) > 1 else "stays"
            said.append(
                f"Its clones share its pages: {', '.join(self.clones)} {stay}, and is billed for them from then on."
            )
        if self.replicates:
            said.append(
                f"{name} replicates {self.replicates}: it is promoted first, since AWS keeps a replica's last instance."
            )
        return tuple(said)


def dependants_of(rds: Any, name: str) -> Dependants:
    """What hangs on the cluster now. Raises CredentialsError, AccessDenied, AwsFailed."""
    found = read_cluster(rds, name)
    if found is None:
        return Dependants()
    replicas = tuple(found.raw.get("ReadReplicaIdentifiers") or ())
    return Dependants(tuple(clones_of(rds, found)), replicas, found.raw.get("ReplicationSourceIdentifier") or None)
