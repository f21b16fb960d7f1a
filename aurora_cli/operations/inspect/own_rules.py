"""Rules of a security group that Terraform manages as resources of their own, as the group itself reports them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aurora_cli.terraform.plan.plan import ResourceChange
    from aurora_cli.terraform.state.state import StateResource

Rule = tuple[str, str, int, int, str]
"""Direction, protocol, first and last port, source or destination."""

_GROUP = "aws_security_group"
_DIRECTIONS = {"aws_vpc_security_group_ingress_rule": "ingress", "aws_vpc_security_group_egress_rule": "egress"}
_BLOCKS = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
_SOURCES = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")


def only_own_rules(change: ResourceChange, state: Iterable[StateResource]) -> bool:
    """Whether a security group differs in rules alone, and has none but those that the state holds as resources.

    The group is read before its rules are created or removed, so that its own list is behind them; a rule that somebody has
    removed is told by its own resource.
    """
    differs = {one.path.partition("[")[0] for one in change.changed}
    if change.type != _GROUP or change.action == "delete" or not differs <= set(_DIRECTIONS.values()):
        return False
    group = str(change.after.get("id"))
    return set(_reported(change.after, group)) <= {rule for one in state for rule in _managed(one, group)}


def _reported(values: Mapping[str, Any], group: str) -> Iterator[Rule]:
    for direction in _DIRECTIONS.values():
        for block in values.get(direction) or ():
            sources = [source for name in _BLOCKS for source in block.get(name) or ()]
            for source in [*sources, *([group] if block.get("self") else ())]:
                yield (
                    direction,
                    str(block.get("protocol")),
                    block.get("from_port") or 0,
                    block.get("to_port") or 0,
                    source,
                )


def _managed(resource: StateResource, group: str) -> Iterator[Rule]:
    direction, rule = _DIRECTIONS.get(resource.type), resource.attributes
    if direction is None or rule.get("security_group_id") != group:
        return
    for source in (rule[name] for name in _SOURCES if rule.get(name)):
        yield direction, str(rule.get("ip_protocol")), rule.get("from_port") or 0, rule.get("to_port") or 0, source
