"""The clusters of a global database: what each secondary Region's cluster is, as a spec of its own.

A secondary cluster is made from the cluster's spec: same engine, parameters, logs, backups and monitoring; its own name,
Region, network, instances and key. What belongs to one Region alone (DNS names, custom endpoints, autoscaling, the proxy,
roles for other services, the activity stream, the master user and its directory) stays with the primary.
"""

from __future__ import annotations

from typing import Any

from aurora_cli.spec.facts.partitions import REGIONS
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.global_database import Region
from aurora_cli.spec.model.instances import Instances
from aurora_cli.spec.model.monitoring import Monitoring
from aurora_cli.spec.model.services import Services

MANAGED_KEY = "alias/aws/rds"
SERVERLESS = "db.serverless"


_OF_THE_PRIMARY = {"password": "managed", "secret_kms_key": None, "rotation": None, "domain": None}
"""The master user is the primary's; a directory belongs to one Region."""


def default_block(region: str) -> str | None:
    """CIDR block of the VPC that is made in a secondary Region, e.g. 10.12.0.0/16; None for a Region that is not known.

    It depends on the Region alone, so that adding or removing another one moves nothing.
    """
    return f"10.{REGIONS.index(region) + 1}.0.0/16" if region in REGIONS else None


def global_identifier(spec: ClusterSpec) -> str:
    """Global cluster identifier of a spec with `global`: the given one, in lower case as AWS keeps it, or `<name>-global`."""
    given = spec.global_.identifier if spec.global_ else None
    return (given or f"{spec.name}-global").lower()


def regions_of(spec: ClusterSpec) -> dict[str, Region]:
    """The secondary Regions by name, sorted; empty for a cluster that is no global database."""
    return dict(sorted(spec.global_.regions.items())) if spec.global_ else {}


def secondary_name(spec: ClusterSpec, region: str) -> str:
    """Identifier of a secondary cluster: different in each Region, since IAM roles are called after it."""
    return f"{spec.name}-{region}"


def secondary_spec(spec: ClusterSpec, region: str) -> ClusterSpec:
    """The spec of the cluster in a secondary Region. Raises KeyError for a Region that is none of them."""
    given = regions_of(spec)[region]
    instances = _instances(spec, given)
    changes: dict[str, Any] = {
        "name": secondary_name(spec, region),
        "resource_name": None,
        "region": region,
        "global_": None,
        "network": given.network,
        "instances": instances,
        "high_availability": False,
        "autoscaling": None,
        "endpoints": {},
        "dns": None,
        "proxy": None,
        "services": Services.model_validate({}),
        "activity_stream": None,
        "source": None,
        "serverless_v1": None,
        "credentials": spec.credentials.model_copy(update=_OF_THE_PRIMARY),
        "encryption": spec.encryption.model_copy(update={"kms_key": given.encryption.kms_key or MANAGED_KEY}),
        "backup": spec.backup.model_copy(update={"backtrack": None}),
        "monitoring": _monitoring(spec, headless=given.headless),
    }
    return spec.model_copy(update=changes)


def _instances(spec: ClusterSpec, given: Region) -> Instances:
    """Class and capacity are the primary's where the Region names neither."""
    of_all, own = spec.instances, given.instances
    class_ = own.class_ or (SERVERLESS if own.acu else of_all.class_)
    serverless = SERVERLESS in (class_, *(one.class_ for one in own.overrides.values()))
    changes = {
        "class_": class_,
        "acu": own.acu or (of_all.acu if serverless else None),
        "pause_after": own.pause_after or (of_all.pause_after if serverless and not own.acu else None),
        "ca_certificate": own.ca_certificate or of_all.ca_certificate,
        "readers": 0 if given.headless else own.readers,
    }
    return own.model_copy(update=changes)


def _monitoring(spec: ClusterSpec, *, headless: bool) -> Monitoring:
    """A topic belongs to one Region, so each makes its own; without an instance there is nothing to measure."""
    if headless:
        return Monitoring.model_validate({})
    notifications = spec.monitoring.notifications.model_copy(update={"topic": None})
    return spec.monitoring.model_copy(update={"notifications": notifications})
