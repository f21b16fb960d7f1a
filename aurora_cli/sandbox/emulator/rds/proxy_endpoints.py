"""Endpoints of RDS proxies beside the default one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.rds.models import RDSBaseModel

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds import names, networks, proxies
from aurora_cli.sandbox.emulator.rds.errors import bad_value, error
from aurora_cli.sandbox.emulator.rds.snapshot_view import Shown

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

ROLES = ("READ_WRITE", "READ_ONLY")
PER_PROXY = 20


class ProxyEndpoint(RDSBaseModel):
    """One endpoint, with its passing statuses. The attributes are those of the API's answer."""

    resource_type = "db-proxy-endpoint"
    is_default = False

    def __init__(self, backend: AuroraBackend, proxy: proxies.Proxy, name: str, values: dict[str, Any]) -> None:
        super().__init__(backend)
        self._transition = Transition("creating", "available")
        self.proxy = proxy
        self.db_proxy_endpoint_name = name
        self.unique_id = names.resource_id("prx-endpoint-").lower()
        self.target_role = values.get("target_role") or ROLES[0]
        self.vpc_subnet_ids = list(values["vpc_subnet_ids"])
        self.vpc_security_group_ids = list(values.get("vpc_security_group_ids") or proxy.vpc_security_group_ids)
        self.vpc_id = proxy.vpc_id
        self.created_date = self.created
        self.endpoint_network_type = values.get("endpoint_network_type") or "IPV4"
        self.tags = values.get("tags") or []
        label = names.dns_label(self.account_id, self.region)
        self.endpoint = f"{name}.endpoint.proxy-{label}.{self.region}.rds.amazonaws.com"

    @property
    def resource_id(self) -> str:
        """The end of its ARN."""
        return self.unique_id

    @property
    def db_proxy_endpoint_arn(self) -> str:
        """Its ARN."""
        return self.arn

    @property
    def db_proxy_name(self) -> str:
        """The proxy's name now."""
        return self.proxy.db_proxy_name

    @property
    def status(self) -> str:
        """Where it is in its life."""
        return self._transition.status

    def passing(self, status: str, final: str = "available") -> Transition:
        """Enter a passing status."""
        self._transition = Transition(status, final)
        return self._transition


def create(backend: AuroraBackend, params: Any) -> Shown:
    """CreateDBProxyEndpoint."""
    values = dict(params.items())
    proxy = proxies.find(backend, values["db_proxy_name"])
    name = names.check_identifier(values["db_proxy_endpoint_name"], "DBProxyEndpointName")
    if (values.get("target_role") or "READ_WRITE") not in ROLES:
        raise bad_value(f"Invalid TargetRole: {values['target_role']}")
    if name in backend.db_proxy_endpoints:
        raise error("DBProxyEndpointAlreadyExistsFault", f"DB proxy endpoint {name} already exists.")
    if len(describe(backend, {"DBProxyName": proxy.db_proxy_name})) >= PER_PROXY:
        raise error("DBProxyEndpointQuotaExceededFault", f"The proxy {proxy.db_proxy_name} has {PER_PROXY} endpoints.")
    networks.checked_subnets(backend, values["vpc_subnet_ids"])
    endpoint = ProxyEndpoint(backend, proxy, name, values)
    backend.db_proxy_endpoints[name] = endpoint
    return Shown(endpoint, "creating")


def describe(backend: AuroraBackend, params: Any) -> list[ProxyEndpoint]:
    """DescribeDBProxyEndpoints: all, those of a proxy, or one."""
    if params.get("DBProxyName"):
        proxies.find(backend, params["DBProxyName"])
    if params.get("DBProxyEndpointName"):
        found = [find(backend, params["DBProxyEndpointName"])]
    else:
        found = list(backend.db_proxy_endpoints.values())
    return [one for one in found if params.get("DBProxyName") in (None, one.db_proxy_name)]


def modify(backend: AuroraBackend, params: Any) -> Shown:
    """ModifyDBProxyEndpoint: its security groups."""
    endpoint = find(backend, params["DBProxyEndpointName"])
    endpoint.vpc_security_group_ids = list(params.get("VpcSecurityGroupIds") or endpoint.vpc_security_group_ids)
    endpoint.passing("modifying")
    return Shown(endpoint, "modifying")


def delete(backend: AuroraBackend, params: Any) -> Shown:
    """DeleteDBProxyEndpoint."""
    endpoint = find(backend, params["DBProxyEndpointName"])
    name = endpoint.db_proxy_endpoint_name
    backend.defer(endpoint.passing("deleting", "deleting"), lambda: backend.db_proxy_endpoints.pop(name, None))
    return Shown(endpoint, "deleting")


def find(backend: AuroraBackend, name: str) -> ProxyEndpoint:
    """An endpoint by name.

    Raises:
        RDSClientError: there is none.
    """
    endpoint = backend.db_proxy_endpoints.get(name)
    if endpoint is None:
        raise error("DBProxyEndpointNotFoundFault", f"DB proxy endpoint {name} not found.")
    return endpoint
