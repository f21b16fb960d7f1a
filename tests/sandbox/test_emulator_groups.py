"""What stands around a cluster: networks, parameter groups, keys, log groups, and the catalogue of versions and classes."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.aws.engine.engine_versions import read_support
from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.emulator import Account, client, refused

pytestmark = pytest.mark.sandbox
FAMILY = "aurora-postgresql16"


@pytest.fixture
def account(emulator: Sandbox) -> Account:
    return Account(emulator)


def cluster_group(account: Account, name: str = "demo-pg", family: str = FAMILY) -> str:
    account.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=name, DBParameterGroupFamily=family, Description="x"
    )
    return name


def set_cluster(account: Account, name: str, parameter: str, value: str, method: str = "immediate") -> None:
    account.rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName=name,
        Parameters=[{"ParameterName": parameter, "ParameterValue": value, "ApplyMethod": method}],
    )


def user_values(account: Account, name: str) -> dict[str, tuple[str, str]]:
    found = account.rds.describe_db_cluster_parameters(DBClusterParameterGroupName=name, Source="user")["Parameters"]
    return {item["ParameterName"]: (item["ParameterValue"], item["ApplyMethod"]) for item in found}


def test_a_subnet_group_needs_two_zones(account: Account) -> None:
    _, subnets, _ = account.network("demo", zones="ab")
    with refused("DBSubnetGroupDoesNotCoverEnoughAZs"):
        account.rds.create_db_subnet_group(DBSubnetGroupName="one", DBSubnetGroupDescription="x", SubnetIds=subnets[:1])
    with refused("InvalidSubnet"):
        account.rds.create_db_subnet_group(
            DBSubnetGroupName="none", DBSubnetGroupDescription="x", SubnetIds=["subnet-0123456789abcdef0"]
        )
    with refused("DBSubnetGroupAlreadyExists"):
        account.rds.create_db_subnet_group(DBSubnetGroupName="Demo", DBSubnetGroupDescription="x", SubnetIds=subnets)


def test_a_subnet_group_can_change_but_not_away_from_its_instances(account: Account) -> None:
    _, subnets, _ = account.network("demo")
    account.create("demo", DBSubnetGroupName="demo")
    account.instance("demo", "1", AvailabilityZone="eu-west-1c")
    with refused("SubnetAlreadyInUse"):
        account.rds.modify_db_subnet_group(DBSubnetGroupName="demo", SubnetIds=subnets[:2])
    account.rds.modify_db_subnet_group(DBSubnetGroupName="demo", SubnetIds=subnets[1:])
    group = account.rds.describe_db_subnet_groups(DBSubnetGroupName="demo")["DBSubnetGroups"][0]
    assert [subnet["SubnetIdentifier"] for subnet in group["Subnets"]] == subnets[1:]


def test_what_a_cluster_uses_cannot_be_deleted(account: Account) -> None:
    vpc, subnets, group = account.network("demo")
    account.create("demo", DBSubnetGroupName="demo", VpcSecurityGroupIds=[group])
    account.instance("demo", "1")
    with refused("InvalidDBSubnetGroupStateFault"):
        account.rds.delete_db_subnet_group(DBSubnetGroupName="demo")
    with refused("DependencyViolation"):
        account.ec2.delete_security_group(GroupId=group)
    with refused("DependencyViolation"):
        account.ec2.delete_subnet(SubnetId=subnets[0])
    account.rds.delete_db_instance(DBInstanceIdentifier="demo-1")
    account.rds.delete_db_cluster(DBClusterIdentifier="demo", SkipFinalSnapshot=True)
    account.rds.delete_db_subnet_group(DBSubnetGroupName="demo")
    with refused("DBSubnetGroupNotFoundFault"):
        account.rds.describe_db_subnet_groups(DBSubnetGroupName="demo")
    for subnet in subnets:
        account.ec2.delete_subnet(SubnetId=subnet)
    with refused("DependencyViolation"):
        account.ec2.delete_vpc(VpcId=vpc)
    account.ec2.delete_security_group(GroupId=group)
    account.ec2.delete_vpc(VpcId=vpc)


def test_a_subnet_with_an_endpoint_stays(account: Account) -> None:
    vpc, subnets, group = account.network("demo")
    name = "com.amazonaws.eu-west-1.rds-data"
    endpoint = account.ec2.create_vpc_endpoint(
        VpcEndpointType="Interface", VpcId=vpc, ServiceName=name, SubnetIds=subnets, SecurityGroupIds=[group]
    )["VpcEndpoint"]["VpcEndpointId"]
    with refused("DependencyViolation"):
        account.ec2.delete_subnet(SubnetId=subnets[2])
    account.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveSubnetIds=subnets[2:])
    account.ec2.delete_subnet(SubnetId=subnets[2])


def test_a_vpc_keeps_the_block_that_its_subnets_are_in(account: Account) -> None:
    vpc = account.ec2.create_vpc(CidrBlock="10.3.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]
    part = block["Ipv6CidrBlock"].replace("/56", "/64")
    subnet = account.ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.3.0.0/24", Ipv6CidrBlock=part)["Subnet"]
    with refused("InvalidCidrBlock.InUse") as caught:
        account.ec2.disassociate_vpc_cidr_block(AssociationId=block["AssociationId"])
    assert f"currently has a subnet within CIDR block {block['Ipv6CidrBlock']}" in str(caught.value)
    of_subnet = subnet["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]
    account.ec2.disassociate_subnet_cidr_block(AssociationId=of_subnet)
    account.ec2.disassociate_vpc_cidr_block(AssociationId=block["AssociationId"])


def test_a_vpc_keeps_its_gateway(account: Account) -> None:
    vpc = account.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = account.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    account.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    with refused("DependencyViolation"):
        account.ec2.delete_vpc(VpcId=vpc)
    account.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    account.ec2.delete_vpc(VpcId=vpc)


def test_security_groups_must_exist_in_the_same_vpc(account: Account) -> None:
    account.network("demo")
    _, _, other = account.network("other")
    with refused("InvalidParameterCombination"):
        account.create("demo", DBSubnetGroupName="demo", VpcSecurityGroupIds=[other])
    with refused("InvalidParameterValue"):
        account.create("demo", DBSubnetGroupName="demo", VpcSecurityGroupIds=["sg-0123456789abcdef0"])
    with refused("DBSubnetGroupNotFoundFault"):
        account.create("demo", DBSubnetGroupName="nowhere")


def test_without_a_network_the_default_one_is_taken(account: Account) -> None:
    account.create("demo")
    account.instance("demo", "1")
    default = account.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    assert account.member("demo-1")["DBSubnetGroup"]["VpcId"] == default
    assert len(account.cluster("demo")["VpcSecurityGroups"]) == 1


@pytest.mark.parametrize(
    "source",
    [
        {"IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "offices & labs"}]},
        {"Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32", "Description": "six"}]},
        {"PrefixListIds": [{"PrefixListId": "pl-12345678", "Description": "a list"}]},
        {"UserIdGroupPairs": [{"GroupId": "self", "Description": "a group"}]},
    ],
    ids=lambda source: next(iter(source)),
)
def test_rules_keep_their_description_and_can_be_changed(account: Account, source: dict[str, Any]) -> None:
    _, _, group = account.network("demo")
    for pair in source.get("UserIdGroupPairs", []):
        pair["GroupId"] = group
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **source}
    made = account.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    rule = made["SecurityGroupRules"][0]
    described = account.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    found = described["SecurityGroupRules"][0]
    assert found == rule
    assert found["Description"] == next(iter(source.values()))[0]["Description"]
    with refused("InvalidPermission.Duplicate"):
        account.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    account.ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        account.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])


def test_a_rule_can_be_modified_in_place(account: Account) -> None:
    _, _, group = account.network("demo")
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    made = account.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    rule = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    changed = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "CidrIpv4": "10.2.0.0/16",
        "Description": "moved",
    }
    account.ec2.modify_security_group_rules(
        GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": rule, "SecurityGroupRule": changed}]
    )
    found = account.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"][0]
    assert (found["CidrIpv4"], found["Description"]) == ("10.2.0.0/16", "moved")


def test_cluster_parameters_keep_value_and_method(account: Account) -> None:
    name = cluster_group(account)
    set_cluster(account, name, "rds.force_ssl", "1")
    set_cluster(account, name, "shared_preload_libraries", "pg_stat_statements", "pending-reboot")
    assert user_values(account, name) == {
        "rds.force_ssl": ("1", "immediate"),
        "shared_preload_libraries": ("pg_stat_statements", "pending-reboot"),
    }
    account.rds.reset_db_cluster_parameter_group(
        DBClusterParameterGroupName=name, Parameters=[{"ParameterName": "rds.force_ssl", "ApplyMethod": "immediate"}]
    )
    assert set(user_values(account, name)) == {"shared_preload_libraries"}
    account.rds.reset_db_cluster_parameter_group(DBClusterParameterGroupName=name, ResetAllParameters=True)
    assert user_values(account, name) == {}


def test_a_static_parameter_waits_for_a_restart(account: Account) -> None:
    name = cluster_group(account)
    with refused("InvalidParameterCombination"):
        set_cluster(account, name, "shared_preload_libraries", "pg_stat_statements", "immediate")
    account.create("demo", DBClusterParameterGroupName=name)
    account.instance("demo", "1")
    set_cluster(account, name, "shared_preload_libraries", "pg_stat_statements", "pending-reboot")
    assert account.cluster("demo")["DBClusterMembers"][0]["DBClusterParameterGroupStatus"] == "pending-reboot"
    account.rds.reboot_db_instance(DBInstanceIdentifier="demo-1")
    assert account.cluster("demo")["DBClusterMembers"][0]["DBClusterParameterGroupStatus"] == "in-sync"


def test_parameter_groups_belong_to_a_family(account: Account) -> None:
    old = cluster_group(account, "old", "aurora-postgresql15")
    with refused("InvalidParameterCombination"):
        account.create("demo", DBClusterParameterGroupName=old)
    with refused("DBClusterParameterGroupNotFound"):
        account.create("demo", DBClusterParameterGroupName="none")
    with refused("InvalidParameterValue"):
        cluster_group(account, "odd", "aurora-postgresql99")
    with refused("DBParameterGroupAlreadyExists"):
        cluster_group(account, "old", "aurora-postgresql15")


def listed(account: Account, kind: str, name: str, **given: Any) -> dict[str, dict[str, Any]]:
    key = "DBClusterParameterGroupName" if "cluster" in kind else "DBParameterGroupName"
    pages = list(account.rds.get_paginator(f"describe_{kind}_parameters").paginate(**{key: name}, **given))
    assert all(len(page["Parameters"]) <= 100 for page in pages)
    return {one["ParameterName"]: one for page in pages for one in page["Parameters"]}


def test_all_parameters_of_a_family_are_listed_by_their_source(account: Account) -> None:
    name = cluster_group(account, family="aurora-postgresql17")
    set_cluster(account, name, "work_mem", "8192")
    set_cluster(account, name, "max_connections", "500", "pending-reboot")
    everything = listed(account, "db_cluster", name)
    assert len(everything) > 200 and list(everything) == sorted(everything)
    assert everything["array_nulls"] == {
        "ParameterName": "array_nulls",
        "Source": "engine-default",
        "ApplyType": "dynamic",
        "DataType": "boolean",
        "AllowedValues": "0,1",
        "IsModifiable": True,
        "ApplyMethod": "pending-reboot",
        "SupportedEngineModes": ["provisioned"],
    }
    work = everything["work_mem"]
    assert (work["Source"], work["ParameterValue"], work["ApplyMethod"]) == ("user", "8192", "immediate")
    assert (work["DataType"], work["AllowedValues"]) == ("integer", "64-2147483647")
    connections = everything["max_connections"]
    assert (connections["Source"], connections["ParameterValue"], connections["ApplyType"]) == ("user", "500", "static")
    assert everything["data_directory"]["IsModifiable"] is False
    assert everything["rds.force_ssl"]["ParameterValue"] == "1"
    by_source = {one: listed(account, "db_cluster", name, Source=one) for one in ("user", "system", "engine-default")}
    assert set(by_source["user"]) == {"work_mem", "max_connections"}
    assert {"shared_buffers", "rds.force_ssl"} <= set(by_source["system"])
    assert sum(len(one) for one in by_source.values()) == len(everything)
    named = [{"Name": "parameter-name", "Values": ["work_mem"]}]
    assert set(listed(account, "db_cluster", name, Filters=named)) == {"work_mem"}
    older = listed(account, "db_cluster", "default.aurora-postgresql16", Source="system")
    assert older["rds.force_ssl"]["ParameterValue"] == "0" and older["max_connections"]["Source"] == "system"
    assert "rds.force_ssl" not in listed(account, "db", "default.aurora-postgresql16")
    assert "LEAST" not in listed(account, "db_cluster", "default.aurora-mysql8.0")["max_connections"]["ParameterValue"]
    with refused("InvalidParameterValue"):
        set_cluster(account, name, "data_directory", "/data")


def test_a_parameter_group_in_use_stays(account: Account) -> None:
    name = cluster_group(account)
    account.create("demo", DBClusterParameterGroupName=name)
    with refused("InvalidDBParameterGroupState"):
        account.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)
    account.rds.delete_db_cluster(DBClusterIdentifier="demo", SkipFinalSnapshot=True)
    account.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)
    with refused("DBParameterGroupNotFound"):
        account.rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=name)


def test_instance_parameter_groups_work_alike(account: Account) -> None:
    account.rds.create_db_parameter_group(
        DBParameterGroupName="demo-db", DBParameterGroupFamily=FAMILY, Description="x"
    )
    account.rds.modify_db_parameter_group(
        DBParameterGroupName="demo-db",
        Parameters=[{"ParameterName": "log_statement", "ParameterValue": "ddl", "ApplyMethod": "immediate"}],
    )
    found = account.rds.describe_db_parameters(DBParameterGroupName="demo-db", Source="user")["Parameters"]
    assert [(item["ParameterName"], item["ParameterValue"]) for item in found] == [("log_statement", "ddl")]
    account.create("demo")
    account.instance("demo", "1")
    account.rds.modify_db_instance(DBInstanceIdentifier="demo-1", DBParameterGroupName="demo-db", ApplyImmediately=True)
    assert account.member("demo-1")["DBParameterGroups"] == [
        {"DBParameterGroupName": "demo-db", "ParameterApplyStatus": "pending-reboot"}
    ]
    with refused("InvalidDBParameterGroupState"):
        account.rds.delete_db_parameter_group(DBParameterGroupName="demo-db")
    with refused("DBParameterGroupNotFound"):
        account.rds.describe_db_parameter_groups(DBParameterGroupName="none")


@pytest.mark.parametrize("family", ["aurora-postgresql16", "aurora-mysql8.0"])
def test_default_groups_exist(account: Account, family: str) -> None:
    name = f"default.{family}"
    groups = account.rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=name)
    assert groups["DBClusterParameterGroups"][0]["DBParameterGroupFamily"] == family
    assert account.rds.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"]
    with refused("InvalidParameterValue"):
        set_cluster(account, name, "rds.force_ssl", "1")
    with refused("InvalidParameterValue"):
        account.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)


def test_an_unknown_key_is_refused_and_a_known_one_is_used(emulator: Sandbox, account: Account) -> None:
    kms = client(emulator, "kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    account.create("demo", StorageEncrypted=True, KmsKeyId=arn, MasterUserSecretKmsKeyId=arn)
    cluster = account.cluster("demo")
    assert (cluster["KmsKeyId"], cluster["MasterUserSecret"]["KmsKeyId"]) == (arn, arn)
    with refused("KMSKeyNotAccessibleFault"):
        account.create("b", StorageEncrypted=True, KmsKeyId="12345678-1234-1234-1234-123456789012")


def test_log_groups_keep_retention_and_tags(emulator: Sandbox) -> None:
    logs = client(emulator, "logs")
    name = "/aws/rds/cluster/demo/postgresql"
    logs.create_log_group(logGroupName=name, tags={"team": "payments"})
    logs.put_retention_policy(logGroupName=name, retentionInDays=30)
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    assert (found["logGroupName"], found["retentionInDays"]) == (name, 30)
    assert logs.list_tags_for_resource(resourceArn=found["logGroupArn"])["tags"] == {"team": "payments"}
    with refused("ResourceAlreadyExistsException"):
        logs.create_log_group(logGroupName=name)


def test_unknown_log_types_are_refused(account: Account) -> None:
    with refused("InvalidParameterCombination"):
        account.create("demo", EnableCloudwatchLogsExports=["slowquery"])


def test_versions_know_their_family_and_their_limits(account: Account) -> None:
    found = account.rds.describe_db_engine_versions(Engine="aurora-postgresql", EngineVersion="16.8")
    (version,) = found["DBEngineVersions"]
    assert version["DBParameterGroupFamily"] == FAMILY
    assert version["ServerlessV2FeaturesSupport"] == {"MinCapacity": 0.0, "MaxCapacity": 256.0}
    assert "postgresql" in version["ExportableLogTypes"]
    targets = {item["EngineVersion"]: item["IsMajorVersionUpgrade"] for item in version["ValidUpgradeTarget"]}
    assert targets["16.9"] is False
    assert any(major for major in targets.values())


def test_a_major_version_lists_its_minors_and_a_default(account: Account) -> None:
    minors = account.rds.describe_db_engine_versions(Engine="aurora-postgresql", EngineVersion="16")["DBEngineVersions"]
    assert {item["MajorEngineVersion"] for item in minors} == {"16"}
    assert len(minors) > 1
    (default,) = account.rds.describe_db_engine_versions(Engine="aurora-postgresql", DefaultOnly=True)[
        "DBEngineVersions"
    ]
    account.create("demo", EngineVersion=None)
    assert account.cluster("demo")["EngineVersion"] == default["EngineVersion"]


def test_major_versions_know_when_their_support_ends(account: Account) -> None:
    found = read_support(account.rds, "aurora-postgresql")
    assert (str(found["16"].standard), str(found["16"].extended)) == ("2029-02-28", "2032-02-28")


def test_orderable_classes_are_those_that_can_be_created(account: Account) -> None:
    pages = account.rds.get_paginator("describe_orderable_db_instance_options").paginate(
        Engine="aurora-postgresql", EngineVersion="16.8"
    )
    options = [option for page in pages for option in page["OrderableDBInstanceOptions"]]
    names = [option["DBInstanceClass"] for option in options]
    assert {"db.serverless", "db.r7g.large", "db.t4g.medium"} <= set(names)
    assert "db.m5.large" not in names
    offers = [(option["DBInstanceClass"], option["StorageType"]) for option in options]
    assert len(offers) == len(set(offers))
    assert {storage for _, storage in offers} == {"aurora", "aurora-iopt1"}
    account.create("demo", ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 2})
    account.instance("demo", "1", DBInstanceClass=names[0])


def test_a_cluster_outside_any_global_one_is_in_none(account: Account) -> None:
    account.create("demo")
    arn = account.cluster("demo")["DBClusterArn"]
    filters = [{"Name": "db-cluster-id", "Values": [arn]}]
    assert account.rds.describe_global_clusters(Filters=filters)["GlobalClusters"] == []
    assert account.rds.describe_pending_maintenance_actions()["PendingMaintenanceActions"] == []


def test_a_boolean_is_read_back_as_0_or_1(account: Account) -> None:
    group = cluster_group(account)
    set_cluster(account, group, "log_duration", "ON")
    set_cluster(account, group, "synchronous_commit", "off")
    assert user_values(account, group) == {
        "log_duration": ("1", "immediate"),
        "synchronous_commit": ("off", "immediate"),
    }
