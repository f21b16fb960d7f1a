"""Snapshots of clusters by name, cluster and age."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Query
from aurora_cli.sandbox.provider.engine.tags import tag_map
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError

_ASKED = {
    "DBClusterIdentifier": "db_cluster_identifier",
    "DBClusterSnapshotIdentifier": "db_cluster_snapshot_identifier",
    "IncludePublic": "include_public",
    "IncludeShared": "include_shared",
    "SnapshotType": "snapshot_type",
}


def _snapshot(query: Query) -> dict[str, Any]:
    operation = "rds:DescribeDBClusterSnapshots"
    params = {member: query.config[name] for member, name in _ASKED.items() if query.config.get(name)}
    found = query.call(operation, **params)["DBClusterSnapshots"]
    wanted = query.config.get("tags") or {}
    fitting = [one for one in found if wanted.items() <= tag_map(one.get("TagList")).items()]
    item = _choose(fitting, bool(query.config.get("most_recent")))
    return {
        **query.attributes(operation, "DBClusterSnapshots[0]", item),
        "id": item["DBClusterSnapshotIdentifier"],
        "source_db_cluster_snapshot_arn": item.get("SourceDBClusterSnapshotArn") or "",
        "tags": tag_map(item.get("TagList")),
    }


def _choose(found: list[dict[str, Any]], most_recent: bool) -> dict[str, Any]:
    if not found:
        raise ProviderError("Your query returned no results. Please change your search criteria and try again.")
    if len(found) > 1 and not most_recent:
        raise ProviderError(
            "Your query returned more than one result. Please try a more specific search criteria, or set `most_recent` "
            "attribute to true."
        )
    return max(found, key=lambda one: str(one.get("SnapshotCreateTime") or ""))


READERS = {"aws_db_cluster_snapshot": _snapshot}
