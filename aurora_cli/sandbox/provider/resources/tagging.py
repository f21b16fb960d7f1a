"""Tagging calls by service."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aurora_cli.sandbox.provider.engine.model import Call, Source, Tagging, Task


def tagging(
    by: Mapping[str, Source], kind: str = "Resource", *, item: str | None = None, tags: str = "Tags"
) -> Tagging:
    """`Tag...` and `Untag...`, as in most services.

    Args:
        by: request member -> the id of the resource.
        kind: the suffix of the operations, e.g. `Role`.
        item: path of the tags in a describe call; None: `ListTagsForResource` returns them.
        tags: path of the tags in its response.
    """
    return Tagging(
        add=Call(f"Tag{kind}", send=by, match=False),
        remove=Call(f"Untag{kind}", send=by, match=False),
        item=item,
        list=None if item else (Call("ListTagsForResource", send=by, match=False), tags),
    )


def ec2_tagging(resource_type: str) -> Tagging:
    """EC2: describe calls return tags; `resource_type` is EC2's name, e.g. `route-table`."""
    return Tagging(
        add=Call("ec2:CreateTags", send={"Resources": "id"}, match=False),
        remove=Call("ec2:DeleteTags", send={"Resources": "id"}, match=False),
        item="Tags",
        resource_type=resource_type,
    )


def rds_tagging(arn: str | Callable[[Task], str], item: str | None = None) -> Tagging:
    """RDS: by ARN or the type in it, e.g. `cluster-pg`; `item` is the path of the tags in a describe call."""
    whole = arn if callable(arn) else lambda task: task.arn(f"{arn}:{task.id}", "rds")
    return listed_tagging({"ResourceName": whole}, item=item)


def listed_tagging(by: Mapping[str, Source], item: str | None = None) -> Tagging:
    """AddTags and RemoveTags, of RDS and Systems Manager."""
    return Tagging(
        add=Call("AddTagsToResource", send=by, match=False),
        remove=Call("RemoveTagsFromResource", send=by, match=False),
        item=item,
        list=None if item else (Call("ListTagsForResource", send=by, match=False), "TagList"),
    )
