"""A blue/green deployment of clusters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.rds.models import RDSBackend

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds.databases.serving import deployment_status, remarks
from aurora_cli.sandbox.emulator.rds.models import names
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster

TASKS = (
    "CREATING_READ_REPLICA_OF_SOURCE",
    "DB_ENGINE_VERSION_UPGRADE",
    "CREATE_DB_INSTANCES_FOR_CLUSTER",
    "CREATE_CUSTOM_ENDPOINTS",
)


class Deployment:
    """A blue and a green cluster, and the status of their deployment."""

    _details: str | None = None

    def __init__(self, backend: RDSBackend, params: Any, blue: AuroraCluster, green: AuroraCluster) -> None:
        self.backend, self.blue, self.green = backend, blue, green
        self.blue_green_deployment_identifier = "bgd-" + names.random_text(names.LOWER, 16)
        self.blue_green_deployment_name = params["BlueGreenDeploymentName"]
        self.tag_list = params.get("Tags") or []
        self.create_time = utcnow()
        self.delete_time: datetime | None = None
        self.passage = Transition("PROVISIONING", "AVAILABLE")
        self.status_details: str | None = None
        # clusters first, then instances
        self.pairs: list[tuple[Any, Any]] = [(blue, green), *zip(blue.instances, green.instances, strict=True)]

    @property
    def status(self) -> str:
        """The status; INVALID_CONFIGURATION if the green cluster was deleted."""
        known = self.backend.clusters.values()
        if self.passage.status == "AVAILABLE" and self.green not in known:
            return "INVALID_CONFIGURATION"
        return deployment_status(self.green.db_cluster_resource_id, self.passage)

    @property
    def status_details(self) -> str | None:
        """A sentence about the status."""
        tables = remarks(self.green.db_cluster_resource_id) if self.status == "AVAILABLE" else ()
        without = f"Tables without a primary key reject UPDATE and DELETE: {', '.join(tables)}." if tables else None
        return self._details or without

    @status_details.setter
    def status_details(self, value: str | None) -> None:
        self._details = value

    @property
    def source(self) -> str:
        """ARN of the blue cluster with its current name."""
        return self.blue.db_cluster_arn

    @property
    def target(self) -> str:
        """ARN of the green cluster with its current name."""
        return self.green.db_cluster_arn

    @property
    def tasks(self) -> list[dict[str, str]]:
        """The tasks that created the green environment."""
        if self.status != "PROVISIONING":
            return [{"Name": name, "Status": "COMPLETED"} for name in TASKS]
        return [{"Name": name, "Status": "PENDING" if index else "IN_PROGRESS"} for index, name in enumerate(TASKS)]

    @property
    def switchover_details(self) -> list[dict[str, str]]:
        """Each blue resource and its green one."""
        missing = "MISSING_TARGET" if self.status == "INVALID_CONFIGURATION" else self.status
        return [
            {"SourceMember": _arn(blue), "TargetMember": _arn(green), "Status": missing} for blue, green in self.pairs
        ]


def _arn(resource: Any) -> str:
    """ARN of a cluster or an instance with its current name."""
    return str(getattr(resource, "db_instance_arn", None) or resource.db_cluster_arn)
