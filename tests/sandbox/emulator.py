"""An emulator for a test module, and the AWS resources that its tests start from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from aurora_cli.sandbox.manager import Sandbox, SandboxInfo
from tests.harness import REGION


def client(sandbox: Sandbox, service: str, region: str = REGION, **config: Any) -> Any:
    """A boto3 client from what `status` publishes; no retries unless the config says so."""
    if config:
        return new_client(sandbox.status(), service, region, **config)
    return _kept_client(sandbox.status().pid, str(sandbox.files.folder), service, region)


@cache
def _kept_client(pid: int | None, folder: str, service: str, region: str) -> Any:
    """Making a client takes a tenth of a second of parsing; an emulator that was started anew gets new ones."""
    return new_client(Sandbox(Path(folder)).status(), service, region)


def new_client(info: SandboxInfo, service: str, region: str = REGION, **config: Any) -> Any:
    """A client made now, from what `status` has published."""
    if not info.running or not info.endpoint:
        raise RuntimeError("the emulator is not running, and without it the calls would go to AWS")
    settings: dict[str, Any] = {"retries": {"total_max_attempts": 1}, **config}
    make: Any = boto3.client  # its overloads know only literal service names
    return make(
        service,
        region_name=region,
        endpoint_url=info.endpoint,
        aws_access_key_id=info.access_key_id,
        aws_secret_access_key=info.secret_access_key,
        config=Config(**settings),
    )


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[ClientError]]:
    """The call in this block is answered with this AWS error code."""
    with pytest.raises(ClientError) as caught:
        yield caught
    assert caught.value.response["Error"]["Code"] == code


class Account:
    """Clients of one Region, and resources made through them."""

    def __init__(self, sandbox: Sandbox, region: str = REGION) -> None:
        self.sandbox, self.region = sandbox, region
        self.rds = client(sandbox, "rds", region)
        self.ec2 = client(sandbox, "ec2", region)
        self.secrets = client(sandbox, "secretsmanager", region)

    def network(self, name: str, zones: str = "abc") -> tuple[str, list[str], str]:
        """VPC, a subnet per zone, security group and a DB subnet group called `name`: ids of the first three."""
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=self.region + zone)
            for i, zone in enumerate(zones)
        ]
        ids = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
        group = self.ec2.create_security_group(GroupName=f"{name}-database", Description=name, VpcId=vpc)["GroupId"]
        self.rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=ids)
        return vpc, ids, group

    def create(self, name: str, **values: Any) -> dict[str, Any]:
        """A cluster with our usual settings, None for leaving one out; returns the answer to CreateDBCluster."""
        defaults: dict[str, Any] = {
            "Engine": "aurora-postgresql",
            "EngineVersion": "16.8",
            "MasterUsername": "postgres",
            "ManageMasterUserPassword": True,
        }
        if {"MasterUserPassword", "ManageMasterUserPassword"} & set(values):
            del defaults["ManageMasterUserPassword"]
        chosen = {key: value for key, value in {**defaults, **values}.items() if value is not None}
        answer = self.rds.create_db_cluster(DBClusterIdentifier=name, **chosen)
        cluster: dict[str, Any] = answer["DBCluster"]
        return cluster

    def instance(self, cluster: str, key: str, **values: Any) -> dict[str, Any]:
        """An instance `<cluster>-<key>`; returns the answer to CreateDBInstance."""
        defaults = {"Engine": "aurora-postgresql", "DBInstanceClass": "db.t4g.medium"}
        answer = self.rds.create_db_instance(
            DBInstanceIdentifier=f"{cluster}-{key}", DBClusterIdentifier=cluster, **{**defaults, **values}
        )
        instance: dict[str, Any] = answer["DBInstance"]
        return instance

    def cluster(self, name: str) -> dict[str, Any]:
        """The cluster as DescribeDBClusters shows it."""
        found: dict[str, Any] = self.rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        return found

    def member(self, identifier: str) -> dict[str, Any]:
        """The instance as DescribeDBInstances shows it."""
        found: dict[str, Any] = self.rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        return found

    def writer(self, name: str) -> str | None:
        """The writer's identifier."""
        members = self.cluster(name)["DBClusterMembers"]
        writers = [member["DBInstanceIdentifier"] for member in members if member["IsClusterWriter"]]
        assert len(writers) <= 1
        return writers[0] if writers else None


def start_in_background(folder: Path) -> subprocess.Popen[str]:
    """Another process that starts the emulator of this folder and prints its pid."""
    script = (
        "import sys; from pathlib import Path; from aurora_cli.sandbox.manager import Sandbox; "
        "print(Sandbox(Path(sys.argv[1])).start().pid)"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
