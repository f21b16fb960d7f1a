"""RDS Proxy: proxies, the default target group and its targets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from moto.rds.models import DBProxyTarget, DBProxyTargetGroup

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, error
from aurora_cli.sandbox.emulator.rds.models import names, networks
from aurora_cli.sandbox.emulator.rds.models.engines import PROXY_FAMILIES
from aurora_cli.sandbox.emulator.rds.models.proxy import Proxy
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView


def find(backend: AuroraBackend, name: str) -> Proxy:
    """A proxy by name.

    Raises:
        RDSClientError: it does not exist.
    """
    found = backend.db_proxies.get(name)
    if not isinstance(found, Proxy):
        raise error("DBProxyNotFoundFault", f"DBProxy {name} not found.")
    return found


def create(backend: AuroraBackend, params: Any) -> StatusView:
    """CreateDBProxy."""
    values = dict(params.items())
    name = names.check_identifier(values["db_proxy_name"], "DBProxyName")
    if name in backend.db_proxies:
        raise error("DBProxyAlreadyExistsFault", f"DB proxy {name} already exists.")
    if values["engine_family"] not in PROXY_FAMILIES:
        raise bad_value(f"Invalid EngineFamily: {values['engine_family']}")
    if not values.get("auth") and values.get("default_auth_scheme") != "IAM_AUTH":
        raise bad_combination("Auth is required unless DefaultAuthScheme is IAM_AUTH.")
    _check_tls(values.get("auth") or (), tls=bool(values.get("require_tls")))
    networks.check_proxy_subnets(backend, values["vpc_subnet_ids"])
    proxy = Proxy(backend, values)
    backend.db_proxies[name] = proxy
    return StatusView(proxy, "creating")


def modify(backend: AuroraBackend, params: Any) -> StatusView:
    """ModifyDBProxy, which can also rename it."""
    proxy, values = find(backend, params["DBProxyName"]), dict(params.items())
    tls = values.get("require_tls")
    _check_tls(values.get("auth") or proxy.auth, tls=bool(proxy.require_tls if tls is None else tls))
    for key in ("role_arn", "require_tls", "idle_client_timeout", "debug_logging", "default_auth_scheme"):
        if values.get(key) is not None:
            setattr(proxy, key, values[key])
    if values.get("security_groups"):
        proxy.vpc_security_group_ids = list(values["security_groups"])
    if values.get("auth"):
        proxy.set_auth(values["auth"])
    wanted = values.get("new_db_proxy_name")
    if wanted and wanted != proxy.db_proxy_name:
        _rename(backend, proxy, wanted)
    proxy.enter("modifying")
    return StatusView(proxy, "modifying")


def _check_tls(auth: Iterable[Any], *, tls: bool) -> None:
    if not tls and any(one.get("IAMAuth") == "REQUIRED" for one in auth):
        raise bad_combination("Must enable TLS, when IAM Auth is required")


def _rename(backend: AuroraBackend, proxy: Proxy, wanted: str) -> None:
    if wanted in backend.db_proxies:
        raise error("DBProxyAlreadyExistsFault", f"DB proxy {wanted} already exists.")
    del backend.db_proxies[proxy.db_proxy_name]
    proxy.db_proxy_name = proxy.group.db_proxy_name = wanted
    backend.db_proxies[wanted] = proxy


def delete(backend: AuroraBackend, params: Any) -> StatusView:
    """DeleteDBProxy, and its target group."""
    proxy = find(backend, params["DBProxyName"])
    name = proxy.db_proxy_name
    backend.defer(proxy.enter("deleting", "deleting"), _forget, backend, name)
    return StatusView(proxy, "deleting")


def _forget(backend: AuroraBackend, name: str) -> None:
    """Delete the proxy and its endpoints."""
    for endpoint in [one for one in backend.db_proxy_endpoints.values() if one.db_proxy_name == name]:
        del backend.db_proxy_endpoints[endpoint.db_proxy_endpoint_name]
    backend.db_proxies.pop(name, None)


def target_group(backend: AuroraBackend, params: Any) -> DBProxyTargetGroup:
    """The target group of the proxy that the parameters name."""
    return find(backend, params["DBProxyName"]).group


def modify_group(backend: AuroraBackend, params: Any) -> DBProxyTargetGroup:
    """ModifyDBProxyTargetGroup: the connection pool."""
    group = target_group(backend, params)
    config = params.get("ConnectionPoolConfig") or {}
    _check_pool(group, config)
    named = {
        "MaxConnectionsPercent": "max_connections",
        "MaxIdleConnectionsPercent": "max_idle_connections",
        "ConnectionBorrowTimeout": "borrow_timeout",
        "SessionPinningFilters": "session_pinning_filters",
        "InitQuery": "init_query",
    }
    for member, attribute in named.items():
        if member in config:
            setattr(group, attribute, config[member])
    return group


def _check_pool(group: DBProxyTargetGroup, config: Any) -> None:
    """RDS API reference, ConnectionPoolConfiguration."""
    most = config.get("MaxConnectionsPercent", group.max_connections)
    idle = config.get("MaxIdleConnectionsPercent", group.max_idle_connections)
    if not 1 <= most <= 100:
        raise bad_value(f"Invalid MaxConnectionsPercent {most}. Valid range is: 1-100")
    if not 0 <= idle <= most:
        raise bad_value(
            f"Invalid MaxIdleConnectionsPercent {idle}. It must be between 0 and MaxConnectionsPercent, {most}."
        )
    if not 0 <= config.get("ConnectionBorrowTimeout", 0) <= 300:
        raise bad_value("Invalid ConnectionBorrowTimeout. Valid range is: 0-300")
    if set(config.get("SessionPinningFilters") or ()) - {"EXCLUDE_VARIABLE_SETS"}:
        raise bad_value("Invalid SessionPinningFilters. The allowed value is EXCLUDE_VARIABLE_SETS.")


def register(backend: AuroraBackend, params: Any) -> list[DBProxyTarget]:
    """RegisterDBProxyTargets: one cluster, or one instance."""
    proxy = find(backend, params["DBProxyName"])
    clusters = params.get("DBClusterIdentifiers") or []
    instances = params.get("DBInstanceIdentifiers") or []
    known = {(one.type, one.rds_resource_id) for one in proxy.group.targets}
    new = [_cluster_target(backend, proxy, name) for name in clusters]
    new += [_instance_target(backend, name) for name in instances]
    for target in new:
        if (target.type, target.rds_resource_id) in known:
            raise error(
                "DBProxyTargetAlreadyRegisteredFault",
                "The proxy is already associated with the specified RDS DB instance or Aurora DB cluster.",
            )
    proxy.group.targets.extend(new)
    return new


def _cluster_target(backend: AuroraBackend, proxy: Proxy, name: str) -> DBProxyTarget:
    cluster = backend.cluster(name)
    if not cluster.instances:
        raise error("InvalidDBClusterStateFault", f"The DB cluster {name} has no DB instance to connect to.")
    if cluster.engine != PROXY_FAMILIES[proxy.engine_family]:
        raise bad_combination(f"The engine family {proxy.engine_family} doesn't match the engine {cluster.engine}.")
    return DBProxyTarget(backend, cluster.db_cluster_identifier, cluster.endpoint, "TRACKED_CLUSTER")


def _instance_target(backend: AuroraBackend, name: str) -> DBProxyTarget:
    found = backend.databases.get(name)
    if found is None:
        raise error("DBInstanceNotFound", f"DBInstance {name} not found.")
    return DBProxyTarget(backend, name, cast("str | None", found.address), "RDS_INSTANCE")


def deregister(backend: AuroraBackend, params: Any) -> None:
    """DeregisterDBProxyTargets."""
    group = target_group(backend, params)
    gone = {("TRACKED_CLUSTER", name) for name in params.get("DBClusterIdentifiers") or []}
    gone |= {("RDS_INSTANCE", name) for name in params.get("DBInstanceIdentifiers") or []}
    if not gone <= {(one.type, one.rds_resource_id) for one in group.targets}:
        raise error("DBProxyTargetNotFoundFault", "The target isn't registered.")
    group.targets = [one for one in group.targets if (one.type, one.rds_resource_id) not in gone]
