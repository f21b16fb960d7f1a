"""The parameter groups of a new family: made beside those in use, and put in their place once the new version runs.

While both are there, Terraform holds the new ones under addresses of their own, so that an upgrade can be given up before its
call and the next plan takes them away. Afterwards they get the usual addresses, and the old ones are deleted by Terraform.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aurora_cli.terraform.state.addresses import in_region, region_of

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.state.state import StateResource

NEXT, FORMER = "next_", "former_"
TYPES = ("aws_rds_cluster_parameter_group", "aws_db_parameter_group")
_LOCAL = re.compile(rf"(?:^|\.)({'|'.join(TYPES)})\.({NEXT}|{FORMER})?(\w+)$")


def group_name(base_name: str, family: str, suffix: str | None = None) -> str:
    """What the template calls the groups of a cluster; a renamed one keeps the name that its resources have."""
    return "-".join(filter(None, (base_name, family.replace(".", "-"), suffix)))


def makes_groups(spec: ClusterSpec) -> bool:
    """Whether the stack has groups of its own."""
    own = any(one.parameters and not one.parameter_group for one in spec.instances.overrides.values())
    return spec.parameters.cluster_group is None or spec.parameters.instance_group is None or own


class Groups:
    """The groups in Terraform's state.

    Args:
        context: of the operation.
        version: engine version at the end, in full.
        keys: instance keys at the end.
    """

    def __init__(self, context: OperationContext, version: str, keys: tuple[str, ...]) -> None:
        self.context, self.version, self.keys = context, version, keys

    def made(self) -> bool:
        """Whether there is a group beside each one in use."""
        found = self._found()
        return {_with("", a) for a in found if _is(NEXT, a)} >= {
            a for a in found if not _is(NEXT, a) and not _is(FORMER, a)
        }

    def make(self) -> None:
        """Make them by Terraform. Raises what `OperationContext.reach` raises."""
        self.context.approved |= {(_with(NEXT, _with("", a)), "create") for a in self._found()}
        self.context.apply_spec(self.context.spec, self.keys, next_version=self.version)

    def take_over(self, spec: ClusterSpec) -> None:
        """Give the new groups the addresses of the old ones, attach what is not attached yet, and delete the old ones."""
        for address in sorted(a for a in self._found() if _is(NEXT, a)):
            usual = _with("", address)
            if usual in self._found():
                self.context.terraform.move(usual, _with(FORMER, usual))
            self.context.terraform.move(address, usual)
        self.context.approved |= {(a, "delete") for a in self._found() if _is(FORMER, a)}
        self.context.apply_spec(spec, self.keys)

    def _found(self) -> dict[str, StateResource]:
        self.context.keys()  # a remote state needs its init first
        return {r.address: r for r in self.context.terraform.state_resources() if r.type in TYPES}


def _is(prefix: str, address: str) -> bool:
    match = _LOCAL.search(address)
    return match is not None and match[2] == prefix


def _with(prefix: str, address: str) -> str:
    """The address with another prefix before the name of the group."""
    match = _LOCAL.search(address)
    if match is None:
        return address
    local = f"{match[1]}.{prefix}{match[3]}"
    region = region_of(address)
    return local if region is None else in_region(region, local)
