"""`python -m benchmarks.critical_path [EXAMPLE ...]`: what a creation waits for, one thing after another, by `terraform graph`.

A unit is a wait of minutes: a cluster, an instance, a proxy. What takes seconds counts nothing. A destroy goes the same way back.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WAITS = (
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_db_proxy",
    "aws_db_proxy_endpoint",
    "aws_rds_cluster_endpoint",
    "aws_rds_cluster_activity_stream",
    "aws_vpc_endpoint",
)
"""Resource types whose creation takes minutes in AWS (their default timeouts in the provider are 10 minutes and more)."""
_EDGE = re.compile(r'^\s*"(?P<of>[^"]+)" -> "(?P<needs>[^"]+)"', re.MULTILINE)

Needs = Mapping[str, Collection[str]]
"""Address of a resource -> the addresses that it waits for."""


def kind_of(address: str) -> str:
    """The resource type of an address, e.g. `aws_rds_cluster` of `module.eu_central_1.aws_rds_cluster.this`."""
    return address.rsplit(".", 2)[-2]


def critical_path(needs: Needs) -> tuple[str, ...]:
    """The longest chain of resources that are waited for, in the order of their creation. Raises ValueError: a cycle."""
    under_way: set[str] = set()

    @cache
    def longest(address: str) -> tuple[str, ...]:
        if address in under_way:
            raise ValueError(f"{address} waits for itself")
        under_way.add(address)
        before: tuple[str, ...] = max((longest(one) for one in sorted(needs.get(address, ()))), key=len, default=())
        under_way.discard(address)
        return (*before, address) if kind_of(address) in WAITS else before

    return max(map(longest, sorted(needs)), key=len, default=())


def needs_of_graph(text: str) -> Needs:
    """The edges that `terraform graph` prints (Terraform 1.7 or later: resources alone)."""
    needs: dict[str, set[str]] = {}
    for edge in _EDGE.finditer(text):
        needs.setdefault(edge["of"], set()).add(edge["needs"])
    return needs


def graph_of(example: Path) -> Needs:
    """What the resources of an example wait for. Raises CalledProcessError."""
    cli = [sys.executable, "-m", "aurora_cli"]
    with tempfile.TemporaryDirectory() as folder:
        home, to = f"{folder}/home", f"{folder}/tf"
        run(*cli, "render", "-f", str(example), "--to", to)
        inside = [*cli, "--home", home, "sandbox", "terraform", "--", f"-chdir={to}"]
        try:
            run(*inside, "init", "-input=false")
            return needs_of_graph(run(*inside, "graph"))
        finally:
            run(*cli, "--home", home, "sandbox", "stop")


def run(*words: str) -> str:
    """What a command prints."""
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def main(names: Iterable[str]) -> None:
    """A table of the examples."""
    print("| example | waits | one after another |\n| --- | --: | --- |")
    for name in names or sorted(path.stem for path in (ROOT / "examples").glob("*.yaml")):
        path = critical_path(graph_of(ROOT / "examples" / f"{name}.yaml"))
        print(f"| {name} | {len(path)} | {', '.join(f'`{one}`' for one in path)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
