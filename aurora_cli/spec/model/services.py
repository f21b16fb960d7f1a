"""Other services of AWS that the database calls, in the spec: for each one a role, given or made."""

from __future__ import annotations

from pydantic import Field

from aurora_cli.spec.model.fields import Model

_ROLE = "ARN of an existing role; by default the stack creates one."


class SageMaker(Model):
    """Models of your own behind SageMaker endpoints."""

    endpoints: list[str] = Field(default_factory=list, description="Names or ARNs of the endpoints.")
    role: str | None = Field(None, description=_ROLE)


class Comprehend(Model):
    """Sentiment of texts (Amazon Comprehend)."""

    enabled: bool = Field(True, description="Allow the database to call it; `comprehend: true` is the short form.")
    role: str | None = Field(None, description=_ROLE)


class Bedrock(Model):
    """Foundation models (Amazon Bedrock)."""

    models: list[str] = Field(default_factory=list, description="Ids of models, or ARNs of models and profiles.")
    role: str | None = Field(None, description=_ROLE)


class Functions(Model):
    """Lambda functions that SQL calls."""

    functions: list[str] = Field(default_factory=list, description="Names or ARNs of the functions.")
    role: str | None = Field(None, description=_ROLE)


class Buckets(Model):
    """Files in S3."""

    buckets: list[str] = Field(default_factory=list, description="Names of the buckets.")
    prefix: str = Field("", description="Key prefix of the files, e.g. `exports/`; default every key.")
    kms_key: str | None = Field(None, description="KMS key of the buckets (ARN, id, alias/... or `stack`).")
    role: str | None = Field(None, description=_ROLE)


class Services(Model):
    """Services that the database calls, each through a role that may do just that."""

    sagemaker: SageMaker | None = Field(None, description="SageMaker endpoints.")
    comprehend: Comprehend | None = Field(None, description="Amazon Comprehend.")
    bedrock: Bedrock | None = Field(None, description="Amazon Bedrock.")
    lambda_: Functions | None = Field(None, alias="lambda", description="Lambda functions.")
    s3_import: Buckets | None = Field(None, description="Loading files from S3 into tables.")
    s3_export: Buckets | None = Field(None, description="Exporting query results to S3.")
