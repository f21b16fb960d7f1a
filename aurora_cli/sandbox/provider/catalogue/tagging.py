"""Tagging by service: the same few calls for every resource type of a service."""

from __future__ import annotations

from aurora_cli.sandbox.provider.catalogue.model import Call, Tagging


def ec2_tagging(resource_type: str) -> Tagging:
    """EC2: tags come with every describe call; `resource_type` is EC2's name, e.g. `route-table`."""
    return Tagging(
        add=Call("ec2:CreateTags", send={"Resources": "id"}, match=False),
        remove=Call("ec2:DeleteTags", send={"Resources": "id"}, match=False),
        item="Tags",
        resource_type=resource_type,
    )


def rds_tagging(item: str | None = "TagList") -> Tagging:
    """RDS: by ARN; `item` is where a describe call shows the tags, None where it does not."""
    by_arn = {"ResourceName": "arn"}
    return Tagging(
        add=Call("rds:AddTagsToResource", send=by_arn, match=False),
        remove=Call("rds:RemoveTagsFromResource", send=by_arn, match=False),
        item=item,
        list=None
        if item
        else (
            Call(
                "rds:ListTagsForResource",
                send={"ResourceName": lambda task: task.get("arn") or task.arn(f"{task.arn_kind}:{task.id}")},
                match=False,
            ),
            "TagList",
        ),
    )
