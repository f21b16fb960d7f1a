"""What the report says beside the cluster: the proxy's endpoints, a key whose alias has moved on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.operations.core.global_results import Endpoint
from aurora_cli.operations.report.proxy_and_keys import key_warnings, proxy_endpoints
from tests.unit.spec_cases import MYSQL, resolved

OLD, NEW = "arn:aws:kms:eu-west-1:123456789012:key/old", "arn:aws:kms:eu-west-1:123456789012:key/new"


def refused(code: str) -> Any:
    def call(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Describe")

    return call


def app(**clients: Any) -> Any:
    session = SimpleNamespace(client=clients.__getitem__)
    return SimpleNamespace(aws=lambda region: session)


def proxies(*endpoints: dict[str, Any]) -> Any:
    return SimpleNamespace(
        describe_db_proxies=lambda **_: {"DBProxies": [{"Endpoint": "proxy.example"}]},
        describe_db_proxy_endpoints=lambda **_: {"DBProxyEndpoints": list(endpoints)},
    )


def topology(key: str | None) -> Topology:
    return Topology("orders", "arn", "available", "aurora-postgresql", "17.7", 5432, (), kms_key=key)


def test_a_proxy_listens_on_the_port_of_its_engine() -> None:
    spec = resolved({"proxy": True, "port": 3310}, MYSQL).spec
    default = {"Endpoint": "proxy.example", "TargetRole": "READ_WRITE", "IsDefault": True}
    found = proxy_endpoints(app(rds=proxies(default)), spec)
    assert found == {"proxy": Endpoint("proxy.example", 3306), "proxy_reader": None}
    readers = {"Endpoint": "readers.example", "TargetRole": "READ_ONLY"}
    found = proxy_endpoints(app(rds=proxies(default, readers)), spec)
    assert found["proxy_reader"] == Endpoint("readers.example", 3306)


def test_no_proxy_asks_nothing_and_a_missing_one_is_none() -> None:
    assert proxy_endpoints(app(), resolved().spec) == {}
    gone = SimpleNamespace(describe_db_proxies=refused("DBProxyNotFoundFault"))
    assert proxy_endpoints(app(rds=gone), resolved({"proxy": True}).spec) == {"proxy": None, "proxy_reader": None}


def test_an_alias_that_moved_on_is_told() -> None:
    spec = resolved({"encryption.kms_key": "alias/storage"}).spec
    kms = SimpleNamespace(describe_key=lambda **_: {"KeyMetadata": {"Arn": NEW}})
    (warning,) = key_warnings(app(kms=kms), spec, topology(OLD))
    assert all(text in warning for text in ("alias/storage", OLD, NEW))
    assert key_warnings(app(kms=kms), spec, topology(NEW)) == []
    assert key_warnings(app(kms=SimpleNamespace(describe_key=refused("AccessDenied"))), spec, topology(OLD)) == []
    assert key_warnings(app(), resolved({"encryption.kms_key": "stack"}).spec, topology(OLD)) == []
