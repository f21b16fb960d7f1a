"""What of the stack stays as the state has it: an IPv6 block of a VPC, and names that another configuration gave.

AWS takes the block of a VPC back only when no subnet has a part of it (InvalidCidrBlock.InUse), and the provider changes the VPC
first and never plans to take the part of a subnet away. A block costs nothing, and a cluster of IPv4 alone does not use it.

Security groups, DB subnet groups and parameter groups have their names and descriptions for life. Those that were imported from
another configuration are told from the stack's own by them. Of an imported parameter group, the moments at which its parameters
change stay too: AWS takes either for a dynamic parameter, and another one is a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aurora_cli.hcl.names import CLUSTER_TAG
from aurora_cli.operations.core.concern import Concern
from aurora_cli.terraform.state.addresses import inner, region_of

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.state.state import StateResource

Imported = tuple[str, str, str, tuple[tuple[str, str], ...]]
"""Type, name, description and own tags of a resource (`hcl/values/imported.py`)."""

RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
_VPC = "aws_vpc.this"
_OWN = {
    "aws_security_group": ("{}-database", "Aurora cluster {}"),
    "aws_db_subnet_group": ("{}", "Subnets of the Aurora cluster {}"),
}
"""Type -> name and description that the templates give, of the name of the stack's resources."""
_PARAMETERS = {
    "aws_rds_cluster_parameter_group": "Cluster parameters of {}",
    "aws_db_parameter_group": "Instance parameters of {}",
}
"""Type -> description that the templates give; the name has the family in it."""


def imported_names(resources: Iterable[StateResource], spec: ClusterSpec) -> tuple[Imported, ...]:
    """Of the resources of a state those that have other names or descriptions than the templates give.

    The rules of a group have their key for a name, if they have tags of their own, which the templates give none.
    """
    shared = {**spec.tags, CLUSTER_TAG: spec.name}
    found = []
    for resource in resources:
        kind, values = resource.type, resource.attributes
        tags = {k: str(v) for k, v in dict(values.get("tags") or {}).items() if shared.get(k) != v}
        if kind in RULES and resource.address.startswith(f"{kind}.allow[") and tags:
            found.append((kind, str(resource.index), "", tuple(sorted(tags.items()))))
        if resource.address == f"{kind}.this" and kind in _PARAMETERS:
            found += _imported_parameters(resource, spec.base_name, tuple(sorted(tags.items())))
        if resource.address != f"{kind}.this" or kind not in _OWN:
            continue
        own = tuple(text.format(spec.base_name) for text in _OWN[kind])
        named = (str(values.get("name")), str(values.get("description") or ""))
        if named != own:
            found.append((kind, *named, tuple(sorted(tags.items()))))
    return tuple(sorted(found))


def _imported_parameters(group: StateResource, base_name: str, tags: tuple[tuple[str, str], ...]) -> Iterator[Imported]:
    """A parameter group with its family and its parameters; nothing for one that is named as the templates name it."""
    values, kind = group.attributes, group.type
    name, family, description = (str(values.get(key) or "") for key in ("name", "family", "description"))
    usual = f"{base_name}-{family.replace('.', '-')}"
    if description == _PARAMETERS[kind].format(base_name) and f"{name}-".startswith(f"{usual}-"):
        return
    yield kind, name, description, tags
    yield f"{kind}.family", family, "", ()
    for one in values.get("parameter") or ():
        yield f"{kind}.parameter", str(one["name"]), str(one["apply_method"]), ()


class KeptNames(Concern):
    """The names of what was imported."""

    def read(self) -> None:
        """What the state has."""
        self.values = {"imported": imported_names(self.change.resources, self.spec)}


class KeptIpv6(Concern):
    """The Regions whose VPC has an IPv6 block, whatever the spec says now."""

    def read(self) -> None:
        """What the state has."""
        vpcs = (r for r in self.change.resources if inner(r.address) == _VPC and r.attributes.get("ipv6_cidr_block"))
        self.values = {"ipv6_vpcs": tuple(sorted(region_of(r.address) or self.spec.region for r in vpcs))}
