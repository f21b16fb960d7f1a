"""Each Region of a global database changes one instance at a time: readers first, and what takes the writes last."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.build import rolling
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.pipeline.step import Decision, Step
from aurora_cli.operations.scale import regions
from aurora_cli.operations.scale.order import Order, order_of
from aurora_cli.operations.scale.regions import region_orders, resized_names
from aurora_cli.operations.scale.steps import ScaleSteps
from aurora_cli.spec.derived.members import class_of
from aurora_cli.spec.derived.regions import secondary_spec
from aurora_cli.spec.model.cluster import ClusterSpec
from tests.unit.spec_cases import resolved

LARGE, XLARGE = "db.r7g.large", "db.r7g.xlarge"
FRANKFURT, VIRGINIA = "eu-central-1", "us-east-1"
READERS = {FRANKFURT: {"instances": {"readers": 2}}, VIRGINIA: {"instances": {"readers": 1, "class": LARGE}}}


def spec(given: Any = None, **instances: Any) -> ClusterSpec:
    values = {"readers": 1, **{name.rstrip("_"): value for name, value in instances.items()}}
    return resolved({"name": "shop", "instances": values, "global": {"regions": given or READERS}}).spec


BEFORE = spec(class_=LARGE)


def live(
    monkeypatch: pytest.MonkeyPatch, *, primary: str = "eu-west-1", class_: str = LARGE, **counts: int
) -> LiveRegions:
    """What AWS has in the secondary Regions: instances 1, 2, ... of that class, the last one the writer of its cluster."""
    found = {}
    for region, count in {FRANKFURT: 3, VIRGINIA: 2, **{k.replace("_", "-"): v for k, v in counts.items()}}.items():
        names = [f"shop-{region}-{number}" for number in range(1, count + 1)]
        members = [Member(n, "writer" if n == names[-1] else "reader", class_, "available") for n in names]
        name = f"shop-{region}"
        found[region] = Topology(name, "arn", "available", "aurora-postgresql", "17.7", 5432, tuple(members))
    database: Any = SimpleNamespace(primary=SimpleNamespace(region=primary))
    seen = LiveRegions(database, found)
    for module in (regions, rolling):
        monkeypatch.setattr(module, "live_regions", lambda app, spec: seen)
    return seen


class Context:
    """Runs a step's apply: takes the classes of the spec over into what each instance has, in each Region."""

    def __init__(self, before: ClusterSpec, seen: LiveRegions, region: str | None = None) -> None:
        self.app, self.spec, self.seen, self.region = None, before, seen, region
        self.options = SimpleNamespace(parallel=1)
        self.applied: list[ClusterSpec] = []
        self.asked: list[str | None] = []

    def keys(self, region: str | None = None) -> list[str]:
        count = 2 if region is None else len(self.seen.secondaries[region].members)
        return [str(number) for number in range(1, count + 1)]

    def in_region(self, region: str) -> Any:
        there = Context(secondary_spec(self.spec, region), self.seen, region)
        there.asked = self.asked
        return there

    def apply_spec(self, spec: ClusterSpec, keys: tuple[str, ...]) -> None:
        self.applied.append(spec)

    def healthy(self) -> Any:
        self.asked.append(self.region)
        return SimpleNamespace(writer=None)


def steps_of(context: Context, after: ClusterSpec, writer: str = "1") -> list[Step]:
    given: Any = context
    classes = {"1": LARGE, "2": LARGE}
    order = order_of(context.spec, after, classes=classes, keys=["1", "2"], writer=writer)
    orders = {name: one.to_facts() for name, one in region_orders(given, after).items()}
    decision = Decision({"regions": orders}, SimpleNamespace(spec=after), ("1", "2"))  # type: ignore[arg-type]
    return ScaleSteps(given, decision, order).one_by_one()


def classes(spec: ClusterSpec, context: Context) -> dict[tuple[str | None, str], str | None]:
    """(Region, key) -> class that a spec gives each instance."""
    own: tuple[str | None, ClusterSpec] = (None, spec)
    places = [own, *((name, secondary_spec(spec, name)) for name in context.seen.secondaries)]
    return {(place, key): class_of(one, key) for place, one in places for key in context.keys(place)}


