"""What examples name, made before they are walked; and which of them are walked at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.emulator import Account, client

Settings = tuple[str, ...]

WALKS: tuple[tuple[str, ...], ...] = (
    (
        *("activity-stream", "autoscaling", "clone", "data-api", "endpoints", "from-snapshot", "iam-users", "kerberos"),
        *("machine-learning", "mixed-instances", "monitored", "point-in-time", "proxy", "serverless", "smallest"),
    ),
    ("everything", "own-keys", "renamed", "replica-of-rds", "s3-import"),
    ("adopted", "connected", "production"),
    ("existing-network", "given-password", "global", "global-serverless"),
    ("mysql", "replica"),
    ("s3-and-lambda",),
)
"""The examples, in groups that are walked at once: with names of their own."""

_ZONE = ("connected", "everything")
_REPLICAS = (("replica", "shop-replica", "us-east-1"), ("replica-of-rds", "shop-aurora", "eu-west-1"))
_ORDERS = ("clone", "from-snapshot", "point-in-time")


def prepare(sandbox: Sandbox, examples: Sequence[str]) -> dict[str, Settings]:
    """Make what the examples name; gives the fields of their specs that have AWS's own ids."""
    settings: dict[str, Settings] = {}
    if set(_ORDERS) & set(examples):
        _orders(Account(sandbox))
    if set(_ZONE) & set(examples):
        zone = client(sandbox, "route53").create_hosted_zone(Name="db.example.com", CallerReference="1")["HostedZone"]
        settings = dict.fromkeys(_ZONE, (f"dns.zone_id={zone['Id'].rpartition('/')[2]}",))
    for example in set(_MADE) & set(examples):
        settings[example] = (*settings.get(example, ()), *_MADE[example](sandbox))
    return settings


def promote(sandbox: Sandbox, examples: Sequence[str]) -> None:
    """Make the replicas standalone clusters."""
    for example, name, region in _REPLICAS:
        if example in examples:
            client(sandbox, "rds", region).promote_read_replica_db_cluster(DBClusterIdentifier=name)


def _orders(account: Account) -> None:
    account.create("orders", EngineVersion="17.7", DatabaseName="orders", MasterUsername="boss")
    account.instance("orders", "1")
    account.rds.create_db_cluster_snapshot(
        DBClusterIdentifier="orders", DBClusterSnapshotIdentifier="orders-before-migration"
    )


def _key(sandbox: Sandbox, alias: str, region: str) -> Settings:
    kms = client(sandbox, "kms", region)
    kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    return ()


def _application(account: Account, vpc: str) -> str:
    group = account.ec2.create_security_group(GroupName="application", Description="app", VpcId=vpc)
    return str(group["GroupId"])


def _connected(sandbox: Sandbox) -> Settings:
    account = Account(sandbox)
    vpc = account.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    return (f"network.allow=[{{source: {_application(account, vpc)}, description: application servers}}]",)


def _existing_network(sandbox: Sandbox) -> Settings:
    account = Account(sandbox, "eu-central-1")
    vpc, subnets, group = account.network("there-before")
    allowed = f"{{source: {_application(account, vpc)}, description: application servers}}"
    return (
        f"network.vpc_id={vpc}",
        f"network.subnet_ids=[{', '.join(subnets)}]",
        f"network.security_group_ids=[{group}]",
        f"network.allow=[{allowed}, {{source: 10.8.0.0/24, description: VPN}}]",
    )


def _adopted(sandbox: Sandbox) -> Settings:
    account = Account(sandbox)
    vpc, _, group = account.network("ledger")
    family = {"DBParameterGroupFamily": "aurora-postgresql17", "Description": "ledger"}
    account.rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="ledger-cluster", **family)
    account.rds.create_db_parameter_group(DBParameterGroupName="ledger-instance", **family)
    groups = f"[{group}, {_application(account, vpc)}]"
    return (f"network.vpc_id={vpc}", f"network.security_group_ids={groups}", "credentials.password=managed")


def _rds_instance(sandbox: Sandbox) -> Settings:
    values: dict[str, Any] = {"Engine": "mysql", "EngineVersion": "8.0.36", "AllocatedStorage": 20}
    user = {"MasterUsername": "tills", "MasterUserPassword": "not-a-secret"}
    Account(sandbox).rds.create_db_instance(
        DBInstanceIdentifier="shop-rds", DBInstanceClass="db.t3.medium", StorageEncrypted=True, **values, **user
    )
    return ()


def _backup(sandbox: Sandbox) -> Settings:
    s3 = client(sandbox, "s3", "us-east-1")
    s3.create_bucket(Bucket="shop-backups")
    s3.put_object(Bucket="shop-backups", Key="2026-03-01/backup.xbstream", Body=b"x")
    return ()


def _shop(sandbox: Sandbox) -> Settings:
    mysql = {"Engine": "aurora-mysql", "EngineVersion": "8.0.mysql_aurora.3.10.3"}
    account = Account(sandbox)
    account.create("shop", **mysql, MasterUsername="shopkeeper", StorageEncrypted=True)
    account.instance("shop", "1", Engine="aurora-mysql")
    return _key(sandbox, "alias/shop-replica", "us-east-1")


_MADE: Mapping[str, Callable[[Sandbox], Settings]] = {
    "adopted": _adopted,
    "connected": _connected,
    "existing-network": _existing_network,
    "monitored": lambda sandbox: _key(sandbox, "alias/logs", "eu-west-1"),
    "replica": _shop,
    "replica-of-rds": _rds_instance,
    "s3-import": _backup,
}
