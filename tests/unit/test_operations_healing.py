"""What is left of a plan to make anew what has survived."""

from __future__ import annotations

import pytest

from aurora_cli.operations.recovery.untaint import CLUSTER, as_kept
from aurora_cli.terraform.plan.changes import AttributeChange
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

ADDRESS = "aws_rds_cluster.this"


def kept(*changed: AttributeChange) -> ResourceChange:
    tainted = ResourceChange(ADDRESS, CLUSTER, "this", None, "replace", (), changed, "replace_because_tainted", {}, {})
    (found,) = as_kept(Plan(resource_changes=(tainted,), applyable=True), {ADDRESS}).resource_changes
    return found


@pytest.mark.parametrize("reported", [None, ""])
def test_standard_storage_of_which_rds_reports_nothing_is_no_difference(reported: str | None) -> None:
    assert kept(AttributeChange("storage_type", reported, "aurora", known=True)).action == "no-op"


@pytest.mark.parametrize(("before", "after"), [("aurora-iopt1", "aurora"), (None, "aurora-iopt1")])
def test_another_storage_type_is_one(before: str | None, after: str) -> None:
    change = AttributeChange("storage_type", before, after, known=True)
    assert (kept(change).action, kept(change).changed) == ("update", (change,))


def test_what_is_only_known_after_a_creation_is_none() -> None:
    assert kept(AttributeChange("endpoint", "demo.cluster-x", None, known=False)).action == "no-op"
