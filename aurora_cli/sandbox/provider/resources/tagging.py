"""Tagging by service: the same few calls for every resource type of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.sandbox.provider.resources.model import Call, Tagging

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.engine.task import Task


def ec2_tagging(resource_type: str) -> Tagging:
    """EC2: tags come with every describe call; `resource_type` is EC2's name, e.g. `route-table`."""
    return Tagging(
        add=Call("ec2:CreateTags", send={"Resources": "id"}, match=False),
        remove=Call("ec2:DeleteTags", send={"Resources": "id"}, match=False),
        item="Tags",
        resource_type=resource_type,
    )


def rds_tagging(arn_kind: str, item: str | None = None) -> Tagging:
    """RDS: by ARN, whose last part but one is `arn_kind`, e.g. `cluster-pg`; `item` is where a describe call shows tags."""

    def arn(task: Task) -> str:
        return task.arn(f"{arn_kind}:{task.id}", "rds")

    by_arn = {"ResourceName": arn}
    return Tagging(
        add=Call("rds:AddTagsToResource", send=by_arn, match=False),
        remove=Call("rds:RemoveTagsFromResource", send=by_arn, match=False),
        item=item,
        list=None if item else (Call("rds:ListTagsForResource", send=by_arn, match=False), "TagList"),
    )
