"""Clusters that replicate another database."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.source import SourceArn, parse_arn
from aurora_cli.spec.rules.registry import Finding, rule

_API = "RDS API CreateDBCluster.ReplicationSourceIdentifier"


def _elsewhere(spec: ClusterSpec) -> SourceArn | None:
    """The ARN of a source in another Region."""
    arn = parse_arn(spec.source.replica_of) if spec.source and spec.source.replica_of else None
    return arn if arn and arn.region != spec.region else None


@rule(
    "replica-key",
    hard=True,
    text="An encrypted replica in another Region needs a KMS key of its own Region.",
    source=f"{_API}: KmsKeyId of the destination Region",
    fields="region source encryption",
)
def replica_key(spec: ClusterSpec) -> Iterator[Finding]:
    arn = _elsewhere(spec)
    if arn and spec.encryption.enabled and spec.encryption.kms_key is None:
        message = f"the source is in {arn.region}, whose keys do not work in {spec.region}"
        yield Finding("encryption.kms_key", message, "for example `encryption.kms_key: alias/aws/rds`")


@rule(
    "replica-region-engine",
    hard=False,
    text="Aurora PostgreSQL replicates from another Region only in a global database.",
    source="Aurora User Guide, replication with Aurora PostgreSQL",
    fields="region engine source",
)
def replica_region_engine(spec: ClusterSpec) -> Iterator[Finding]:
    arn = _elsewhere(spec)
    if arn and arn.kind == "cluster" and spec.engine == "aurora-postgresql":
        message = f"AWS may refuse it: Aurora PostgreSQL replicates from another Region ({arn.region}) in a global database only"
        yield Finding("source.replica_of", message, "use a global database, or restore a copied snapshot")


@rule(
    "replica-password",
    hard=True,
    text="A replica has the users of its source: no managed secret of its own until it is promoted.",
    source="RDS API ManageMasterUserPassword: not for read replica clusters",
    fields="source credentials.secret_kms_key credentials.rotation credentials.password",
)
def replica_password(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.source is None or spec.source.kind != "replica_of":
        return
    for key in ("secret_kms_key", "rotation"):
        if getattr(spec.credentials, key) is not None:
            message = "a replica's users and passwords are those of its source, so it has no secret"
            yield Finding(f"credentials.{key}", message, "leave it out until the replica is promoted")
    if spec.credentials.given:
        message = "a replica's users and passwords are those of its source, so none can be given"
        yield Finding("credentials.password", message, "leave it out until the replica is promoted")


@rule(
    "replica-backtrack",
    hard=True,
    text="A replica does not support backtrack.",
    source="Aurora User Guide, backtrack limitations",
    fields="source backup.backtrack",
)
def replica_backtrack(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.source and spec.source.kind == "replica_of" and spec.backup.backtrack:
        yield Finding("backup.backtrack", "a replica does not support backtrack", "leave it out")
