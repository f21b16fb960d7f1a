"""`plan` of a stack with nearly every feature on, against `plan` of the smallest one."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.against_terraform import REGION, Workshop
from benchmarks.timing import Command, Comparison, compare

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@dataclass(frozen=True)
class Sizes:
    """How many resources the two stacks have."""

    everything: int
    smallest: int


def everything(shop: Workshop, runs: int) -> tuple[Comparison, Sizes]:
    """Make both stacks, and plan them in turn: each resource is read, and none changes. Raises CalledProcessError if one does."""
    for file in (EXAMPLES / "smallest.yaml", spec_with_a_zone(shop)):
        Command("create", (shop.aurora("create", "-f", str(file), "--yes"),)).run()
    names = ("everything", "smallest")
    full, least = (Command(f"aurora-cli plan {name}", (shop.aurora("plan", name, "--exit-code"),)) for name in names)
    return compare(full, least, runs), Sizes(*(resources(shop, name) for name in names))


def resources(shop: Workshop, name: str) -> int:
    """How many resources Terraform manages in a stack."""
    line = (*shop.terraform, "state", "list")
    listed = subprocess.run(line, cwd=shop.stack(name), env=shop.environ, check=True, capture_output=True, text=True)
    return sum(not one.startswith("data.") for one in listed.stdout.splitlines())


def spec_with_a_zone(shop: Workshop) -> Path:
    """The example, with a hosted zone that is there."""
    import boto3

    make: Any = boto3.client
    route53 = make(
        "route53",
        region_name=REGION,
        endpoint_url=shop.environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=shop.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=shop.environ["AWS_SECRET_ACCESS_KEY"],
    )
    zone = route53.create_hosted_zone(Name="db.example.com", CallerReference="benchmark")["HostedZone"]["Id"]
    yaml = YAML()
    spec = yaml.load(EXAMPLES / "everything.yaml")
    spec["dns"]["zone_id"] = zone.rpartition("/")[2]
    file = shop.home / "everything.yaml"
    yaml.dump(spec, file)
    return file
