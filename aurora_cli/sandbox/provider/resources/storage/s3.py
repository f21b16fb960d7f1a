"""S3 buckets, without the settings of other resource types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.engine.model import Call, Item, Naming, Read, Resource, Task

_OLD_REGION = "us-east-1"  # the Region without a location constraint
_GONE = ("NoSuchBucket", "404", "NotFound")


def _location(task: Task) -> Item | None:
    return None if task.region == _OLD_REGION else {"LocationConstraint": task.region}


def _tags(task: Task) -> dict[str, str]:
    try:
        pairs = task.call("GetBucketTagging", Bucket=task.id)["TagSet"]
    except AwsError as error:
        if error.code == "NoSuchTagSet":
            return {}
        raise
    return {pair["Key"]: pair["Value"] for pair in pairs}


def _read_bucket(task: Task, item: Item) -> Mapping[str, Any]:
    from aurora_cli.sandbox.provider.engine.tags import split_tags

    suffix = "" if task.region == _OLD_REGION else f".{task.region}"
    return {
        "arn": f"arn:{task.runtime.partition}:s3:::{task.id}",
        "bucket": task.id,
        "bucket_domain_name": f"{task.id}.s3.amazonaws.com",
        "bucket_regional_domain_name": f"{task.id}.s3{suffix or '.us-east-1'}.amazonaws.com",
        "bucket_region": task.region,
        **split_tags(_tags(task), task.get("tags"), task.runtime.client.settings),
    }


def _set_tags(task: Task) -> None:
    tags = task.get("tags_all") or {}
    if tags:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        task.call("PutBucketTagging", Bucket=task.id, Tagging={"TagSet": pairs})
    elif task.prior.get("tags_all"):
        task.call("DeleteBucketTagging", Bucket=task.id)


def _delete_bucket(task: Task) -> None:
    if task.get("force_destroy"):
        for one in task.call("ListObjectsV2", Bucket=task.id).get("Contents", ()):
            task.call("DeleteObject", Bucket=task.id, Key=one["Key"])
    task.call("DeleteBucket", Bucket=task.id)


BUCKET = Resource(
    type="aws_s3_bucket",
    service="s3",
    label="S3 Bucket",
    create=Call("CreateBucket", send={"Bucket": "bucket", "CreateBucketConfiguration": _location}, match=False),
    naming=Naming("bucket", "bucket_prefix", "terraform-"),
    exists=("BucketAlreadyOwnedByYou",),
    finish=(_set_tags,),
    read=Read(Call("HeadBucket", send={"Bucket": "id"}, match=False), item="@", gone=_GONE, more=(_read_bucket,)),
    retag=_set_tags,
    delete=_delete_bucket,
    import_attributes=lambda task: {"bucket": task.id, "force_destroy": False},
)

ENTRIES = (BUCKET,)
