"""Whether something of a name exists, by the calls of its service: what Terraform would fail to create, and its tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.aws.clients import AwsClients
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AwsFailed

Item = Mapping[str, Any]
Tags = dict[str, str]


def tags_of_existing(aws: AwsClients, kind: str, name: str) -> Tags | None:
    """The tags of the resource of that name, None if there is none.

    Args:
        kind: type of a Terraform resource, one of `LOOKUPS`.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    service, look = LOOKUPS[kind]
    try:
        with aws_errors(f"looking for {name}"):
            found = look(aws.client(service), name)
    except AwsFailed as error:
        code = str(error.details.get("aws_code"))
        if "NotFound" in code or code == "NoSuchEntity":
            return None
        raise
    return found


def _rds(call: str, parameter: str, key: str) -> Callable[[Any, str], Tags | None]:
    def look(rds: Any, name: str) -> Tags | None:
        (found,) = getattr(rds, f"describe_{call}")(**{f"{parameter}Name": name})[key]
        arn = found[f"{parameter}Arn"]
        return _plain(rds.list_tags_for_resource(ResourceName=arn)["TagList"])

    return look


def _role(iam: Any, name: str) -> Tags:
    return _plain(iam.get_role(RoleName=name)["Role"].get("Tags") or ())


def _alias(kms: Any, name: str) -> Tags:
    key = kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"]
    return {one["TagKey"]: one["TagValue"] for one in kms.list_resource_tags(KeyId=key)["Tags"]}


def _log_group(logs: Any, name: str) -> Tags | None:
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arn = next((one["arn"].removesuffix(":*") for one in found if one["logGroupName"] == name), None)
    return dict(logs.list_tags_for_resource(resourceArn=arn).get("tags") or {}) if arn else None


def _plain(tags: Any) -> Tags:
    return {one["Key"]: one["Value"] for one in tags}


LOOKUPS: dict[str, tuple[str, Callable[[Any, str], Tags | None]]] = {
    "aws_rds_cluster_parameter_group": (
        "rds",
        _rds("db_cluster_parameter_groups", "DBClusterParameterGroup", "DBClusterParameterGroups"),
    ),
    "aws_db_parameter_group": ("rds", _rds("db_parameter_groups", "DBParameterGroup", "DBParameterGroups")),
    "aws_db_subnet_group": ("rds", _rds("db_subnet_groups", "DBSubnetGroup", "DBSubnetGroups")),
    "aws_iam_role": ("iam", _role),
    "aws_kms_alias": ("kms", _alias),
    "aws_cloudwatch_log_group": ("logs", _log_group),
}
"""Type of a Terraform resource -> its service, and the look-up of a name."""
