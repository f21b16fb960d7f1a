"""Tags of what exists: those of the cluster go on everything, an instance may have more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aurora_cli.aws.cluster.discovery import DiscoveredCluster, Item

OUR_TAG = "aurora-cli:cluster"


def tag_map(tags: Iterable[Item] | Mapping[str, str] | None) -> dict[str, str]:
    """Tags without AWS's own (`aws:...`) and without the one that we put."""
    pairs = tags.items() if isinstance(tags, Mapping) else ((t["Key"], t.get("Value", "")) for t in tags or ())
    return {key: value for key, value in pairs if not key.startswith("aws:") and key != OUR_TAG}


def cluster_tags(found: DiscoveredCluster) -> dict[str, str]:
    """The tags of the cluster, which become those of the spec."""
    return tag_map(found.cluster.get("TagList"))


def own_tags(found: DiscoveredCluster, tags: Iterable[Item] | Mapping[str, str] | None) -> dict[str, str]:
    """What a resource has beside the cluster's tags."""
    shared = cluster_tags(found)
    return {key: value for key, value in tag_map(tags).items() if shared.get(key) != value}


def stack_of(found: DiscoveredCluster) -> str | None:
    """The CloudFormation stack (CDK makes one too) that says it owns the cluster, or None."""
    tags = {t["Key"]: t.get("Value", "") for t in found.cluster.get("TagList") or ()}
    return tags.get("aws:cloudformation:stack-name")
