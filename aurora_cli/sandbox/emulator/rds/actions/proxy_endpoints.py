"""Additional endpoints of RDS proxies."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.actions import proxies
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_value, error
from aurora_cli.sandbox.emulator.rds.models import names, networks
from aurora_cli.sandbox.emulator.rds.models.proxy import ROLES, ProxyEndpoint
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView

PER_PROXY = 20


def create(backend: AuroraBackend, params: Any) -> StatusView:
    """CreateDBProxyEndpoint."""
    values = dict(params.items())
    proxy = proxies.find(backend, values["db_proxy_name"])
    name = names.check_identifier(values["db_proxy_endpoint_name"], "DBProxyEndpointName")
    if (values.get("target_role") or "READ_WRITE") not in ROLES:
        raise bad_value(f"Invalid TargetRole: {values['target_role']}")
    if name in backend.db_proxy_endpoints:
        raise error("DBProxyEndpointAlreadyExistsFault", f"DB proxy endpoint {name} already exists.")
    if [one.db_proxy_name for one in backend.db_proxy_endpoints.values()].count(proxy.db_proxy_name) >= PER_PROXY:
        raise error("DBProxyEndpointQuotaExceededFault", "The DB proxy already has the maximum number of endpoints.")
    networks.check_proxy_subnets(backend, values["vpc_subnet_ids"])
    endpoint = ProxyEndpoint(backend, proxy, name, values)
    backend.db_proxy_endpoints[name] = endpoint
    return StatusView(endpoint, "creating")


def describe(backend: AuroraBackend, params: Any) -> list[ProxyEndpoint]:
    """DescribeDBProxyEndpoints: all, those of a proxy, or one."""
    if params.get("DBProxyName"):
        proxies.find(backend, params["DBProxyName"])
    if params.get("DBProxyEndpointName"):
        found = [find(backend, params["DBProxyEndpointName"])]
    else:
        found = list(backend.db_proxy_endpoints.values())
    return [one for one in found if params.get("DBProxyName") in (None, one.db_proxy_name)]


def modify(backend: AuroraBackend, params: Any) -> StatusView:
    """ModifyDBProxyEndpoint: its security groups."""
    endpoint = find(backend, params["DBProxyEndpointName"])
    endpoint.vpc_security_group_ids = list(params.get("VpcSecurityGroupIds") or endpoint.vpc_security_group_ids)
    endpoint.enter("modifying")
    return StatusView(endpoint, "modifying")


def delete(backend: AuroraBackend, params: Any) -> StatusView:
    """DeleteDBProxyEndpoint."""
    endpoint = find(backend, params["DBProxyEndpointName"])
    return backend.remove(endpoint, backend.db_proxy_endpoints, endpoint.db_proxy_endpoint_name)


def find(backend: AuroraBackend, name: str) -> ProxyEndpoint:
    """An endpoint by name.

    Raises:
        RDSClientError: it does not exist.
    """
    endpoint = backend.db_proxy_endpoints.get(name)
    if endpoint is None:
        raise error("DBProxyEndpointNotFoundFault", f"DB proxy endpoint {name} not found.")
    return endpoint
