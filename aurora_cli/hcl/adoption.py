"""The Terraform that takes existing resources into a state: import blocks, and resources that wish for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aurora_cli.hcl.formatter import format_hcl
from aurora_cli.hcl.literal import Expression, Name
from aurora_cli.hcl.location import SUFFIX

IMPORTS_FILE, BARE_FILE = "imports.tf", "adoption.tf"
OVERRIDE_FILE = "imports_override.tf"
FILES = (IMPORTS_FILE, BARE_FILE)


_IGNORED = {"aws_sns_topic_subscription": "[confirmation_timeout_in_minutes, endpoint_auto_confirms]"}
"""Resource types of which not all can be ignored, since the provider refuses its own values as configuration: an empty
`filter_policy_scope` without a `filter_policy`. Their lists are the arguments that no API gives back."""


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
    return format_hcl(_template(IMPORTS_FILE).render(imports=blocks))


def unchanged_resources(resources: Iterable[tuple[str, str]]) -> str:
    """`imports_override.tf`: the resources of a module, as (type, name), are planned to stay as they are."""
    blocks = [
        f'resource "{kind}" "{name}" {{\n  lifecycle {{\n    ignore_changes = {_IGNORED.get(kind, "all")}\n'
        "    prevent_destroy = false\n  }\n}\n"
        for kind, name in resources
    ]
    return format_hcl("\n".join(blocks))


def removed_blocks(addresses: Iterable[str]) -> str:
    """A `removed` block (Terraform 1.7 or later) for each address, without instance keys, of a resource or module."""
    return "\n".join(
        f"removed {{\n  from = {address}\n\n  lifecycle {{\n    destroy = false\n  }}\n}}\n" for address in addresses
    )


def bare_resources(region: str, resources: Sequence[Bare], assume_role: Mapping[str, str] | None = None) -> str:
    """`adoption.tf`: the provider without default tags, and the resources, whose differences are all ignored."""
    written = [_written(one) for one in resources]
    return format_hcl(
        _template(BARE_FILE).render(region=region, assume_role=assume_role, account_id=None, resources=written)
    )


def _template(name: str) -> Any:
    from aurora_cli.hcl.environment import environment  # each change knows these files, and few write them

    return environment().get_template(f"{name}{SUFFIX}")


def _written(one: Bare) -> Bare:
    """For the template, names of arguments and blocks as words of HCL."""
    blocks: dict[str, dict[str, Any]] = {Name(name): _named(arguments) for name, arguments in one.blocks.items()}
    return replace(one, arguments=_named(one.arguments), blocks=blocks)


def _named(arguments: dict[str, Any]) -> dict[str, Any]:
    return {Name(name): value for name, value in arguments.items()}
