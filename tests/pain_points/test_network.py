"""Network, placement and windows: 21 to 23."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pain_points.rendered import cluster, files_of, locals_of, resources
from tests.unit.spec_cases import EXISTING, problems, resolved


@pytest.mark.parametrize("changes", [{}, {"network.zones": 3}, EXISTING], ids=["two", "three", "existing"])
def test_pain_21_zones_are_never_the_clusters_and_a_difference_is_nothing(changes: dict[str, Any]) -> None:
    block = cluster(changes)
    assert "availability_zones" not in block.attributes
    (lifecycle,) = block.nested("lifecycle")
    assert "availability_zones" in lifecycle.attributes["ignore_changes"]
    (first, *_) = resources("aws_rds_cluster_instance", changes)
    assert "availability_zone" in first.attributes
    assert first.nested("lifecycle")[0].attributes["ignore_changes"] == ["availability_zone"]


@pytest.mark.parametrize("zones", [2, 3])
def test_pain_22_a_vpc_of_its_own_has_one_subnet_in_each_zone(zones: int) -> None:
    subnets = locals_of("subnets", {"network.zones": zones})
    assert len(subnets) == zones
    assert len({subnet["zone"] for subnet in subnets.values()}) == zones


def test_pain_22_one_zone_is_refused_and_given_subnets_are_looked_up() -> None:
    assert any(p.severity == "error" and p.path == "network.zones" for p in problems({"network.zones": 1}))
    text = files_of(EXISTING)["network.tf"]
    assert "condition     = length(local.zones) >= 2" in text
    assert '${join(", ", local.zones)}' in text


@pytest.mark.parametrize(
    ("backup", "maintenance"),
    [
        ("23:45-00:30", "mon:00:00-mon:00:45"),
        ("23:30-00:30", "sun:23:45-mon:00:20"),
        ("03:00-04:00", "sun:03:30-sun:04:30"),
    ],
    ids=["midnight", "week's end", "plain"],
)
def test_pain_23_windows_that_overlap_are_refused_with_one_that_does_not(backup: str, maintenance: str) -> None:
    (found,) = problems({"backup.window": backup, "maintenance.window": maintenance})
    assert (found.severity, found.message) == ("error", f"it overlaps the backup window {backup}")
    proposed = (found.hint or "").split("maintenance.window: ")[1].rstrip("`")
    assert problems({"backup.window": backup, "maintenance.window": proposed}) == ()


def test_pain_23_a_short_window_is_refused_and_one_that_is_set_sets_the_other() -> None:
    (short,) = problems({"backup.window": "03:00-03:20"})
    assert short.hint == "for example `03:00-03:30`"
    assert resolved({"backup.window": "03:00-04:00"}).spec.maintenance.window == "sun:05:00-sun:06:00"
    assert resolved({"maintenance.window": "sun:03:00-sun:04:00"}).spec.backup.window == "05:00-06:00"
