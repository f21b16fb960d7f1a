"""RDS Proxy: proxies, default target groups, targets and endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task, Update, Wait
from aurora_cli.sandbox.provider.engine.reading import find_item
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN
from aurora_cli.sandbox.provider.resources.parts import import_parts, listed
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_READY = Wait("Status", target=("available",), pending=("creating", "modifying"))
_GONE = ("DBProxyNotFoundFault", "DBProxyTargetGroupNotFoundFault", "DBProxyTargetNotFoundFault")
_AUTH_MEMBERS = {
    "auth_scheme": "AuthScheme",
    "client_password_auth_type": "ClientPasswordAuthType",
    "description": "Description",
    "iam_auth": "IAMAuth",
    "secret_arn": "SecretArn",
    "username": "UserName",
}


def _auth(task: Task) -> list[Item] | None:
    """Authentication entries without members that the configuration does not set."""
    entries, open_ = task.get("auth") or (), (None, "", UNKNOWN)
    return [{key: value for key, value in one.items() if value not in open_} for one in entries] or None


def _read_auth(task: Task, item: Item) -> list[Item]:
    return [{name: one.get(member) for name, member in _AUTH_MEMBERS.items()} for one in item.get("Auth") or ()]


def _change(task: Task) -> None:
    """ModifyDBProxy with all parameters; a new name is a change in place."""
    params: dict[str, Any] = {
        "DBProxyName": task.id,
        "NewDBProxyName": task.get("name"),
        "DebugLogging": bool(task.get("debug_logging")),
        "RequireTLS": bool(task.get("require_tls")),
        "RoleArn": task.get("role_arn"),
        "Auth": _coerced_auth(task),
        "SecurityGroups": listed(task.get("vpc_security_group_ids")),
    }
    if task.get("idle_client_timeout"):
        params["IdleClientTimeout"] = int(task.get("idle_client_timeout"))
    if task.get("default_auth_scheme"):
        params["DefaultAuthScheme"] = task.get("default_auth_scheme")
    task.call("ModifyDBProxy", **params)
    task.id = str(task.get("name"))
    task.await_status(_READY, "update")


def _coerced_auth(task: Task) -> list[Item]:
    return [{_AUTH_MEMBERS[key]: value for key, value in one.items()} for one in _auth(task) or ()]


def _arn_of(kind: str) -> Callable[[Task], str]:
    """The ARN, which ends with a generated id instead of the name."""

    def arn(task: Task) -> str:
        return str(task.get("arn") or task.prior.get("arn") or find_item(task)[f"{kind}Arn"])

    return arn


PROXY = Resource(
    type="aws_db_proxy",
    service="rds",
    label="RDS DB Proxy",
    create=Call(
        "CreateDBProxy",
        send={"Auth": _auth, "DebugLogging": lambda task: task.get("debug_logging") or None},
        zero=frozenset({"RequireTLS"}),
    ),
    id=lambda task: str(task.get("name")),
    aliases={"DBProxyName": "name", "DBProxyArn": "arn"},
    exists=("DBProxyAlreadyExistsFault", "DBProxyTargetExistsFault"),
    created_at="CreatedDate",
    created=_READY,
    read=Read(
        Call("DescribeDBProxies", send={"DBProxyName": "id"}, match=False),
        item="DBProxies[0]",
        gone=("DBProxyNotFoundFault",),
        fields={"auth": _read_auth},
    ),
    updates=(_change,),
    delete=Call("DeleteDBProxy", send={"DBProxyName": "id"}, match=False),
    busy=("InvalidDBProxyStateFault",),
    deleted=Wait("Status", pending=("available", "deleting")),
    tagging=rds_tagging(_arn_of("DBProxy")),
    import_attributes=lambda task: {"name": task.id},
    same={
        "auth.client_password_auth_type": lambda before, after: before is not None
    },  # it is not part of the identity of a set's element
)


def _pool(task: Task) -> Item:
    block = next(iter(task.get("connection_pool_config") or ()), None)
    if block is None:
        return {}
    config: Item = {
        "ConnectionBorrowTimeout": _whole(block.get("connection_borrow_timeout"), 120),
        "MaxConnectionsPercent": _whole(block.get("max_connections_percent"), 100),
        "MaxIdleConnectionsPercent": _whole(block.get("max_idle_connections_percent"), 50),
    }
    if block.get("init_query"):
        config["InitQuery"] = block["init_query"]
    if block.get("session_pinning_filters"):
        config["SessionPinningFilters"] = listed(block["session_pinning_filters"])
    return config


def _whole(value: Any, default: int) -> int:
    return default if value is None else int(value)


def _set_pool(task: Task) -> None:
    task.call(
        "ModifyDBProxyTargetGroup", DBProxyName=task.id, TargetGroupName="default", ConnectionPoolConfig=_pool(task)
    )


def _create_default_group(task: Task) -> Call:
    """The default group exists with the proxy; creating the resource sets its connection pool."""
    return Call(
        "ModifyDBProxyTargetGroup",
        send={
            "DBProxyName": "db_proxy_name",
            "TargetGroupName": lambda task: "default",
            "ConnectionPoolConfig": _pool,
        },
        match=False,
    )


def _pick_default(task: Task, answer: Item) -> Item | None:
    return next((group for group in answer["TargetGroups"] if group.get("IsDefault")), None)


def _read_pool(task: Task, item: Item) -> Item:
    pool = item.get("ConnectionPoolConfig") or {}
    return {
        "connection_borrow_timeout": pool.get("ConnectionBorrowTimeout"),
        "init_query": pool.get("InitQuery"),
        "max_connections_percent": pool.get("MaxConnectionsPercent"),
        "max_idle_connections_percent": pool.get("MaxIdleConnectionsPercent"),
        "session_pinning_filters": pool.get("SessionPinningFilters"),
    }


TARGET_GROUP = Resource(
    type="aws_db_proxy_default_target_group",
    service="rds",
    label="RDS DB Proxy Default Target Group",
    create=_create_default_group,
    id=lambda task: str(task.get("db_proxy_name")),
    created=_READY,
    read=Read(
        Call("DescribeDBProxyTargetGroups", send={"DBProxyName": "id"}, match=False),
        item=_pick_default,
        shape="TargetGroups[0]",
        gone=_GONE,
        fields={"name": "TargetGroupName", "arn": "TargetGroupArn", "connection_pool_config": _read_pool},
    ),
    updates=(_set_pool,),
    import_attributes=lambda task: {"db_proxy_name": task.id},
)


def _target(task: Task) -> tuple[str, str]:
    """Type and id of the target."""
    if task.get("db_instance_identifier"):
        return "RDS_INSTANCE", str(task.get("db_instance_identifier"))
    return "TRACKED_CLUSTER", str(task.get("db_cluster_identifier"))


def _target_params(task: Task) -> dict[str, Any]:
    kind, name = _target(task)
    member = "DBInstanceIdentifiers" if kind == "RDS_INSTANCE" else "DBClusterIdentifiers"
    proxy = {"DBProxyName": task.get("db_proxy_name"), "TargetGroupName": task.get("target_group_name")}
    return {**proxy, member: [name]}


def _target_id(task: Task) -> str:
    return "/".join((str(task.get("db_proxy_name")), str(task.get("target_group_name")), *_target(task)))


def _pick_target(task: Task, answer: Item) -> Item | None:
    wanted = _target(task)
    return next((one for one in answer["Targets"] if (one.get("Type"), one.get("RdsResourceId")) == wanted), None)


def _members_of(kind: str) -> Any:
    def members(task: Task) -> list[str] | None:
        found, name = _target(task)
        return [name] if found == kind else None

    return members


def _import_proxy_target(task: Task) -> Mapping[str, Any]:
    proxy, group, kind, name = import_parts(task, "/", 4, "db_proxy_name/target_group_name/type/id")
    kinds = {"RDS_INSTANCE": "db_instance_identifier", "TRACKED_CLUSTER": "db_cluster_identifier"}
    if kind not in kinds:
        raise ProviderError(f"unexpected format of ID ({task.id}), the type is RDS_INSTANCE or TRACKED_CLUSTER")
    return {"db_proxy_name": proxy, "target_group_name": group, kinds[kind]: name}


def _deregister(task: Task) -> None:
    task.call("DeregisterDBProxyTargets", **_target_params(task))


PROXY_TARGET = Resource(
    type="aws_db_proxy_target",
    service="rds",
    label="RDS DB Proxy Target",
    create=Call(
        "RegisterDBProxyTargets",
        send={
            "DBProxyName": "db_proxy_name",
            "TargetGroupName": "target_group_name",
            "DBClusterIdentifiers": _members_of("TRACKED_CLUSTER"),
            "DBInstanceIdentifiers": _members_of("RDS_INSTANCE"),
        },
        match=False,
    ),
    id=_target_id,
    exists=("DBProxyTargetAlreadyRegisteredFault",),
    read=Read(
        Call(
            "DescribeDBProxyTargets",
            send={"DBProxyName": "db_proxy_name", "TargetGroupName": "target_group_name"},
            match=False,
        ),
        item=_pick_target,
        shape="Targets[0]",
        gone=_GONE,
    ),
    delete=_deregister,
    busy=("InvalidDBInstanceStateFault", "InvalidDBClusterStateFault"),
    import_attributes=_import_proxy_target,
)

_BY_ENDPOINT = {"DBProxyEndpointName": "db_proxy_endpoint_name"}


def _import_proxy_endpoint(task: Task) -> Mapping[str, Any]:
    proxy, endpoint = import_parts(task, "/", 2, "DBPROXYNAME/DBPROXYENDPOINTNAME")
    return {"db_proxy_name": proxy, "db_proxy_endpoint_name": endpoint}


PROXY_ENDPOINT = Resource(
    type="aws_db_proxy_endpoint",
    service="rds",
    label="RDS DB Proxy Endpoint",
    create=Call("CreateDBProxyEndpoint"),
    id=lambda task: f"{task.get('db_proxy_name')}/{task.get('db_proxy_endpoint_name')}",
    aliases={
        "DBProxyName": "db_proxy_name",
        "DBProxyEndpointName": "db_proxy_endpoint_name",
        "DBProxyEndpointArn": "arn",
    },
    exists=("DBProxyEndpointAlreadyExistsFault",),
    created_at="CreatedDate",
    created=_READY,
    read=Read(
        Call("DescribeDBProxyEndpoints", send={**_BY_ENDPOINT, "DBProxyName": "db_proxy_name"}, match=False),
        item="DBProxyEndpoints[0]",
        gone=("DBProxyNotFoundFault", "DBProxyEndpointNotFoundFault"),
    ),
    updates=(
        Update(
            Call(
                "ModifyDBProxyEndpoint",
                send={**_BY_ENDPOINT, "VpcSecurityGroupIds": lambda task: listed(task.get("vpc_security_group_ids"))},
                match=False,
            ),
            when=frozenset({"vpc_security_group_ids"}),
            wait=_READY,
        ),
    ),
    delete=Call("DeleteDBProxyEndpoint", send=_BY_ENDPOINT, match=False),
    busy=("InvalidDBProxyEndpointStateFault",),
    deleted=Wait("Status", pending=("available", "deleting")),
    tagging=rds_tagging(_arn_of("DBProxyEndpoint")),
    import_attributes=_import_proxy_endpoint,
)

ENTRIES = (PROXY, TARGET_GROUP, PROXY_TARGET, PROXY_ENDPOINT)
