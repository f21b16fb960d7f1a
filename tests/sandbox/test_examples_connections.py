"""Examples of what a cluster is connected to: proxy, VPC endpoints, keys, activity stream, other services.

Each is made, planned again (nothing to do), looked at through the APIs, changed, planned again, and destroyed.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.harness import Aurora
from tests.sandbox.aws_view import EXAMPLES, Seen, changing_calls, last_call
from tests.sandbox.emulator import client

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(900)]


def aws(aurora: Aurora, service: str) -> Any:
    """A client of the emulator."""
    return client(aurora.emulator, service, "eu-west-1")


def cluster_of(aurora: Aurora, name: str) -> dict[str, Any]:
    """The cluster as the RDS API reports it."""
    return Seen(aurora, "eu-west-1").cluster(name)


def make(aurora: Aurora, example: str) -> tuple[str, Any]:
    """Create the example's cluster: its name and the report."""
    file = EXAMPLES / f"{example}.yaml"
    name = str(YAML(typ="safe").load(file.read_text())["name"])
    report = aurora.json("create", "-f", str(file), "--yes")
    settled(aurora, name)
    return name, report


def settled(aurora: Aurora, name: str) -> None:
    """There is nothing to do."""
    plan = aurora.run("plan", name, "--exit-code")
    assert plan.status == 0, plan.out + plan.err


def change(aurora: Aurora, name: str, *settings: str) -> Any:
    """Apply with other settings; the report. Afterwards there is nothing to do."""
    report = aurora.json("apply", name, *(word for one in settings for word in ("--set", one)), "--yes")
    assert report["changed"] is True
    settled(aurora, name)
    return report


def gone(aurora: Aurora, name: str, *options: str) -> Any:
    """Destroy: what the command says."""
    done = aurora.json("destroy", name, "--confirm", name, *(options or ("--skip-final-snapshot",)))
    assert aws(aurora, "rds").describe_db_clusters()["DBClusters"] == []
    return done


def policy_of(aurora: Aurora, role: str, policy: str) -> list[dict[str, Any]]:
    """Statements of a role's inline policy."""
    document = aws(aurora, "iam").get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    statements: list[dict[str, Any]] = (json.loads(document) if isinstance(document, str) else document)["Statement"]
    return statements


def test_a_proxy_reads_the_master_secret_leads_to_the_cluster_and_goes_alone(aurora: Aurora) -> None:
    name, report = make(aurora, "proxy")
    rds, secret = aws(aurora, "rds"), cluster_of(aurora, "storefront")["MasterUserSecret"]
    proxy = rds.describe_db_proxies(DBProxyName=name)["DBProxies"][0]
    (auth,) = proxy["Auth"]
    assert (auth["AuthScheme"], auth["IAMAuth"], auth["SecretArn"]) == ("SECRETS", "REQUIRED", secret["SecretArn"])
    assert (proxy["RequireTLS"], proxy["IdleClientTimeout"]) == (True, 900)
    (reader,) = rds.describe_db_proxy_endpoints(DBProxyName=name)["DBProxyEndpoints"]
    assert reader["TargetRole"] == "READ_ONLY"
    assert report["endpoints"]["proxy"] == {"host": proxy["Endpoint"], "port": 5432}
    assert aurora.json("endpoints", name)["proxy_reader"] == {"host": reader["Endpoint"], "port": 5432}
    assert proxy["Endpoint"] in aurora.ok("status", name).out
    (target,) = rds.describe_db_proxy_targets(DBProxyName=name)["Targets"]
    assert (target["Type"], target["RdsResourceId"]) == ("TRACKED_CLUSTER", name)
    read, decrypt = policy_of(aurora, "storefront-eu-west-1-proxy", "secrets")
    assert read["Resource"] == [secret["SecretArn"]]
    assert decrypt["Resource"] == [secret["KmsKeyId"]]
    assert decrypt["Condition"]["StringEquals"]["kms:ViaService"] == "secretsmanager.eu-west-1.amazonaws.com"

    changed = change(
        aurora, name, "proxy.iam_authentication=disabled", "proxy.borrow_timeout=2m", "proxy.read_only_endpoint=false"
    )
    assert changed["endpoints"]["proxy_reader"] is None
    group = rds.describe_db_proxy_target_groups(DBProxyName=name)["TargetGroups"][0]["ConnectionPoolConfig"]
    assert (group["MaxConnectionsPercent"], group["ConnectionBorrowTimeout"]) == (90, 120)
    assert rds.describe_db_proxies()["DBProxies"][0]["Auth"][0]["IAMAuth"] == "DISABLED"
    before = cluster_of(aurora, name)["DbClusterResourceId"]
    assert change(aurora, name, "proxy=false")["endpoints"]["proxy"] is None
    assert rds.describe_db_proxies()["DBProxies"] == []
    assert change(aurora, name, "proxy=true")["endpoints"]["proxy"] is not None
    assert cluster_of(aurora, name)["DbClusterResourceId"] == before
    gone(aurora, name)
    assert rds.describe_db_proxies()["DBProxies"] == []


