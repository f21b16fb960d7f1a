"""The Terraform that takes existing resources into a state: import blocks, and resources that wish for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aurora_cli.hcl.environment import SUFFIX, environment
from aurora_cli.hcl.layout import lay_out
from aurora_cli.hcl.literal import Expression


@dataclass(frozen=True)
class Import:
    """One resource: its address (`aws_rds_cluster.this`), and what Terraform calls its id."""

    address: str
    id: str


@dataclass(frozen=True)
class Bare:
    """A resource with no more than the provider requires.

    Attributes:
        keys: of a `for_each`; empty for a single resource.
        arguments, blocks: what is required; the values are ignored after the import.
    """

    type: str
    name: str
    arguments: dict[str, Any]
    keys: tuple[str, ...] = ()
    blocks: dict[str, dict[str, Any]] = field(default_factory=dict)


def import_blocks(imports: Sequence[Import]) -> str:
    """`imports.tf`: one block for each resource."""
    blocks = [{"to": Expression(one.address), "id": one.id} for one in imports]
    return lay_out(environment().get_template(f"imports.tf{SUFFIX}").render(imports=blocks))


def bare_resources(region: str, resources: Sequence[Bare]) -> str:
    """`adoption.tf`: the provider without default tags, and the resources, whose differences are all ignored."""
    template = environment().get_template(f"adoption.tf{SUFFIX}")
    return lay_out(template.render(region=region, resources=resources))
