"""Instances, endpoints, roles, groups, streams and proxies, and the services around a cluster."""

from __future__ import annotations

import json
from typing import Any

from tests.sandbox.api_rules.case import ROLE, TARGET, Case, World, instance, key_policy

_VALUE, _TOGETHER = "InvalidParameterValue", "InvalidParameterCombination"
_ZONES = "InvalidVPCNetworkStateFault"
_NEW = "rds.create_db_instance"
_INVALID, _PARAMETER = "ValidationException", "InvalidParameterException"
_ENDPOINT, _SUBNET_GROUP = "rds.create_db_cluster_endpoint", "rds.create_db_subnet_group"
_GROUP = "rds.modify_db_cluster_parameter_group"
_STREAM, _PROXY, _POOL = "rds.start_activity_stream", "rds.create_db_proxy", "rds.modify_db_proxy_target_group"
_SCALING, _ROTATE = "application-autoscaling", "secretsmanager.rotate_secret"
_SCHEDULE = f"{_SCALING}.put_scheduled_action"
_FAR = "arn:aws:sns:us-east-1:123456789012:topic"


def _rule(world: World, **changes: Any) -> dict[str, Any]:
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **changes}
    return {"GroupId": world.group, "IpPermissions": [permission]}


def _twice(world: World) -> dict[str, Any]:
    return _rule(world, IpRanges=[{"CidrIp": "10.0.0.0/16"}, {"CidrIp": "10.0.0.0/16"}])


def _described(world: World) -> dict[str, Any]:
    return _rule(world, IpRanges=[{"CidrIp": "10.0.0.0/16", "Description": "büro"}])


def _no_block(world: World) -> dict[str, Any]:
    return _rule(world, IpRanges=[{"CidrIp": "office"}])


def _endpoint(**changes: Any) -> dict[str, Any]:
    return {"DBClusterIdentifier": "pg", "DBClusterEndpointIdentifier": "reports", "EndpointType": "ANY", **changes}


def _parameter(group: str, name: str, value: str) -> dict[str, Any]:
    change = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
    return {"DBClusterParameterGroupName": group, "Parameters": [change]}


def _proxy(world: World, **changes: Any) -> dict[str, Any]:
    auth = [{"AuthScheme": "SECRETS", "SecretArn": world.secret, "IAMAuth": "DISABLED"}]
    fine = {
        "DBProxyName": "new",
        "EngineFamily": "POSTGRESQL",
        "RoleArn": ROLE,
        "VpcSubnetIds": world.subnets,
        "Auth": auth,
    }
    return {**fine, **changes}


def _stream(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "ResourceArn": world.cluster_arn,
        "Mode": "async",
        "KmsKeyId": world.key,
        "ApplyImmediately": True,
        **changes,
    }


def _alarm(**changes: Any) -> dict[str, Any]:
    fine = {
        "AlarmName": "new",
        "Namespace": "AWS/RDS",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 90.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return {**fine, **changes}


def _schedule(**changes: Any) -> dict[str, Any]:
    fine = {"ScheduledActionName": "night", "Schedule": "rate(1 hour)", "ScalableTargetAction": {"MinCapacity": 1}}
    return {**TARGET, **fine, **changes}


def _record(world: World, name: str) -> dict[str, Any]:
    record = {"Name": name, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "x.example.com"}]}
    return {"HostedZoneId": world.zone, "ChangeBatch": {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}}


def _subnets(world: World, ids: list[str], name: str = "new") -> dict[str, Any]:
    return {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "x", "SubnetIds": ids}


def _too_many_subnets(world: World) -> dict[str, Any]:
    ec2 = world.client("ec2")
    blocks = ({"VpcId": world.vpc, "CidrBlock": f"10.0.{n}.0/24"} for n in range(100, 118))
    return _subnets(world, [*world.subnets, *(ec2.create_subnet(**one)["Subnet"]["SubnetId"] for one in blocks)])