def test_the_data_api_is_reached_inside_the_vpc(aurora: Aurora) -> None:
    name, _ = make(aurora, "data-api")
    ec2 = aws(aurora, "ec2")
    assert cluster_of(aurora, name)["HttpEndpointEnabled"] is True
    assert services(ec2) == {"com.amazonaws.eu-west-1.rds-data", "com.amazonaws.eu-west-1.secretsmanager"}
    endpoint = alive(ec2)[0]
    assert (endpoint["VpcEndpointType"], endpoint["PrivateDnsEnabled"]) == ("Interface", True)
    (group,) = ec2.describe_security_groups(GroupIds=[endpoint["Groups"][0]["GroupId"]])["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert (rule["FromPort"], [r["CidrIp"] for r in rule["IpRanges"]]) == (443, ["10.0.0.0/16"])
    change(aurora, name, "network.vpc_endpoints=[rds-data, logs]", "data_api=false")
    assert services(ec2) == {"com.amazonaws.eu-west-1.rds-data", "com.amazonaws.eu-west-1.logs"}
    gone(aurora, name)
    assert alive(ec2) == []


def alive(ec2: Any) -> list[dict[str, Any]]:
    """VPC endpoints that are there."""
    return [one for one in ec2.describe_vpc_endpoints()["VpcEndpoints"] if one["State"].lower() != "deleted"]


def services(ec2: Any) -> set[str]:
    """What the VPC endpoints lead to."""
    return {one["ServiceName"] for one in alive(ec2)}


def test_one_key_of_the_stack_encrypts_everything_and_stays_with_the_snapshot(aurora: Aurora) -> None:
    name, _ = make(aurora, "own-keys")
    kms, cluster = aws(aurora, "kms"), cluster_of(aurora, name)
    key = kms.describe_key(KeyId="alias/ledger")["KeyMetadata"]
    arn = key["Arn"]
    assert (
        cluster["KmsKeyId"] == cluster["MasterUserSecret"]["KmsKeyId"] == cluster["PerformanceInsightsKMSKeyId"] == arn
    )
    groups = aws(aurora, "logs").describe_log_groups(logGroupNamePrefix=f"/aws/rds/cluster/{name}/")["logGroups"]
    assert {g["kmsKeyId"] for g in groups} == {arn}
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is True
    statements = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])["Statement"]
    assert [s["Sid"] for s in statements] == ["Account", "Logs", "Topic"]

    change(aurora, name, "encryption.key.administrators=[arn:aws:iam::123456789012:role/Keys]")
    statements = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])["Statement"]
    assert [s["Sid"] for s in statements] == ["Account", "Administrators", "Logs", "Topic"]

    shown = aurora.ok("destroy", name, "--dry-run")
    assert f"{arn}: without it the final snapshot" in " ".join(shown.out.split())
    settled(aurora, name)
    done = gone(aurora, name, "--confirm", name)
    snapshot = done["final_snapshot_identifier"]
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Enabled"
    rds = aws(aurora, "rds")
    kept = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=snapshot)["DBClusterSnapshots"][0]
    assert kept["KmsKeyId"] == arn
    assert any(arn in sentence and "schedule-key-deletion" in sentence for sentence in done["review"]["kept"])
    assert all(c["address"] != "aws_kms_key.this" for c in done["review"]["resource_changes"])
    assert "alias/ledger" not in {a["AliasName"] for a in kms.list_aliases()["Aliases"]}
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot)


def test_without_a_snapshot_the_key_goes_after_its_window(aurora: Aurora) -> None:
    name, _ = make(aurora, "own-keys")
    kms = aws(aurora, "kms")
    arn = kms.describe_key(KeyId="alias/ledger")["KeyMetadata"]["Arn"]
    used = ("encryption", "logs", "monitoring.insights", "monitoring.notifications")
    fields = [*(f"{section}.kms_key" for section in used), "credentials.secret_kms_key"]
    without = [word for field in fields for word in ("--set", f"{field}=null")]
    refused = aurora.run("apply", name, *without, "--yes")
    assert refused.status != 0
    assert "--allow 'aws_kms_key.this'" in " ".join(refused.err.split())
    done = gone(aurora, name)
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert any("for 30 days" in sentence and "cancel-key-deletion" in sentence for sentence in done["review"]["kept"])


def test_an_alias_that_moved_on_is_told_and_changes_nothing(aurora: Aurora) -> None:
    aurora.ok("sandbox", "start")
    kms = aws(aurora, "kms")
    first, second = (kms.create_key()["KeyMetadata"] for _ in range(2))
    kms.create_alias(AliasName="alias/moving", TargetKeyId=first["KeyId"])
    settings = ("--engine", "postgres", "--set", "region=eu-west-1", "--set", "encryption.kms_key=alias/moving")
    aurora.ok("create", "moving", *settings, "--yes")
    assert not [w for w in aurora.json("status", "moving")["warnings"] if "alias/moving" in w]
    kms.update_alias(AliasName="alias/moving", TargetKeyId=second["KeyId"])
    (warning,) = [w for w in aurora.json("status", "moving")["warnings"] if "alias/moving" in w]
    assert first["Arn"] in warning
    assert second["Arn"] in warning
    settled(aurora, "moving")
    gone(aurora, "moving")


