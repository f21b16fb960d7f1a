"""EC2 with RDS as a user of its networks: rejected deletions, rules of security groups, and VPC endpoints."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2 import models, urls
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models.availability_zones_and_regions import Zone
from moto.ec2.responses import EC2Response
from moto.rds.models import rds_backends

from aurora_cli.sandbox.emulator.services.vpc import VpcBackend


def _ports(protocol: Any, *ports: Any) -> list[str]:
    """What a rule is for; the rule for every protocol has no ports."""
    return [str(part) for part in ((protocol,) if str(protocol) == "-1" else (protocol, *ports))]


class NetworkBackend(VpcBackend):
    """moto's EC2 with the dependencies of RDS (EC2 API reference, DependencyViolation)."""

    @property
    def _url_module(self) -> Any:
        return urls

    def describe_availability_zones(self, *given: Any, **named: Any) -> list[Zone]:
        """Three zones in a Region that moto does not have, such as those of young partitions."""
        name = self.region_name
        self.zones.setdefault(
            name, [Zone(f"{name}{letter}", name, f"{name}-az{n}") for n, letter in enumerate("abc", 1)]
        )
        return super().describe_availability_zones(*given, **named)

    def delete_subnet(self, subnet_id: str) -> Any:
        """Rejected while a DB instance, a proxy or a VPC endpoint has its network interface there."""
        subnet = self.get_subnet(subnet_id)
        groups = [group for group in self._rds().subnet_groups.values() if subnet in group._subnets]
        zones = {member.availability_zone for group in groups for member in self._instances_in(group.name)}
        proxies = (*self._rds().db_proxies.values(), *self._rds().db_proxy_endpoints.values())
        others = (
            *(one.vpc_subnet_ids for one in proxies),
            *(one.subnet_ids or () for one in self.living_endpoints()),
        )
        if subnet.availability_zone in zones or any(subnet_id in ids for ids in others):
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return super().delete_subnet(subnet_id)

    def delete_security_group(self, name: str | None = None, group_id: str | None = None) -> None:
        """Rejected while a cluster or a rule of another group uses it, and for a VPC's default group."""
        group = self.get_security_group_from_id(group_id) if group_id else None
        if group is not None and any(used(group.id) for used in self._uses()):
            raise DependencyViolationError(f"resource {group.id} has a dependent object")
        super().delete_security_group(name, group_id)

    def revoke_security_group_egress(
        self,
        group_name_or_id: str,
        ip_protocol: str,
        from_port: str,
        to_port: str,
        ip_ranges: list[Any],
        *more: Any,
        **named: Any,
    ) -> None:
        """moto keeps an IPv6 rule in a VPC that has no IPv6 CIDR block."""
        asked = _ports(ip_protocol, from_port, to_port)
        wanted = {item["CidrIpv6"] for item in ip_ranges if "CidrIpv6" in item}
        super().revoke_security_group_egress(
            group_name_or_id, ip_protocol, from_port, to_port, ip_ranges, *more, **named
        )
        group = self.get_security_group_by_name_or_id(group_name_or_id)
        if group is not None and wanted:
            group.egress_rules = [
                rule
                for rule in group.egress_rules
                if _ports(rule.ip_protocol, rule.from_port, rule.to_port) != asked
                or (rule.ip_range or {}).get("CidrIpv6") not in wanted
            ]

    def create_vpc_endpoint(self, vpc_id: str, service_name: str, *more: Any, **named: Any) -> Any:
        """A service has one endpoint with private names in a VPC."""
        alive = [one for one in self.living_endpoints() if one.vpc_id == vpc_id]
        taken = any(one.service_name == service_name and one.private_dns_enabled for one in alive)
        if taken and named.get("private_dns_enabled"):
            raise EC2ClientError(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{service_name} in the VPC {vpc_id}",
            )
        return super().create_vpc_endpoint(vpc_id, service_name, *more, **named)

    def modify_vpc_endpoint(self, vpc_id: str, *more: Any, **named: Any) -> None:
        """moto leaves the routes to a gateway endpoint in the tables of its creation."""
        before = set(self.vpc_end_points[vpc_id].route_table_ids)
        super().modify_vpc_endpoint(vpc_id, *more, **named)
        prefixes = self.vpc_end_points[vpc_id].destination_prefix_list_id
        if prefixes:
            for table in before.intersection(named["remove_route_tables"] or ()):
                self.delete_route(table, prefixes)
            for table in set(named["add_route_tables"] or ()) - before:
                self.create_route(table, None, gateway_id=vpc_id, destination_prefix_list_id=prefixes)

    def delete_vpc_endpoints(self, vpce_ids: list[str] | None = None) -> None:
        """moto fails to delete a gateway endpoint again."""
        deleted = {one.id for one in self.vpc_end_points.values() if one.state == "deleted"}
        super().delete_vpc_endpoints([one for one in vpce_ids or () if one not in deleted])

    def delete_vpc(self, vpc_id: str) -> Any:
        """Rejected while an internet gateway is attached or a security group is in it."""
        gateways = self.describe_internet_gateways(filters={"attachment.vpc-id": [vpc_id]})
        groups = [group for group in self.groups.get(vpc_id, {}).values() if not group.is_default]
        if gateways or groups:
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        return super().delete_vpc(vpc_id)

    def _uses(self) -> tuple[Callable[[str], bool], ...]:
        return self._used_by_rds, self._used_by_rules, self._used_by_endpoints

    def living_endpoints(self) -> list[Any]:
        """The VPC endpoints that are not deleted."""
        return [one for one in self.vpc_end_points.values() if one.state != "deleted"]

    def _used_by_endpoints(self, group_id: str) -> bool:
        return any(group_id in one.security_group_ids for one in self.living_endpoints())

    def _rds(self) -> Any:
        return rds_backends[self.account_id][self.region_name]

    def _instances_in(self, group_name: str) -> list[Any]:
        members: list[Any] = self._rds().instances_in(group_name)
        return members

    def _used_by_rds(self, group_id: str) -> bool:
        rds = self._rds()
        tables = (rds.clusters, rds.db_proxies, rds.db_proxy_endpoints)
        return any(group_id in one.vpc_security_group_ids for table in tables for one in table.values())

    def _used_by_rules(self, group_id: str) -> bool:
        others = (group for groups in self.groups.values() for group in groups.values() if group.id != group_id)
        rules = (rule for group in others for rule in [*group.ingress_rules, *group.egress_rules])
        return any(rule.source_group.get("GroupId") == group_id for rule in rules)