def _many_rules(world: World) -> dict[str, Any]:
    return _rule(world, IpRanges=[{"CidrIp": f"10.3.{n}.0/24"} for n in range(61)])


def _vpc_endpoint(world: World, service: str) -> dict[str, Any]:
    name = f"com.amazonaws.eu-west-1.{service}"
    return {"VpcId": world.vpc, "VpcEndpointType": "Interface", "ServiceName": name}


def _my(world: World) -> str:
    return world.cluster_arn.replace(":pg", ":my")


def _pool(**config: Any) -> dict[str, Any]:
    return {"DBProxyName": "proxy", "TargetGroupName": "default", "ConnectionPoolConfig": config}


def _subscription(topic: str, **changes: Any) -> dict[str, Any]:
    return {"SubscriptionName": "new", "SnsTopicArn": topic, **changes}


def _mail(world: World) -> dict[str, Any]:
    return {"TopicArn": world.topic, "Protocol": "email", "Endpoint": "nobody"}


def _rules(world: World, **rules: Any) -> dict[str, Any]:
    return {"SecretId": world.secret, "RotationRules": rules}


_USERS = [f"arn:aws:rds-db:eu-west-1:123456789012:dbuser:cluster-A/{'u' * 60}{n}" for n in range(80)]
_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": _USERS}]}
)
_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def _role(**given: str) -> dict[str, str]:
    return {"RoleName": "new", "AssumeRolePolicyDocument": _TRUST, **given}


