"""EC2's actions: rules of security groups as AWS shows them, everything else from moto."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response


class NetworkResponse(EC2Response):
    """One EC2 request."""

    def authorize_security_group_ingress(self) -> ActionResult:
        return self._described(super().authorize_security_group_ingress())

    def authorize_security_group_egress(self) -> ActionResult:
        return self._described(super().authorize_security_group_egress())

    def _described(self, result: ActionResult) -> ActionResult:
        """moto keeps the description of a CIDR rule, and loses that of a group's or prefix list's rule."""
        texts = _descriptions(self._get_param("IpPermissions") or [])
        for rule in result.result["SecurityGroupRules"]:  # type: ignore[index]
            source = rule.prefix_list_id or rule.source_group.get("GroupId")
            if source in texts:
                rule.ip_range = {"Description": texts[source]}
        return result


def _descriptions(permissions: list[Any]) -> dict[str, str]:
    """Source (group or prefix list id) -> description, of one request."""
    found = {}
    for permission in permissions:
        for pair in [*permission.get("UserIdGroupPairs", []), *permission.get("PrefixListIds", [])]:
            source = pair.get("GroupId") or pair.get("PrefixListId")
            if pair.get("Description"):
                found[source] = pair["Description"]
    return found
