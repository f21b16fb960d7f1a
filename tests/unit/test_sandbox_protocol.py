"""Requests held against botocore's models."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from botocore.session import get_session

from aurora_cli.sandbox.emulator.protocol import documents, filters, requests


@cache
def model(service: str) -> Any:
    return get_session().get_service_model(service)


def form_problem(action: str, **form: str) -> tuple[str, str] | None:
    keys = {key.replace("_", "."): value for key, value in form.items()}
    return requests.problem(model("rds").operation_model(action), {"Action": action, "Version": "2014-10-31", **keys})


@pytest.mark.parametrize(
    ("form", "code", "says"),
    [
        ({"Color": "red"}, "InvalidQueryParameter", "Color is not a parameter"),
        ({"Tags_Tag_1_Kind": "red"}, "InvalidQueryParameter", "Tags.Tag.1.Kind"),
        ({"Tags_member_x": "red"}, "InvalidQueryParameter", "Tags.member.x"),
        ({"Port": "many"}, "InvalidParameterValue", "Invalid value many for Port"),
        ({"Port": "1" * 400}, "InvalidParameterValue", "for Port"),
        ({"StorageEncrypted": "yes"}, "InvalidParameterValue", "must be true or false".capitalize()),
        ({"DatabaseInsightsMode": "best"}, "ValidationError", "enum value set: [standard, advanced]"),
        ({"GlobalClusterIdentifier": ""}, "ValidationError", "'globalClusterIdentifier' failed to satisfy constraint"),
        ({"GlobalClusterIdentifier": "a" * 256}, "ValidationError", "less than or equal to 255"),
        ({"GlobalClusterIdentifier": "-"}, "ValidationError", "regular expression pattern"),
        (
            {
                f"AssociatedRoles_DBClusterAssociatedRole_{n}_RoleArn": "arn:aws:iam::123456789012:role/x"
                for n in range(1, 17)
            },
            "ValidationError",
            "length less than or equal to 15",
        ),
    ],
)
def test_a_form_that_its_action_does_not_have(form: dict[str, str], code: str, says: str) -> None:
    found = form_problem("CreateDBCluster", DBClusterIdentifier="demo", Engine="aurora-mysql", **form)
    assert found is not None
    assert (found[0], says in found[1]) == (code, True), found


def test_a_form_that_fits_or_lacks_something() -> None:
    fine = {"DBClusterIdentifier": "demo", "Engine": "aurora-mysql", "Tags_Tag_1_Key": "a", "Port": "3306"}
    assert form_problem("CreateDBCluster", **fine) is None
    assert form_problem("CreateDBCluster", Engine="aurora-mysql") == (
        "MissingParameter",
        "The request must contain the parameter DBClusterIdentifier.",
    )
    when = {"SourceDBClusterIdentifier": "a", "DBClusterIdentifier": "b", "RestoreToTime": "yesterday"}
    assert form_problem("RestoreDBClusterToPointInTime", **when) is not None
    assert form_problem("RestoreDBClusterToPointInTime", **{**when, "RestoreToTime": "2026-03-01T08:30:00Z"}) is None


def test_a_document_is_held_against_its_action() -> None:
    action = model("secretsmanager").operation_model("RotateSecret")
    assert documents.problem(action, {"SecretId": "a", "Unknown": 1}) is None
    for wrong in ({}, {"SecretId": ""}, {"SecretId": "a", "RotationRules": {"AutomaticallyAfterDays": 1001}}):
        found = documents.problem(action, wrong)
        assert found is not None
        assert found.code == "ValidationException"


def test_a_filter_looks_into_lists_and_arns() -> None:
    table = {"region": ("Members.Arn:3",), "name": ("Name", "Members.Arn")}
    items = [{"Name": "A", "Members": [{"Arn": "arn:aws:rds:eu-west-1:1:cluster:x"}]}, {"Name": "b", "Members": []}]

    def found(name: str, *values: str) -> list[str]:
        return [one["Name"] for one in filters.matching(table, [{"Name": name, "Values": list(values)}], items)]

    assert found("region", "eu-west-1", "us-east-1") == ["A"]
    assert found("name", "a", "arn:x:b") == ["A", "b"]
    assert found("name", "arn:aws:rds:eu-west-1:1:cluster:x") == ["A"]
    assert filters.problem(table, [{"Name": "region", "Values": []}]) is not None
