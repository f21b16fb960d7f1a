"""One case, and what its calls start from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aurora_cli.sandbox.manager import Sandbox
from tests.harness import REGION
from tests.sandbox.emulator import Account, new_client

PASSWORD = "not-so-secret"
ROLE = "arn:aws:iam::123456789012:role/orders"


class World:
    """The resources that the cases refer to: `pg` and `my` with an instance each, and `main`, the primary of `world`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._info, self._clients = sandbox.status(), dict[tuple[str, str], Any]()
        account = Account(sandbox)
        self.vpc, self.subnets, self.group = account.network("net")
        self.groups = [self.group] + [self._group(number) for number in range(5)]
        self.cluster_arn = self._cluster(account, "pg", "aurora-postgresql", "db.r7g.large")
        self._cluster(account, "my", "aurora-mysql", "db.t4g.medium", EngineVersion="8.0.mysql_aurora.3.10.3")
        self._cluster(account, "main", "aurora-postgresql", "db.r7g.large", StorageEncrypted=True)
        account.rds.create_global_cluster(
            GlobalClusterIdentifier="world", SourceDBClusterIdentifier=account.cluster("main")["DBClusterArn"]
        )
        self._around(account)

    def client(self, service: str, region: str = REGION) -> Any:
        """A client that sends what it is given."""
        key = (service, region)
        if key not in self._clients:
            self._clients[key] = new_client(self._info, service, region, parameter_validation=False)
        return self._clients[key]

    def _group(self, number: int) -> str:
        made = self.client("ec2").create_security_group(GroupName=f"g{number}", Description="x", VpcId=self.vpc)
        return str(made["GroupId"])

    def _cluster(self, account: Account, name: str, engine: str, size: str, **more: Any) -> str:
        values = {
            "Engine": engine,
            "MasterUserPassword": PASSWORD,
            "DBSubnetGroupName": "net",
            "PreferredBackupWindow": "03:00-04:00",
            "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
        }
        made = account.create(name, **{**values, **more})
        account.instance(name, "1", Engine=engine, DBInstanceClass=size)
        return str(made["DBClusterArn"])

    def _around(self, account: Account) -> None:
        rds = account.rds
        for family in ("aurora-postgresql16", "aurora-mysql8.0"):
            name = family.replace(".", "-")
            rds.create_db_cluster_parameter_group(
                DBClusterParameterGroupName=name, DBParameterGroupFamily=family, Description="x"
            )
        self.key = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        rds.create_db_cluster_snapshot(DBClusterIdentifier="pg", DBClusterSnapshotIdentifier="shot")
        rds.add_role_to_db_cluster(DBClusterIdentifier="pg", RoleArn=ROLE, FeatureName="s3Import")
        self.client("logs").create_log_group(logGroupName="/logs")
        self.client("application-autoscaling").register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=2)
        self.topic = self.client("sns").create_topic(Name="topic")["TopicArn"]
        self.secret = self.client("secretsmanager").create_secret(Name="secret", SecretString="x")["ARN"]
        rds.create_db_proxy(
            DBProxyName="proxy",
            EngineFamily="POSTGRESQL",
            RoleArn=ROLE,
            VpcSubnetIds=self.subnets,
            Auth=[{"SecretArn": self.secret}],
        )
        zone = self.client("route53").create_hosted_zone(Name="db.example.com", CallerReference="1")
        self.zone = zone["HostedZone"]["Id"]


TARGET = {
    "ServiceNamespace": "rds",
    "ResourceId": "cluster:pg",
    "ScalableDimension": "rds:cluster:ReadReplicaCount",
}

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A call that breaks a rule.

    Attributes:
        rule: name of the rule; `schema` for what the shape of the file says, with the field after a colon.
        call: service and method of boto3, e.g. `rds.create_db_cluster`.
        params: its parameters, some of which only the world knows.
        code: the error code.
        says: a part of the message.
        region: where it is sent.
        raw: sent as it stands, also where botocore has no such parameter.
    """

    rule: str
    call: str
    params: Params | Callable[[World], Params]
    code: str
    says: str = ""
    region: str = REGION
    raw: bool = False

    def values(self, world: World) -> Params:
        """The parameters."""
        return self.params(world) if callable(self.params) else self.params


def cluster(engine: str = "aurora-postgresql", **changes: Any) -> Params:
    """A call of CreateDBCluster that is fine but for the changes; None leaves a parameter out."""
    fine = {
        "DBClusterIdentifier": "new",
        "Engine": engine,
        "MasterUsername": "boss",
        "MasterUserPassword": PASSWORD,
        **changes,
    }
    return {name: value for name, value in fine.items() if value is not None}


def mysql(**changes: Any) -> Params:
    """The same of Aurora MySQL."""
    return cluster("aurora-mysql", **changes)


def serverless(low: float, high: float, **changes: Any) -> Params:
    """A cluster with a capacity range."""
    pause = {"SecondsUntilAutoPause": changes.pop("pause")} if "pause" in changes else {}
    scaling = {"MinCapacity": low, "MaxCapacity": high, **pause}
    return cluster(changes.pop("engine", "aurora-postgresql"), ServerlessV2ScalingConfiguration=scaling, **changes)


def instance(**changes: Any) -> Params:
    """A call of CreateDBInstance that is fine but for the changes."""
    fine = {
        "DBInstanceIdentifier": "new",
        "DBClusterIdentifier": "pg",
        "Engine": "aurora-postgresql",
        "DBInstanceClass": "db.r7g.large",
    }
    return {**fine, **changes}


def key_policy(principal: str) -> str:
    """A key policy for one principal."""
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
