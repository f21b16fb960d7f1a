"""Which services a cluster calls, under which feature name (PostgreSQL) or parameter (MySQL) it knows their roles.

Sources: SupportedFeatureNames of DescribeDBEngineVersions; Aurora User Guide, associating an IAM role with an Aurora MySQL
DB cluster, loading data from S3 (version 2 has a parameter for each direction, version 3 one for both), and Aurora machine
learning with Aurora MySQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.spec.facts.versions import major_version
from aurora_cli.spec.model.services import Bedrock, Buckets, Comprehend, Functions, SageMaker

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec

Service = SageMaker | Comprehend | Bedrock | Functions | Buckets

FEATURES: dict[str, dict[str, str]] = {
    "aurora-postgresql": {
        "sagemaker": "SageMaker",
        "comprehend": "Comprehend",
        "bedrock": "Bedrock",
        "lambda": "Lambda",
        "s3_import": "s3Import",
        "s3_export": "s3Export",
    },
    "aurora-mysql": {},
}
PARAMETERS: dict[str, dict[str, str]] = {
    "aurora-postgresql": {},
    "aurora-mysql": {
        "aws_default_sagemaker_role": "sagemaker",
        "aws_default_comprehend_role": "comprehend",
        "aws_default_bedrock_role": "bedrock",
        "aws_default_lambda_role": "lambda",
    },
}
_S3_PARAMETERS = {"aurora_load_from_s3_role": "s3_import", "aurora_select_into_s3_role": "s3_export"}
_S3_PARAMETER = "aws_default_s3_role"
NEEDS = {
    "sagemaker": "endpoints",
    "bedrock": "models",
    "lambda": "functions",
    "s3_import": "buckets",
    "s3_export": "buckets",
}
"""The list in which each service names what its role may reach."""

ENDPOINTS = {
    "sagemaker": "sagemaker.runtime",
    "comprehend": "comprehend",
    "bedrock": "bedrock-runtime",
    "lambda": "lambda",
    "s3_import": "s3",
    "s3_export": "s3",
}
"""The VPC endpoint through which the database reaches each service."""


def given_services(spec: ClusterSpec) -> dict[str, Service]:
    """Key -> section, of the services that are on, in the order of the model."""
    services = spec.services
    every: dict[str, Service | None] = {
        "sagemaker": services.sagemaker,
        "comprehend": services.comprehend if services.comprehend and services.comprehend.enabled else None,
        "bedrock": services.bedrock,
        "lambda": services.lambda_,
        "s3_import": services.s3_import,
        "s3_export": services.s3_export,
    }
    return {key: service for key, service in every.items() if service is not None}


def role_parameters(spec: ClusterSpec) -> dict[str, str]:
    """Cluster parameter -> key of the service whose role it holds; empty for PostgreSQL, which has features instead."""
    given, parameters = given_services(spec), PARAMETERS[spec.engine]
    if spec.engine == "aurora-mysql":
        s3 = {_S3_PARAMETER: role_owner(spec, "s3_export")} if has_one_s3_role(spec) else _S3_PARAMETERS
        parameters = {**parameters, **s3}
    return {name: key for name, key in parameters.items() if key in given}


def has_one_s3_role(spec: ClusterSpec) -> bool:
    """Whether loading from S3 and writing to it go through one role: Aurora MySQL from version 3 on."""
    return spec.engine == "aurora-mysql" and major_version(spec.engine, spec.engine_version or "") != "5.7"


def role_owner(spec: ClusterSpec, key: str) -> str:
    """Key of the service whose role a service uses: its own, but for S3 where both directions have one role."""
    shares = key == "s3_export" and spec.services.s3_import is not None and has_one_s3_role(spec)
    return "s3_import" if shares else key
