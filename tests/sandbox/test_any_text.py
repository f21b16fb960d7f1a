"""Any text in tags, parameters and descriptions is refused with a reason, or arrives in AWS unchanged."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from aurora_cli.errors import SpecInvalid
from aurora_cli.spec.resolve.resolve import Layer, resolve
from tests.harness import Aurora

pytestmark = pytest.mark.sandbox

HOSTILE = [
    "${aws_vpc.this.id}",
    "%{ if true }x%{ endif }",
    '"; rm -rf / #',
    "$${x}",
    "%%{x}",
    "a\\nb",
    "back\\slash",
    "<<EOT",
    "é ü 漢字 🙂",
    "' or 1=1 --",
    "{{ 7 * 7 }}",
    "null",
    "",
    " lead and trail ",
    "line\nbreak",
    "\u202eright to left",
    "x" * 300,
]
TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
BASE: dict[str, Any] = {"name": "texts", "region": "eu-west-1", "engine": "postgres"}


def accepted(values: dict[str, Any]) -> bool:
    """Whether the spec with these values is accepted; a refusal must give a reason for each problem."""
    try:
        resolve([Layer({**BASE, **values}, "test")])
    except SpecInvalid as error:
        assert error.problems
        assert all(p.message for p in error.problems)
        return False
    return True


def arrived(aurora: Aurora) -> tuple[dict[str, str], dict[str, str], set[str]]:
    """Tags of the cluster, values of the cluster parameters that were set, and descriptions of the ingress rules."""
    rds = aurora.client("rds")
    cluster = aurora.cluster("texts")
    tags = rds.list_tags_for_resource(ResourceName=cluster["DBClusterArn"])["TagList"]
    pages = rds.get_paginator("describe_db_cluster_parameters").paginate(
        DBClusterParameterGroupName=cluster["DBClusterParameterGroup"], Source="user"
    )
    parameters = {p["ParameterName"]: p.get("ParameterValue", "") for page in pages for p in page["Parameters"]}
    group = cluster["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    rules = aurora.client("ec2").describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    descriptions = {r.get("Description", "") for r in rules["SecurityGroupRules"] if not r["IsEgress"]}
    return {t["Key"]: t["Value"] for t in tags}, parameters, descriptions


@settings(max_examples=4)
@given(
    tags=st.dictionaries(TEXT, TEXT, min_size=5, max_size=30),
    parameters=st.lists(TEXT, min_size=3, max_size=8),
    descriptions=st.lists(TEXT, min_size=3, max_size=8),
)
def test_text_is_refused_or_arrives_unchanged(
    aurora: Aurora,
    tmp_path_factory: pytest.TempPathFactory,
    tags: dict[str, str],
    parameters: list[str],
    descriptions: list[str],
) -> None:
    good_tags = {k: v for k, v in tags.items() if accepted({"tags": {k: v}})}
    named = {f"custom.setting_{n}": text for n, text in enumerate([*HOSTILE, *parameters])}
    good_parameters = {k: v for k, v in named.items() if accepted({"parameters": {"cluster": {k: v}}})}
    rules = [
        {"source": f"{ipaddress.IPv4Address('10.1.0.0') + n}/32", "description": text}
        for n, text in enumerate([*HOSTILE, *descriptions])
    ]
    good_rules = [r for r in rules if accepted({"network": {"allow": [r]}})]
    spec = {**BASE, "tags": good_tags, "parameters": {"cluster": good_parameters}, "network": {"allow": good_rules}}
    path: Path = tmp_path_factory.mktemp("spec") / "texts.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(spec, file)

    aurora.ok("apply", "-f", str(path), "--yes")

    got_tags, got_parameters, got_descriptions = arrived(aurora)
    assert {k: v for k, v in got_tags.items() if k != "aurora-cli:cluster"} == good_tags
    assert {k: v for k, v in got_parameters.items() if k.startswith("custom.")} == good_parameters
    assert got_descriptions == {r["description"] for r in good_rules}
    assert aurora.run("plan", "texts", "--exit-code").status == 0


def test_something_is_accepted_and_something_is_refused() -> None:
    tags = [accepted({"tags": {"key": text}}) for text in HOSTILE]
    assert {True, False} == set(tags)
