"""The comparison of two walks: nothing between equal ones, and each thing that a provider does otherwise."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.calibration.compare import Known, differences, known_differences, unexplained
from tests.calibration.mirror import genuine_binary, version_of
from tests.calibration.sources import WALKS
from tests.calibration.walk import Step, changes_in

KNOWN = Path(__file__).parents[1] / "calibration/known_differences.json"


def walk(vpc: str, at: str) -> dict[str, Step]:
    state = {
        "aws_vpc.this": {"id": vpc, "cidr_block": "10.0.0.0/16", "ipv6_pool": ""},
        "aws_subnet.this": {"vpc_id": vpc},
    }
    plan = {"aws_vpc.this": {"actions": ["create"], "changes": ["cidr_block"], "replaced by": []}}
    calls = {"CreateVpc": [{"CidrBlock": "10.0.0.0/16"}], "CreateSubnet": [{"VpcId": vpc}]}
    return {"create": Step(plan, {}, calls, state, {"ec2 Vpcs": [{"VpcId": vpc, "Created": at}]})}


def test_what_is_random_is_no_difference() -> None:
    genuine = walk("vpc-0a1b2c3d4e5f60718", "2026-01-01 10:00:00+00:00")
    assert differences("smallest", genuine, walk("vpc-1f2e3d4c5b6a79880", "2026-01-02 11:30:00+00:00")) == []


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("plan", ("aws_vpc.this", "replaced by"), ['["cidr_block"]']),
        ("left", ("aws_vpc.this",), {"actions": ["update"]}),
        ("calls", ("ModifyVpcAttribute",), [{"EnableDnsSupport": "true"}]),
        ("state", ("aws_vpc.this", "cidr_block"), "10.1.0.0/16"),
        ("state", ("aws_vpc.this", "cidr_block"), None),
        ("state", ("aws_vpc.this", "ipv6_pool"), None),
        ("api", ("ec2 Vpcs",), []),
    ],
)
def test_each_thing_that_differs_is_reported(kind: str, path: tuple[str, ...], value: object) -> None:
    genuine = walk("vpc-0a1b2c3d4e5f60718", "2026-01-01 10:00:00+00:00")
    ours = copy.deepcopy(genuine)
    place = getattr(ours["create"], kind)
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    (found,) = differences("smallest", genuine, ours)
    assert found.place == "/".join(("smallest", "create", kind, *path))
    assert found.ours == value
    assert unexplained([found], [Known("*/create/*", "said")]) == []
    assert unexplained([found], [Known("*/destroy/*", "said")]) == [found]


def test_what_versions_and_orders_make_is_no_difference() -> None:
    genuine, ours = walk("vpc-0a1b2c3d4e5f60718", "x"), walk("vpc-0a1b2c3d4e5f60718", "x")
    for step, tags in ((genuine["create"], "AB"), (ours["create"], "BA")):
        step.api["created"] = 1796032329395 if tags == "AB" else 1796032233583
        step.calls["CreateVpc"][0] |= {f"Tag.{at}.Key": name for at, name in enumerate(tags)}
    ours["create"].state["aws_vpc.this"]["region"] = "eu-west-1"
    ours["create"].plan["aws_vpc.this"]["changes"].append("region")
    assert differences("smallest", genuine, ours) == []


def test_calls_differ_by_what_only_one_of_them_has() -> None:
    genuine, ours = walk("vpc-0a1b2c3d4e5f60718", "x"), walk("vpc-0a1b2c3d4e5f60718", "x")
    tags = {"Tag.1.Key": "a", "Tag.1.Value": "1", "Tag.2.Key": "b", "Tag.2.Value": "2"}
    genuine["create"].calls["CreateTags"] = [tags, {"Resource.1": "x"}]
    ours["create"].calls["CreateTags"] = [{"Resource.1": "x"}, {**tags, "Tag.2.Value": "3"}]
    (found,) = differences("smallest", genuine, ours)
    assert (found.place, found.genuine, found.ours) == ("smallest/create/calls/CreateTags/0/Tag/0/Value", "2", "3")
    ours["create"].calls["CreateTags"] = [{"Resource.1": "x"}]
    (found,) = differences("smallest", genuine, ours)
    assert (len(found.genuine), found.ours) == (1, [])


def test_json_is_compared_by_its_values() -> None:
    genuine, ours = walk("vpc-0a1b2c3d4e5f60718", "x"), walk("vpc-0a1b2c3d4e5f60718", "x")
    genuine["create"].calls["CreateLogGroup"] = [{"tags": '{"a": "1", "b": "2"}'}]
    ours["create"].calls["CreateLogGroup"] = [{"tags": '{"b": "2", "a": "1"}'}]
    assert differences("smallest", genuine, ours) == []


def test_every_example_is_walked_once() -> None:
    walked = [example for group in WALKS for example in group]
    assert sorted(walked) == sorted(file.stem for file in (KNOWN.parents[2] / "examples").glob("*.yaml"))


def test_a_failure_differs() -> None:
    genuine, ours = walk("vpc-0a1b2c3d4e5f60718", "x"), walk("vpc-0a1b2c3d4e5f60718", "x")
    ours["create"].failed = "Error: creating EC2 VPC"
    assert [one.place for one in differences("smallest", genuine, ours)] == ["smallest/create/failed"]


def test_known_differences_have_a_reason() -> None:
    assert all(one.place and one.reason for one in known_differences(KNOWN))


def test_changes_of_a_plan() -> None:
    change = {
        "actions": ["update"],
        "before": {"a": 1, "b": 2},
        "after": {"a": 1, "b": 3},
        "after_unknown": {"c": True},
    }
    plan = {
        "resource_changes": [
            {"mode": "managed", "address": "aws_vpc.this", "change": {**change, "replace_paths": [["b"]]}},
            {"mode": "managed", "address": "aws_vpc.other", "change": {**change, "actions": ["no-op"]}},
            {"mode": "data", "address": "data.aws_region.this", "change": change},
        ]
    }
    expected = {"actions": ["update"], "changes": ["b", "c"], "replaced by": ['["b"]']}
    assert changes_in(plan) == {"aws_vpc.this": expected}


def test_the_newest_provider_of_a_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.calibration.mirror.os_arch", lambda: "linux_amd64")
    for version in ("5.9.0", "5.100.0"):
        folder = tmp_path / "registry.terraform.io/hashicorp/aws" / version / "linux_amd64"
        folder.mkdir(parents=True)
        (folder / f"terraform-provider-aws_v{version}_x5").touch()
    assert version_of(genuine_binary(tmp_path)) == (5, 100, 0)
    with pytest.raises(FileNotFoundError, match="has no registry"):
        genuine_binary(tmp_path / "elsewhere")
