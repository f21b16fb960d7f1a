"""Services that the database calls: the roles, what they may do, and how the cluster learns of them.

Actions are those that the Aurora User Guide names for each feature, on the very resources that the spec names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.names import LONGEST_ROLE, bounded
from aurora_cli.hcl.values.encryption import Encryption
from aurora_cli.spec.facts.features import FEATURES, given_services, role_owner, role_parameters
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.services import Buckets

_PARTITION = Expression("data.aws_partition.current.partition")
_ACCOUNT = Expression("data.aws_caller_identity.current.account_id")
_IMPORT = ("s3:GetObject", "s3:GetObjectVersion")
_EXPORT = {
    "aurora-postgresql": ("s3:AbortMultipartUpload", "s3:PutObject"),
    "aurora-mysql": (
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
    ),
}
_DECRYPT, _ENCRYPT = ("kms:Decrypt",), ("kms:Decrypt", "kms:GenerateDataKey")

Resource = str | tuple[str, ...]
"""An ARN, or its parts, which are joined by colons."""


@dataclass(frozen=True)
class Statement:
    """What a role may do, and on what; `condition` as IAM writes it."""

    actions: tuple[str, ...]
    resources: tuple[Resource, ...]
    condition: dict[str, Any] | None = None


@dataclass(frozen=True)
class Role:
    """A role that is made: its name, and what it may do."""

    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Services:
    """What the template asks about services.

    Attributes:
        made: key of the service -> role that the stack makes.
        associations: key of the service -> `role` (ARN or reference) and `feature` (None for an engine without features).
    """

    made: dict[str, Role]
    associations: dict[str, dict[str, Any]]

    @property
    def features(self) -> bool:
        """Whether the engine wants the feature's name with a role."""
        return any(one["feature"] for one in self.associations.values())


def services_of(spec: ClusterSpec, encryption: Encryption) -> Services:
    """The services of a resolved spec."""
    allowed: dict[str, list[Statement]] = defaultdict(list)
    for key, service in given_services(spec).items():
        if service.role is None:
            allowed[role_owner(spec, key)] += _statements(spec, key, encryption)
    made = {key: Role(_role_name(spec, key), tuple(statements)) for key, statements in allowed.items()}
    return Services(made, dict(_associations(spec)))


def service_parameters(spec: ClusterSpec) -> dict[str, str]:
    """Cluster parameters by which Aurora MySQL knows the roles: name -> ARN or reference; none for PostgreSQL."""
    given = given_services(spec)
    return {name: _arn(key, given[key].role) for name, key in role_parameters(spec).items()}


def _associations(spec: ClusterSpec) -> Iterator[tuple[str, dict[str, Any]]]:
    """A role is associated once: the API refuses it a second time, and without features once is enough."""
    seen: set[str] = set()
    for key, service in given_services(spec).items():
        feature, role = FEATURES[spec.engine].get(key), service.role or role_owner(spec, key)
        if feature is None and role in seen:
            continue
        seen.add(role)
        yield key, {"role": _arn(key, service.role), "feature": feature}


def _arn(key: str, given: str | None) -> str:
    return given or Expression(f'aws_iam_role.service["{key}"].arn')


def _role_name(spec: ClusterSpec, key: str) -> str:
    """Role names are unique in an account, over all Regions."""
    return bounded(f"{spec.base_name}-{spec.region}-{key.replace('_', '-')}", LONGEST_ROLE)


def _statements(spec: ClusterSpec, key: str, encryption: Encryption) -> Iterator[Statement]:
    services = spec.services
    if key == "sagemaker" and services.sagemaker:
        resources = tuple(
            _in_account(spec, "sagemaker", f"endpoint/{n}", n) for n in _once(services.sagemaker.endpoints)
        )
        yield Statement(("sagemaker:InvokeEndpoint",), resources)
    elif key == "comprehend":  # these actions know no resources
        yield Statement(("comprehend:BatchDetectSentiment", "comprehend:DetectSentiment"), ("*",))
    elif key == "bedrock" and services.bedrock:
        yield Statement(("bedrock:InvokeModel",), tuple(_model(spec, name) for name in _once(services.bedrock.models)))
    elif key == "lambda" and services.lambda_:
        yield Statement(("lambda:InvokeFunction",), tuple(_functions(spec, services.lambda_.functions)))
    elif key == "s3_import" and services.s3_import:
        yield from _import(services.s3_import, encryption)
    elif key == "s3_export" and services.s3_export:
        yield from _export(spec, services.s3_export, encryption)


def _once(names: list[str]) -> list[str]:
    return sorted(set(names))


def _in_account(spec: ClusterSpec, service: str, resource: str, named: str) -> Resource:
    return named if named.startswith("arn:") else ("arn", _PARTITION, service, spec.region, _ACCOUNT, resource)


def _functions(spec: ClusterSpec, names: list[str]) -> Iterator[Resource]:
    for name in _once(names):
        yield _in_account(spec, "lambda", f"function:{name}", name)


def _model(spec: ClusterSpec, named: str) -> Resource:
    """Foundation models belong to no account."""
    if named.startswith("arn:"):
        return named
    return ("arn", _PARTITION, "bedrock", spec.region, "", f"foundation-model/{named}")


def _bucket(name: str, keys: str = "") -> Resource:
    return ("arn", _PARTITION, "s3", "", "", f"{name}{keys}")


def _files(given: Buckets) -> tuple[Resource, ...]:
    return tuple(_bucket(name, f"/{given.prefix}*") for name in _once(given.buckets))


def _import(given: Buckets, encryption: Encryption) -> Iterator[Statement]:
    yield Statement(_IMPORT, _files(given))
    listed = {"StringLike": {"s3:prefix": [f"{given.prefix}*"]}} if given.prefix else None
    yield Statement(("s3:ListBucket",), tuple(_bucket(name) for name in _once(given.buckets)), listed)
    if encryption.s3_import:
        yield Statement(_DECRYPT, (encryption.s3_import.arn,))


def _export(spec: ClusterSpec, given: Buckets, encryption: Encryption) -> Iterator[Statement]:
    yield Statement(_EXPORT[spec.engine], _files(given))
    if encryption.s3_export:
        yield Statement(_ENCRYPT, (encryption.s3_export.arn,))
