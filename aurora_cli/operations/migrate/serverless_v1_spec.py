"""Serverless v1: the equivalent of a spec, and the spec of a cluster that is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from aurora_cli.aws.describe import require_cluster
from aurora_cli.errors import InvalidInput, SpecInvalid
from aurora_cli.events import Emit

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

CHECK = "serverless-v1"


def equivalent(file: str, stdin: TextIO, region: str | None) -> str:
    """The Serverless v2 spec, in YAML, for the Serverless v1 spec in a file.

    Args:
        file: its path; `-` for standard input.
        region: for a file that names none.

    Raises:
        InvalidInput: the file has no `serverless_v1`. SpecInvalid: it breaks other rules.
    """
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.resolve.resolve import resolve
    from aurora_cli.spec.text.load import load_file

    below = [Layer({"region": region}, "the environment")] if region else []
    file_layer = load_file(file, stdin)
    try:
        resolve([*([] if file_layer.values.get("region") else below), file_layer])
    except SpecInvalid as refused:
        others = [p for p in refused.problems if p.severity == "error" and p.check != CHECK]
        if others or refused.equivalent is None:
            raise SpecInvalid("the spec cannot be converted unchanged", problems=others or refused.problems) from None
        return refused.equivalent
    raise InvalidInput(
        f"{file} has no `serverless_v1`.",
        hint="It needs no conversion: `aurora-cli plan -f FILE` shows the plan.",
    )


def describe(app: AppContext, identifier: str, region: str | None, *, emit: Emit) -> str:
    """The spec, in YAML, of a Serverless v1 cluster as the RDS API reports it.

    Raises:
        InvalidInput: no Region, or a cluster that is not Serverless v1. ClusterNotFound, AccessDenied, AwsFailed.
    """
    if region is None:
        raise InvalidInput("No AWS Region is set.", hint="Specify it with --region, e.g. eu-west-1.")
    app.begin(emit)
    cluster = require_cluster(app.aws(region).client("rds"), identifier)
    if cluster.get("EngineMode") != "serverless":
        raise InvalidInput(
            f"{identifier} is not Serverless v1, but {cluster.get('EngineMode') or 'provisioned'}.",
            hint="This command describes only Serverless v1 clusters, which must be migrated.",
        )
    return spec_text(cluster, region)


def spec_text(cluster: dict[str, Any], region: str) -> str:
    """One DBCluster of DescribeDBClusters as YAML."""
    from aurora_cli.spec.text.dump import mapping, render

    values = {
        "name": cluster["DBClusterIdentifier"],
        "region": region,
        "engine": cluster["Engine"],
        "engine_version": cluster.get("EngineVersion"),
        "tags": {t["Key"]: t["Value"] for t in cluster.get("TagList", ()) if not t["Key"].startswith("aws:")},
        "serverless_v1": _properties(cluster),
    }
    return render(mapping({key: value for key, value in values.items() if value is not None}))


def equivalent_values(cluster: dict[str, Any], region: str, version: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What a copy of a Serverless v1 cluster has in its spec, and notes on what differs.

    Args:
        cluster: a DBCluster of DescribeDBClusters.
        version: of the copy.

    Raises:
        SpecInvalid: what AWS says of it breaks a rule.
    """
    from aurora_cli.spec.layers.layers import Layer
    from aurora_cli.spec.resolve.resolve import resolve
    from aurora_cli.spec.text.load import load_yaml

    described = load_yaml(spec_text({**cluster, "EngineVersion": version}, region), source="AWS")
    try:
        resolve([Layer(described.values, described.source)])
    except SpecInvalid as refused:
        others = [p for p in refused.problems if p.severity == "error" and p.check != CHECK]
        if others or refused.equivalent is None:
            raise
        text = refused.equivalent
    values = {k: v for k, v in load_yaml(text, source="Serverless v1").values.items() if k not in _NOT_COPIED}
    notes = tuple(line[2:] for line in text.splitlines() if line.startswith("# "))
    return values, notes


_NOT_COPIED = ("name", "region", "engine", "username", "database", "encryption", "deletion_protection")
"""Of a copy these are given, or come with the data; and a new cluster is protected."""


def _properties(cluster: dict[str, Any]) -> dict[str, Any]:
    """The properties of CDK's ServerlessCluster, as far as the API knows them."""
    group = str(cluster.get("DBClusterParameterGroup") or "default.")
    found = {
        "backup_retention": f"{cluster.get('BackupRetentionPeriod', 1)}d",
        "copy_tags_to_snapshot": bool(cluster.get("CopyTagsToSnapshot")),
        "credentials": {"username": cluster.get("MasterUsername")},
        "default_database_name": cluster.get("DatabaseName"),
        "deletion_protection": bool(cluster.get("DeletionProtection")),
        "enable_data_api": bool(cluster.get("HttpEndpointEnabled")),
        "parameter_group": None if group.startswith("default.") else group,
        "scaling": _scaling(cluster.get("ScalingConfigurationInfo") or {}),
        "security_groups": [g["VpcSecurityGroupId"] for g in cluster.get("VpcSecurityGroups", ())],
        "storage_encryption_key": cluster.get("KmsKeyId"),
        "subnet_group": cluster.get("DBSubnetGroup"),
    }
    return {key: value for key, value in found.items() if value is not None and value != []}


def _scaling(info: dict[str, Any]) -> dict[str, Any]:
    pause = info.get("SecondsUntilAutoPause") if info.get("AutoPause") else 0
    found = {
        "auto_pause": pause,
        "min_capacity": info.get("MinCapacity"),
        "max_capacity": info.get("MaxCapacity"),
        "timeout": info.get("SecondsBeforeTimeout"),
        "timeout_action": info.get("TimeoutAction"),
    }
    return {key: value for key, value in found.items() if value is not None}
