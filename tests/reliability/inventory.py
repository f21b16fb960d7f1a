"""What the emulator holds, and what a Terraform state says that it holds, in the same terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.harness import REGION, Aurora

Inventory = set[tuple[str, str]]

_IN_STATE = {
    "aws_vpc": "id",
    "aws_subnet": "id",
    "aws_internet_gateway": "id",
    "aws_route_table": "id",
    "aws_security_group": "id",
    "aws_vpc_security_group_ingress_rule": "id",
    "aws_db_subnet_group": "id",
    "aws_rds_cluster_parameter_group": "id",
    "aws_db_parameter_group": "id",
    "aws_cloudwatch_log_group": "name",
    "aws_rds_cluster": "id",
    "aws_rds_cluster_instance": "id",
}


def in_states(states: Iterable[dict[str, Any]]) -> Inventory:
    """(type, id) of every managed resource in these states."""
    return {
        (resource["type"], instance["attributes"][_IN_STATE[resource["type"]]])
        for state in states
        for resource in state["resources"]
        if resource["mode"] == "managed" and resource["type"] in _IN_STATE
        for instance in resource["instances"]
    }


def in_emulator(aurora: Aurora, region: str = REGION) -> Inventory:
    """(type, id) of everything in that Region of the emulator that is not there by default."""
    ec2, rds, logs = (aurora.client(service, region) for service in ("ec2", "rds", "logs"))
    return {*_network(ec2), *_databases(rds), *_logs(logs)}


def _network(ec2: Any) -> Inventory:
    default = {v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if v["IsDefault"]}
    vpcs = {v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"]} - default
    found: Inventory = {("aws_vpc", v) for v in vpcs}
    found |= {("aws_subnet", s["SubnetId"]) for s in ec2.describe_subnets()["Subnets"] if s["VpcId"] in vpcs}
    found |= {
        ("aws_internet_gateway", g["InternetGatewayId"])
        for g in ec2.describe_internet_gateways()["InternetGateways"]
        if not any(a["VpcId"] in default for a in g["Attachments"])
    }
    found |= {
        ("aws_route_table", t["RouteTableId"])
        for t in ec2.describe_route_tables()["RouteTables"]
        if t["VpcId"] in vpcs and not any(a.get("Main") for a in t["Associations"])
    }
    groups = [g for g in ec2.describe_security_groups()["SecurityGroups"] if g["VpcId"] in vpcs]
    ours = {g["GroupId"] for g in groups if g["GroupName"] != "default"}
    found |= {("aws_security_group", g) for g in ours}
    rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    return found | {
        ("aws_vpc_security_group_ingress_rule", r["SecurityGroupRuleId"])
        for r in rules
        if r["GroupId"] in ours and not r["IsEgress"]
    }


def _databases(rds: Any) -> Inventory:
    found: Inventory = {("aws_rds_cluster", c["DBClusterIdentifier"]) for c in rds.describe_db_clusters()["DBClusters"]}
    found |= {
        ("aws_rds_cluster_instance", i["DBInstanceIdentifier"]) for i in rds.describe_db_instances()["DBInstances"]
    }
    found |= {
        ("aws_db_subnet_group", g["DBSubnetGroupName"]) for g in rds.describe_db_subnet_groups()["DBSubnetGroups"]
    }
    found |= {
        ("aws_rds_cluster_parameter_group", g["DBClusterParameterGroupName"])
        for g in rds.describe_db_cluster_parameter_groups()["DBClusterParameterGroups"]
        if not g["DBClusterParameterGroupName"].startswith("default.")
    }
    return found | {
        ("aws_db_parameter_group", g["DBParameterGroupName"])
        for g in rds.describe_db_parameter_groups()["DBParameterGroups"]
        if not g["DBParameterGroupName"].startswith("default.")
    }


def _logs(logs: Any) -> Inventory:
    return {("aws_cloudwatch_log_group", g["logGroupName"]) for g in logs.describe_log_groups()["logGroups"]}


def left_over(aurora: Aurora) -> Inventory:
    """(type, id) of what a destroyed cluster has left: each resource that was created twice, or lost, is among it."""
    kms = aurora.client("kms")
    known = [kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"] for k in kms.list_keys()["Keys"]]
    keys = [k["KeyId"] for k in known if k["Description"] != "Default key" and k["KeyState"] != "PendingDeletion"]
    listed = {
        "aws_iam_role": [r["RoleName"] for r in aurora.client("iam").list_roles()["Roles"]],
        "aws_sns_topic": [t["TopicArn"] for t in aurora.client("sns").list_topics()["Topics"]],
        "aws_cloudwatch_metric_alarm": [
            a["AlarmName"] for a in aurora.client("cloudwatch").describe_alarms()["MetricAlarms"]
        ],
        "aws_cloudwatch_dashboard": [
            d["DashboardName"] for d in aurora.client("cloudwatch").list_dashboards()["DashboardEntries"]
        ],
        "aws_appautoscaling_target": [
            t["ResourceId"]
            for t in aurora.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="rds")[
                "ScalableTargets"
            ]
        ],
        "aws_db_proxy": [p["DBProxyName"] for p in aurora.client("rds").describe_db_proxies()["DBProxies"]],
        "aws_db_event_subscription": [
            s["CustSubscriptionId"]
            for s in aurora.client("rds").describe_event_subscriptions()["EventSubscriptionsList"]
        ],
        "aws_secretsmanager_secret": [s["ARN"] for s in aurora.client("secretsmanager").list_secrets()["SecretList"]],
        "aws_vpc_endpoint": [
            e["VpcEndpointId"]
            for e in aurora.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
            if e["State"] not in ("deleting", "deleted")
        ],
        "aws_kms_key": keys,
    }
    return in_emulator(aurora) | {(kind, name) for kind, names in listed.items() for name in names}
