"""A call of the RDS API, with the cluster or instance that it changes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from moto.core.utils import camelcase_to_underscores

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance

_ATTRIBUTES = {"EnablePerformanceInsights": "performance_insights_enabled"}
"""Members that a response and the resource call otherwise."""


class Call:
    """A call.

    Args:
        backend: RDS of the Region.
        action: e.g. `ModifyDBCluster`.
        params: its parameters.
    """

    def __init__(self, backend: AuroraBackend, action: str, params: Any) -> None:
        self.backend, self.action, self.params = backend, action, params

    def given(self, member: str) -> Any:
        """The value in the call; None without one."""
        return self.params.get(member)

    def value(self, member: str) -> Any:
        """The value that the call leads to: the given one, else the one that the resource has."""
        given = self.given(member)
        return self._current(member) if given is None else given

    def changes(self, member: str) -> bool:
        """Whether the call gives a value that the resource does not have."""
        given = self.given(member)
        return bool(given) and given != self._current(member)

    def _current(self, member: str) -> Any:
        attribute = _ATTRIBUTES.get(member) or camelcase_to_underscores(member)
        return None if self.changed is None else getattr(self.changed, attribute, None)

    @property
    def of_instance(self) -> bool:
        """Whether it creates or modifies an instance."""
        return self.action.endswith("DBInstance")

    @property
    def creates(self) -> bool:
        """Whether it creates a cluster from nothing, or an instance."""
        return self.action.startswith("Create")

    @cached_property
    def changed(self) -> AuroraCluster | AuroraInstance | None:
        """The cluster or instance that it modifies. Raises RDSClientError if it does not exist."""
        if not self.action.startswith("Modify"):
            return None
        if self.of_instance:
            return self.backend.instance(self.params["DBInstanceIdentifier"])
        return self.backend.cluster(self.params["DBClusterIdentifier"])

    @cached_property
    def cluster(self) -> AuroraCluster | None:
        """The existing cluster: the one that it modifies, or the one of its instance. Raises RDSClientError."""
        if isinstance(self.changed, AuroraInstance):
            found: AuroraCluster = self.changed.cluster
            return found
        if self.changed is None and self.of_instance:
            return self.backend.cluster(self.params["DBClusterIdentifier"])
        return self.changed

    @property
    def engine(self) -> str | None:
        """The engine, as far as the call or an existing cluster says."""
        if self.cluster is not None:
            return str(self.cluster.engine)
        source = self.backend.clusters.get(str(self.given("SourceDBClusterIdentifier")).rpartition(":")[2])
        return self.given("Engine") or (str(source.engine) if source is not None else None)
