"""Clusters as others make them, straight through the API: by hand, by a Terraform module, by CDK."""

from __future__ import annotations

from typing import Any

from tests.harness import REGION, Aurora

PASSWORD = "only-in-the-sandbox"
CLOUDFORMATION = {"Key": "aws:cloudformation:stack-name", "Value": "ShopStack"}


def _as_cloudformation(request: Any, **_: object) -> None:
    """Only CloudFormation's own calls give the tags of its stacks."""
    request.headers["User-Agent"] = "cloudformation.amazonaws.com"


class Others:
    """What other tools would do to the account of a home."""

    def __init__(self, aurora: Aurora) -> None:
        aurora.ok("sandbox", "start")
        self.rds = aurora.client("rds")
        self.ec2 = aurora.client("ec2")
        self.logs = aurora.client("logs")

    def by_hand(self, name: str = "shop") -> None:
        """The console's way: default groups, default names, a password that somebody knows."""
        given = {"MasterUserPassword": PASSWORD, "StorageEncrypted": True, "DatabaseName": "postgres"}
        self._cluster(name, "aurora-postgresql", "16.8", **given)
        for identifier in (f"{name}-instance-1", f"{name}-instance-1-{REGION}b"):
            self._instance(name, identifier, "db.r6g.large")

    def by_module(self, name: str = "ledger") -> list[str]:
        """A Terraform module's way: everything has a group of its own; gives the security groups."""
        group = self._subnets(name)
        vpc = self.rds.describe_db_subnet_groups(DBSubnetGroupName=group)["DBSubnetGroups"][0]["VpcId"]
        groups = [self._security_group(f"{name}-{one}", vpc) for one in ("app", "ops")]
        self._parameter_groups(name, "aurora-postgresql17", {"log_min_duration_statement": "500"})
        for kind in ("postgresql", "iam-db-auth-error"):
            self.logs.create_log_group(logGroupName=f"/aws/rds/cluster/{name}/{kind}")
            self.logs.put_retention_policy(logGroupName=f"/aws/rds/cluster/{name}/{kind}", retentionInDays=90)
        self._cluster(
            name,
            "aurora-postgresql",
            "17.4",
            ManageMasterUserPassword=True,
            StorageEncrypted=True,
            DBSubnetGroupName=group,
            VpcSecurityGroupIds=groups,
            DBClusterParameterGroupName=f"{name}-cluster",
            EnableCloudwatchLogsExports=["postgresql", "iam-db-auth-error"],
            EnableIAMDatabaseAuthentication=True,
            DeletionProtection=True,
            CopyTagsToSnapshot=True,
            BackupRetentionPeriod=14,
            PreferredBackupWindow="02:00-03:00",
            PreferredMaintenanceWindow="sun:05:00-sun:06:00",
            Tags=[{"Key": "team", "Value": "payments"}, {"Key": "Name", "Value": name}],
        )
        for key, tier in (("one", 0), ("two", 5)):
            self._instance(
                name,
                f"{name}-{key}",
                "db.r7g.large",
                AutoMinorVersionUpgrade=False,
                CopyTagsToSnapshot=True,
                DBParameterGroupName=f"{name}-instance",
                PreferredMaintenanceWindow="sun:05:00-sun:06:00",
                PromotionTier=tier,
                Tags=[{"Key": "team", "Value": "payments"}, {"Key": "role", "Value": key}],
            )
        self.rds.create_db_cluster_endpoint(
            DBClusterIdentifier=name,
            DBClusterEndpointIdentifier=f"{name}-reports",
            EndpointType="READER",
            StaticMembers=[f"{name}-two"],
        )
        return groups

    def by_cdk(self, name: str = "shopstack-database-b269d8bb-k3jx9qz0wv") -> str:
        """CDK's way: random suffixes, Serverless v2, tags on the cluster's snapshots alone."""
        self.rds.meta.events.register("before-send.rds", _as_cloudformation)
        self._cluster(
            name,
            "aurora-postgresql",
            "16.8",
            ManageMasterUserPassword=True,
            StorageEncrypted=True,
            CopyTagsToSnapshot=True,
            ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4},
            Tags=[CLOUDFORMATION],
        )
        for identifier in ("writer2462cc03-7yhmfkqhd2ps", "reader1e3b1f9a-c0qz2wm4x8tk"):
            self._instance(name, f"shopstack-database{identifier}", "db.serverless", Tags=[CLOUDFORMATION])
        self.rds.meta.events.unregister("before-send.rds", _as_cloudformation)
        return name

    def with_mysql(self, name: str = "tickets") -> None:
        """Aurora MySQL with backtrack and slow query logs, whose log group RDS made."""
        self._parameter_groups(name, "aurora-mysql8.0", {"require_secure_transport": "ON"})
        self.logs.create_log_group(logGroupName=f"/aws/rds/cluster/{name}/slowquery")
        self._cluster(
            name,
            "aurora-mysql",
            "8.0.mysql_aurora.3.08.0",
            MasterUserPassword=PASSWORD,
            StorageEncrypted=True,
            BacktrackWindow=86400,
            DBClusterParameterGroupName=f"{name}-cluster",
            EnableCloudwatchLogsExports=["slowquery"],
        )
        self._instance(name, name, "db.r6g.large", AutoMinorVersionUpgrade=False)

    def _cluster(self, name: str, engine: str, version: str, **more: Any) -> None:
        user = "postgres" if engine == "aurora-postgresql" else "admin"
        self.rds.create_db_cluster(
            DBClusterIdentifier=name, Engine=engine, EngineVersion=version, MasterUsername=user, **more
        )

    def _instance(self, cluster: str, identifier: str, class_: str, **more: Any) -> None:
        engine = self.rds.describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"][0]["Engine"]
        self.rds.create_db_instance(
            DBInstanceIdentifier=identifier, DBClusterIdentifier=cluster, Engine=engine, DBInstanceClass=class_, **more
        )

    def _subnets(self, name: str) -> str:
        vpc = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{i}.0/24", AvailabilityZone=f"{REGION}{zone}")
            for i, zone in enumerate("abc")
        ]
        ids = [s["Subnet"]["SubnetId"] for s in subnets]
        self.rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=ids)
        return name

    def _security_group(self, name: str, vpc: str) -> str:
        group = str(self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"])
        port = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[port])
        return group

    def _parameter_groups(self, name: str, family: str, values: dict[str, str]) -> None:
        self.rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=f"{name}-cluster", DBParameterGroupFamily=family, Description=name
        )
        parameters = [
            {"ParameterName": key, "ParameterValue": value, "ApplyMethod": "immediate"} for key, value in values.items()
        ]
        self.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=f"{name}-cluster", Parameters=parameters)
        self.rds.create_db_parameter_group(
            DBParameterGroupName=f"{name}-instance", DBParameterGroupFamily=family, Description=name
        )