class NetworkResponse(EC2Response):
    """An EC2 request."""

    def authorize_security_group_ingress(self) -> ActionResult:
        return self._described(super().authorize_security_group_ingress())

    def authorize_security_group_egress(self) -> ActionResult:
        return self._described(super().authorize_security_group_egress())

    def create_vpc_endpoint(self) -> ActionResult:
        kind, service = self._get_param("VpcEndpointType") or "Gateway", self._get_param("ServiceName")
        self._check_dns_options(kind, self._get_param("VpcId"), service)
        result = super().create_vpc_endpoint()
        endpoint: Any = result.result["VpcEndpoint"]  # type: ignore[index]
        endpoint.vpc_endpoint_type, endpoint.ip_address_type = kind, "ipv4"
        if kind != "Interface":
            endpoint.private_dns_enabled = False
        self._complete(endpoint)
        return result

    def modify_vpc_endpoint(self) -> ActionResult:
        (endpoint,) = self.ec2_backend.describe_vpc_endpoints([self._get_param("VpcEndpointId")])
        self._check_dns_options(endpoint.vpc_endpoint_type, endpoint.vpc_id, endpoint.service_name)
        result = super().modify_vpc_endpoint()
        self._complete(endpoint)
        return result

    def _check_dns_options(self, kind: str, vpc_id: str, service: str) -> None:
        """Private names for inbound resolver endpoints alone are for interface endpoints beside a gateway endpoint."""
        option = "PrivateDnsOnlyForInboundResolverEndpoint"
        wanted = (self._get_param("DnsOptions") or {}).get(option)
        if wanted is not None and kind != "Interface":
            text = f"DnsOptions {option} is applicable only to Interface VPC Endpoints."
            raise EC2ClientError("InvalidParameter", text)
        backend: Any = self.ec2_backend
        beside = [one for one in backend.living_endpoints() if (one.vpc_id, one.service_name) == (vpc_id, service)]
        if wanted and not any(one.vpc_endpoint_type == "Gateway" for one in beside):
            text = f"To set {option} to true, the VPC {vpc_id} must have a Gateway endpoint for the service."
            raise EC2ClientError("InvalidParameter", text)

    def _complete(self, endpoint: Any) -> None:
        """moto ignores DNS options and the IP address type, and changes of private DNS names and to the default policy."""
        named = {"IpAddressType": "ip_address_type", "PrivateDnsEnabled": "private_dns_enabled"}
        for member, attribute in named.items():
            if self._get_param(member) is not None:
                setattr(endpoint, attribute, self._get_param(member))
        own = endpoint.ip_address_type if endpoint.vpc_endpoint_type == "Interface" else "service-defined"
        options = {"DnsRecordIpType": own, "PrivateDnsOnlyForInboundResolverEndpoint": False}
        endpoint.dns_options = {**getattr(endpoint, "dns_options", options), **(self._get_param("DnsOptions") or {})}
        if self._get_param("ResetPolicy"):
            endpoint.policy_document = json.dumps(endpoint.DEFAULT_POLICY)

    def _described(self, result: ActionResult) -> ActionResult:
        """moto loses the description of a rule whose source is a group or a prefix list."""
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


def install() -> None:
    """Install these extensions in moto. Call before the first EC2 request."""
    models.ec2_backends.backend = NetworkBackend
    urls.url_paths = {"{0}/": NetworkResponse.dispatch}
