"""Find the resource that a plan would create, by the type's entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.aws.existing import databases, network, services
from aurora_cli.aws.existing.entry import Client, Entry, Existing

ENTRIES: dict[str, Entry] = {**databases.ENTRIES, **network.ENTRIES, **services.ENTRIES}
"""Resource type -> how one is found that Terraform has created and not recorded."""

REPEATABLE = frozenset(
    {
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_db_proxy_default_target_group",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_secretsmanager_secret_rotation",
        "aws_secretsmanager_secret_version",
        "aws_sns_topic_subscription",
    }
)
"""Types whose creation puts a setting of another resource: repeated, it leaves one, and it is deleted with that resource.
Source: the API's Put, Attach and Subscribe calls."""


def tags_of_named(client: Client, kind: str, name: str) -> Mapping[str, str] | None:
    """The tags of the resource of that name, whoever's it is; of an alias those of its key. None if there is none.

    Args:
        client: service -> botocore client.
        kind: resource type whose resources are found by `name` alone.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    found = next(ENTRIES[kind].listed(client, {"name": name}), None)
    if found is None or kind != "aws_kms_alias":
        return found[1] if found else None
    keys = ENTRIES["aws_kms_key"]
    return {} if keys.tags is None else keys.tags(client(keys.service), {"KeyId": found[0]["TargetKeyId"]})


def find_existing(client: Client, kind: str, values: Mapping[str, Any], cluster_tag: str) -> list[Existing]:
    """The resources that AWS has of what a plan would create; several only where AWS gives the ids.

    Args:
        client: service -> botocore client of the resource's Region.
        kind: resource type, e.g. `aws_vpc`.
        values: planned attributes, as far as they are known. Tags among them are those that the creation sends.
        cluster_tag: key of the tag that says which cluster a resource belongs to.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    entry = ENTRIES.get(kind)
    if entry is None:
        return []
    sent = values.get("tags_all") or values.get("tags") or {}
    tags = {key: str(sent[key]) for key in (cluster_tag, "Name") if sent.get(key) is not None}
    if entry.tags is not None and cluster_tag not in tags:
        return []  # nothing tells it from another's
    return entry.find(client, {**values, **({"Name": tags["Name"]} if "Name" in tags else {})}, tags)
