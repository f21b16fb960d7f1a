"""Who gets which class when, and what the specs on the way ask for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.operations.scale.order import Order, duration, keys_on_the_way, order_of, spec_on_the_way
from aurora_cli.spec.derived.members import class_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.resolve.resolve import Layer, resolve

OLD, NEW = "db.r6g.large", "db.r7g.large"
KEYS = [str(n) for n in range(1, 7)]


def spec(**instances: Any) -> ClusterSpec:
    values = {"name": "demo", "region": "eu-west-1", "engine": "postgres", "instances": instances}
    return resolve([Layer(values, "test")]).spec


def rolling(live: dict[str, str], keys: list[str], writer: str | None) -> Order:
    return order_of(spec(**{"class": OLD}), spec(**{"class": NEW}), classes=live, keys=keys, writer=writer)


def test_readers_go_first_lowest_priority_first_and_the_writer_last() -> None:
    order = rolling(dict.fromkeys(["1", "2", "3"], OLD), ["1", "2", "3"], "2")
    assert order.resize == ("3", "1", "2")
    assert order.successor == "1"


def test_a_writer_that_has_the_class_keeps_its_role() -> None:
    order = rolling({"1": NEW, "2": OLD}, ["1", "2"], "1")
    assert order.resize == ("2",)
    assert order.successor is None


def test_a_single_instance_has_no_successor() -> None:
    order = rolling({"1": OLD}, ["1"], "1")
    assert (order.resize, order.successor) == (("1",), None)


def test_a_new_reader_takes_over_from_a_single_instance() -> None:
    order = rolling({"1": OLD}, ["1", "2"], "1")
    assert (order.new, order.resize, order.successor) == (("2",), ("1",), "2")


def test_what_goes_is_not_resized() -> None:
    order = rolling({"1": OLD, "2": OLD, "3": OLD}, ["1", "3"], "3")
    assert (order.gone, order.resize, order.successor) == (("2",), ("1", "3"), "1")


def test_a_writer_that_terraform_does_not_know_is_left_alone() -> None:
    order = rolling({"1": OLD, "2": OLD}, ["1", "2"], None)
    assert (order.resize, order.successor) == (("2", "1"), None)


@pytest.mark.parametrize(
    ("readers", "writer", "parallel", "batches"),
    [
        (3, "1", 1, ["4", "3", "2", "1"]),
        (3, "1", 2, ["43", "2", "1"]),
        (3, "1", 3, ["43", "2", "1"]),  # one reader stays, to fail over to
        (4, "2", 3, ["543", "1", "2"]),
        (1, "1", 5, ["2", "1"]),
        (2, None, 3, ["32", "1"]),
    ],
)
def test_several_readers_change_together_and_one_stays(
    readers: int, writer: str | None, parallel: int, batches: list[str]
) -> None:
    live = {str(key): OLD for key in range(1, readers + 2)}
    specs = (spec(**{"class": OLD}), spec(**{"class": NEW}))
    order = order_of(*specs, classes=live, keys=list(live), writer=writer, parallel=parallel)
    assert ["".join(batch) for batch in order.batches()] == batches
    assert Order.from_facts(order.to_facts()) == order


def test_the_plan_says_how_long_each_way_takes() -> None:
    order = rolling(dict.fromkeys("1234", OLD), list("1234"), "1")
    assert duration([order]) == (
        "4 instances get another class, in 20 to 40 minutes or so. With --parallel 2: 15 to 30 minutes; with --in-place: 5 to "
        "10 minutes, and no instance serves meanwhile."
    )
    pair = rolling(dict.fromkeys("12", OLD), list("12"), "1")
    assert "--parallel" not in str(duration([pair]))
    assert duration([rolling({"1": OLD}, ["1"], "1")]) is None


live_clusters = st.dictionaries(st.sampled_from(KEYS), st.sampled_from([OLD, NEW]), min_size=1)


@given(live_clusters, st.data())
def test_each_step_takes_down_one_instance_and_never_the_writer_while_another_can_take_over(
    live: dict[str, str], data: st.DataObject
) -> None:
    live = {"1": OLD, **live}
    keys = sorted({"1", *data.draw(st.sets(st.sampled_from(KEYS)))}, key=int)
    writer = data.draw(st.sampled_from(sorted(live)))
    if writer not in keys:
        keys = sorted([*keys, writer], key=int)
    order, after = rolling(live, keys, writer), spec(**{"class": NEW})
    there, reached = dict(live), set(order.new)
    assert order.resize == tuple(sorted(order.resize, key=lambda k: k == writer))
    for key in order.resize:
        reached.add(key)
        on_the_way = spec_on_the_way(after, order, reached)
        changed = {k for k in there if class_of(on_the_way, k) != there[k]}
        assert changed == {key}
        there[key] = NEW
    assert all(there[k] == NEW for k in keys if k in there)
    if writer in order.resize and len(keys) > 1:
        assert order.successor in set(keys) - {writer}


def test_on_the_way_everything_is_there_that_is_there_at_the_start_or_the_end() -> None:
    order = rolling({"1": OLD, "2": OLD}, ["1", "3"], "1")
    assert keys_on_the_way(order, ["1", "3"]) == ("1", "2", "3")


def test_the_range_stays_while_an_instance_is_serverless() -> None:
    before = spec(acu="0-4", pause_after="10m", readers=1)
    after = spec(**{"class": NEW, "readers": 1})
    live = {"1": "db.serverless", "2": "db.serverless"}
    order = order_of(before, after, classes=live, keys=["1", "2"], writer="1")
    on_the_way = spec_on_the_way(after, order, {"2"})
    assert class_of(on_the_way, "1") == "db.serverless"
    assert on_the_way.instances.acu is not None
    assert (on_the_way.instances.acu.max, on_the_way.instances.pause_after) == (4.0, 600)


@pytest.mark.parametrize("acu", [None, (0.5, 4.0, None), (0.0, 4.0, 600)])
def test_an_order_survives_the_journal(acu: Any) -> None:
    order = Order({"1": OLD}, ("2",), ("1",), (), "1", "2", acu)
    assert Order.from_facts(order.to_facts()) == order