CASES = (
    Case("instance-name", _NEW, instance(DBInstanceIdentifier="a" * 64), _VALUE, "is not a valid identifier"),
    Case("global-name", _NEW, instance(DBInstanceIdentifier=f"{'a' * 49}-eu-central-1-1"), _VALUE, "valid identifier"),
    Case("override-identifier", _NEW, instance(DBInstanceIdentifier="Orders_1"), _VALUE, "is not a valid identifier"),
    Case("override-identifier-twice", _NEW, instance(DBInstanceIdentifier="pg-1"), "DBInstanceAlreadyExists"),
    Case("override-zone", _NEW, instance(AvailabilityZone="us-east-1a"), _ZONES, "another zone set"),
    Case(
        "zones",
        "rds.create_db_subnet_group",
        lambda w: _subnets(w, w.subnets[:1]),
        "DBSubnetGroupDoesNotCoverEnoughAZs",
    ),
    Case(
        "override-window",
        _NEW,
        instance(PreferredMaintenanceWindow="sunday"),
        _VALUE,
        "Invalid maintenance window format",
    ),
    Case(
        "override-window", _NEW, instance(PreferredMaintenanceWindow="mon:03:30-mon:04:00"), _VALUE, "must not overlap"
    ),
    Case(
        "override-parameter-group",
        "rds.create_db_parameter_group",
        {"DBParameterGroupName": "my_group", "DBParameterGroupFamily": "aurora-postgresql16", "Description": "x"},
        _VALUE,
        "is not a valid identifier",
    ),
    Case("ca-certificate", _NEW, instance(CACertificateIdentifier="rds-ca-2019"), "CertificateNotFound"),
    Case("schema:instances.overrides.promotion_tier", _NEW, instance(PromotionTier=16), _VALUE, "0 to 15"),
    Case(
        "schema:instances.overrides.username",
        _NEW,
        instance(MasterUsername="boss"),
        _TOGETHER,
        "master user name for the DB",
    ),
    Case(
        "schema:instances.overrides.retention", _NEW, instance(BackupRetentionPeriod=7), _TOGETHER, "backup retention"
    ),
    Case(
        "schema:instances.overrides.encrypted", _NEW, instance(StorageEncrypted=True), _TOGETHER, "for the DB Cluster"
    ),
    Case(
        "schema:instances.overrides.protection",
        _NEW,
        instance(DeletionProtection=True),
        _TOGETHER,
        "for the DB Cluster",
    ),
    Case(
        "schema:instances.overrides.iam", _NEW, instance(EnableIAMDatabaseAuthentication=True), _TOGETHER, "for the DB"
    ),
    Case(
        "instance-class",
        _NEW,
        instance(DBInstanceClass="db.m7g.large"),
        _TOGETHER,
        "RDS does not support creating a DB",
    ),
    Case(
        "instance-class-known", _NEW, instance(DBInstanceClass="db.r99.large"), _TOGETHER, "does not support creating"
    ),
    Case("orderable", _NEW, instance(DBInstanceClass="db.r3.large"), _TOGETHER, "does not support creating"),
    Case("io-optimized-class", _NEW, instance(DBInstanceClass="db.t2.medium"), _TOGETHER, "does not support creating"),
    Case(
        "io-optimized-old-class", _NEW, instance(DBInstanceClass="db.r4.large"), _TOGETHER, "does not support creating"
    ),
    Case("acu-missing", _NEW, instance(DBInstanceClass="db.serverless"), "InvalidDBClusterStateFault", "Serverless v2"),
    Case("endpoint-name", _ENDPOINT, _endpoint(DBClusterEndpointIdentifier="Re_ports"), _VALUE, "valid identifier"),
    Case(
        "endpoint-name-length", _ENDPOINT, _endpoint(DBClusterEndpointIdentifier="a" * 64), _VALUE, "valid identifier"
    ),
    Case("endpoint-members", _ENDPOINT, _endpoint(StaticMembers=["pg-1"], ExcludedMembers=["pg-1"]), _VALUE, "both"),
    Case("endpoint-keys", _ENDPOINT, _endpoint(StaticMembers=["my-1"]), "DBInstanceNotFound", "my-1"),
    Case("endpoint-key-unused", _ENDPOINT, _endpoint(ExcludedMembers=["pg-2"]), "DBInstanceNotFound", "pg-2"),
    Case("schema:endpoints.type", _ENDPOINT, _endpoint(EndpointType="WRITER"), _VALUE, "EndpointType must be one of"),
    Case(
        "cluster-name-reserved",
        _SUBNET_GROUP,
        lambda w: _subnets(w, w.subnets, "default"),
        _VALUE,
        "default is reserved",
    ),
    Case(
        "resource-name",
        _SUBNET_GROUP,
        lambda w: _subnets(w, w.subnets, "1*orders"),
        _VALUE,
        "is not a valid identifier",
    ),
    Case(
        "subnet-group", _SUBNET_GROUP, lambda w: _subnets(w, w.subnets, "a" * 256), _VALUE, "is not a valid identifier"
    ),
    Case("network-ids", _SUBNET_GROUP, lambda w: _subnets(w, ["subnet-x", *w.subnets]), "InvalidSubnet", "subnet-x"),
    Case("subnet-count", _SUBNET_GROUP, _too_many_subnets, "DBSubnetQuotaExceededFault"),
    Case("vpc-cidr", "ec2.create_vpc", {"CidrBlock": "10.0.0.0/8"}, "InvalidVpc.Range"),
    Case(
        "subnets-fit",
        "ec2.create_subnet",
        lambda w: {"VpcId": w.vpc, "CidrBlock": "10.1.0.0/24"},
        "InvalidSubnet.Range",
    ),
    Case("allow-source", "ec2.authorize_security_group_ingress", _no_block, _VALUE, "CIDR"),
    Case("allow-duplicate", "ec2.authorize_security_group_ingress", _twice, "InvalidPermission.Duplicate"),
    Case("allow-description", "ec2.authorize_security_group_ingress", _described, _VALUE, "Invalid rule description"),
    Case("allow-count", "ec2.authorize_security_group_ingress", _many_rules, "RulesPerSecurityGroupLimitExceeded"),
    Case("egress-destination", "ec2.authorize_security_group_egress", _no_block, _VALUE, "CIDR"),
    Case("egress-duplicate", "ec2.authorize_security_group_egress", _twice, "InvalidPermission.Duplicate"),
    Case("egress-description", "ec2.authorize_security_group_egress", _described, _VALUE, "Invalid rule description"),
    Case("vpc-endpoint-name", "ec2.create_vpc_endpoint", lambda w: _vpc_endpoint(w, "nonsense"), "InvalidServiceName"),
    Case(
        "existing-parameter-group",
        "rds.create_db_cluster_parameter_group",
        {"DBClusterParameterGroupName": "a--b", "DBParameterGroupFamily": "aurora-postgresql16", "Description": "x"},
        _VALUE,
        "is not a valid identifier",
    ),
    Case("parameter-name", _GROUP, _parameter("aurora-postgresql16", "binlog_format", "ROW"), _VALUE, "Could not find"),
    Case(
        "parameter-name",
        _GROUP,
        _parameter("aurora-mysql8-0", "rds.force_ssl", "1"),
        _VALUE,
        "Could not find parameter",
    ),
    Case(
        "parameter-value",
        _GROUP,
        _parameter("aurora-postgresql16", "search_path", "a\x07"),
        _VALUE,
        "Invalid parameter value",
    ),
    Case("parameter-value", _GROUP, _parameter("aurora-postgresql16", "work_mem", "lots"), _VALUE, "64-2147483647"),
    Case(
        "parameter-value", _GROUP, _parameter("aurora-mysql8-0", "binlog_format", "ROWS"), _VALUE, "allowed values are"
    ),
    Case(
        "service-role",
        "rds.add_role_to_db_cluster",
        {"DBClusterIdentifier": "my", "RoleArn": "orders"},
        "ValidationError",
    ),
    Case(
        "service-role-twice",
        "rds.add_role_to_db_cluster",
        {"DBClusterIdentifier": "pg", "RoleArn": ROLE, "FeatureName": "s3Export"},
        "DBClusterRoleAlreadyExists",
    ),
    Case("stream-mode", _STREAM, lambda w: _stream(w, Mode="sync", ResourceArn=_my(w)), _TOGETHER, "sync mode"),
    Case("stream-class", _STREAM, lambda w: _stream(w, ResourceArn=_my(w)), _TOGETHER, "db.t4g.medium"),
    Case("stream-key", _STREAM, lambda w: _stream(w, KmsKeyId="alias/aws/rds"), "KMSKeyNotAccessibleFault"),
    Case("proxy-role", _PROXY, lambda w: _proxy(w, RoleArn="orders"), "ValidationError", "roleArn"),
    Case("proxy-secret", _PROXY, lambda w: _proxy(w, Auth=[{"SecretArn": "secret"}]), "ValidationError", "secretArn"),
    Case("proxy-master-secret", _PROXY, lambda w: _proxy(w, Auth=[]), _TOGETHER, "Auth is required"),
    Case(
        "proxy-iam-tls",
        _PROXY,
        lambda w: _proxy(w, Auth=[{"SecretArn": w.secret, "IAMAuth": "REQUIRED"}]),
        _TOGETHER,
        "Must enable TLS, when IAM Auth is required",
    ),
    Case("schema:proxy.idle_timeout", _PROXY, lambda w: _proxy(w, IdleClientTimeout=28801), _VALUE, "28800"),
    Case(
        "proxy-idle", _POOL, _pool(MaxConnectionsPercent=40, MaxIdleConnectionsPercent=50), _VALUE, "MaxIdleConnections"
    ),
    Case("proxy-pinning", _POOL, _pool(SessionPinningFilters=["ALL"]), _VALUE, "EXCLUDE_VARIABLE_SETS"),
    Case(
        "event-category",
        "rds.create_event_subscription",
        lambda w: _subscription(w.topic, SourceType="db-cluster", EventCategories=["restoration"]),
        "SubscriptionCategoryNotFound",
        "Category : restoration not found for source type db-cluster",
    ),
    Case("topic", "rds.create_event_subscription", lambda w: _subscription(f"{w.topic}.fifo"), "SNSInvalidTopic"),
    Case(
        "global-topic", "cloudwatch.put_metric_alarm", _alarm(AlarmActions=[_FAR]), "ValidationError", "Invalid region"
    ),
    Case("alarm-time", "cloudwatch.put_metric_alarm", _alarm(Period=90), "ValidationError", "multiple of 60"),
    Case("email", "sns.subscribe", _mail, "InvalidParameter", "Email address"),
    Case(
        "log-retention",
        "logs.put_retention_policy",
        {"logGroupName": "/logs", "retentionInDays": 8},
        "InvalidParameterException",
    ),
    Case(
        "autoscaling-range",
        f"{_SCALING}.register_scalable_target",
        {**TARGET, "MinCapacity": 5, "MaxCapacity": 2},
        _INVALID,
    ),
    Case(
        "schema:autoscaling.max",
        f"{_SCALING}.register_scalable_target",
        {**TARGET, "MinCapacity": 1, "MaxCapacity": 16},
        _INVALID,
    ),
    Case(
        "autoscaling-target",
        f"{_SCALING}.put_scaling_policy",
        {**TARGET, "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"},
        _INVALID,
    ),
    Case("schedule-name", _SCHEDULE, _schedule(ScheduledActionName="a|b"), _INVALID, "scheduledActionName"),
    Case("schedule-time", _SCHEDULE, _schedule(Schedule="every day"), _INVALID, "Schedule"),
    Case("schedule-timezone", _SCHEDULE, _schedule(Timezone="Mars/Base"), _INVALID, "Mars/Base"),
    Case("schedule-limits", _SCHEDULE, _schedule(ScalableTargetAction={}), _INVALID, "ScalableTargetAction"),
    Case(
        "dns-zone",
        "route53.change_resource_record_sets",
        lambda w: {**_record(w, "a.db.example.com"), "HostedZoneId": "zone"},
        "NoSuchHostedZone",
    ),
    Case(
        "dns-name",
        "route53.change_resource_record_sets",
        lambda w: _record(w, "orders.example.org"),
        "InvalidChangeBatch",
    ),
    Case(
        "kms-administrator",
        "kms.create_key",
        {"Policy": key_policy("dba")},
        "MalformedPolicyDocumentException",
        "principals",
    ),
    Case(
        "iam-users-policy",
        "iam.create_policy",
        {"PolicyName": "new", "PolicyDocument": _POLICY},
        "LimitExceeded",
        "6144",
    ),
    Case("role-path", "iam.create_role", _role(Path="databases"), "ValidationError", "must begin and end with /"),
    Case("role-boundary", "iam.create_role", _role(PermissionsBoundary="databases"), "InvalidInput", "is not valid"),
    Case(
        "tag-case",
        "iam.create_role",
        {
            "RoleName": "new",
            "AssumeRolePolicyDocument": _TRUST,
            "Tags": [{"Key": "Owner", "Value": "a"}, {"Key": "owner", "Value": "b"}],
        },
        "InvalidInput",
        "case insensitive",
    ),
    Case(
        "rotation",
        _ROTATE,
        lambda w: _rules(w, AutomaticallyAfterDays=30, ScheduleExpression="rate(10 days)"),
        _PARAMETER,
    ),
    Case("rotation-schedule", _ROTATE, lambda w: _rules(w, ScheduleExpression="every day"), _PARAMETER, "every day"),
    Case(
        "rotation-duration", _ROTATE, lambda w: _rules(w, AutomaticallyAfterDays=30, Duration="25h"), _PARAMETER, "25h"
    ),
    Case(
        "assume-role", "sts.assume_role", {"RoleArn": "orders", "RoleSessionName": "me"}, "ValidationError", "roleArn"
    ),
    Case(
        "assume-role",
        "sts.assume_role",
        {"RoleArn": ROLE, "RoleSessionName": "a b"},
        "ValidationError",
        "roleSessionName",
    ),
)