def test_an_activity_stream_goes_to_kinesis(aurora: Aurora) -> None:
    name, report = make(aurora, "activity-stream")
    cluster = cluster_of(aurora, name)
    assert (cluster["ActivityStreamStatus"], cluster["ActivityStreamMode"]) == ("started", "async")
    assert report["activity_stream"] == cluster["ActivityStreamKinesisStreamName"]
    assert report["activity_stream"] in aurora.ok("status", name).out
    before = last_call(aurora)
    change(aurora, name, "activity_stream.mode=sync")
    assert [c for c in changing_calls(aurora, before) if "Stream" in c] == ["StopActivityStream", "StartActivityStream"]
    assert cluster_of(aurora, name)["ActivityStreamMode"] == "sync"
    gone(aurora, name)


def test_the_database_may_call_models_and_functions(aurora: Aurora) -> None:
    name, _ = make(aurora, "machine-learning")
    roles = {role["FeatureName"]: role for role in cluster_of(aurora, name)["AssociatedRoles"]}
    assert set(roles) == {"SageMaker", "Comprehend", "Bedrock", "Lambda"}
    assert {role["Status"] for role in roles.values()} == {"ACTIVE"}
    account = cluster_of(aurora, name)["DBClusterArn"].split(":")[4]
    expected = {
        "sagemaker": ("sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:eu-west-1:{account}:endpoint/churn-model"),
        "bedrock": ("bedrock:InvokeModel", "arn:aws:bedrock:eu-west-1::foundation-model/amazon.titan-embed-text-v2:0"),
        "lambda": ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{account}:function:notify-sales"),
    }
    for key, (action, resource) in expected.items():
        (statement,) = policy_of(aurora, f"{name}-eu-west-1-{key}", "access")
        assert (statement["Action"], statement["Resource"]) == ([action], [resource])
    trust = aws(aurora, "iam").get_role(RoleName=f"{name}-eu-west-1-lambda")["Role"]["AssumeRolePolicyDocument"]
    assert (
        trust["Statement"][0]["Condition"]["StringEquals"]["aws:SourceArn"] == cluster_of(aurora, name)["DBClusterArn"]
    )

    given = aws(aurora, "iam").create_role(RoleName="given", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    change(aurora, name, f"services.lambda.role={given}", "services.comprehend=false")
    roles = {role["FeatureName"]: role["RoleArn"] for role in cluster_of(aurora, name)["AssociatedRoles"]}
    assert set(roles) == {"SageMaker", "Bedrock", "Lambda"}
    assert roles["Lambda"] == given
    gone(aurora, name)
    assert [r["RoleName"] for r in aws(aurora, "iam").list_roles()["Roles"] if name in r["RoleName"]] == []


def test_mysql_loads_from_s3_and_calls_functions(aurora: Aurora) -> None:
    name, _ = make(aurora, "s3-and-lambda")
    roles = {role["RoleArn"] for role in cluster_of(aurora, name)["AssociatedRoles"]}
    values = parameters(aurora, name)
    assert {values[key] for key in ("aws_default_s3_role", "aws_default_lambda_role")} == roles
    load, listing, export = policy_of(aurora, f"{name}-eu-west-1-s3-import", "access")
    assert export["Resource"] == ["arn:aws:s3:::example-warehouse-reports/*"]
    assert load["Resource"] == ["arn:aws:s3:::example-warehouse-inbox/daily/*"]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["daily/*"]}}
    ec2 = aws(aurora, "ec2")
    assert {one["ServiceName"]: one["VpcEndpointType"] for one in alive(ec2)} == {
        "com.amazonaws.eu-west-1.s3": "Gateway",
        "com.amazonaws.eu-west-1.lambda": "Interface",
    }
    group = cluster_of(aurora, name)["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    outward = [rule for rule in rules if rule["IsEgress"]]
    assert {rule["FromPort"] for rule in outward} == {443}
    assert any(rule.get("PrefixListId") for rule in outward)
    assert any(rule.get("ReferencedGroupInfo") for rule in outward)

    shared = "arn:aws:iam::123456789012:role/files"
    change(aurora, name, f"services.s3_import.role={shared}", f"services.s3_export.role={shared}")
    assert shared in {role["RoleArn"] for role in cluster_of(aurora, name)["AssociatedRoles"]}
    assert parameters(aurora, name)["aws_default_s3_role"] == shared
    gone(aurora, name)


def parameters(aurora: Aurora, name: str) -> dict[str, str]:
    """What the cluster's parameter group sets."""
    group = cluster_of(aurora, name)["DBClusterParameterGroup"]
    pages = aws(aurora, "rds").get_paginator("describe_db_cluster_parameters")
    found = pages.paginate(DBClusterParameterGroupName=group, Source="user")
    return {
        p["ParameterName"]: p["ParameterValue"] for page in found for p in page["Parameters"] if "ParameterValue" in p
    }
