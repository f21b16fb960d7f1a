"""A global cluster and its members."""

from __future__ import annotations

from typing import Any, cast

from moto.rds.models import GlobalCluster, RDSBackend

from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.resource import Transitional


class GlobalDatabase(Transitional, GlobalCluster):
    """A global cluster; its version is that of its writer."""

    def __init__(self, backend: RDSBackend, values: dict[str, Any]) -> None:
        self._version = ""
        super().__init__(
            backend,
            values["global_cluster_identifier"],
            values["engine"],
            values["engine_version"],
            values.get("storage_encrypted"),
            values.get("deletion_protection"),
        )
        self.enter("creating")
        self.database_name = values.get("database_name")
        self.engine_lifecycle_support = values.get("engine_lifecycle_support") or "open-source-rds-extended-support"
        self.tags = values.get("tags") or []

    @property
    def writer(self) -> AuroraCluster | None:
        """The writer."""
        return cast("AuroraCluster | None", next((member for member in self.members if member.is_writer), None))

    @property
    def engine_version(self) -> str:
        """The version of the writer; without members, the version at creation."""
        return self.writer.engine_version if self.writer is not None else self._version

    @engine_version.setter
    def engine_version(self, value: str) -> None:
        self._version = value

    def make_writer(self, target: AuroraCluster) -> None:
        """Make this member the writer; the others replicate from it."""
        self._version = self.engine_version
        for member in self.members:
            member.is_writer = member is target
            member.replication_source_identifier = None if member is target else target.db_cluster_arn
            member.read_replica_identifiers = []
        target.read_replica_identifiers = [member.db_cluster_arn for member in self.members if member is not target]

    @property
    def global_cluster_members(self) -> list[dict[str, Any]]:
        """Members with their roles."""
        return [
            {
                "DBClusterArn": member.db_cluster_arn,
                "IsWriter": bool(member.is_writer),
                "Readers": self.readers if member.is_writer else [],
                "GlobalWriteForwardingStatus": _forwarding(member),
                "SynchronizationStatus": "connected",
            }
            for member in self.members
        ]


def _forwarding(member: Any) -> str | None:
    if member.is_writer:
        return None
    return "enabled" if member.global_write_forwarding_requested else "disabled"
