"""Proxies and their additional endpoints."""

from __future__ import annotations

from typing import Any

from moto.rds.models import DBProxy, DBProxyTargetGroup, RDSBackend, RDSBaseModel

from aurora_cli.sandbox.emulator.rds.databases import endpoints
from aurora_cli.sandbox.emulator.rds.models import names
from aurora_cli.sandbox.emulator.rds.models.resource import Transitional

ROLES = ("READ_WRITE", "READ_ONLY")
PASSWORD_TYPES = {"POSTGRESQL": "POSTGRES_SCRAM_SHA_256", "MYSQL": "MYSQL_NATIVE_PASSWORD"}


class Proxy(Transitional, DBProxy):
    """A proxy with transitional statuses and the values that RDS sets."""

    def __init__(self, backend: RDSBackend, values: dict[str, Any]) -> None:
        super().__init__(
            backend,
            values["db_proxy_name"],
            values["engine_family"],
            [],
            values["role_arn"],
            values["vpc_subnet_ids"],
            values.get("vpc_security_group_ids"),
            values.get("require_tls") or False,
            values.get("idle_client_timeout"),
            values.get("debug_logging"),
            values.get("tags"),
        )
        self.enter("creating")
        self.set_auth(values.get("auth"))
        vars(self)["endpoint"] = names.host(f"{self.db_proxy_name}.proxy-", self.account_id, self.region)
        self.default_auth_scheme = values.get("default_auth_scheme") or "NONE"
        self.endpoint_network_type = values.get("endpoint_network_type") or "IPV4"
        self.target_connection_network_type = values.get("target_connection_network_type") or "IPV4"
        self.proxy_target_groups["default"] = TargetGroup(backend, "default", self.db_proxy_name)

    @property
    def endpoint(self) -> str:
        """Its host."""
        return endpoints.host(endpoints.of_proxy(self, self.name_in_aws, ROLES[0]), self.name_in_aws)

    @endpoint.setter
    def endpoint(self, value: str) -> None:
        """moto's is not one of RDS."""

    @property
    def name_in_aws(self) -> str:
        """Its host name in AWS, which a rename does not change."""
        return str(vars(self)["endpoint"])

    @property
    def db_proxy_arn(self) -> str:
        """Its ARN."""
        return self.arn

    @property
    def group(self) -> DBProxyTargetGroup:
        """Its target group."""
        return self.proxy_target_groups["default"]

    def set_auth(self, wanted: list[dict[str, Any]] | None) -> None:
        """Authentication entries with the defaults that RDS sets."""
        self.auth = [self._auth_entry(one) for one in wanted or ()]

    def _auth_entry(self, given: Any) -> dict[str, Any]:
        filled = {
            "AuthScheme": given.get("AuthScheme") or "SECRETS",
            "IAMAuth": given.get("IAMAuth") or "DISABLED",
            "ClientPasswordAuthType": given.get("ClientPasswordAuthType") or PASSWORD_TYPES[self.engine_family],
        }
        named = {name: given.get(name) for name in ("Description", "SecretArn", "UserName")}
        return {**filled, **{name: value for name, value in named.items() if value}}


class TargetGroup(DBProxyTargetGroup):
    """The target group of a proxy, with the query that moto does not keep."""

    init_query: str | None = None

    @property
    def connection_pool_config(self) -> dict[str, Any]:
        """ConnectionPoolConfigurationInfo."""
        pool = super().connection_pool_config
        return {**pool, "InitQuery": self.init_query} if self.init_query else pool


class ProxyEndpoint(Transitional, RDSBaseModel):
    """An endpoint with transitional statuses. Its attributes are those of the API's response."""

    resource_type = "db-proxy-endpoint"
    is_default = False

    def __init__(self, backend: RDSBackend, proxy: Proxy, name: str, values: dict[str, Any]) -> None:
        super().__init__(backend)
        self.enter("creating")
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
        vars(self)["endpoint"] = names.host(f"{name}.endpoint.proxy-", self.account_id, self.region)

    @property
    def endpoint(self) -> str:
        """Its host."""
        return endpoints.host(endpoints.of_proxy(self.proxy, self.name_in_aws, self.target_role), self.name_in_aws)

    @property
    def name_in_aws(self) -> str:
        """Its host name in AWS."""
        return str(vars(self)["endpoint"])

    @property
    def resource_id(self) -> str:
        """The last part of its ARN."""
        return self.unique_id

    @property
    def db_proxy_endpoint_arn(self) -> str:
        """Its ARN."""
        return self.arn

    @property
    def db_proxy_name(self) -> str:
        """The current name of the proxy."""
        return self.proxy.db_proxy_name
