"""`allow` and `deny`: the spec that they lead to, and what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import InvalidInput, SpecInvalid
from aurora_cli.operations.day_two import access, global_regions
from aurora_cli.operations.pipeline import apply, run
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry

SPEC = """name: orders
region: eu-west-1
engine: postgres
instances: {class: db.r7g.large}
network: {allow: [10.0.0.0/16, {source: 10.1.0.0/16, description: vpn}]}
global: {regions: {eu-central-1: {network: {cidr: 10.9.0.0/16, allow: [10.0.0.0/16]}, instances: {class: db.r7g.large}}}}
"""


class Ended:
    """An app whose applies end at once; `specs` are those that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.registry = Registry(Home(folder))
        self.stack = self.registry.create("orders", region="eu-west-1", target="aws", spec=SPEC)
        self.specs: list[ClusterSpec] = []

    def act_for(self, identity: object) -> None:
        """It has one account."""

    def begin(self, emit: object) -> None:
        """Nothing."""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    app = Ended(tmp_path)
    monkeypatch.setattr(apply, "apply_spec", lambda app, stack, desired, options: app.specs.append(desired.spec))
    return app


def sources(spec: ClusterSpec) -> list[tuple[str, str | None]]:
    return [(rule.source, rule.description) for rule in spec.network.allow]


def change(app: Any, **asked: Any) -> ClusterSpec:
    access.change_access(app, "orders", options(), **asked)
    changed: ClusterSpec = app.specs[-1]
    return changed


def options() -> Any:
    from aurora_cli.operations.core.review import RunOptions

    return RunOptions("allow", lambda review: True, lambda event: None)


def test_a_source_is_added_once_with_its_description(app: Any) -> None:
    before = [("10.0.0.0/16", None), ("10.1.0.0/16", "vpn")]
    group = "sg-0123456789abcdef0"
    assert sources(change(app, allow=[group, group], description="web")) == [*before, (group, "web")]
    assert sources(change(app, allow=["10.1.0.0/16"])) == before


def test_a_source_is_removed_whatever_its_form(app: Any) -> None:
    assert sources(change(app, deny=["10.1.0.0/16"])) == [("10.0.0.0/16", None)]
    assert sources(change(app, deny=["10.1.0.0/16", "10.0.0.0/16"])) == []


def test_a_source_that_is_not_listed_is_refused_with_those_that_are(app: Any) -> None:
    with pytest.raises(InvalidInput, match=r"10\.2\.0\.0/16 is not among the sources") as refused:
        change(app, deny=["10.2.0.0/16"])
    assert refused.value.hint == "These may: 10.0.0.0/16, 10.1.0.0/16."


def test_a_source_that_is_none_is_refused_by_the_rules(app: Any) -> None:
    with pytest.raises(SpecInvalid) as refused:
        change(app, allow=["10.2.0.1/16"])
    assert [p.message for p in refused.value.problems] == ["10.2.0.1/16 has host bits set"]


def test_a_secondary_region_has_sources_of_its_own(app: Any) -> None:
    changed = change(app, allow=["10.2.0.0/16"], region="eu-central-1")
    assert len(sources(changed)) == 2
    away = changed.global_.regions["eu-central-1"].network.allow if changed.global_ else []
    assert [rule.source for rule in away] == ["10.0.0.0/16", "10.2.0.0/16"]
    with pytest.raises(InvalidInput, match="orders has no cluster in us-east-1"):
        change(app, allow=["10.2.0.0/16"], region="us-east-1")


def test_a_region_that_an_interrupted_run_has_stored_is_added_by_the_same_command(app: Any) -> None:
    new: dict[str, Any] = {"us-east-1": {"headless": True, "network": {"cidr": "10.8.0.0/16"}}}
    global_regions.change_regions(app, "orders", options(), add=new)
    from aurora_cli.spec.text.dump import dump_spec

    stored = app.specs[-1]
    app.stack.write_spec(dump_spec(stored))
    global_regions.change_regions(app, "orders", options(), add=new)
    assert app.specs[-1] == stored
    with pytest.raises(InvalidInput, match="already has a cluster in us-east-1"):
        global_regions.change_regions(app, "orders", options(), add={"us-east-1": {"headless": False}})
    with pytest.raises(InvalidInput, match="already has a cluster in eu-west-1"):
        global_regions.change_regions(app, "orders", options(), add={"eu-west-1": {}})


def test_a_region_whose_removal_was_interrupted_is_removed_by_the_same_command(app: Any) -> None:
    gone = ["eu-north-1"]
    with pytest.raises(InvalidInput, match="no secondary Region eu-north-1"):
        global_regions.change_regions(app, "orders", options(), remove=gone)
    app.stack.update_record(status="changing")
    global_regions.change_regions(app, "orders", options(), remove=gone)
    assert list(app.specs[-1].global_.regions) == ["eu-central-1"]


def test_what_others_have_applied_meanwhile_stays(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that is kept elsewhere says it: the source that somebody else has allowed is not taken away."""

    def others(app: Any, stack: Any, emit: Any) -> None:
        stack.write_spec(stack.read_spec().replace("allow: [10.0.0.0/16, {", "allow: [10.7.0.0/16, 10.0.0.0/16, {"))

    monkeypatch.setattr(run, "read_shared_spec", others)
    assert [source for source, _ in sources(change(app, allow=["10.8.0.0/16"]))] == [
        *("10.7.0.0/16", "10.0.0.0/16", "10.1.0.0/16", "10.8.0.0/16")
    ]
