"""The spec after an upgrade: existing parameter groups follow to the new family, or are asked for; and who may be upgraded."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.preflight.target_version import Target
from aurora_cli.operations.upgrade.clusters import UpgradeUnit, refuse_uneven
from aurora_cli.operations.upgrade.parameter_groups import makes_groups
from aurora_cli.operations.upgrade.spec import _groups
from aurora_cli.spec.model.cluster import ClusterSpec
from tests.unit.spec_cases import resolved

TO_17 = Target("16.8", "17.5", "aurora-postgresql17", True)


def spec(**parameters: Any) -> ClusterSpec:
    changes = {f"parameters.{name}": value for name, value in parameters.items()}
    return resolved({"engine_version": "16.8", **changes}).spec


def test_groups_of_the_stack_need_no_name() -> None:
    assert makes_groups(spec())
    assert _groups(spec(), TO_17, None, None) == {}


def test_default_groups_follow_to_the_new_family() -> None:
    given = spec(cluster_group="default.aurora-postgresql16", instance_group="default.aurora-postgresql16")
    assert not makes_groups(given)
    assert _groups(given, TO_17, None, None) == {
        "parameters": {
            "cluster_group": "default.aurora-postgresql17",
            "instance_group": "default.aurora-postgresql17",
        }
    }


def test_a_group_made_elsewhere_is_asked_for() -> None:
    given = spec(cluster_group="company-16")
    with pytest.raises(InvalidInput) as caught:
        _groups(given, TO_17, None, None)
    assert caught.value.message == (
        "The parameter group company-16 is of the old family and is not managed here; 17.5 needs one of aurora-postgresql17."
    )
    assert caught.value.hint == "Create one of that family, and specify it: --cluster-group NAME"
    assert _groups(given, TO_17, "company-17", None) == {"parameters": {"cluster_group": "company-17"}}


def test_the_group_of_one_instance_that_was_made_elsewhere_is_taken_out_first() -> None:
    given = resolved({"engine_version": "16.8", "instances.overrides.1.parameter_group": "mine"}).spec
    with pytest.raises(InvalidInput, match="Instance 1 has the parameter group mine") as caught:
        _groups(given, TO_17, None, None)
    assert "--set instances.overrides.1.parameter_group=null" in str(caught.value.hint)


class OperationContext:
    """What a place needs to name the cluster."""

    def __init__(self) -> None:
        self.spec = spec()


def found(*versions: str, empty: int | None = None) -> tuple[list[UpgradeUnit], dict[str, Topology]]:
    context: Any = OperationContext()
    names = [f"region-{number}" for number in range(len(versions))]
    member = Member("m", "reader", "db.r7g.large", "available")
    live = {
        name: Topology(
            name, "arn", "available", "aurora-postgresql", version, 5432, () if number == empty else (member,)
        )
        for number, (name, version) in enumerate(zip(names, versions, strict=True))
    }
    return [UpgradeUnit(context, name, f"demo-{name}") for name in names], live


def test_members_that_are_on_their_way_go_on_and_others_are_refused() -> None:
    target = Target("16.8", "16.10", "aurora-postgresql16", False)
    refuse_uneven(*found("16.10", "16.8", "16.8"), target)
    refuse_uneven(*found("16.8"), target)
    with pytest.raises(InvalidInput, match=r"region-0 runs 16\.9, region-1 runs 16\.8"):
        refuse_uneven(*found("16.9", "16.8"), target)


def test_a_headless_region_wants_an_instance_first() -> None:
    with pytest.raises(InvalidInput, match="demo-region-0 has no instance") as caught:
        refuse_uneven(*found("16.8", "16.8", empty=0), Target("16.8", "16.10", "aurora-postgresql16", False))
    assert "global.regions.region-0.headless=false" in str(caught.value.hint)
