"""Nothing waits longer than AWS makes it wait: the longest chain of creations in each example is the shortest possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.critical_path import WAITS, critical_path, kind_of, needs_of_graph
from tests.contract.terraform_reader import Block, folders, read_all
from tests.contract.test_golden import EXAMPLES, rendered

CLUSTER, INSTANCE, PROXY = "aws_rds_cluster", "aws_rds_cluster_instance", "aws_db_proxy"
AWS_MAKES_WAIT = {
    INSTANCE: CLUSTER,
    "aws_rds_cluster_endpoint": INSTANCE,
    "aws_rds_cluster_activity_stream": INSTANCE,
    PROXY: CLUSTER,  # for the ARN of its secret
    "aws_db_proxy_endpoint": PROXY,
}
"""Resource type -> what AWS must have before its creation (RDS API)."""
_REFERENCE = re.compile(r"\b((?:data\.)?aws_\w+|local|var)\.(\w+)")


def needs_of(files: dict[str, str]) -> dict[str, set[str]]:
    """What each resource, local and variable of a configuration and its modules refers to."""
    by_folder = {folder: read_all(found) for folder, found in folders(files).items()}
    needs: dict[str, set[str]] = {}
    for folder, blocks in by_folder.items():
        prefix = f"module.{folder.replace('-', '_')}." if folder else ""
        for address, content in (pair for block in blocks for pair in named(block)):
            needs[prefix + address] = {f"{prefix}{kind}.{name}" for kind, name in _REFERENCE.findall(str(content))}
    return needs


def named(block: Block) -> Iterator[tuple[str, Any]]:
    if block.kind == "locals":
        yield from ((f"local.{name}", value) for name, value in block.attributes.items())
    elif block.kind == "module":
        yield from ((f"module.{block.labels[0]}.var.{name}", value) for name, value in block.attributes.items())
    elif block.kind in ("resource", "data"):
        yield ".".join((*("data",) * (block.kind == "data"), *block.labels)), block


def shortest(kinds: set[str], *, secondary: bool) -> int:
    """How many waits AWS asks for."""

    def until(kind: str) -> int:
        before = AWS_MAKES_WAIT.get(kind)
        return 1 + (until(before) if before in kinds else 0)

    longest = max(map(until, kinds & set(WAITS)), default=0)
    return max(longest, until(INSTANCE) + until(INSTANCE)) if secondary else longest


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_creation_waits_no_longer_than_aws_asks(example: Path) -> None:
    needs = needs_of(rendered(example))
    own = {kind_of(address) for address in needs if not address.startswith("module.")}
    path = critical_path(needs)
    instances_elsewhere = any(address.startswith("module.") and kind_of(address) == INSTANCE for address in needs)
    assert len(path) == shortest(own, secondary=instances_elsewhere), path


def test_the_longest_chain_is_found() -> None:
    text = """
      digraph G {
        "aws_rds_cluster.this" [label="aws_rds_cluster.this"];
        "aws_rds_cluster.this" -> "aws_vpc.this";
        "aws_rds_cluster_instance.others" -> "aws_rds_cluster_instance.first";
        "aws_rds_cluster_instance.first" -> "aws_rds_cluster.this";
        "aws_db_proxy.this" -> "aws_rds_cluster.this";
      }
    """
    chain = ("aws_rds_cluster.this", "aws_rds_cluster_instance.first", "aws_rds_cluster_instance.others")
    assert critical_path(needs_of_graph(text)) == chain
    with pytest.raises(ValueError, match="waits for itself"):
        critical_path({"aws_vpc.a": {"aws_vpc.b"}, "aws_vpc.b": {"aws_vpc.a"}})
