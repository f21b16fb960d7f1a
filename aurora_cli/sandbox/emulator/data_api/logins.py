"""Which server a call is for, and as whom: from the ARNs of a cluster and of a secret."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends

from aurora_cli.sandbox.emulator.data_api.refusal import Refused
from aurora_cli.sandbox.emulator.rds.databases.endpoints import is_served
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING
from aurora_cli.sandbox.isolation import ACCOUNT

_DATABASES = {"aurora-postgresql": "postgres", "aurora-mysql": ""}
"""Where a call without a database goes."""


@dataclass(frozen=True)
class Login:
    """Where and as whom to connect. Two calls with the same ARNs may have different ones: passwords rotate."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    engine: str = "aurora-postgresql"


def login(region: str, resource_arn: str, secret_arn: str, database: str | None) -> Login:
    """The login of a call. Call it while no other call changes resources.

    Raises:
        Refused: there is no such cluster, it has no Data API or no server, or the secret does not do.
    """
    backend: Any = rds_backends[ACCOUNT][region]
    cluster = next((one for one in backend.clusters.values() if one.arn == resource_arn), None)
    if cluster is None:
        raise Refused("DatabaseNotFoundException", f"DBCluster {resource_arn} not found.")
    if not cluster.enable_http_endpoint:
        raise Refused("HttpEndpointNotEnabledException", f"HttpEndpoint is not enabled for resource {resource_arn}.")
    if cluster.status != "available":
        raise Refused(
            "InvalidResourceStateException", f"The DB cluster is not available, its status is {cluster.status}."
        )
    if not cluster.instances:
        raise Refused("DatabaseNotFoundException", "The DB cluster doesn't have a DB instance.")
    if SERVING.gate is None or not is_served(cluster):
        why = SERVING.reason or "its engine has none here"
        raise Refused("BadRequestException", f"The sandbox runs no database for {cluster.db_cluster_identifier}: {why}")
    user, password = _of_secret(region, secret_arn)
    _resume(cluster)
    return Login(
        cluster.endpoint, int(cluster.port), user, password, database or _DATABASES[cluster.engine], cluster.engine
    )


def _resume(cluster: Any) -> None:
    """Resume a cluster that has paused; the call that does it is refused."""
    fleet, identifier = SERVING.fleet, cluster.db_cluster_resource_id
    if fleet is not None and fleet.resuming(identifier) and fleet.writer(identifier) is None:
        fleet.connected(identifier, 0)
        name = cluster.instances[0].dbi_resource_id
        message = f"The Aurora DB instance {name} is resuming after being auto-paused. Please wait a few seconds and try again."
        raise Refused("DatabaseResumingException", message)


def _of_secret(region: str, arn: str) -> tuple[str, str]:
    backend: Any = secretsmanager_backends[ACCOUNT][region]
    secret = next((one for one in backend.secrets.values() if one.arn == arn and not one.is_deleted()), None)
    if secret is None:
        message = f"Error fetching secret {arn}: Secrets Manager can't find the specified secret."
        raise Refused("SecretsErrorException", message)
    text = secret.versions.get(secret.default_version_id, {}).get("secret_string")
    try:
        values = json.loads(text or "")
        return str(values["username"]), str(values["password"])
    except (ValueError, TypeError, KeyError):
        message = f"The secret {arn} is not valid: it needs a username and a password in JSON."
        raise Refused("InvalidSecretException", message) from None