def test_each_step_changes_one_instance_of_one_region(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context(BEFORE, live(monkeypatch))
    after = spec({**READERS, VIRGINIA: {"instances": {"readers": 1}}}, class_=XLARGE)
    steps = steps_of(context, after)
    assert [step.name for step in steps] == [
        "resize shop-eu-central-1-3",
        "resize shop-eu-central-1-2",
        "resize shop-eu-central-1-1",
        "resize shop-us-east-1-2",
        "resize shop-us-east-1-1",
        "resize shop-2",
        "failover shop-2",
        "resize shop-1",
    ]
    now = classes(BEFORE, context)
    for step in steps:
        if step.name.startswith("resize"):
            step.run()
            reached = classes(context.applied[-1], context)
            assert [key for key in now if now[key] != reached[key]], step.name
            assert len([key for key in now if now[key] != reached[key]]) == 1, step.name
            now = reached
    assert now == classes(after, context)
    assert context.asked[:4] == [FRANKFURT] * 4, "that cluster is healthy before and after each of its instances"


def test_after_a_switchover_the_region_that_takes_the_writes_is_the_last_behind_a_failover(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = Context(BEFORE, live(monkeypatch, primary=FRANKFURT))
    steps = steps_of(context, spec(class_=XLARGE))
    assert [step.name for step in steps][-4:] == [
        "resize shop-eu-central-1-2",
        "resize shop-eu-central-1-1",
        "failover shop-eu-central-1-1",
        "resize shop-eu-central-1-3",
    ]


def test_a_region_with_a_class_of_its_own_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    given: Any = Context(BEFORE, live(monkeypatch))
    found = region_orders(given, spec(class_=XLARGE))
    assert list(found) == [FRANKFURT]
    assert resized_names(found, spec(class_=XLARGE)) == tuple(f"shop-eu-central-1-{n}" for n in (3, 2, 1))
    assert {region: Order.from_facts(one.to_facts()) for region, one in found.items()} == found


def test_a_region_without_instances_without_a_cluster_or_that_comes_or_goes_has_no_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: Any = Context(spec({FRANKFURT: {"headless": True}, VIRGINIA: {}}, class_=LARGE), live(monkeypatch))
    given.seen.secondaries[FRANKFURT] = Topology("shop", "arn", "available", "aurora-postgresql", "17.7", 5432, ())
    assert region_orders(given, spec({FRANKFURT: {"headless": True}, "eu-north-1": {}}, class_=XLARGE)) == {}
    del given.seen.secondaries[VIRGINIA]
    assert region_orders(given, spec({VIRGINIA: {}}, class_=XLARGE)) == {}


def test_the_only_instance_of_a_region_is_said_to_be_down(monkeypatch: pytest.MonkeyPatch) -> None:
    one = {FRANKFURT: {"instances": {"readers": 0}}}
    context = Context(spec(one, class_=LARGE), live(monkeypatch, eu_central_1=1))
    first = steps_of(context, spec(one, class_=XLARGE))[0]
    assert (first.name, first.without_writer) == ("resize shop-eu-central-1-1", False)
    assert "only instance" in str(first.interruption)


def test_a_range_stays_in_a_region_while_one_of_its_instances_is_serverless(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context(
        spec({FRANKFURT: {"instances": {"readers": 2}}}, acu="0.5-4"), live(monkeypatch, class_="db.serverless")
    )
    steps = steps_of(context, spec({FRANKFURT: {"instances": {"readers": 2}}}, class_=LARGE))
    steps[0].run()
    there = secondary_spec(context.applied[-1], FRANKFURT)
    assert [class_of(there, key) for key in ("1", "2", "3")] == ["db.serverless", "db.serverless", LARGE]
    assert there.instances.acu is not None and there.instances.acu.max == 4


@pytest.mark.parametrize(("class_", "rolls"), [(LARGE, True), (XLARGE, False)])
def test_an_apply_of_another_class_for_a_region_takes_the_steps(
    monkeypatch: pytest.MonkeyPatch, class_: str, rolls: bool
) -> None:
    seen = live(monkeypatch, class_=class_)
    del seen.secondaries[VIRGINIA]
    after = spec({FRANKFURT: {"instances": {"readers": 2, "class": XLARGE}}}, class_=LARGE)
    own = Topology("shop", "arn", "available", "aurora-postgresql", "17.7", 5432, ())
    assert vars(rolling)["_rolls"](after, own, lambda: seen) is rolls


def test_only_sizes_of_regions_change_before_the_last_step() -> None:
    after = spec(
        {
            FRANKFURT: {"instances": {"readers": 1, "class": XLARGE}, "write_forwarding": True},
            "eu-north-1": {"instances": {"readers": 1}},
        },
        class_=LARGE,
    )
    resized: ClusterSpec = vars(rolling)["_resized"](BEFORE, after, ())
    assert resized.global_ is not None
    assert set(resized.global_.regions) == {FRANKFURT, VIRGINIA}
    frankfurt = resized.global_.regions[FRANKFURT]
    assert (frankfurt.instances.class_, frankfurt.instances.readers) == (XLARGE, 1)
    assert frankfurt.write_forwarding is False
