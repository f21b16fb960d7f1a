"""Tagging by service: the same few calls for every resource type of a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aurora_cli.sandbox.provider.engine.model import Call, Source, Tagging, Task


def tagging(
    by: Mapping[str, Source], kind: str = "Resource", *, item: str | None = None, tags: str = "Tags"
) -> Tagging:
    """`Tag...` and `Untag...`, as most services have them.

    Args:
        by: request member -> what names the resource.
        kind: the rest of the two operations, e.g. `Role`.
        item: where a describe call shows tags; None: `ListTagsForResource` shows them.
        tags: where its answer has them.
    """
    return Tagging(
        add=Call(f"Tag{kind}", send=by, match=False),
        remove=Call(f"Untag{kind}", send=by, match=False),
        item=item,
        list=None if item else (Call("ListTagsForResource", send=by, match=False), tags),
    )


def ec2_tagging(resource_type: str) -> Tagging:
    """EC2: tags come with every describe call; `resource_type` is EC2's name, e.g. `route-table`."""
    return Tagging(
        add=Call("ec2:CreateTags", send={"Resources": "id"}, match=False),
        remove=Call("ec2:DeleteTags", send={"Resources": "id"}, match=False),
        item="Tags",
        resource_type=resource_type,
    )


def rds_tagging(arn: str | Callable[[Task], str], item: str | None = None) -> Tagging:
    """RDS: by ARN, or its last part but one, e.g. `cluster-pg`; `item` is where a describe call shows tags."""
    whole = arn if callable(arn) else lambda task: task.arn(f"{arn}:{task.id}", "rds")
    return listed_tagging({"ResourceName": whole}, item=item)


def listed_tagging(by: Mapping[str, Source], item: str | None = None) -> Tagging:
    """As the older services have it, RDS and Systems Manager."""
    return Tagging(
        add=Call("AddTagsToResource", send=by, match=False),
        remove=Call("RemoveTagsFromResource", send=by, match=False),
        item=item,
        list=None if item else (Call("ListTagsForResource", send=by, match=False), "TagList"),
    )
