"""Each field that is an argument of Terraform is marked so, and the mark is true: in the provider, in the API, on the screen."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest

from aurora_cli.hcl.environment import templates_folder
from aurora_cli.spec.layers.arguments import arguments, field_of, values_in
from aurora_cli.spec.model.fields import CLUSTER, Argument
from aurora_cli.ui.labels.attribute_labels import label_of
from tests.contract.provider_schema import provider

MARKED = arguments()
TEMPLATE = (templates_folder() / "cluster.tf.j2").read_text(encoding="utf-8")
RAW = {"arn", "ca", "cidr", "db", "iam", "id", "kms", "vpc"}
"""Abbreviations that a label spells as AWS does."""
WRITTEN = re.compile(r"^ {2}(\w+) = \{\{ .*?\bspec\.([a-z_.]+).* \| hcl \}\}$", re.M)
TAKES_CODE = {
    "delete_automated_backups": "backup.keep_automated",  # the other way round
}
"""Arguments of the cluster that are written from one field and are not what it says."""


def ids(value: object) -> str | None:
    return value.name if isinstance(value, Argument) else str(value)


@pytest.mark.parametrize(("path", "argument"), MARKED, ids=ids)
def test_a_marked_field_is_an_argument_of_the_provider(path: str, argument: Argument) -> None:
    block = provider()["resource_schemas"][argument.of]["block"]
    assert argument.name in block["attributes"] or argument.name in block["block_types"], path


@pytest.mark.parametrize(("path", "argument"), MARKED, ids=ids)
def test_a_marked_field_has_one_label_in_words(path: str, argument: Argument) -> None:
    given = {one.label for _, one in MARKED if one.name == argument.name and one.label}
    assert len(given) <= 1, path
    label = label_of(argument.name)
    hidden = argument.name.endswith("_arn")
    assert hidden or not RAW & set(label.split()), f"{path}: {label} is no label"


def test_what_an_adoption_reads_is_in_the_answer_of_the_api() -> None:
    cluster: Any = botocore.session.get_session().get_service_model("rds").shape_for("DBCluster")
    assert [path for path, one in MARKED if one.api and one.api not in cluster.members] == []
    assert dict(values_in({"Port": 5432, "StorageEncrypted": True, "BacktrackWindow": 0})).items() >= {
        ("port", 5432),
        ("encryption.enabled", True),
        ("backup.backtrack", None),
        ("deletion_protection", False),
    }


def test_what_the_template_of_the_cluster_writes_from_a_field_is_marked() -> None:
    marked = {(one.name, path) for path, one in MARKED}
    assert {*WRITTEN.findall(TEMPLATE)} - marked == {*TAKES_CODE.items()}


def test_what_the_cluster_is_marked_with_is_in_its_template() -> None:
    assert [one.name for _, one in MARKED if one.of == CLUSTER and f"  {one.name} " not in TEMPLATE] == [
        "tags",
        "tags_all",
    ]


@pytest.mark.parametrize(
    ("resource", "attribute", "field"),
    [
        ("aws_rds_cluster", "kms_key_id", "encryption.kms_key"),
        ("aws_cloudwatch_log_group", "kms_key_id", "logs.kms_key"),
        ("aws_secretsmanager_secret", "kms_key_id", None),
        ("aws_rds_cluster_instance", "engine_version", "engine_version"),
        (
            "aws_rds_cluster_instance",
            "preferred_maintenance_window",
            "maintenance.window, instances.overrides.KEY.maintenance_window",
        ),
        ("aws_vpc", "tags_all", "tags"),
        ("aws_vpc", "cidr_block", None),
    ],
)
def test_the_way_from_an_attribute_back_to_the_spec(resource: str, attribute: str, field: str | None) -> None:
    assert field_of(resource, attribute) == field
