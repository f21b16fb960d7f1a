"""Instance keys of a secondary Region: after a switchover its writer stays, whatever its key is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from aurora_cli.operations.core import instances
from aurora_cli.operations.core.instances import Instances
from tests.unit.spec_cases import resolved

REGIONS = {"global": {"regions": {"us-east-1": {"instances": {"readers": 1}}}}, "instances": {"class": "db.r6g.large"}}
ADDRESSES = [f'module.us_east_1.aws_rds_cluster_instance.this["{key}"]' for key in (1, 2, 3)]
AS_BEFORE = [
    "module.us_east_1.aws_rds_cluster_instance.first",
    *(f'module.us_east_1.aws_rds_cluster_instance.others["{key}"]' for key in (2, 3)),
]


@pytest.mark.parametrize("addresses", [ADDRESSES, AS_BEFORE])
@pytest.mark.parametrize(("writer", "kept"), [("3", ("1", "3")), ("2", ("1", "2"))])
def test_the_writer_of_a_region_is_not_removed(
    monkeypatch: pytest.MonkeyPatch, writer: str, kept: tuple[str, ...], addresses: list[str]
) -> None:
    spec = resolved(REGIONS).spec
    writer = f"{spec.name}-us-east-1-{writer}"
    live = SimpleNamespace(secondaries={"us-east-1": SimpleNamespace(writer=SimpleNamespace(id=writer))})
    monkeypatch.setattr(instances, "live_regions", lambda app, spec, regions: live)
    context = SimpleNamespace(app=None, stack=None, options=None)
    change = SimpleNamespace(context=context, spec=spec, keys=None, addresses=addresses, live=lambda: None)
    concern = Instances(cast("Any", change))
    concern.read()
    wanted = {"instance_keys": ("1",), "region_keys": (("us-east-1", kept),)}
    assert concern.values == {**wanted, "split_instances": addresses is AS_BEFORE}


@pytest.mark.parametrize("changes", [True, False])
def test_an_operation_that_decides_the_keys_leaves_those_of_regions_to_the_state_where_regions_change(
    changes: bool,
) -> None:
    spec = resolved(REGIONS).spec
    before = resolved({"instances.class": "db.r6g.large"}).spec if changes else spec
    context = SimpleNamespace(app=None, stack=None, options=None, before=before)
    change = SimpleNamespace(context=context, spec=spec, keys=("1", "4"), addresses=[], live=lambda: None)
    concern = Instances(cast("Any", change))
    concern.read()
    chosen = {"region_keys": (("us-east-1", ("1", "2")),)} if changes else {}
    assert concern.values == {"instance_keys": ("1", "4"), "split_instances": False, **chosen}
