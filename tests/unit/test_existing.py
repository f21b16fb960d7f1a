"""How a resource is found that an interrupted run has created."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.aws.existing.find import ENTRIES, REPEATABLE, find_existing

TAG = "aurora-cli:cluster"
OURS = {TAG: "demo", "Name": "demo"}
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


class Service:
    """A boto3 client with one response to every call; remembers what it was asked."""

    def __init__(self, **response: Any) -> None:
        self.response = response
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def can_paginate(self, call: str) -> bool:
        return False

    def __getattr__(self, call: str) -> Any:
        def answer(**params: Any) -> Any:
            self.asked.append((call, params))
            return self.response

        return answer


def tagged(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def found(kind: str, values: dict[str, Any], service: Service) -> list[str]:
    return [one.id for one in find_existing(lambda name: service, kind, values, TAG)]


def test_each_type_of_the_templates_is_found_or_can_be_repeated() -> None:
    kinds = {k for f in TEMPLATES.glob("*.j2") for k in re.findall(r'^resource "(\w+)"', f.read_text(), re.MULTILINE)}
    assert kinds == ENTRIES.keys() | REPEATABLE
    assert not ENTRIES.keys() & REPEATABLE


def test_what_has_no_id_of_ours_is_found_by_its_tags() -> None:
    mine = {"VpcId": "vpc-1", "Tags": [*tagged(Name="demo"), {"Key": TAG, "Value": "demo"}]}
    other = {"VpcId": "vpc-2", "Tags": [*tagged(Name="demo"), {"Key": TAG, "Value": "other"}]}
    assert found("aws_vpc", {"tags_all": OURS}, Service(Vpcs=[mine, other])) == ["vpc-1"]


@pytest.mark.parametrize("tag", ["demo", "other"])
def test_an_alarm_is_found_by_its_name_and_tag(tag: str) -> None:
    service = Service(MetricAlarms=[{"AlarmName": "demo-cpu", "AlarmArn": "arn"}], Tags=[{"Key": TAG, "Value": tag}])
    values = {"alarm_name": "demo-cpu", "tags_all": {TAG: "demo"}}
    assert found("aws_cloudwatch_metric_alarm", values, service) == (["demo-cpu"] if tag == "demo" else [])


def test_without_our_tag_nothing_is_taken_for_ours() -> None:
    service = Service(DBClusters=[{"DBClusterIdentifier": "demo", "Status": "available", "TagList": []}])
    assert found("aws_rds_cluster", {"cluster_identifier": "demo", "tags_all": OURS}, service) == []
    assert found("aws_rds_cluster", {"cluster_identifier": "demo", "tags_all": {}}, service) == []


def test_a_parent_that_is_not_known_yet_asks_nothing() -> None:
    service = Service()
    assert found("aws_route", {"destination_cidr_block": "0.0.0.0/0"}, service) == []
    assert service.asked == []


@pytest.mark.parametrize(
    ("kind", "known", "response"),
    [
        (
            "aws_rds_cluster_role_association",
            {"db_cluster_identifier": "demo"},
            {"DBClusters": [{"AssociatedRoles": [{"RoleArn": "arn", "Status": "ACTIVE"}]}]},
        ),
        (
            "aws_db_proxy_target",
            {"db_proxy_name": "demo", "target_group_name": "default"},
            {"Targets": [{"Type": "TRACKED_CLUSTER", "RdsResourceId": "demo"}]},
        ),
        ("aws_iam_policy", {}, {"Policies": [{"PolicyName": "demo", "Arn": "arn"}]}),
    ],
)
def test_nothing_is_compared_with_a_value_that_is_not_known_yet(
    kind: str, known: dict[str, Any], response: dict[str, Any]
) -> None:
    assert found(kind, {**known, "tags_all": OURS}, Service(**response)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["sgr-1"]),
        ({"CidrIpv4": "10.0.0.0/8"}, []),
        ({"IsEgress": True}, []),
        ({"FromPort": -1, "ToPort": -1}, []),
    ],
)
def test_a_rule_is_found_by_what_it_allows(change: dict[str, Any], expected: list[str]) -> None:
    rule = {"SecurityGroupRuleId": "sgr-1", "IsEgress": False, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    service = Service(SecurityGroupRules=[{**rule, "CidrIpv4": "10.0.0.0/16", **change}])
    values = {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432}
    assert found("aws_vpc_security_group_ingress_rule", {**values, "cidr_ipv4": "10.0.0.0/16"}, service) == expected


def test_a_record_that_leads_elsewhere_is_not_ours() -> None:
    record = {"Name": "db.example.com.", "Type": "CNAME", "ResourceRecords": [{"Value": "demo.cluster-x"}]}
    values = {"zone_id": "Z1", "name": "db.example.com", "type": "CNAME", "records": ["demo.cluster-x"]}
    service = Service(ResourceRecordSets=[record])
    assert found("aws_route53_record", values, service) == ["Z1_db.example.com_CNAME"]
    assert found("aws_route53_record", {**values, "records": ["old.example.com"]}, service) == []


def test_a_key_that_is_being_deleted_is_not_used_again() -> None:
    service = Service(
        Keys=[{"KeyId": "1"}],
        KeyMetadata={"KeyState": "PendingDeletion"},
        Tags=[{"TagKey": TAG, "TagValue": "demo"}],
    )
    assert found("aws_kms_key", {"tags_all": {TAG: "demo"}}, service) == []
    service.response["KeyMetadata"] = {"KeyState": "Enabled"}
    assert found("aws_kms_key", {"tags_all": {TAG: "demo"}}, service) == ["1"]
