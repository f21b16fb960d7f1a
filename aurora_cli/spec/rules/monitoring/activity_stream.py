"""Database activity streams."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.derived.members import public_fields
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.instances.instances import SERVERLESS, classes_of
from aurora_cli.spec.rules.registry import Finding, rule

_GUIDE = "Aurora User Guide, database activity streams"


@rule(
    "stream-mode",
    hard=True,
    text="The activity stream of MySQL is asynchronous.",
    source=_GUIDE,
    fields="engine activity_stream",
)
def stream_mode(spec: ClusterSpec) -> Iterator[Finding]:
    stream = spec.activity_stream
    if stream and stream.mode == "sync" and spec.engine != "aurora-postgresql":
        yield Finding(
            "activity_stream.mode",
            f"{spec.engine} does not support a synchronous activity stream",
            "write `mode: async`",
        )


@rule(
    "stream-key",
    hard=True,
    text="An activity stream needs a customer managed key, not an AWS managed key.",
    source="RDS API StartActivityStream.KmsKeyId; Aurora User Guide, activity stream prerequisites",
    fields="activity_stream",
)
def stream_key(spec: ClusterSpec) -> Iterator[Finding]:
    stream = spec.activity_stream
    if stream and "alias/aws/" in stream.kms_key:
        message = "an AWS managed key cannot encrypt an activity stream"
        yield Finding("activity_stream.kms_key", message, "write `kms_key: stack`, or specify a customer managed key")


@rule(
    "stream-class",
    hard=True,
    text="An activity stream needs instances of a class other than T.",
    source=_GUIDE,
    fields="instances.class instances.overrides activity_stream",
)
def stream_class(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name in classes_of(spec) if spec.activity_stream else ():
        if name.startswith("db.t"):
            yield Finding(path, f"{name} does not support activity streams", "use a class such as db.r7g.large")


@rule(
    "stream-serverless",
    hard=False,
    text="Serverless instances may not support activity streams.",
    source="Aurora User Guide (2023), requirements of Serverless v2",
    fields="instances.class instances.overrides activity_stream",
)
def stream_serverless(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name in classes_of(spec) if spec.activity_stream else ():
        if name == SERVERLESS:
            message = f"{SERVERLESS} may not support activity streams"
            yield Finding(path, message, "use a provisioned class, or try it: AWS may have added support")


@rule(
    "stream-native-fields",
    hard=False,
    text="Fields of the engine's own audit are for Oracle and SQL Server.",
    source="RDS API StartActivityStream.EngineNativeAuditFieldsIncluded",
    fields="activity_stream",
)
def stream_native_fields(spec: ClusterSpec) -> Iterator[Finding]:
    stream = spec.activity_stream
    if stream and stream.engine_native_audit_fields:
        path = "activity_stream.engine_native_audit_fields"
        yield Finding(path, "Aurora does not support these fields", "leave it out")


@rule(
    "stream-kms",
    hard=True,
    text="The database of Aurora MySQL reaches AWS KMS: by the VPC endpoint `kms`, or with public addresses.",
    source=f"{_GUIDE}, network prerequisites for Aurora MySQL",
    fields="engine network instances activity_stream",
)
def stream_kms(spec: ClusterSpec) -> Iterator[Finding]:
    network = spec.network
    if _calls_kms(spec) and network.own_vpc and not public_fields(spec):
        yield Finding("activity_stream", _NO_WAY, "add `kms` to `network.vpc_endpoints`")


@rule(
    "stream-kms-existing",
    hard=False,
    text="In an existing VPC the database of Aurora MySQL reaches AWS KMS by `network.egress`.",
    source=f"{_GUIDE}, network prerequisites for Aurora MySQL",
    fields="engine network activity_stream",
)
def stream_kms_existing(spec: ClusterSpec) -> Iterator[Finding]:
    network = spec.network
    if _calls_kms(spec) and not network.own_vpc and network.own_security_group and not network.egress:
        hint = "add `kms` to `network.vpc_endpoints`, or the destination of the VPC's own endpoint to `network.egress`"
        yield Finding("activity_stream", _NO_WAY, hint)


_NO_WAY = "the database cannot reach AWS KMS, which an activity stream of aurora-mysql requires"


def _calls_kms(spec: ClusterSpec) -> bool:
    named = "kms" in spec.network.vpc_endpoints
    return spec.engine == "aurora-mysql" and spec.activity_stream is not None and not named
