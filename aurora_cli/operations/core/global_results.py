"""A global database in a report: each Region with its role, its endpoints and how far it is behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PRIMARY, SECONDARY = "primary", "secondary"


@dataclass(frozen=True)
class Endpoint:
    """Where to connect."""

    host: str
    port: int

    @property
    def url_host(self) -> str:
        """The host as in a URL: an IPv6 address, which an endpoint of the sandbox may have, is in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def authority(self) -> str:
        """`host:port`."""
        return f"{self.url_host}:{self.port}"


def endpoint_dict(endpoint: Endpoint | None) -> dict[str, Any] | None:
    """JSON form, as in the published schema."""
    return {"host": endpoint.host, "port": endpoint.port} if endpoint else None


@dataclass(frozen=True)
class RegionInfo:
    """One Region of a global database.

    Attributes:
        role: `primary` or `secondary`, as AWS has it now.
        status: AWS's status of the cluster there; `not created` while AWS has none.
        instances: how many it has; 0 is headless.
        writer, reader: the cluster's own endpoints. Connect writers to the global writer endpoint instead.
        lag_ms: milliseconds behind the primary, where known.
    """

    region: str
    role: str
    cluster: str
    status: str
    instances: int
    writer: Endpoint | None = None
    reader: Endpoint | None = None
    write_forwarding: str | None = None
    lag_ms: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "region": self.region,
            "role": self.role,
            "cluster": self.cluster,
            "status": self.status,
            "instances": self.instances,
            "writer": endpoint_dict(self.writer),
            "reader": endpoint_dict(self.reader),
            "write_forwarding": self.write_forwarding,
            "lag_ms": self.lag_ms,
        }


@dataclass(frozen=True)
class GlobalInfo:
    """A global database.

    Attributes:
        primary_region: the Region that takes the writes now; None while a switchover is under way.
        writer: the global writer endpoint, which follows the primary Region.
        regions: all of them, the primary first.
    """

    identifier: str
    status: str
    primary_region: str | None
    writer: Endpoint | None
    regions: tuple[RegionInfo, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "identifier": self.identifier,
            "status": self.status,
            "primary_region": self.primary_region,
            "writer": endpoint_dict(self.writer),
            "regions": [region.to_dict() for region in self.regions],
        }
