"""Databases to replicate: instances of RDS, and what is asked of the emulator about them."""

from __future__ import annotations

from typing import Any

from tests.harness import Aurora
from tests.sandbox.emulator import Account

PROMOTE = "PromoteReadReplicaDBCluster"


def rds_instance(aurora: Aurora, name: str, engine: str, version: str, **values: Any) -> dict[str, Any]:
    """An instance of RDS for MySQL or PostgreSQL, in a subnet group and a security group of its own."""
    account = Account(aurora.emulator)
    _, _, group = account.network(name)
    defaults: dict[str, Any] = {
        "DBInstanceClass": "db.r6g.large",
        "MasterUsername": "tills",
        "MasterUserPassword": "not-a-secret",
        "AllocatedStorage": 20,
        "StorageEncrypted": True,
        "DBSubnetGroupName": name,
        "VpcSecurityGroupIds": [group],
    }
    answer = account.rds.create_db_instance(
        DBInstanceIdentifier=name, Engine=engine, EngineVersion=version, **{**defaults, **values}
    )
    made: dict[str, Any] = answer["DBInstance"]
    return made


def shop_rds(aurora: Aurora) -> str:
    """ARN of the MySQL instance `shop-rds`."""
    return str(rds_instance(aurora, "shop-rds", "mysql", "8.0.36")["DBInstanceArn"])


def lag(aurora: Aurora, name: str, seconds: float | None, region: str = "eu-west-1") -> None:
    """What CloudWatch says from now on of how far the replica is behind."""
    aurora.emulator.set_lag(region, name, seconds)
